"""An 837I comes into the model whole: bill, stay, diagnoses with present-on-admission, procedures, lines by revenue code."""

from datetime import date
from decimal import Decimal

import pytest

from claims.formats.x12.intake import read_submission
from claims.model.claim import Claim
from claims.model.institutional import CodedProcedure
from tests.formats.x12.conftest import FIXTURES


@pytest.fixture(scope="module")
def stays() -> dict[str, Claim]:
    """A stay, its first interim and its last bill of another, and a replacement."""
    submission = read_submission((FIXTURES / "inpatient.837").read_bytes(), strict_npi=True)
    assert submission.errors == ()
    return {claim.number: claim for claim in submission.claims}


def test_the_stay(stays: dict[str, Claim]) -> None:
    facts = stays["STAY-1"].institutional
    assert facts is not None
    assert (facts.type_of_bill, facts.inpatient) == ("11", True)
    assert (facts.begins, facts.ends, facts.admitted) == (date(2026, 4, 2), date(2026, 4, 7), date(2026, 4, 2))
    assert (facts.admission_type, facts.admission_source, facts.discharge_status) == ("1", "7", "01")
    assert (facts.discharge_hour, facts.drg) == ("1130", "247")
    assert facts.value_codes == (("80", "5.00"), ("01", "1200.50"))


def test_diagnoses_keep_their_qualifier_and_whether_they_were_present(stays: dict[str, Claim]) -> None:
    claim = stays["STAY-1"]
    assert claim.institutional is not None
    assert [(d.qualifier, d.code, d.present_on_admission) for d in claim.institutional.diagnoses] == [
        ("ABK", "I2101", "Y"),
        ("ABJ", "R079", ""),
        ("ABN", "W19XXXA", "N"),
        ("ABF", "E119", "Y"),
        ("ABF", "Z9861", ""),
        ("ABF", "N179", "N"),
    ]
    assert claim.diagnoses == ("I2101", "E119", "Z9861", "N179")


def test_procedures_have_their_day_and_the_principal_one_comes_first(stays: dict[str, Claim]) -> None:
    facts = stays["STAY-1"].institutional
    assert facts is not None
    assert facts.procedures == (
        CodedProcedure("02703DZ", date(2026, 4, 3)),
        CodedProcedure("B2111ZZ", date(2026, 4, 2)),
    )


def test_lines_by_revenue_code(stays: dict[str, Claim]) -> None:
    room, stent, drugs = stays["STAY-1"].lines
    assert (room.revenue_code, room.procedure, room.unit, room.units) == ("0120", "0120", "DA", Decimal(5))
    assert (stent.revenue_code, stent.procedure, stent.modifiers) == ("0481", "C9600", ("LD",))
    assert (drugs.begins, drugs.ends, drugs.qualifier) == (date(2026, 4, 2), date(2026, 4, 7), "NU")
    assert (room.control_number, stays["STAY-1"].prior_authorization) == ("ROOM", "STAYAUTH")


def test_the_attending_provider(stays: dict[str, Claim]) -> None:
    attending = stays["STAY-1"].attending
    assert attending is not None
    assert (attending.npi, attending.taxonomy, attending.is_person) == ("1400000034", "207RC0000X", True)
    assert stays["STAY-1"].rendering is None


def test_interim_bills_and_a_replacement(stays: dict[str, Claim]) -> None:
    told = {
        number: (
            claim.frequency,
            claim.institutional.discharge_status if claim.institutional else "",
            claim.payer_control_number,
        )
        for number, claim in stays.items()
    }
    assert told == {
        "STAY-1": ("1", "01", ""),
        "STAY-2": ("2", "30", ""),
        "STAY-3": ("4", "01", ""),
        "STAY-4": ("7", "06", "PAYER-0401"),
    }


def test_an_outpatient_bill_needs_no_admission(hospital: bytes) -> None:
    (claim,) = read_submission(hospital).claims
    assert claim.institutional is not None
    assert (claim.institutional.inpatient, claim.institutional.admitted) == (False, None)
