"""An 837 becomes claims, or the file, the transaction set or the claim is turned away with its cause."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.formats.x12.intake import interchange_key, read_submission
from claims.model.claim import Claim
from claims.model.money import Money
from claims.model.submission import IntakeError, Submission
from tests.formats.x12.conftest import FIXTURES

Change = Callable[[str, str], bytes]


def claim_of(submission: Submission, number: str) -> Claim:
    (found,) = [claim for claim in submission.claims if claim.number == number]
    return found


def only_error(submission: Submission) -> IntakeError:
    (error,) = submission.errors
    return error


class TestClaims:
    """What the model gets from a good file."""

    def test_every_claim_is_read_in_order(self, families: bytes) -> None:
        submission = read_submission(families, strict_npi=True)
        assert submission.errors == ()
        assert [claim.number for claim in submission.claims] == ["HILL-1", "HILL-2", "HILL-3", "SOLO-1"]
        assert [transaction.verdict for transaction in submission.transactions] == ["A", "A"]

    def test_money_units_and_dates_of_a_line(self, families: bytes) -> None:
        first, second = claim_of(read_submission(families), "HILL-1").lines
        assert (first.procedure, first.modifiers, first.charge) == ("99213", ("25", "GT"), Money(12050))
        assert (first.units, first.unit, first.place) == (Decimal(1), "UN", "11")
        assert (first.begins, first.ends) == (date(2026, 3, 2), date(2026, 3, 2))
        assert (second.begins, second.ends) == (date(2026, 3, 2), date(2026, 3, 4))
        assert (second.modifiers, second.units, second.place) == (("59",), Decimal("2.5"), "12")
        assert (first.diagnoses, second.diagnoses) == ((1, 2), (2,))

    def test_the_references_that_come_back_in_answers(self, families: bytes) -> None:
        claim = claim_of(read_submission(families), "HILL-1")
        assert (claim.prior_authorization, claim.clearinghouse_number) == ("AUTH77", "CLEAR-0001")
        assert [line.control_number for line in claim.lines] == ["L-1", "L-2"]

    def test_a_replacement_names_the_payers_number(self, families: bytes) -> None:
        claim = claim_of(read_submission(families), "HILL-2")
        assert (claim.frequency, claim.payer_control_number) == ("7", "PAYER-0099")

    def test_encounter_records_are_named_at_claim_and_line(self, families: bytes) -> None:
        claim = claim_of(read_submission(families), "HILL-1")
        assert claim.evidence == ("ENC-CLAIM-1",)
        assert [line.evidence for line in claim.lines] == [(), ("ENC-LINE-2",)]

    def test_who_rendered_a_line(self, families: bytes) -> None:
        submission = read_submission(families)
        claim = claim_of(submission, "HILL-1")
        assert [claim.rendering_of(line).npi for line in claim.lines] == ["1400000034", "1500000041"]  # type: ignore[union-attr]
        assert claim.rendering is not None
        assert claim.rendering.taxonomy == "207Q00000X"
        assert claim.referring is not None
        assert claim.referring.npi == "1300000027"
        solo = claim_of(submission, "SOLO-1")
        assert solo.billing.is_person
        assert solo.rendering_of(solo.lines[0]) == solo.billing

    def test_the_subscriber_is_the_patient(self, families: bytes) -> None:
        claim = claim_of(read_submission(families), "HILL-1")
        assert claim.patient == claim.subscriber
        assert (claim.relationship, claim.member_number, claim.rank) == ("18", "MEM0001", 0)
        assert (claim.patient.suffix, claim.patient.birth_date) == ("JR", date(1980, 2, 14))
        assert (claim.group_number, claim.filing_indicator) == ("GRP-7", "CI")

    def test_a_dependents_claim_names_the_subscribers_number(self, families: bytes) -> None:
        claim = claim_of(read_submission(families), "HILL-3")
        assert (claim.patient.first_name, claim.subscriber.first_name) == ("ASH", "ROWAN")
        assert (claim.relationship, claim.member_number, claim.rank) == ("19", "MEM0002", 1)

    def test_the_billing_provider_and_the_payer(self, families: bytes) -> None:
        claim = claim_of(read_submission(families), "HILL-1")
        assert (claim.billing.npi, claim.billing.tax_id, claim.billing.taxonomy) == (
            "1200000010",
            "12-3456789",
            "207Q00000X",
        )
        assert claim.billing.address.second_line == "SUITE 4"
        assert (claim.payer.name, claim.payer.identifier) == ("MERIDIAN HEALTH", "MER01")

    def test_received_is_the_day_of_the_transaction_set(self, families: bytes) -> None:
        assert {claim.received for claim in read_submission(families).claims} == {date(2026, 3, 12)}

    def test_an_encounter_report_is_told_from_a_claim(self, families: bytes) -> None:
        reports = {claim.number: claim.is_encounter_report for claim in read_submission(families).claims}
        assert reports == {"HILL-1": False, "HILL-2": False, "HILL-3": False, "SOLO-1": True}

    def test_an_institutional_claim(self, hospital: bytes) -> None:
        submission = read_submission(hospital, strict_npi=True)
        assert submission.errors == ()
        (claim,) = submission.claims
        emergency, drugs = claim.lines
        assert (claim.kind, claim.charge, claim.diagnoses) == ("institutional", Money(31000), ("J0190", "R51"))
        assert (emergency.qualifier, emergency.procedure, emergency.charge) == ("HC", "99283", Money(25000))
        assert (drugs.qualifier, drugs.procedure, drugs.units) == ("NU", "0250", Decimal(3))
        assert (drugs.begins, drugs.ends) == (date(2026, 3, 1), date(2026, 3, 2))


class TestValidated:
    """A file that passed before is read without the guide's maps, and gives the same claims."""

    @pytest.mark.parametrize("name", ["two_families", "hospital", "inpatient", "secondary"])
    def test_the_claims_are_the_same(self, name: str) -> None:
        data = (FIXTURES / f"{name}.837").read_bytes()
        assert read_submission(data, validated=True) == read_submission(data)

    def test_sums_and_counts_are_still_held(self, change: Change) -> None:
        error = only_error(read_submission(change("CLM*HILL-1*180.50", "CLM*HILL-1*180.51"), validated=True))
        assert (error.claim, error.status) == ("HILL-1", "A7:400")
        assert read_submission(change("SE*64*0001", "SE*63*0001"), validated=True).transactions[0].verdict == "R"

    def test_pyx12_is_not_even_imported(self) -> None:
        script = "import sys; from claims.formats.x12.intake import read_submission; " + (
            "s = read_submission(open(sys.argv[1], 'rb').read(), validated=True); "
            "sys.exit(len(s.claims) != 4 or 'pyx12' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", script, str(FIXTURES / "two_families.837")], check=False)
        assert done.returncode == 0

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 2600), st.integers(1, 60), st.text("*~:\n1AZ", max_size=12))
    def test_nothing_is_raised_for_a_broken_file(self, at: int, length: int, noise: str) -> None:
        text = (FIXTURES / "secondary.837").read_text()
        read_submission((text[:at] + noise + text[at + length :]).encode(), validated=True)
        text = (FIXTURES / "inpatient.837").read_text()
        read_submission((text[:at] + noise + text[at + length :]).encode(), validated=True)


class TestShapes:
    """The same file however it is laid out."""

    @pytest.mark.parametrize(
        "lay_out",
        [
            lambda text: text.replace("\n", ""),
            lambda text: text.replace("\n", "\r\n"),
            lambda text: text.replace("~\n", "\n"),
            lambda text: text.replace("*", "|").replace(":", ">"),
            lambda text: text.replace("005010X222A1", "005010X222A2"),
            lambda text: "\ufeff" + text + "\n\n",
        ],
    )
    def test_the_claims_are_the_same(self, families: bytes, lay_out: Callable[[str], str]) -> None:
        other = read_submission(lay_out(families.decode()).encode())
        assert other.errors == ()
        assert other.claims == read_submission(families).claims

    def test_several_interchanges_and_groups_in_one_file(self, families: bytes) -> None:
        text = families.decode()
        second = text.replace("000000101", "000000102").replace("*", "|").replace(":", ">")
        submission = read_submission((text + second).encode())
        assert submission.errors == ()
        assert len(submission.interchanges) == 2
        assert len(submission.claims) == 8
        start, end = text.index("GS*"), text.index("IEA*")
        group = text[start:end].replace("*11*X", "*12*X").replace("GE*2*11", "GE*2*12")
        both = text[:end] + group + text[end:].replace("IEA*1", "IEA*2")
        submission = read_submission(both.encode())
        assert submission.errors == ()
        assert [len(interchange.groups) for interchange in submission.interchanges] == [2]


class TestOwnChecks:
    """What the guide's syntax lets pass: one claim is turned away, and the others go on."""

    @pytest.mark.parametrize(
        ("old", "new", "message", "segment", "element"),
        [
            ("CLM*HILL-1*180.50", "CLM*HILL-1*180.51", "CLM02 is 180.51 and the lines add up to 180.50", "CLM", 2),
            ("*60*UN*2.5*12", "*60.005*UN*2.5*12", "line 2: the charge in SV102 has more than two decimals", "SV1", 2),
            ("*60*UN*2.5*12", "*60*UN*0*12", "line 2: the units in SV104 are not above zero", "SV1", 4),
            ("*60*UN*2.5*12", "*60*UN*-2*12", "line 2: the units in SV104 are not above zero", "SV1", 4),
            ("12**2~", "12**3~", "line 2: SV107-1 points to none of the claim's 2 diagnoses", "SV1", 7),
            ("1***1:2~", "1***1:9~", "line 1: SV107-2 points to none of the claim's 2 diagnoses", "SV1", 7),
            ("LX*2~", "LX*3~", "LX01 of line 2 does not run on from 1", "LX", 1),
            ("20260302-20260304", "20260304-20260302", "the date or period in DTP03 ends before it begins", "DTP", 3),
            (
                "HILL-1*180.50***11:B:1",
                "HILL-1*180.50***11:B:4",
                "the claim frequency in CLM05-3 is none of 1, 7, 8",
                "CLM",
                5,
            ),
            ("HILL-1*180.50***11:B:1", "HILL-1*180.50***11:B:8", "frequency 7 or 8 needs REF*F8", "CLM", 0),
            ("19800214", "20270214", "the service is before the patient's birth", "DTP", 3),
        ],
    )
    def test_the_claim_is_named_with_the_place(
        self, change: Change, old: str, new: str, message: str, segment: str, element: int
    ) -> None:
        submission = read_submission(change(old, new))
        errors = [error for error in submission.errors if error.claim == "HILL-1"]
        assert message in errors[0].message
        assert (errors[0].level, errors[0].segment, errors[0].element) == ("claim", segment, element)
        assert errors[0].position > 0
        assert submission.transactions[0].verdict == ("E" if errors[0].snip <= 2 else "A")
        assert "HILL-1" in submission.transactions[0].rejected_claims
        assert "HILL-3" in [claim.number for claim in submission.claims]
        assert "HILL-1" not in [claim.number for claim in submission.claims]

    def test_a_negative_charge_that_still_adds_up(self, families: bytes) -> None:
        text = families.decode().replace("CLM*HILL-1*180.50", "CLM*HILL-1*60.50").replace("*60*UN", "*-60*UN")
        assert only_error(read_submission(text.encode())).message == "line 2: the charge in SV102 is negative"

    def test_a_bad_check_digit_is_refused_only_when_strict(self, change: Change) -> None:
        data = change("XX*1500000041", "XX*1500000042")
        assert read_submission(data).errors == ()
        error = only_error(read_submission(data, strict_npi=True))
        assert (error.claim, error.loop, error.segment, error.element) == ("HILL-1", "2420A", "NM1", 9)
        assert "1500000042" not in error.message

    def test_a_bad_billing_npi_turns_away_every_claim_under_it(self, change: Change) -> None:
        submission = read_submission(change("XX*1200000010", "XX*1200000011"), strict_npi=True)
        assert submission.transactions[0].rejected_claims == ("HILL-1", "HILL-2", "HILL-3")
        assert [claim.number for claim in submission.claims] == ["SOLO-1"]


class TestTransactionErrors:
    """What rejects a whole transaction set; the next one goes on."""

    @pytest.mark.parametrize(
        ("old", "new", "code", "segment"),
        [
            ("SE*64*0001", "SE*63*0001", "4", "SE"),
            ("SE*64*0001", "SE*64*0009", "3", "SE"),
            ("HL*4*3*23", "HL*4*9*23", "7", "HL"),
            ("HL*4*3*23", "HL*5*3*23", "7", "HL"),
            ("HILL-1*180.50***11:B:1", "HILL-1*180.50***11::1", "1", "CLM"),
            ("*60*UN*2.5*12", "*6e1*UN*2.5*12", "6", "SV1"),
            ("D8*20260305", "D8*20260231", "8", "DTP"),
            ("SBR*S**GRP-8******CI~\n", "", "3", "SBR"),
            ("HILL-1*180.50***11:B:1", "HILL-1*180.50***11:B:1:2:3:4", "8", "CLM"),
            ("LX*2~", "LX*2*~", "8", "LX"),
            ("PAT*19~", "PAT*19~\nZZZ*1~", "1", "ZZZ"),
        ],
    )
    def test_the_place_and_the_999s_code_are_told(
        self, change: Change, old: str, new: str, code: str, segment: str
    ) -> None:
        submission = read_submission(change(old, new))
        assert (code, segment) in [(error.code, error.segment) for error in submission.errors]
        assert [transaction.verdict for transaction in submission.transactions] == ["R", "A"]
        assert submission.transactions[0].rejected_claims == ("HILL-1", "HILL-2", "HILL-3")
        assert [claim.number for claim in submission.claims] == ["SOLO-1"]

    def test_the_guides_finding_has_its_component_and_loop(self, change: Change) -> None:
        error = only_error(read_submission(change("HILL-1*180.50***11:B:1", "HILL-1*180.50***11::1")))
        assert (error.position, error.element, error.component, error.loop) == (19, 5, 2, "2300")
        assert error.data_element == "1332"

    def test_another_component_separator_than_the_isas_is_named(self, families: bytes) -> None:
        head, body = families.decode()[:106], families.decode()[106:]
        errors = read_submission((head + body.replace(":", ">")).encode()).errors
        assert "separates its components by another character than ISA16 declares" in errors[0].message

    def test_a_claim_without_lines(self, families: bytes) -> None:
        text = families.decode()
        start, end = text.index("LX*1~\nSV1*HC:90460"), text.index("SE*64")
        data = (text[:start] + text[end:].replace("SE*64", "SE*61")).encode()
        assert [(error.code, error.segment, error.loop) for error in read_submission(data).errors] == [
            ("3", "LX", "2400")
        ]

    def test_the_set_is_of_the_groups_guide(self, change: Change) -> None:
        submission = read_submission(change("ST*837*0001*005010X222A1", "ST*837*0001*005010X223A2"))
        assert only_error(submission).code == "I6"

    def test_a_flood_of_errors_is_cut_off(self, change: Change) -> None:
        submission = read_submission(change("PAT*19~", "PAT*19~" + "ZZZ*1~" * 2000))
        assert len(submission.errors) < 600


class TestEnvelope:
    """What rejects a whole interchange or a group; nothing in it goes on."""

    @pytest.mark.parametrize(
        ("old", "new", "level", "code"),
        [
            ("IEA*1*", "IEA*2*", "interchange", "021"),
            ("IEA*1*000000101", "IEA*1*000000100", "interchange", "001"),
            ("IEA*1*000000101~\n", "", "interchange", "023"),
            ("IEA*1*000000101~", "IEA*1*000000101~JUNK*1~", "interchange", "022"),
            ("*00501*", "*00401*", "interchange", "017"),
            ("*0*T*:", "*0*X*:", "interchange", "020"),
            ("GE*2*11", "GE*3*11", "group", "5"),
            ("GE*2*11", "GE*2*12", "group", "4"),
            ("GE*2*11~\n", "", "group", "3"),
            ("GS*HC*", "GS*HP*", "group", "1"),
            ("11*X*005010X222A1", "11*X*005010X222", "group", "2"),
        ],
    )
    def test_nothing_in_it_goes_on(self, change: Change, old: str, new: str, level: str, code: str) -> None:
        submission = read_submission(change(old, new))
        assert (level, code) in [(error.level, error.code) for error in submission.errors]
        assert submission.claims == ()

    @pytest.mark.parametrize("data", [b"", b"   \n", b"hello", b"ISA", b"\x00" * 200, b"ISA" + b"*" * 200])
    def test_what_is_no_x12_at_all(self, data: bytes) -> None:
        submission = read_submission(data)
        assert {error.level for error in submission.errors} == {"interchange"}
        assert submission.claims == ()

    def test_random_bytes_even_after_a_good_isa(self, families: bytes) -> None:
        noise = os.urandom(300_000)
        assert read_submission(noise).errors
        assert read_submission(families[:106] + noise).errors

    def test_a_file_cut_anywhere_is_refused(self, families: bytes) -> None:
        for length in range(1, len(families.rstrip()), 97):
            submission = read_submission(families[:length])
            assert submission.errors, length
            assert submission.claims == ()

    def test_an_interchange_that_came_before(self, families: bytes) -> None:
        asked: list[str] = []
        assert read_submission(families, seen_interchanges=lambda key: bool(asked.append(key))).errors == ()
        assert asked == ["ZZ:HILLTOPBILLING|ZZ:MERIDIANHEALTH|000000101"]
        assert asked == [interchange_key(interchange) for interchange in read_submission(families).interchanges]
        submission = read_submission(families, seen_interchanges=lambda key: True)
        assert only_error(submission).code == "025"
        assert submission.claims == ()

    def test_an_interchange_twice_in_one_file(self, families: bytes) -> None:
        submission = read_submission(families + families)
        assert only_error(submission).code == "025"
        assert len(submission.claims) == 4


CANARIES = ["ALDER", "QUINN", "MEM0001", "19800214", "J0190", "20260302", "99213", "97110", "FERN", "ASH"]


@pytest.mark.parametrize(
    "old", ["HILL-1*180.50***11:B:1", "SV1*HC:97110", "HI*ABK:J0190*ABF", "DMG*D8*19800214", "DTP*472*RD8*20260302"]
)
def test_no_message_repeats_the_patients_data(
    change: Change, old: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever is broken, neither the errors nor the logs quote what stood there."""
    caplog.set_level(logging.DEBUG)
    submission = read_submission(change(old, old.replace("*", "*Q", 1).replace(":", ":::::")))
    assert submission.errors
    told = " ".join(error.message for error in submission.errors) + caplog.text + "".join(capfd.readouterr())
    assert [canary for canary in CANARIES if canary in told] == []


def test_pyx12_is_loaded_only_when_a_guide_is_checked() -> None:
    script = (
        "import sys, claims.formats.x12.intake, claims.formats.x12.remittance_check; assert 'pyx12' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


SHARED_ACCEPTED = [
    "autoaccident",
    "drug.example10.1",
    "drug.example10.2",
    "drug.example10.3",
    "example1",
    "example2",
    "example7",
]
SHARED_REJECTED = ["ambulance.example5", "example6", "example11", "example12"]


class TestSharedFiles:
    """Files that nobody here wrote, unmodified."""

    @pytest.mark.parametrize("name", SHARED_ACCEPTED)
    def test_accepted(self, shared: Path, name: str) -> None:
        submission = read_submission((shared / f"x12/837_005010X222A2/demo.{name}.837").read_bytes())
        assert submission.errors == ()
        (claim,) = submission.claims
        assert claim.is_encounter_report == (name == "example2")

    @pytest.mark.parametrize("name", SHARED_REJECTED)
    def test_rejected_with_the_cause(self, shared: Path, name: str) -> None:
        submission = read_submission((shared / f"x12/837_005010X222A2/demo.{name}.837").read_bytes())
        assert submission.claims == ()
        assert [transaction.verdict for transaction in submission.transactions] == ["R"]
        cause = submission.errors[0]
        if name.startswith("ambulance"):
            assert (cause.segment, cause.element, cause.component, cause.code) == ("CLM", 5, 2, "1")
        else:
            assert "another character than ISA16 declares" in cause.message

    def test_every_institutional_file_is_rejected(self, shared: Path) -> None:
        files = sorted((shared / "x12/837_005010X223A3").glob("*.837i"))
        assert len(files) == 3
        for path in files:
            submission = read_submission(path.read_bytes())
            assert [transaction.verdict for transaction in submission.transactions] == ["R"]
            assert any((e.segment, e.element, e.code) == ("CLM", 6, "I10") for e in submission.errors)

    def test_strictness_about_npis(self, shared: Path) -> None:
        sound = {}
        for name in SHARED_ACCEPTED:
            data = (shared / f"x12/837_005010X222A2/demo.{name}.837").read_bytes()
            submission = read_submission(data, strict_npi=True)
            sound[name] = not submission.errors
            assert all("check digit" in error.message for error in submission.errors)
        assert [name for name, is_sound in sound.items() if not is_sound] == ["autoaccident", "example2", "example7"]
