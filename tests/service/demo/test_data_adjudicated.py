"""The engine comes to the figures that were worked out by hand, given what the export says was done."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from claims.adjudication import documents
from claims.adjudication.fold import adjudicate_all
from claims.formats.fhir.encounters import read_export
from claims.formats.x12.intake import read_submission
from claims.model.decision import Decision
from claims.model.evidence import VerifiedEncounter
from tests.service.demo.files import DATA, FIXTURES, toml

EXPECTED = toml(Path(__file__).parent / "expected.toml")


def verified(folder: Path, export: Path, unsigned: set[str]) -> tuple[VerifiedEncounter, ...]:
    """What the evidence room would answer of the export: signed but for the unsigned, and one's own visits need a witness."""
    network = {p.npi: p for p in documents.read_providers((folder / "providers.toml").read_text())}
    found = []
    for encounter in read_export(export.read_bytes()):
        clinician, provider = network[encounter.practitioner_npi], network[encounter.provider_npi]
        signed = encounter.identifier not in unsigned
        witness = "same-controller" if clinician.controller == provider.controller else ""
        found.append(
            VerifiedEncounter(
                identifier=encounter.identifier,
                person=encounter.person,
                practitioner=clinician.practitioner,
                practitioner_npi=clinician.npi,
                provider_npi=provider.npi,
                services=encounter.services,
                services_root=sha256(b"root" + encounter.identifier.encode()).digest(),
                digest=sha256(b"digest" + encounter.identifier.encode()).digest(),
                signed=signed,
                problem=witness if signed else "unsigned",
            )
        )
    return tuple(found)


def decide(folder: Path, claims: str, export: str, unsigned: set[str]) -> list[Decision]:
    """The decisions on a folder's claims, in order, with everything checked."""
    accumulators = folder / "accumulators.toml"
    return list(
        adjudicate_all(
            documents.read_plan((folder / "plan.toml").read_text()),
            read_submission((folder / claims).read_bytes()).claims,
            members=documents.read_members((folder / "members.toml").read_text()),
            providers=documents.read_providers((folder / "providers.toml").read_text()),
            evidence=verified(folder, folder / export, unsigned),
            history=(),
            accumulators=documents.read_accumulators(accumulators.read_text()) if accumulators.exists() else {},
        )
    )


UNSIGNED = set(toml(DATA / "demo.toml")["unsigned"]["encounters"])
DECISIONS = {d.claim: d for d in decide(DATA, "claims.837", "ehr-export.json", UNSIGNED)}


@pytest.mark.parametrize("row", EXPECTED["claims"], ids=lambda row: row["claim"])
def test_each_claim_comes_to_the_figures_worked_by_hand(row: dict) -> None:
    if row["status"] == "rejected":
        assert row["claim"] not in DECISIONS
        return
    decision = DECISIONS[row["claim"]]
    assert decision.status == row["status"]
    for amount in ("charge", "allowed", "paid", "patient"):
        assert str(getattr(decision, amount)) == row[amount]
    for line, worked in zip(decision.lines, row["lines"], strict=True):
        assert (line.code, str(line.charge), str(line.allowed), str(line.paid)) == tuple(
            worked[key] for key in ("code", "charge", "allowed", "paid")
        )
        assert sorted(f"{a.group}-{a.reason} {a.amount}" for a in line.adjustments) == worked["adjustments"]


def test_a_paid_claim_is_matched_to_the_visits_of_the_table() -> None:
    for row in EXPECTED["claims"]:
        if row["status"] == "paid":
            assert {record for _, record, _ in DECISIONS[row["claim"]].matches} == set(row["encounters"])


def test_a_late_signature_wakes_the_pended_claim() -> None:
    """By then the out-of-pocket maximum is reached, so the visit costs the member nothing."""
    signed = {d.claim: d for d in decide(DATA, "claims.837", "ehr-export.json", set())}["HSFM-30577"]
    assert (signed.status, str(signed.paid), str(signed.patient)) == ("paid", "94.25", "0.00")


def test_the_solo_practitioners_claim_is_paid_once_somebody_independent_was_there() -> None:
    """Nothing but the witness is wanting."""
    evidence = tuple(replace(e, problem="") for e in verified(DATA, DATA / "ehr-export.json", set()))
    claims = [c for c in read_submission((DATA / "claims.837").read_bytes()).claims if c.number == "RC-0719"]
    plan = documents.read_plan((DATA / "plan.toml").read_text())
    (decision,) = adjudicate_all(plan, claims, evidence=evidence, accumulators={})
    assert (decision.status, str(decision.paid)) == ("paid", "128.00")


def test_the_good_claim_is_paid_in_full() -> None:
    (decision,) = decide(FIXTURES / "good", "claim.837", "ehr.json", set())
    assert (decision.status, str(decision.paid), str(decision.charge)) == ("paid", "175.00", "175.00")
    assert {record for _, record, _ in decision.matches} == {"EC26-000871"}


def test_the_unknown_member_is_not_identified() -> None:
    good = FIXTURES / "good"
    (decision,) = adjudicate_all(
        documents.read_plan((good / "plan.toml").read_text()),
        read_submission((FIXTURES / "bad" / "unknown-member.837").read_bytes()).claims,
        members=documents.read_members((good / "members.toml").read_text()),
    )
    assert decision.status == "denied"
    assert {a.reason for line in decision.lines for a in line.adjustments} == {"31"}
