"""A claim in two steps: the provider submits, the payer decides; pended claims are decided again."""

from dataclasses import replace

import pytest
from eth_utils.address import to_checksum_address

from tests.contracts.support import (
    APPROVED,
    DENIED,
    DENIED_STATUS,
    NONE,
    PAID_STATUS,
    PENDED,
    PENDED_STATUS,
    POLICY,
    PRACTITIONER,
    PRIMARY,
    SUBMITTED,
    TERTIARY,
    UNITS_PER_CENT,
    Case,
    Stage,
    attested,
    case,
    events,
)


def submitted(stage: Stage, **parts: object) -> Case:
    """A claim that the provider submitted."""
    made = case(stage, **parts)
    stage.send(stage.provider, made.submit())
    return made


# -- Submitting --------------------------------------------------------------------------------------------------------


def test_submitting_opens_the_claim_and_starts_its_clock(stage: Stage) -> None:
    made = case(stage)
    receipt = stage.send(stage.provider, made.submit())
    record = stage.claim(made.claim)
    assert record["status"] == SUBMITTED
    assert record["revision"] == 0
    assert record["submittedAt"] == stage.now
    (event,) = events(stage.book, receipt, "ClaimSubmitted")
    assert (event["claim"], event["provider"], event["policy"]) == (made.claim, stage.provider.address, POLICY)
    assert not stage.spent(1)


def test_a_claim_is_submitted_once(stage: Stage) -> None:
    made = submitted(stage)
    error = stage.refused(stage.provider, made.submit())
    assert (error.name, error.arguments) == ("Claims_AlreadySubmitted", (made.claim,))


def test_a_submitted_claim_is_not_settled_past_its_revisions(stage: Stage) -> None:
    """An approval that was signed before a denial must not be used after it."""
    made = case(stage)
    approval = made.settle()
    stage.send(stage.provider, made.submit())
    stage.send(stage.insurer, made.decide(outcome=DENIED, paid=0))
    error = stage.refused(stage.provider, approval)
    assert (error.name, error.arguments) == ("Claims_AlreadySubmitted", (made.claim,))


def test_a_submission_does_not_stop_other_claims_on_its_policy(stage: Stage) -> None:
    submitted(stage)
    stage.send(stage.provider, case(stage, 2).settle())


def test_a_claim_that_was_settled_is_not_submitted_again(stage: Stage) -> None:
    made = case(stage)
    stage.send(stage.provider, made.settle())
    error = stage.refused(stage.provider, made.submit())
    assert (error.name, error.arguments) == ("Registry_BitSpent", (PRACTITIONER, PRIMARY, 1))


def test_only_the_provider_submits(stage: Stage) -> None:
    assert stage.refused(stage.stranger, case(stage).submit()).name == "Invoices_SenderNotProvider"


def test_the_references_are_those_of_the_invoice(stage: Stage) -> None:
    listed = case(stage, 2).invoice_message["attestations"]
    made = case(stage, invoice={"attestations": listed})
    error = stage.refused(stage.provider, made.submit())
    assert error.name == "Invoices_AttestationsMismatch"
    assert error.arguments[0] == listed


def test_what_is_submitted_is_made_for_the_provider(stage: Stage) -> None:
    made = Case(stage, [attested(stage, provider=stage.stranger.address)])
    error = stage.refused(stage.provider, made.submit())
    assert error.name == "Registry_ProviderMismatch"
    assert [to_checksum_address(a) for a in error.arguments] == [stage.stranger.address, stage.provider.address]


@pytest.mark.parametrize(
    ("invoice", "name"),
    [
        ({"frequency": 7}, "Invoices_FrequencyUnsupported"),
        ({"replaces": b"\1" * 32}, "Invoices_ReplacesUnexpected"),
        ({"policy": 99}, "Policies_Unknown"),
        ({"rank": TERTIARY}, "Policies_RankNotCovered"),
    ],
)
def test_an_invoice_that_could_not_be_paid_is_not_taken(stage: Stage, invoice: dict[str, object], name: str) -> None:
    assert stage.refused(stage.provider, case(stage, invoice=invoice).submit()).name == name


def test_services_of_another_year_are_not_taken(stage: Stage) -> None:
    made = Case(stage, [attested(stage, serviceYear=stage.year - 1)])
    error = stage.refused(stage.provider, made.submit())
    assert (error.name, error.arguments) == ("Policies_YearMismatch", (POLICY, stage.year, stage.year - 1))


def test_a_revoked_attestation_is_not_taken(stage: Stage) -> None:
    stage.send(stage.practitioner, stage.registry.functions.revoke(PRACTITIONER, 1))
    assert stage.refused(stage.provider, case(stage).submit()).name == "Registry_AttestationRevoked"


def test_a_claim_without_evidence_is_not_taken(stage: Stage) -> None:
    error = stage.refused(stage.provider, Case(stage, [], decision={"linesRoot": bytes(32)}).submit())
    assert (error.name, error.arguments) == ("Registry_EvidenceCount", (0,))


# -- Deciding ----------------------------------------------------------------------------------------------------------


def test_an_approval_pays(stage: Stage) -> None:
    made = submitted(stage)
    receipt = stage.send(stage.insurer, made.decide())
    assert stage.balance(stage.provider.address) == 5_600 * UNITS_PER_CENT
    record = stage.claim(made.claim)
    assert (record["status"], record["revision"], record["allowed"], record["paid"]) == (PAID_STATUS, 1, 9_500, 5_600)
    assert stage.spent(1)
    assert events(stage.book, receipt, "ClaimPaid")[0]["payment"] == made.payment
    assert stage.solvent()


def test_whoever_brings_the_signatures_may_send_them(stage: Stage) -> None:
    stage.send(stage.stranger, submitted(stage).decide())
    assert stage.balance(stage.provider.address) == 5_600 * UNITS_PER_CENT


def test_a_denial_spends_no_bit_and_moves_no_money(stage: Stage) -> None:
    made = submitted(stage)
    receipt = stage.send(stage.insurer, made.decide(outcome=DENIED, paid=0))
    assert stage.claim(made.claim)["status"] == DENIED_STATUS
    assert not stage.spent(1)
    assert stage.balance(stage.provider.address) == 0
    (event,) = events(stage.book, receipt, "ClaimDecided")
    assert (event["claim"], event["revision"], event["outcome"]) == (made.claim, 1, DENIED)


def test_a_visit_whose_claim_was_denied_can_be_claimed_otherwise(stage: Stage) -> None:
    stage.send(stage.insurer, submitted(stage).decide(outcome=DENIED, paid=0))
    stage.send(stage.provider, case(stage, billed=12_001).settle())


def test_a_pended_claim_is_decided_by_the_next_revision(stage: Stage) -> None:
    made = submitted(stage)
    stage.send(stage.insurer, made.decide(outcome=PENDED, paid=0))
    assert stage.claim(made.claim)["status"] == PENDED_STATUS
    error = stage.refused(stage.insurer, made.decide())
    assert (error.name, error.arguments) == ("Claims_RevisionMismatch", (1, 2))
    stage.send(stage.insurer, made.decide(revision=2))
    assert stage.claim(made.claim)["revision"] == 2
    assert stage.balance(stage.provider.address) == 5_600 * UNITS_PER_CENT


@pytest.mark.parametrize("outcome", [APPROVED, DENIED])
def test_a_decided_claim_is_closed(stage: Stage, outcome: int) -> None:
    made = submitted(stage)
    stage.send(stage.insurer, made.decide(outcome=outcome, **({} if outcome == APPROVED else {"paid": 0})))
    error = stage.refused(stage.insurer, made.decide(revision=2))
    assert (error.name, error.arguments) == ("Claims_Closed", (made.claim,))


def test_a_claim_that_was_not_submitted_is_not_decided(stage: Stage) -> None:
    made = case(stage)
    error = stage.refused(stage.insurer, made.decide())
    assert (error.name, error.arguments) == ("Claims_NotSubmitted", (made.claim,))
    assert stage.claim(made.claim)["status"] == NONE


@pytest.mark.parametrize("outcome", [0, 4, 255])
def test_there_are_three_outcomes(stage: Stage, outcome: int) -> None:
    error = stage.refused(stage.insurer, submitted(stage).decide(outcome=outcome, paid=0))
    assert (error.name, error.arguments) == ("Claims_OutcomeInvalid", (outcome,))


@pytest.mark.parametrize("outcome", [DENIED, PENDED])
def test_a_refusal_pays_nothing(stage: Stage, outcome: int) -> None:
    error = stage.refused(stage.insurer, submitted(stage).decide(outcome=outcome, paid=1))
    assert (error.name, error.arguments) == ("Claims_PaidWithoutApproval", (outcome, 1))


def test_a_refusal_shows_no_evidence(stage: Stage) -> None:
    made = submitted(stage)
    invoice, evidence, _ = made.arguments
    denial = replace(made, decision={"outcome": DENIED, "paid": 0}).signed_decision
    error = stage.refused(stage.insurer, stage.book.functions.decide(evidence, denial, invoice))
    assert (error.name, error.arguments) == ("Claims_EvidenceUnexpected", (1,))


def test_an_approval_needs_its_evidence(stage: Stage) -> None:
    made = submitted(stage)
    invoice, _, approval = made.arguments
    error = stage.refused(stage.insurer, stage.book.functions.decide([], approval, invoice))
    assert (error.name, error.arguments) == ("Registry_EvidenceCount", (0,))


def test_what_was_revoked_after_submission_is_not_paid(stage: Stage) -> None:
    made = submitted(stage)
    stage.send(stage.practitioner, stage.registry.functions.revoke(PRACTITIONER, 1))
    assert stage.refused(stage.insurer, made.decide()).name == "Registry_AttestationRevoked"


def test_two_claims_on_one_visit_are_paid_once(stage: Stage) -> None:
    first, second = submitted(stage), submitted(stage, billed=12_001)
    stage.send(stage.insurer, first.decide())
    error = stage.refused(stage.insurer, second.decide())
    assert (error.name, error.arguments) == ("Registry_BitSpent", (PRACTITIONER, PRIMARY, 1))
    stage.send(stage.insurer, second.decide(outcome=DENIED, paid=0))
