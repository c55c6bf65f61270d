"""The JSON that the store keeps is canonical and loses nothing."""

import json
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import claims.model
from claims.model import eligibility, status, submission
from claims.model.claim import Claim, Line
from claims.model.coding import CodingError, decode, encode
from claims.model.decision import GROUPS, Adjustment, Usage
from claims.model.evidence import EncounterRecord
from claims.model.money import Money, total
from claims.model.party import Payer, Person, Provider
from claims.model.payment import Payment
from claims.model.plan import Plan
from claims.model.remittance import ProviderAdjustment, Remittance, RemittanceClaim, RemittanceLine

money = st.builds(Money, st.integers(), st.sampled_from(["USD", "EUR"]))
decimals = st.decimals(allow_nan=False, allow_infinity=False)
st.register_type_strategy(Money, money)
st.register_type_strategy(Decimal, decimals)


def short(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field, of tuples of model values at most one: many are no better an example, and much slower to make."""
    parts = get_args(hint)
    if get_origin(hint) is not tuple or parts[-1] is not Ellipsis or parts[0] is str:
        return st.from_type(hint)
    return st.lists(short(parts[0]), max_size=1).map(tuple)


def short_of(kind: type) -> st.SearchStrategy[Any]:
    """Values of a dataclass whose fields are so."""
    return st.builds(kind, **{name: short(hint) for name, hint in get_type_hints(kind).items()})


def dataclasses_of(module: ModuleType) -> list[type]:
    """The dataclasses that a module defines."""
    own = [value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__]
    return [value for value in own if is_dataclass(value)]


for nested in (submission, status, eligibility):
    for each in dataclasses_of(nested):
        st.register_type_strategy(each, short_of(each))
amounts = st.builds(Money, st.integers(0, 10**9))
adjustments = st.lists(st.builds(Adjustment, st.sampled_from(GROUPS), st.text(), amounts), max_size=2).map(tuple)


@st.composite
def remittance_lines(draw: st.DrawFn) -> RemittanceLine:
    """A line that balances."""
    paid, taken = draw(amounts), draw(adjustments)
    charge = paid + total(a.amount for a in taken)
    return draw(
        st.builds(
            RemittanceLine, charge=st.just(charge), paid=st.just(paid), adjustments=st.just(taken), units=decimals
        )
    )


@st.composite
def remittance_claims(draw: st.DrawFn) -> RemittanceClaim:
    """A claim that balances."""
    lines = tuple(draw(st.lists(remittance_lines(), max_size=2)))
    taken = tuple(a for line in lines for a in line.adjustments)
    return draw(
        st.builds(
            RemittanceClaim,
            charge=st.just(total(line.charge for line in lines)),
            paid=st.just(total(line.paid for line in lines)),
            patient=st.just(total(a.amount for a in taken if a.group == "PR")),
            lines=st.just(lines),
            adjustments=st.just(()),
        )
    )


@st.composite
def remittances(draw: st.DrawFn) -> Remittance:
    """A remittance that balances, since no other is built."""
    claims_paid = tuple(draw(st.lists(remittance_claims(), max_size=2)))
    given_back = tuple(
        draw(st.lists(st.builds(ProviderAdjustment, amount=amounts.map(lambda amount: -amount)), max_size=2))
    )
    paid = total(c.paid for c in claims_paid) - total(a.amount for a in given_back)
    return draw(st.builds(Remittance, paid=st.just(paid), claims=st.just(claims_paid), adjustments=st.just(given_back)))


def model_types() -> list[type]:
    """Every dataclass that a module of the model defines."""
    modules = [import_module(module.name) for module in iter_modules(claims.model.__path__, "claims.model.")]
    return [kind for module in modules for kind in dataclasses_of(module)]


BALANCED = {Remittance: remittances(), RemittanceClaim: remittance_claims(), Money: money}


def same(left: Any, right: Any) -> bool:
    """Equal in value and in the text of every part: Decimal("1.0") is not Decimal("1.00")."""
    return bool(left == right) and repr(left) == repr(right)


@pytest.mark.parametrize("kind", model_types(), ids=lambda kind: kind.__name__)
def test_every_value_of_the_model_is_read_back_as_it_was_written(kind: type) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(BALANCED.get(kind, st.from_type(kind)))
    def round_trip(value: Any) -> None:
        text = encode(value)
        assert same(decode(kind, text), value)
        assert encode(decode(kind, text)) == text

    round_trip()


def test_the_walk_over_the_model_misses_nothing() -> None:
    assert {Claim, Line, EncounterRecord, Payment, Plan, Money, Remittance, Usage} <= set(model_types())


def example_claim(**changes: Any) -> Claim:
    """A claim with one line."""
    day = date(2026, 1, 31)
    line = Line(1, "99213", Money(9500), Decimal("1.0"), day, day, "11", modifiers=("25",))
    values: dict[str, Any] = {
        "number": "A-17",
        "charge": Money(9500),
        "lines": (line,),
        "billing": Provider("1234567893", "CLINIC"),
        "payer": Payer("PAYER", "PAYER1"),
        "subscriber": Person("Muster", birth_date=day),
        "patient": Person("Muster", "Öyküm \ud800\x00"),
        "member_number": "M1",
        "relationship": "18",
        "received": day,
    }
    return Claim(**{**values, **changes})


def test_the_text_is_canonical_json() -> None:
    text = encode(example_claim())
    assert text.isascii()
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    assert '"charge":"95.00 USD"' in text
    assert '"units":"1.0"' in text
    assert '"received":"2026-01-31"' in text


def test_every_character_survives() -> None:
    claim = example_claim()
    assert decode(Claim, encode(claim)) == claim


def test_bytes_are_small_hexadecimal_digits() -> None:
    payment = Payment(b"\xab" * 32, "0x00", Money(1), Money(0), b"", 7, date(2026, 1, 1), (b"\x01",))
    assert '"transaction_hash":"0x"' in encode(payment)
    assert '"claims":["0x01"]' in encode(payment)


def test_a_value_that_is_no_dataclass_needs_its_type() -> None:
    shape = tuple[tuple[int, str, int], ...]
    assert encode(((1, "R1", 0),), shape) == '[[1,"R1",0]]'
    assert decode(shape, '[[1,"R1",0]]') == ((1, "R1", 0),)
    by_key = dict[str, Money]
    assert decode(by_key, encode({"b": Money(-5), "a": Money(100)}, by_key)) == {"a": Money(100), "b": Money(-5)}
    assert decode(Money | None, "null") is None  # type: ignore[arg-type]


def test_a_type_without_a_form_is_refused_when_it_is_first_met() -> None:
    @dataclass(frozen=True)
    class Odd:
        values: list[int]

    with pytest.raises(TypeError, match="no JSON form"):
        encode(Odd([1]))
    with pytest.raises(TypeError, match="no JSON form"):
        decode(float, "1.0")


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"charge": 95.0}, "Claim.charge: float where Money is due"),
        ({"charge": 9500}, "Claim.charge: int where Money is due"),
        ({"charge": Money(1, "usd")}, "Claim.charge: a currency is three capital letters"),
        ({"received": datetime(2026, 1, 1)}, "Claim.received: datetime where date is due"),  # noqa: DTZ001
        ({"rank": True}, "Claim.rank: bool where int is due"),
        ({"lines": ["x"]}, "Claim.lines: list where a tuple is due"),
        ({"lines": ("x",)}, r"Claim.lines\[0\]: str where Line is due"),
        ({"diagnoses": ("Z00", 5)}, r"Claim.diagnoses\[1\]: int where str is due"),
        ({"patient": None}, "Claim.patient: NoneType where Person is due"),
    ],
)
def test_a_part_of_another_type_is_not_written(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(CodingError, match=f"^{place}"):
        encode(example_claim(**changes))


@pytest.mark.parametrize("units", ["NaN", "Infinity", "-sNaN"])
def test_a_decimal_that_is_no_number_is_not_written(units: str) -> None:
    with pytest.raises(CodingError, match="no finite number"):
        encode(Adjustment("CO", "45", Money(1), Decimal(units)))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "this is not JSON"),
        ("[" * 100_000, "this nests too deep"),
        ("9" * 10_000, "this is not JSON"),
        ("[]", "list where the object of a Adjustment is due"),
        ('{"group":"CO","reason":"45"}', "lacks amount"),
        ('{"amount":"1.00 USD","group":"CO","reason":"45","colour":1}', "1 keys that Adjustment does not know"),
        ('{"amount":"1.00 USD","group":"CO","group":"PR","reason":"45"}', "a key stands twice"),
        ('{"amount":1.0,"group":"CO","reason":"45"}', "a number with a fraction"),
        ('{"amount":NaN,"group":"CO","reason":"45"}', "a number with a fraction"),
        ('{"amount":100,"group":"CO","reason":"45"}', "amount: int where the text of a Money is due"),
        ('{"amount":"1 USD","group":"CO","reason":"45"}', "amount: this is not an amount"),
        ('{"amount":"-0.00 USD","group":"CO","reason":"45"}', "amount: another spelling"),
        ('{"amount":"1.00 USD","group":"CO","quantity":"1e2","reason":"45"}', "quantity: another spelling"),
        ('{"amount":"1.00 USD","group":"CO","quantity":"x","reason":"45"}', "quantity: this is not a Decimal"),
        ('{"amount":"1.00 USD","group":null,"reason":"45"}', "group: NoneType where str is due"),
    ],
)
def test_a_text_that_is_not_the_value_is_not_read(text: str, problem: str) -> None:
    with pytest.raises(CodingError, match=problem) as refusal:
        decode(Adjustment, text)
    assert str(refusal.value).startswith("Adjustment")


def test_a_field_with_a_default_may_be_missing_from_what_was_stored_before() -> None:
    assert decode(Adjustment, '{"amount":"1.00 USD","group":"CO","reason":"45"}') == Adjustment("CO", "45", Money(1_00))


def test_a_refusal_never_quotes_the_value() -> None:
    text = encode(example_claim()).replace('"2026-01-31"', '"SECRET"')
    with pytest.raises(CodingError) as refusal:
        decode(Claim, text)
    assert "SECRET" not in str(refusal.value)
    with pytest.raises(CodingError) as refusal:
        decode(Claim, '{"SECRET":1' + encode(example_claim())[1:].join([",", ""]))
    assert "SECRET" not in str(refusal.value)
    with pytest.raises(CodingError) as refusal:
        encode({"SECRET": 1}, dict[str, str])
    assert "SECRET" not in str(refusal.value)


def test_an_unbalanced_remittance_is_not_read_either() -> None:
    paid = Remittance(Payer("P", "1"), Provider("", "C"), Money(0), "T", date(2026, 1, 1), ())
    with pytest.raises(ValueError, match="balances"):
        decode(Remittance, encode(paid).replace('"paid":"0.00 USD"', '"paid":"1.00 USD"'))
