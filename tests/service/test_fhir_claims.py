"""A claim is decided the same whether it came as an 837 or as FHIR, and is answered in FHIR."""

import json
import stat
from pathlib import Path

import pytest

from claims.adjudication.document import canonical_bytes
from claims.adjudication.fold import adjudicate_all
from claims.adjudication.plan_document import read_plan
from claims.formats.x12.intake import read_submission
from claims.service.adjudicating import adjudicate_for_payer
from claims.service.decision_file import read_decisions
from claims.service.errors import UsageError
from claims.service.fhir_answers import respond, write_answers
from claims.service.intake import read_claims, read_file
from claims.service.numbering import numbered_claims
from claims.service.offline_adjudication import adjudicate_file
from claims.service.rebilling import void_claim
from claims.service.submitting import hand_over, settle
from claims.service.validating import validate_file
from tests.formats.fhir.claims_as_fhir import as_bundle
from tests.service.parties import Parties

TESTS = Path(__file__).parent.parent
GOOD = TESTS / "fixtures" / "good"
DEMO = TESTS.parent / "claims" / "service" / "demo" / "data"
FILES = (
    (GOOD / "claim.837", GOOD),
    (DEMO / "claims.837", DEMO),
    (TESTS / "formats" / "x12" / "fixtures" / "two_families.837", GOOD),
    (TESTS / "formats" / "x12" / "fixtures" / "hospital.837", GOOD),
)


def as_fhir(file: Path, folder: Path) -> Path:
    """The claims of an 837 as a FHIR Bundle in a file."""
    target = folder / f"{file.stem}.json"
    target.write_bytes(as_bundle(read_submission(file.read_bytes()).claims))
    return target


@pytest.mark.parametrize(("file", "documents"), FILES, ids=[file.name for file, _ in FILES])
def test_fhir_and_837_of_a_claim_give_the_same_decision(file: Path, documents: Path, tmp_path: Path) -> None:
    def decide(given: Path) -> list[bytes]:
        found = adjudicate_file(
            given,
            plan=documents / "plan.toml",
            members=documents / "members.toml",
            providers=documents / "providers.toml",
            assume_evidence=True,
        )
        return [canonical_bytes(one.decision) for one in found.outcomes if one.decision is not None]

    decisions = decide(file)
    assert decisions
    assert decide(as_fhir(file, tmp_path)) == decisions


def test_the_shared_837s_are_decided_the_same(shared: Path) -> None:
    plan = read_plan((GOOD / "plan.toml").read_text())
    for file in sorted((shared / "x12").rglob("*.837*")):
        # Three of the files separate the parts of CLM05 by another character than ISA16 names.
        claims = tuple(one for one in read_submission(file.read_bytes(), validated=True).claims if one.frequency)
        if not claims:
            continue
        again = read_claims(as_bundle(claims)).claims
        assert [canonical_bytes(d) for d in adjudicate_all(plan, claims)] == [
            canonical_bytes(d) for d in adjudicate_all(plan, again)
        ]


def test_a_file_of_fhir_claims_is_checked_as_an_837_and_gets_no_999(tmp_path: Path) -> None:
    good = as_fhir(GOOD / "claim.837", tmp_path)
    checked = validate_file(good, write=True)
    assert checked.verdict == "accepted"
    assert checked.acknowledgement is None
    bundle = json.loads(good.read_bytes())
    bundle["entry"][0]["resource"]["total"]["value"] = 1
    good.write_text(json.dumps(bundle))
    assert validate_file(good, write=True).verdict == "rejected"
    assert [path.name for path in tmp_path.iterdir()] == ["claim.json"]


def test_a_rejected_claim_is_answered_with_outcome_error(tmp_path: Path) -> None:
    file = as_fhir(DEMO / "claims.837", tmp_path)
    bundle = json.loads(file.read_bytes())
    bundle["entry"][0]["resource"]["total"]["value"] = 1
    file.write_text(json.dumps(bundle))
    found = adjudicate_file(file, plan=DEMO / "plan.toml")
    decisions = [one.decision for one in found.outcomes]
    assert decisions[0] is None
    out = tmp_path / "answers"
    written = write_answers(file, decisions, out=out, created=read_file(file).claims[0].received)
    assert len(written) == 2 * len(decisions) - 1
    outcomes = [json.loads(path.read_bytes())["outcome"] for path in map(Path, written)]
    assert outcomes[0] == "error"
    assert "error" not in outcomes[1:]
    assert {stat.S_IMODE(Path(path).stat().st_mode) for path in written} == {0o600}


def test_a_fhir_claim_goes_all_the_way_and_its_answer_names_the_payment(local: Parties) -> None:
    file = as_fhir(local.claim, local.folder)
    handed = hand_over(local.clinic, file, records=local.records, out=local.to_payer)
    [(number, _)] = numbered_claims(read_file(file))
    sent = Path(handed.files["claims"])
    assert sent.name == "claim.json"
    assert sent.read_bytes() == file.read_bytes()
    done = adjudicate_for_payer(local.payer, sent, evidence=Path(handed.files["records"]), out=local.to_clinic)
    assert [claim["control_number"] for claim in done["claims"]] == [number]
    assert set(done["files"]) == {"decisions"}
    decisions = Path(done["files"]["decisions"])
    [outcome] = settle(local.clinic, file, records=local.records, decisions=decisions)
    assert outcome.status == "settled"
    local.remit()
    _, [answer] = read_decisions(decisions)
    for form, kind in (("claim-response", "ClaimResponse"), ("eob", "ExplanationOfBenefit")):
        out = local.folder / f"{form}.json"
        told = respond(local.payer, "EC-1044", form=form, out=out)
        resource = json.loads(out.read_bytes())
        assert told == {"claim": "EC-1044", "control_number": number, "outcome": "complete", "file": str(out)}
        assert resource["resourceType"] == kind
        assert resource["identifier"][0]["value"] == number
        assert resource["payment"]["amount"] == {"value": float(str(answer.decision.paid)), "currency": "USD"}
        assert resource["payment"]["identifier"]["value"].startswith("0x")


def test_a_claim_that_was_billed_in_fhir_is_voided_in_fhir(local: Parties) -> None:
    file = as_fhir(local.claim, local.folder)
    hand_over(local.clinic, file, records=local.records, out=local.to_payer)
    with pytest.raises(UsageError, match="is given as FHIR"):
        void_claim(local.clinic, "EC-1044", local.folder / "void.837")


def test_what_cannot_be_answered_is_told(local: Parties) -> None:
    out = local.folder / "answer.json"
    with pytest.raises(UsageError, match="knows no claim EC-9"):
        respond(local.payer, "EC-9", form="eob", out=out)
    with pytest.raises(UsageError, match="claim-response or eob"):
        respond(local.payer, "EC-9", form="pdf", out=out)
    local.hand_over()
    with pytest.raises(UsageError, match="there is no decision"):
        respond(local.clinic, "EC-1044", form="eob", out=out)
    assert not out.exists()
