"""The project's own readers see in the demo's files what is written in them."""

from datetime import date
from pathlib import Path

import pytest

from claims.adjudication import documents
from claims.formats.fhir.encounters import read_export
from claims.formats.x12.intake import read_submission
from claims.model.claim import Claim
from tests.service.demo.files import DATA, FIXTURES, billed, charted

SUBMISSION = read_submission((DATA / "claims.837").read_bytes(), strict_npi=True)


def claim(number: str) -> Claim:
    """One accepted claim of the demo's file."""
    return next(claim for claim in SUBMISSION.claims if claim.number == number)


def test_the_first_transaction_is_accepted_and_the_second_is_rejected_for_clm05_2() -> None:
    first, second = SUBMISSION.transactions
    assert first.accepted
    assert first.received == date(2026, 3, 16)
    assert [(error.segment, error.element, error.component) for error in second.errors] == [("CLM", 5, 2)]
    assert [claim.number for claim in SUBMISSION.claims] == [bill.number for bill in billed(DATA / "claims.837")][:-1]


def test_a_child_and_a_spouse_are_billed_under_the_subscribers_number() -> None:
    child, spouse = claim("HSFM-30388"), claim("HSFM-30472")
    assert (child.member_number, child.relationship, child.patient.first_name) == ("LK204417703", "19", "JONAH")
    assert (spouse.member_number, spouse.relationship, spouse.patient.first_name) == ("LK204529918", "01", "LIVIA")
    assert claim("HSFM-30401").member_number == child.member_number
    assert claim("HSFM-30401").relationship == "18"


def test_the_solo_practitioner_bills_as_a_person_and_renders() -> None:
    solo = claim("RC-0719")
    assert solo.billing.is_person
    renders = solo.rendering_of(solo.lines[0])
    assert renders is not None
    assert renders.npi == "2195638079"


def test_evidence_is_named_at_claim_or_line_or_not_at_all() -> None:
    assert claim("HSFM-30455").evidence == ("V26-002204", "V26-002961")
    assert [line.evidence for line in claim("HSFM-30602").lines] == [("V26-003310",)] * 2
    assert claim("HSFM-30388").evidence == ()


@pytest.mark.parametrize(
    ("name", "segment", "element"),
    [
        ("negative-amount", "SV1", 2),
        ("unbalanced", "CLM", 2),
        ("replacement-without-original", "CLM", 0),
        ("truncated", "IEA", 0),
        ("wrong-delimiter", "IEA", 0),
    ],
)
def test_a_bad_file_yields_no_claim_and_says_where(name: str, segment: str, element: int) -> None:
    submission = read_submission((FIXTURES / "bad" / f"{name}.837").read_bytes())
    assert submission.claims == ()
    assert (segment, element) in {(error.segment, error.element) for error in submission.errors}


@pytest.mark.parametrize(
    "path", [FIXTURES / "good" / "claim.837", FIXTURES / "bad" / "unknown-member.837"], ids=lambda path: path.stem
)
def test_a_sound_file_yields_its_claim(path: Path) -> None:
    submission = read_submission(path.read_bytes(), strict_npi=True)
    assert submission.errors == ()
    assert [claim.charge.cents for claim in submission.claims] == [17500]


@pytest.mark.parametrize("folder", [DATA, FIXTURES / "good"], ids=["demo", "good"])
def test_the_payers_documents_are_read(folder: Path) -> None:
    assert documents.read_plan((folder / "plan.toml").read_text()).year == 2026
    members = documents.read_members((folder / "members.toml").read_text())
    providers = documents.read_providers((folder / "providers.toml").read_text())
    billing = {
        claim.billing.npi for path in folder.glob("*.837") for claim in read_submission(path.read_bytes()).claims
    }
    subscribers = {
        claim.member_number for path in folder.glob("*.837") for claim in read_submission(path.read_bytes()).claims
    }
    assert subscribers == {member.member_number for member in members}
    assert billing == {npi for provider in providers for npi in provider.roster}


def test_accumulators_are_given_by_family() -> None:
    used = documents.read_accumulators((DATA / "accumulators.toml").read_text())
    assert {number: (a.deductible.cents, a.out_of_pocket.cents) for number, a in used.items()} == {
        "LK204417703": (15000, 21000),
        "LK204529918": (25000, 294000),
    }


@pytest.mark.parametrize(("name", "path"), [("plan-typo", "deductable"), ("plan-negative-amount", "99213")])
def test_a_bad_plan_is_refused_by_the_path_of_its_key(name: str, path: str) -> None:
    with pytest.raises(documents.DocumentError, match=path):
        documents.read_plan((FIXTURES / "bad" / f"{name}.toml").read_text())


@pytest.mark.parametrize("export", [DATA / "ehr-export.json", FIXTURES / "good" / "ehr.json"], ids=["demo", "good"])
def test_the_export_is_read_as_the_services_that_were_done(export: Path) -> None:
    chart = charted(export)
    encounters = {encounter.identifier: encounter for encounter in read_export(export.read_bytes())}
    assert list(encounters) == list(chart)
    for visit, done in chart.items():
        assert {encounters[visit].practitioner_npi} == {one.clinician for one in done}
        assert [
            (s.begins.strftime("%Y%m%d"), s.code, s.modifiers, s.units, s.place) for s in encounters[visit].services
        ] == [(one.day, one.code, one.modifiers, one.units, one.place) for one in done]


def test_the_patients_of_the_export_are_the_payers_persons() -> None:
    persons = {member.person for member in documents.read_members((DATA / "members.toml").read_text())}
    assert {encounter.person for encounter in read_export((DATA / "ehr-export.json").read_bytes())} == persons
