"""Balance is found at its level and claim; syntax is told apart from it."""

from datetime import datetime
from pathlib import Path

import pytest

from claims.formats.x12.remittance_check import check_835
from claims.formats.x12.remittance_writer import write_835
from tests.model.remittances import example


@pytest.fixture(scope="module")
def sound() -> str:
    """One written remittance, as text."""
    created = datetime(2026, 4, 1, 10, 30)  # noqa: DTZ001 - an ISA carries local time without a zone
    return write_835(example(), sender="MERIDIAN", receiver="HILLTOP", created=created, control_number=42).decode()


def findings(text: str) -> list[tuple[str, str, int, str, str]]:
    return [(f.level, f.claim, f.line, str(f.expected), str(f.found)) for f in check_835(text.encode()).findings]


def test_a_sound_file(sound: str) -> None:
    report = check_835(sound.encode())
    assert (report.balances, report.syntax_ok) == (True, True)
    (remittance,) = report.remittances
    assert (remittance.trace, str(remittance.paid), remittance.method) == ("A" * 48, "53.00", "BOP")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("BPR*I*53.00", "BPR*I*53.01", [("transaction", "", 0, "53.00", "53.01")]),
        ("*WO:A-9*2.00", "*WO:A-9*2.01", [("transaction", "", 0, "52.99", "53.00")]),
        (
            "*55.00*39.00",
            "*55.01*39.00",
            [("claim", "A-17", 0, "55.00", "55.01"), ("transaction", "", 0, "53.01", "53.00")],
        ),
        ("*55.00*39.00", "*55.00*38.99", [("claim", "A-17", 0, "39.00", "38.99")]),
        ("*55.00*39.00", "*55.00*", [("claim", "A-17", 0, "39.00", "0.00")]),
        (
            "CLP*A-17*1*120.00",
            "CLP*A-17*1*120.01",
            [("claim", "A-17", 0, "55.01", "55.00"), ("claim", "A-17", 0, "120.00", "120.01")],
        ),
        ("CAS*CO*A2*1.00", "CAS*CO*A2*1.01", [("claim", "A-17", 0, "54.99", "55.00")]),
        ("*120.00*56.00**1", "*120.00*56.01**1", [("service", "A-17", 1, "56.00", "56.01")]),
        (
            "CAS*CO*45*25.00",
            "CAS*CO*45*25.01",
            [("service", "A-17", 1, "55.99", "56.00"), ("claim", "A-17", 0, "54.99", "55.00")],
        ),
    ],
)
def test_a_cent_is_found_at_its_level_and_claim(
    sound: str, old: str, new: str, expected: list[tuple[str, str, int, str, str]]
) -> None:
    assert sound.count(old) == 1
    assert findings(sound.replace(old, new)) == expected


def test_a_cent_moved_from_charge_to_adjustment_is_found_against_the_claims_charge(sound: str) -> None:
    moved = sound.replace("*120.00*56.00**1", "*120.01*56.00**1").replace("CAS*CO*45*25.00", "CAS*CO*45*25.01")
    levels = [finding[0] for finding in findings(moved)]
    assert levels == ["claim", "claim"]


def test_an_unknown_group_is_a_finding(sound: str) -> None:
    assert ("claim", "A-17", 0, "0.00", "1.00") in findings(sound.replace("CAS*CO*A2", "CAS*CR*A2"))


def test_a_negative_payment_is_a_finding(sound: str) -> None:
    turned = sound.replace("BPR*I*53.00", "BPR*I*-53.00").replace("*WO:A-9*2.00", "*WO:A-9*108.00")
    assert findings(turned) == [("transaction", "", 0, "0.00", "-53.00")]


def test_a_figure_that_cannot_be_read_is_no_balance(sound: str) -> None:
    report = check_835(sound.replace("BPR*I*53.00", "BPR*I*53,00").encode())
    assert not report.balances
    assert ("BPR", 2) in [(error.segment, error.element) for error in report.syntax]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [("SE*24", "SE*23", "4"), ("IEA*1", "IEA*3", "021"), ("GE*1", "GE*2", "5"), ("DTM*405", "DTM*472", "1")],
)
def test_syntax_is_wrong_and_balance_right(sound: str, old: str, new: str, code: str) -> None:
    assert sound.count(old) == 1
    report = check_835(sound.replace(old, new).encode())
    assert report.balances
    assert code in [error.code for error in report.syntax]


@pytest.mark.parametrize("data", [b"", b"hello", b"ISA*"])
def test_what_is_no_835_does_not_balance(data: bytes) -> None:
    report = check_835(data)
    assert (report.balances, report.syntax_ok) == (False, False)


def test_an_837_is_no_835(families: bytes) -> None:
    report = check_835(families)
    assert (report.balances, report.syntax_ok) == (False, False)


@pytest.mark.parametrize("name", ["cob-contractural-adjustment", "managed-care", "secondary-payment"])
def test_the_shared_files_balance_and_fail_syntax(shared: Path, name: str) -> None:
    report = check_835((shared / f"x12/835_005010X221A1/{name}.835").read_bytes())
    assert report.balances
    assert ("BPR", 16) in [(error.segment, error.element) for error in report.syntax]
    assert ("PER", "3") in [(error.segment, error.code) for error in report.syntax]
