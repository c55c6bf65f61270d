"""Leaves: which paths there are, one way to write each value, and no bytes that mean two things."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from claims.evidence import leaves
from claims.evidence.errors import LeafError
from claims.evidence.keccak import keccak256
from claims.model.encounter import PAYMENT_MODIFIERS, Service
from tests.evidence.samples import HASHES, service

PATHS = st.from_regex(r"\A(service/(0|[1-9][0-9]{0,5})|context/[a-z]{1,8}(/(0|[1-9][0-9]{0,3}|[a-z]{1,8}))?)\Z")
TEXTS = st.text(min_size=1, max_size=20).filter(lambda text: _canonical(text))
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
MODIFIERS = st.from_regex(r"\A[A-Z0-9]{2}\Z").filter(lambda modifier: modifier not in PAYMENT_MODIFIERS)
SERVICES = st.builds(
    lambda code, units, days, place, modifiers: Service(code, units, min(days), max(days), place, tuple(modifiers)),
    st.from_regex(r"\A[A-Z0-9]{1,7}\Z"),
    st.decimals(Decimal("0.001"), 99_999, allow_nan=False, places=3),
    st.tuples(DAYS, DAYS),
    st.from_regex(r"\A[0-9]{2}\Z"),
    st.lists(MODIFIERS, max_size=4),
)


def _canonical(text: str) -> bool:
    try:
        leaves.canonical_text(text)
    except LeafError:
        return False
    return True


@pytest.mark.parametrize(
    "path",
    [
        "service/0",
        "service/10",
        "context/person",
        "context/diagnosis/1",
        "context/device-days",
        "context/note-hash/sha256",
    ],
)
def test_paths_end_in_a_zero_byte_that_none_holds(path):
    assert leaves.path_bytes(path) == path.encode() + b"\x00"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "service",
        "service/",
        "service/00",
        "service/01",
        "service/-1",
        "service/1000000",
        "service/person",
        "Service/0",
        "context/",
        "context/Person",
        "context/person/",
        "context//person",
        "context/device--days",
        "context/-x",
        "context/1",
        "context/pers\x00on",
        "context/person\n",
        "context/diagnosis/01",
        "context/größe",
        "context/" + "a" * 250,
        "other/person",
    ],
)
def test_other_paths_are_refused(path):
    with pytest.raises(LeafError, match="a path is"):
        leaves.path_bytes(path)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("1.50", "1.5"),
        ("0.5", "0.5"),
        ("120", "120"),
        ("1E+2", "100"),
        ("5E-1", "0.5"),
        ("00.10", "0.1"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_units_have_one_spelling(written, canonical):
    assert leaves.canonical_units(Decimal(written)) == canonical


@pytest.mark.parametrize(
    "units",
    [
        Decimal(0),
        Decimal(-1),
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1E+15"),
        Decimal("1E-16"),
        Decimal("1E+999999"),
        1,
        1.5,
    ],
)
def test_units_that_are_no_positive_quantity_are_refused(units):
    with pytest.raises(LeafError, match="units"):
        leaves.canonical_units(units)


def test_service_bytes_are_what_the_documentation_says():
    given = service("99213", modifiers=("GT", "95"), units=Decimal("1.50"), ends=date(2026, 3, 4))
    expected = (
        b"\x00\x0599213" + b"\x02" + b"\x00\x02GT" + b"\x00\x0295" + b"\x00\x031.5"
        b"\x00\x0a2026-03-02" + b"\x00\x0a2026-03-04" + b"\x00\x0211"
    )  # fmt: skip
    assert leaves.service_bytes(given) == expected


@given(SERVICES, SERVICES)
def test_two_services_never_share_their_bytes(one, other):
    assert (leaves.service_bytes(one) == leaves.service_bytes(other)) == (one == other)


def test_modifiers_keep_their_order_and_their_border():
    assert leaves.service_bytes(service(modifiers=("LT", "51"))) != leaves.service_bytes(
        service(modifiers=("51", "LT"))
    )
    assert leaves.service_bytes(service(modifiers=("51",))) != leaves.service_bytes(service(modifiers=()))
    assert leaves.service_bytes(service("9921351")) != leaves.service_bytes(service("99213", modifiers=("51",)))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"code": ""}, "procedure code"),
        ({"code": "j1100"}, "procedure code"),
        ({"code": "99213 "}, "procedure code"),
        ({"code": "9" * 49}, "procedure code"),
        ({"modifiers": ("5",)}, "modifier is not two"),
        ({"modifiers": ("lt",)}, "modifier is not two"),
        ({"modifiers": ("LT",) * 256}, "256 modifiers"),
        ({"modifiers": ("25",)}, "payment modifier 25"),
        ({"place": ""}, "place of service"),
        ({"place": "111"}, "place of service"),
        ({"units": Decimal(0)}, "units"),
        ({"ends": date(2026, 3, 1)}, "ends before it begins"),
        ({"begins": datetime(2026, 3, 2)}, "plain dates"),  # noqa: DTZ001
    ],
)
def test_a_service_without_canonical_bytes_is_refused_without_being_quoted(changes, why):
    with pytest.raises(LeafError, match=why) as refused:
        leaves.service_bytes(replace(service("G0402"), **changes))
    for secret in ("G0402", "j1100", "2026", "03-0"):
        assert secret not in str(refused.value)


def test_payment_modifiers_stand_outside():
    assert leaves.attested_modifiers(("25", "LT", "59", "XU", "26", "TC", "51")) == ("LT", "51")


def test_text_is_composed_before_it_is_hashed():
    assert leaves.text_bytes("Mu\u0308ller") == leaves.text_bytes("M\u00fcller") == "Müller".encode()


@pytest.mark.parametrize("text", ["", "a\x00b", "a\nb", "\ud800", "a\x7f", "\u0378", "x" * 65_536])
def test_text_without_a_stable_form_is_refused(text):
    with pytest.raises(LeafError):
        leaves.text_bytes(text)


def test_a_leaf_is_one_hash_over_salt_path_and_value():
    salt = b"\x05" * 32
    assert leaves.context_leaf("context/person", "P-1", salt) == keccak256(b"\x00" + salt + b"context/person\x00P-1")
    with pytest.raises(LeafError, match="31"):
        leaves.context_leaf("context/person", "P-1", salt[:-1])
    with pytest.raises(LeafError, match="begins with context/"):
        leaves.context_leaf("service/0", "P-1", salt)


@given(HASHES, PATHS, TEXTS, PATHS, TEXTS)
def test_no_two_facts_share_their_bytes(salt, path, value, other_path, other_value):
    assume((path, leaves.canonical_text(value)) != (other_path, leaves.canonical_text(other_value)))
    one = leaves.path_bytes(path) + leaves.text_bytes(value)
    other = leaves.path_bytes(other_path) + leaves.text_bytes(other_value)
    assert one != other
    assert leaves.leaf_hash(salt, b"", one) != leaves.leaf_hash(salt, b"", other)


@given(SERVICES, HASHES, HASHES)
def test_the_same_service_under_another_salt_or_place_is_another_leaf(one, salt, other_salt):
    assume(salt != other_salt)
    assert leaves.service_leaf(0, one, salt) != leaves.service_leaf(0, one, other_salt)
    assert leaves.service_leaf(0, one, salt) != leaves.service_leaf(1, one, salt)
