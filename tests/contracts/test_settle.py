"""One claim in one transaction: what is paid, and everything that is refused, by the name of its error."""

from dataclasses import replace
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from tests.contracts.support import (
    CLAIM_CAP,
    DAY,
    DENIED,
    LIMIT,
    NONE,
    NOTHING,
    OTHER_PRACTITIONER,
    POLICY,
    PRACTITIONER,
    PRIMARY,
    QUORUM_ABOVE,
    RESERVE,
    SECONDARY,
    TERTIARY,
    UNITS_PER_CENT,
    Case,
    Stage,
    attested,
    case,
    events,
    fixed,
    key,
    sign,
    struct_hash,
    values,
)


def refusal(made: Case) -> tuple[str, tuple[Any, ...]]:
    """Name and arguments of the error with which the claim is refused; nothing has changed by it."""
    error = made.stage.refused(made.stage.provider, made.settle())
    return error.name, tuple(to_checksum_address(a) if isinstance(a, str) else a for a in error.arguments)


# -- Paid --------------------------------------------------------------------------------------------------------------


def test_an_honest_claim_is_paid(stage: Stage) -> None:
    made = case(stage)
    receipt = stage.send(stage.provider, made.settle())

    assert stage.balance(stage.provider.address) == 5_600 * UNITS_PER_CENT
    assert stage.policy()["paid"] == 5_600
    assert stage.policy()["reserve"] == RESERVE - 5_600
    assert stage.policy()["limit"] == LIMIT
    assert stage.spent(1)
    assert not stage.spent(1, SECONDARY)
    assert not stage.spent(2)
    assert stage.solvent()
    (paid,) = events(stage.book, receipt, "ClaimPaid")
    assert paid["claim"] == made.claim
    assert paid["payment"] == made.payment
    assert paid["provider"] == stage.provider.address
    assert (paid["policy"], paid["revision"], paid["paid"]) == (POLICY, 1, 5_600)
    assert stage.book.functions.claimIdOf(values("ProviderInvoice", made.invoice_message)).call() == made.claim
    assert stage.book.functions.paymentIdOf(fixed("batch"), made.claim).call() == made.payment


def test_no_claim_slot_is_written(stage: Stage) -> None:
    made = case(stage)
    stage.send(stage.provider, made.settle())
    assert stage.claim(made.claim)["status"] == NONE


def test_a_claim_that_is_all_the_patients_is_approved_and_moves_no_money(stage: Stage) -> None:
    made = case(stage, paid=0, decision={"patient": 9_500})
    receipt = stage.send(stage.provider, made.settle())
    assert events(stage.book, receipt, "ClaimPaid")[0]["paid"] == 0
    assert stage.balance(stage.provider.address) == 0
    assert stage.policy()["paid"] == 0
    assert stage.spent(1)


def test_a_claim_may_list_attestations_of_several_practitioners(stage: Stage) -> None:
    made = Case(stage, [attested(stage, 1), attested(stage, 2), attested(stage, 1, other=True)])
    stage.send(stage.provider, made.settle())
    assert stage.spent(1)
    assert stage.spent(2)
    assert stage.spent(1, practitioner=OTHER_PRACTITIONER)
    assert stage.balance(stage.provider.address) == 5_600 * UNITS_PER_CENT


def test_sixteen_attestations_are_taken_and_seventeen_are_not(stage: Stage) -> None:
    seventeen = [attested(stage, sequence) for sequence in range(1, 18)]
    assert refusal(Case(stage, seventeen)) == ("Registry_EvidenceCount", (17,))
    stage.send(stage.provider, Case(stage, seventeen[:16]).settle())


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_attestation_is_taken_from_anywhere_in_its_roll(stage: Stage, place: int) -> None:
    shift = [attested(stage, sequence).fields for sequence in (1, 2, 3)]
    chosen = replace(attested(stage), fields=shift[place], before=tuple(shift[:place]), after=tuple(shift[place + 1 :]))
    stage.send(stage.provider, Case(stage, [chosen]).settle())
    assert [stage.spent(sequence) for sequence in (1, 2, 3)] == [place == n for n in range(3)]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_decision_is_taken_from_anywhere_in_its_batch(stage: Stage, place: int) -> None:
    others = tuple(case(stage, sequence).decision_message for sequence in (2, 3))
    stage.send(stage.provider, case(stage, before=others[:place], after=others[place:]).settle())
    assert stage.balance(stage.provider.address) == 5_600 * UNITS_PER_CENT


def test_each_rank_pays_once(stage: Stage) -> None:
    stage.send(stage.provider, case(stage).settle())
    second = case(stage, paid=2_000, invoice={"rank": SECONDARY}, decision={"otherPayer": 5_600})
    stage.send(stage.provider, second.settle())
    assert stage.balance(stage.provider.address) == 7_600 * UNITS_PER_CENT
    assert refusal(second) == ("Registry_BitSpent", (PRACTITIONER, SECONDARY, 1))


def test_a_superseding_attestation_spends_the_old_one_too(stage: Stage) -> None:
    stage.send(stage.provider, Case(stage, [attested(stage, 2, supersedes=1)]).settle())
    assert stage.spent(1)
    assert stage.spent(2)
    assert refusal(case(stage, 1)) == ("Registry_BitSpent", (PRACTITIONER, PRIMARY, 1))


def test_a_superseding_attestation_pays_once_in_each_rank(stage: Stage) -> None:
    stage.send(stage.provider, Case(stage, [attested(stage, 2, supersedes=1)]).settle())
    second = Case(stage, [attested(stage, 2, supersedes=1)], paid=100, invoice={"rank": SECONDARY})
    stage.send(stage.provider, second.settle())
    assert stage.spent(1, SECONDARY)


def test_two_signatures_pay_what_one_may_not(stage: Stage) -> None:
    large = case(stage, billed=200_000, paid=QUORUM_ABOVE + 1)
    assert refusal(large) == ("Claims_QuorumMissing", (1, 2))
    stage.send(stage.provider, replace(large, signers=stage.adjudicators[:2]).settle())
    assert stage.balance(stage.provider.address) == (QUORUM_ABOVE + 1) * UNITS_PER_CENT


def test_a_policy_that_was_cancelled_pays_for_its_services_of_before(stage: Stage) -> None:
    stage.send(stage.insurer, stage.book.functions.cancelPolicy(POLICY, stage.today))
    stage.send(stage.provider, case(stage).settle())


def test_claims_run_out_after_the_policys_year(stage: Stage) -> None:
    made = case(stage, header={"deadline": stage.now + 400 * DAY})
    made.evidence[0].fields["validUntil"] = stage.now + 400 * DAY
    call = made.settle()
    stage.travel(300 * DAY)
    stage.send(stage.provider, call)


# -- The roots: phantom line, changed code, more units ------------------------------------------------------------------


def test_other_services_than_those_attested_are_refused(stage: Stage) -> None:
    phantom = fixed("a line more, another code, more units")
    assert refusal(case(stage, decision={"linesRoot": phantom})) == (
        "Claims_RootMismatch",
        (phantom, fixed("services 1 False")),
    )


def test_roots_of_several_attestations_count_in_the_invoices_order(stage: Stage) -> None:
    made = Case(stage, [attested(stage, 1), attested(stage, 2)])
    roots = [item.fields["servicesRoot"] for item in made.evidence]
    swapped = keccak(roots[1] + roots[0])
    made.decision = {"linesRoot": swapped}
    assert refusal(made) == ("Claims_RootMismatch", (swapped, keccak(roots[0] + roots[1])))


def test_another_witness_rule_than_the_attestations_is_refused(stage: Stage) -> None:
    assert refusal(case(stage, decision={"evidenceClass": 3})) == ("Claims_ClassMismatch", (3, 0))


def test_evidence_that_the_invoice_does_not_list_is_refused(stage: Stage) -> None:
    listed = case(stage, 2).invoice_message["attestations"]
    presented = case(stage).invoice_message["attestations"]
    made = case(stage, invoice={"attestations": listed})
    assert refusal(made) == ("Invoices_AttestationsMismatch", (listed, presented))


# -- Paid before --------------------------------------------------------------------------------------------------------


def test_a_claim_is_paid_once(stage: Stage) -> None:
    made = case(stage)
    stage.send(stage.provider, made.settle())
    assert refusal(made) == ("Registry_BitSpent", (PRACTITIONER, PRIMARY, 1))


def test_a_visit_is_billed_once_even_on_another_invoice(stage: Stage) -> None:
    stage.send(stage.provider, case(stage).settle())
    again = case(stage, billed=12_001, header={"batch": fixed("another batch")})
    assert refusal(again) == ("Registry_BitSpent", (PRACTITIONER, PRIMARY, 1))


def test_a_visit_is_billed_once_even_at_a_second_insurer(stage: Stage) -> None:
    stage.send(stage.provider, case(stage).settle())
    second = stage.with_token("TestDollar")
    assert refusal(case(second)) == ("Registry_BitSpent", (PRACTITIONER, PRIMARY, 1))


def test_a_claim_cannot_list_one_attestation_twice(stage: Stage) -> None:
    made = Case(stage, [attested(stage), attested(stage)])
    assert refusal(made) == ("Registry_BitSpent", (PRACTITIONER, PRIMARY, 1))


def test_a_revoked_attestation_pays_in_no_rank(stage: Stage) -> None:
    stage.send(stage.practitioner, stage.registry.functions.revoke(PRACTITIONER, 1))
    for rank in (PRIMARY, SECONDARY):
        made = case(stage, invoice={"rank": rank})
        assert refusal(made) == ("Registry_AttestationRevoked", (PRACTITIONER, 1))


def test_what_supersedes_a_spent_attestation_is_refused(stage: Stage) -> None:
    stage.send(stage.provider, case(stage).settle())
    made = Case(stage, [attested(stage, 2, supersedes=1)])
    assert refusal(made) == ("Registry_BitSpent", (PRACTITIONER, PRIMARY, 1))


def test_an_attestation_does_not_supersede_itself(stage: Stage) -> None:
    assert refusal(Case(stage, [attested(stage, supersedes=1)])) == ("Registry_SupersedesItself", (1,))


@pytest.mark.parametrize("sequence", [0, 5 << 32])
def test_a_counter_starts_at_one(stage: Stage, sequence: int) -> None:
    assert refusal(case(stage, sequence)) == ("Registry_SequenceInvalid", (sequence,))


def test_lanes_do_not_touch_one_another(stage: Stage) -> None:
    stage.send(stage.provider, case(stage, 1).settle())
    stage.send(stage.provider, case(stage, (9 << 32) | 1).settle())
    assert not stage.spent((8 << 32) | 1)


# -- Credentials --------------------------------------------------------------------------------------------------------


def test_practitioner_zero_does_not_exist(stage: Stage) -> None:
    assert refusal(Case(stage, [replace(attested(stage), practitioner=0)])) == ("Registry_PractitionerUnknown", (0,))


def test_a_practitioner_who_was_never_enrolled_is_refused(stage: Stage) -> None:
    assert refusal(Case(stage, [replace(attested(stage), practitioner=9)])) == ("Registry_PractitionerUnknown", (9,))


def test_a_suspended_practitioner_is_refused_until_reinstated(stage: Stage) -> None:
    calls = stage.registry.functions
    stage.send(stage.credentialer, calls.suspendPractitioner(PRACTITIONER, True))
    assert refusal(case(stage)) == ("Registry_PractitionerSuspended", (PRACTITIONER,))
    stage.send(stage.credentialer, calls.suspendPractitioner(PRACTITIONER, False))
    stage.send(stage.provider, case(stage).settle())


def test_a_practitioners_credential_must_overlap_the_year(stage: Stage) -> None:
    first, last = stage.first_day(stage.year - 2), stage.first_day(stage.year) - 1
    calls = stage.registry.functions
    stage.send(stage.credentialer, calls.updatePractitioner(PRACTITIONER, 901, first, last))
    assert refusal(case(stage)) == ("Registry_PractitionerWindow", (PRACTITIONER, first, last, stage.year))
    stage.send(stage.credentialer, calls.updatePractitioner(PRACTITIONER, 901, first, last + 1))
    stage.send(stage.provider, case(stage).settle())


def test_a_credential_that_begins_after_the_year_is_refused(stage: Stage) -> None:
    first, last = stage.first_day(stage.year + 1), stage.first_day(stage.year + 2)
    calls = stage.registry.functions
    stage.send(stage.credentialer, calls.updateProvider(stage.provider.address, 501, first, last))
    assert refusal(case(stage)) == ("Registry_ProviderWindow", (stage.provider.address, first, last, stage.year))
    stage.send(stage.credentialer, calls.updateProvider(stage.provider.address, 501, first - 1, last))
    stage.send(stage.provider, case(stage).settle())


def test_a_compromised_key_counts_until_its_day(stage: Stage) -> None:
    calls = stage.registry.functions
    stage.send(stage.credentialer, calls.reportCompromise(PRACTITIONER, stage.today + 1))
    stage.send(stage.provider, case(stage, 1).settle())
    stage.send(stage.credentialer, calls.reportCompromise(PRACTITIONER, stage.today))
    assert refusal(case(stage, 2)) == ("Registry_KeyCompromised", (PRACTITIONER, stage.today))


def test_a_new_key_signs_and_the_old_one_does_not(stage: Stage) -> None:
    calls = stage.registry.functions
    stage.send(stage.credentialer, calls.reportCompromise(PRACTITIONER, stage.today))
    stage.send(stage.credentialer, calls.rotateKey(PRACTITIONER, key("new key").address))
    assert refusal(case(stage)) == ("Registry_SignatureInvalid", (PRACTITIONER,))
    stage.send(stage.provider, Case(stage, [replace(attested(stage), signer=key("new key"))]).settle())


def test_an_unknown_provider_is_refused(stage: Stage) -> None:
    made = case(stage, invoice={"provider": stage.stranger.address})
    made.evidence[0].fields["provider"] = stage.stranger.address
    error = stage.refused(stage.stranger, made.settle())
    assert error.name == "Registry_ProviderUnknown"


def test_a_suspended_provider_is_refused(stage: Stage) -> None:
    stage.send(stage.credentialer, stage.registry.functions.suspendProvider(stage.provider.address, True))
    assert refusal(case(stage)) == ("Registry_ProviderSuspended", (stage.provider.address,))


def test_who_is_not_on_the_roster_may_not_attest(stage: Stage) -> None:
    calls = stage.registry.functions
    stage.send(stage.credentialer, calls.removeFromRoster(stage.provider.address, PRACTITIONER))
    assert refusal(case(stage)) == ("Registry_NotOnRoster", (stage.provider.address, PRACTITIONER))


def test_a_place_on_the_roster_must_overlap_the_year(stage: Stage) -> None:
    window = (stage.first_day(stage.year + 1), stage.first_day(stage.year + 1))
    calls = stage.registry.functions
    stage.send(stage.credentialer, calls.addToRoster(stage.provider.address, PRACTITIONER, *window))
    provider = stage.provider.address
    assert refusal(case(stage)) == ("Registry_RosterWindow", (provider, PRACTITIONER, *window, stage.year))


def test_a_provider_does_not_attest_itself(stage: Stage) -> None:
    window = (stage.first_day(stage.year), stage.first_day(stage.year + 1))
    stage.send(stage.credentialer, stage.registry.functions.updatePractitioner(PRACTITIONER, 501, *window))
    assert refusal(case(stage)) == ("Registry_SameController", (PRACTITIONER, stage.provider.address, 501))


def test_an_attestation_for_another_provider_is_refused(stage: Stage) -> None:
    made = Case(stage, [attested(stage, provider=stage.stranger.address)])
    assert refusal(made) == ("Registry_ProviderMismatch", (stage.stranger.address, stage.provider.address))


def test_an_attestation_expires(stage: Stage) -> None:
    until = stage.now - 1
    assert refusal(Case(stage, [attested(stage, validUntil=until)])) == ("Registry_AttestationExpired", (until,))


def test_the_attestations_of_a_claim_lie_in_one_year(stage: Stage) -> None:
    made = Case(stage, [attested(stage, 1), attested(stage, 2, serviceYear=stage.year - 1)])
    assert refusal(made) == ("Registry_YearMismatch", (stage.year, stage.year - 1))


def test_the_attestations_of_a_claim_bear_one_class(stage: Stage) -> None:
    made = Case(stage, [attested(stage, 1), attested(stage, 2, evidenceClass=1)])
    assert refusal(made) == ("Registry_ClassMismatch", (0, 1))


@pytest.mark.parametrize("year", [0, 1969, 2100, 2**32 - 1])
def test_no_credential_overlaps_a_year_beyond_the_calendar(stage: Stage, year: int) -> None:
    assert refusal(Case(stage, [attested(stage, serviceYear=year)]))[0] == "Registry_ProviderWindow"


def test_a_book_that_is_not_listed_spends_nothing(stage: Stage) -> None:
    stage.send(stage.credentialer, stage.registry.functions.listBook(stage.book.address, False))
    assert refusal(case(stage)) == ("Registry_BookNotListed", (stage.book.address,))


# -- Signatures ---------------------------------------------------------------------------------------------------------


def test_evidence_signed_by_another_key_is_refused(stage: Stage) -> None:
    made = Case(stage, [replace(attested(stage), signer=stage.other_practitioner)])
    assert refusal(made) == ("Registry_SignatureInvalid", (PRACTITIONER,))


@pytest.mark.parametrize("change", [{"chainId": 1}, {"verifyingContract": "0x" + "11" * 20}, {"name": "Claims Book"}])
def test_evidence_signed_for_another_domain_is_refused(stage: Stage, change: dict[str, Any]) -> None:
    made = Case(stage, [replace(attested(stage), domain=stage.evidence_domain | change)])
    assert refusal(made) == ("Registry_SignatureInvalid", (PRACTITIONER,))


@pytest.mark.parametrize("change", [{"chainId": 1}, {"verifyingContract": "0x" + "11" * 20}, {"version": "2"}])
def test_a_decision_signed_for_another_domain_is_refused(stage: Stage, change: dict[str, Any]) -> None:
    made = case(stage, domain=stage.book_domain | change)
    assert refusal(made) == ("Claims_SignatureInvalid", (stage.adjudicators[0].address,))


@pytest.mark.parametrize(
    "field", ["subject", "servicesRoot", "contextRoot", "lineCount", "sequence", "supersedes", "validUntil"]
)
def test_every_field_of_an_attestation_is_signed(stage: Stage, field: str) -> None:
    item = attested(stage)
    item.signature = item.argument(stage)[4]
    before = item.fields[field]
    item.fields[field] = fixed("changed") if isinstance(before, bytes) else before + 3
    assert refusal(Case(stage, [item])) == ("Registry_SignatureInvalid", (PRACTITIONER,))


def test_another_practitioners_roll_cannot_be_claimed_as_ones_own(stage: Stage) -> None:
    item = replace(attested(stage), practitioner=OTHER_PRACTITIONER)
    item.signature = attested(stage).argument(stage)[4]
    assert refusal(Case(stage, [item])) == ("Registry_SignatureInvalid", (OTHER_PRACTITIONER,))


def twin(signature: bytes) -> bytes:
    """The other signature that fits the same digest and key: s in the high half."""
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    r, s, v = signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]
    return r + (order - s).to_bytes(32, "big") + bytes([55 - v])


def compact(signature: bytes) -> bytes:
    """The 64 bytes of EIP-2098."""
    parity = (signature[64] - 27) << 255
    return signature[:32] + (int.from_bytes(signature[32:64], "big") | parity).to_bytes(32, "big")


MALFORMED = {
    "its twin": twin,
    "compact": compact,
    "empty": lambda signature: b"",
    "a byte short": lambda signature: signature[:64],
    "a byte long": lambda signature: signature + b"\0",
    "v of 0 or 1": lambda signature: signature[:64] + bytes([signature[64] - 27]),
    "all zero": lambda signature: bytes(65),
}


@pytest.mark.parametrize("how", MALFORMED)
def test_evidence_signatures_have_one_form(stage: Stage, how: str) -> None:
    item = attested(stage)
    item.signature = MALFORMED[how](item.argument(stage)[4])
    assert refusal(Case(stage, [item])) == ("Registry_SignatureInvalid", (PRACTITIONER,))


@pytest.mark.parametrize("how", MALFORMED)
def test_decision_signatures_have_one_form(stage: Stage, how: str) -> None:
    made = case(stage)
    adjudicator, signature = made.signed_decision[-1][0]
    made.approvals = [(adjudicator, MALFORMED[how](signature))]
    assert refusal(made) == ("Claims_SignatureInvalid", (adjudicator,))


def test_a_sibling_cannot_stand_in_for_the_attestation(stage: Stage) -> None:
    """The roll is flat: the hash of two attestations is not an element of a roll of one."""
    pair = [attested(stage, sequence).fields for sequence in (1, 2)]
    item = replace(attested(stage, 3), siblings=tuple(struct_hash("EncounterAttestation", one) for one in pair))
    item.signature = sign(
        stage.practitioner,
        stage.evidence_domain,
        "EncounterRoll",
        {"practitioner": PRACTITIONER, "attestations": pair},
    )
    for position in (0, 1, 2):
        item.position = position
        assert refusal(Case(stage, [item])) == ("Registry_SignatureInvalid", (PRACTITIONER,))


@pytest.mark.parametrize("position", [1, 2**255, 2**256 - 1])
def test_a_position_lies_inside_its_roll_and_batch(stage: Stage, position: int) -> None:
    assert refusal(Case(stage, [replace(attested(stage), position=position)])) == (
        "Registry_PositionInvalid",
        (position, 1),
    )
    assert refusal(case(stage, position=position)) == ("Claims_PositionInvalid", (position, 1))


def test_a_position_cannot_reorder_a_roll(stage: Stage) -> None:
    shift = tuple(attested(stage, sequence).fields for sequence in (2, 3))
    item = replace(attested(stage), after=shift, position=1)
    assert refusal(Case(stage, [item])) == ("Registry_SignatureInvalid", (PRACTITIONER,))


# -- The decision -------------------------------------------------------------------------------------------------------


def test_a_claim_without_a_signature_is_refused(stage: Stage) -> None:
    assert refusal(case(stage, approvals=[])) == ("Claims_QuorumMissing", (0, 1))


def test_a_stranger_decides_nothing(stage: Stage) -> None:
    assert refusal(case(stage, signers=(stage.stranger,))) == (
        "Claims_AdjudicatorUnknown",
        (stage.stranger.address,),
    )


def test_a_removed_adjudicator_decides_nothing(stage: Stage) -> None:
    made = case(stage)
    call = made.settle()
    adjudicator = stage.adjudicators[0].address
    stage.send(stage.insurer, stage.book.functions.setAdjudicator(adjudicator, False))
    error = stage.refused(stage.provider, call)
    assert (error.name, to_checksum_address(error.arguments[0])) == ("Claims_AdjudicatorUnknown", adjudicator)


def test_one_adjudicator_counts_once(stage: Stage) -> None:
    made = case(stage, billed=200_000, paid=QUORUM_ABOVE + 1)
    made.approvals = [*made.signed_decision[-1]] * 2
    assert refusal(made) == ("Claims_ApprovalsUnordered", (stage.adjudicators[0].address,))


def test_every_signature_that_is_shown_must_hold(stage: Stage) -> None:
    made = case(stage, signers=stage.adjudicators[:2])
    approvals = list(made.signed_decision[-1])
    made.approvals = [approvals[0], (approvals[1][0], approvals[0][1])]
    assert refusal(made) == ("Claims_SignatureInvalid", (stage.adjudicators[1].address,))


def test_a_decision_about_another_claim_is_refused(stage: Stage) -> None:
    other = case(stage, 2).claim
    made = case(stage, decision={"invoice": other})
    assert refusal(made) == ("Claims_InvoiceMismatch", (other, made.claim))


@pytest.mark.parametrize("field", ["policy", "rank", "billed"])
def test_a_decision_binds_every_field_of_the_invoice(stage: Stage, field: str) -> None:
    decided = case(stage).claim
    made = case(stage, decision={"invoice": decided})
    made.invoice = {field: made.invoice_message[field] + 1}
    assert refusal(made) == ("Claims_InvoiceMismatch", (decided, made.claim))


@pytest.mark.parametrize("revision", [0, 2, 2**32 - 1])
def test_a_first_decision_has_revision_one(stage: Stage, revision: int) -> None:
    assert refusal(case(stage, decision={"revision": revision})) == ("Claims_RevisionMismatch", (revision, 1))


def test_a_stale_decision_is_refused(stage: Stage) -> None:
    deadline = stage.now - 1
    assert refusal(case(stage, header={"deadline": deadline})) == ("Claims_DeadlinePassed", (deadline,))


@pytest.mark.parametrize("epoch", [0, 2])
def test_a_decision_of_another_epoch_is_refused(stage: Stage, epoch: int) -> None:
    assert refusal(case(stage, header={"epoch": epoch})) == ("Claims_EpochMismatch", (epoch, 1))


def test_a_new_epoch_voids_what_was_signed(stage: Stage) -> None:
    made = case(stage)
    call = made.settle()
    stage.send(stage.insurer, stage.book.functions.advanceEpoch())
    error = stage.refused(stage.provider, call)
    assert (error.name, error.arguments) == ("Claims_EpochMismatch", (1, 2))
    stage.send(stage.provider, case(stage, header={"epoch": 2}).settle())


@pytest.mark.parametrize("outcome", [0, DENIED, 3, 255])
def test_only_an_approval_settles(stage: Stage, outcome: int) -> None:
    assert refusal(case(stage, decision={"outcome": outcome})) == ("Claims_NotApproved", (outcome,))


# -- Amounts ------------------------------------------------------------------------------------------------------------


def test_paid_is_at_most_allowed(stage: Stage) -> None:
    made = case(stage, decision={"allowed": 5_599})
    assert refusal(made) == ("Claims_PaidAboveAllowed", (5_600, 5_599))


def test_allowed_is_at_most_billed(stage: Stage) -> None:
    assert refusal(case(stage, decision={"allowed": 12_001})) == ("Claims_AllowedAboveBilled", (12_001, 12_000))


@pytest.mark.parametrize("share", ["otherPayer", "patient"])
def test_all_shares_together_are_at_most_billed(stage: Stage, share: str) -> None:
    fits = {"otherPayer": 0, "patient": 0} | {share: 6_400}
    assert refusal(case(stage, decision=fits | {share: 6_401})) == ("Claims_SharesAboveBilled", (12_001, 12_000))
    stage.send(stage.provider, case(stage, decision=fits).settle())


def test_shares_are_added_without_overflow(stage: Stage) -> None:
    most = 2**64 - 1
    made = case(stage, decision={"otherPayer": most, "patient": most})
    assert refusal(made) == ("Claims_SharesAboveBilled", (2 * most + 5_600, 12_000))


def test_interest_is_refused(stage: Stage) -> None:
    assert refusal(case(stage, decision={"interest": 1})) == ("Claims_InterestUnsupported", (1,))


def test_the_cap_per_claim_holds_under_any_number_of_signatures(stage: Stage) -> None:
    made = case(stage, billed=CLAIM_CAP + 1, paid=CLAIM_CAP + 1, signers=stage.adjudicators[:2])
    made.decision = {"patient": 0}
    assert refusal(made) == ("Claims_CapExceeded", (CLAIM_CAP + 1, CLAIM_CAP))


def test_the_limit_of_the_policy_holds(stage: Stage) -> None:
    stage.send(stage.insurer, stage.book.functions.issuePolicy(5, stage.year, 5_599, 5_599, 1))
    made = case(stage, invoice={"policy": 5})
    assert refusal(made) == ("Policies_LimitExceeded", (5, 5_600, 5_599))


def test_payments_come_from_the_policys_reserve_alone(stage: Stage) -> None:
    stage.send(stage.insurer, stage.book.functions.issuePolicy(5, stage.year, 10_000, 5_599, 1))
    made = case(stage, invoice={"policy": 5})
    assert refusal(made) == ("Policies_ReserveExceeded", (5, 5_600, 5_599))
    stage.send(stage.insurer, stage.book.functions.raiseReserve(5, 1))
    stage.send(stage.provider, made.settle())
    assert stage.policy(5)["reserve"] == 0


def test_a_limit_is_used_up_to_the_last_cent(stage: Stage) -> None:
    stage.send(stage.insurer, stage.book.functions.issuePolicy(5, stage.year, 11_200, 11_200, 1))
    for sequence in (1, 2):
        stage.send(stage.provider, case(stage, sequence, invoice={"policy": 5}).settle())
    made = case(stage, 3, paid=1, invoice={"policy": 5})
    assert refusal(made) == ("Policies_LimitExceeded", (5, 1, 0))


# -- Policy and invoice -------------------------------------------------------------------------------------------------


def test_an_unknown_policy_pays_nothing(stage: Stage) -> None:
    assert refusal(case(stage, invoice={"policy": 99})) == ("Policies_Unknown", (99,))
    assert refusal(case(stage, invoice={"policy": 0})) == ("Policies_Unknown", (0,))


@pytest.mark.parametrize("years", [-1, 1])
def test_a_policy_of_another_year_pays_nothing(stage: Stage, years: int) -> None:
    year = stage.year + years
    stage.send(stage.insurer, stage.book.functions.issuePolicy(5, year, LIMIT, RESERVE, 1))
    made = case(stage, invoice={"policy": 5})
    assert refusal(made) == ("Policies_YearMismatch", (5, year, stage.year))


def test_a_policy_that_was_cancelled_before_its_year_pays_nothing(stage: Stage) -> None:
    year = stage.year + 1
    stage.send(stage.insurer, stage.book.functions.issuePolicy(5, year, LIMIT, RESERVE, 1))
    stage.send(stage.insurer, stage.book.functions.cancelPolicy(5, stage.today))
    made = Case(stage, [attested(stage, serviceYear=year)], invoice={"policy": 5})
    assert refusal(made) == ("Policies_NeverInForce", (5, stage.today))


def test_a_policy_pays_in_its_ranks_alone(stage: Stage) -> None:
    made = case(stage, invoice={"rank": TERTIARY})
    assert refusal(made) == ("Policies_RankNotCovered", (POLICY, TERTIARY, 0b011))


def test_there_are_three_ranks(stage: Stage) -> None:
    assert refusal(case(stage, invoice={"rank": 3})) == ("Registry_RankInvalid", (3,))


def test_only_the_provider_settles_its_claim(stage: Stage) -> None:
    """Somebody who sees the claim under way and sends it first is refused."""
    error = stage.refused(stage.stranger, case(stage).settle())
    assert error.name == "Invoices_SenderNotProvider"
    assert [to_checksum_address(a) for a in error.arguments] == [stage.stranger.address, stage.provider.address]


@pytest.mark.parametrize("frequency", [0, 7, 8])
def test_only_original_claims_are_taken(stage: Stage, frequency: int) -> None:
    assert refusal(case(stage, invoice={"frequency": frequency})) == ("Invoices_FrequencyUnsupported", (frequency,))


def test_an_original_claim_replaces_nothing(stage: Stage) -> None:
    other = fixed("another claim")
    assert refusal(case(stage, invoice={"replaces": other})) == ("Invoices_ReplacesUnexpected", (other,))


def test_a_claim_without_evidence_is_refused(stage: Stage) -> None:
    made = Case(stage, [], invoice={"attestations": keccak(b"")}, decision={"linesRoot": NOTHING})
    assert refusal(made) == ("Registry_EvidenceCount", (0,))


def test_stray_bits_above_a_field_are_no_other_claim(stage: Stage) -> None:
    """The invoice's words are hashed as they come: with a bit above its field the decision is about another claim."""
    made = case(stage)
    data = bytearray(bytes.fromhex(made.settle()._encode_transaction_data()[2:]))
    data[4 + 3 * 32 + 8] = 1  # above the policy's low eight bytes
    transaction = {"from": stage.provider.address, "to": stage.book.address, "data": bytes(data), "gas": 1_000_000}
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each node's provider raises its own kind
        stage.web3.eth.call(transaction)
    assert stage.refusal(caught.value).name == "Claims_InvoiceMismatch"
