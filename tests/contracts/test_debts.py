"""Claims that are decided anew after they were paid: too much becomes a debt that later payments settle, too little is paid."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eth_utils.crypto import keccak

from tests.contracts.batches import Batch, anchored, batch, claim, day, enrol, issue, skipped, visits
from tests.contracts.support import (
    CLAIM_CAP,
    DAY,
    DENIED,
    PAID_STATUS,
    PENDED,
    POLICY,
    PRACTITIONER,
    PRIMARY,
    QUORUM_ABOVE,
    RECOUPED,
    RESERVE,
    RUN_OUT_DAYS,
    UNITS_PER_CENT,
    Case,
    Stage,
    attested,
    events,
    fixed,
)

SECOND = 88


def settled(stage: Stage, made: Case) -> Any:
    return stage.send(stage.provider, made.settle())


def decided(stage: Stage, made: Case) -> Any:
    stage.send(stage.provider, made.submit())
    return stage.send(stage.stranger, made.decide())


def batched(stage: Stage, made: Case) -> Any:
    nonce = int.from_bytes(made.claim[:7], "big")
    receipt = Batch(stage, [anchored(stage, made, nonce=nonce)], header={"batch": made.claim}).send()
    assert not skipped(stage, receipt)
    return receipt


WAYS: dict[str, Callable[[Stage, Case], Any]] = {"alone": settled, "in two steps": decided, "in a batch": batched}
ways = pytest.mark.parametrize("way", WAYS)


def one(stage: Stage, sequence: int = 1, **parts: Any) -> Case:
    return claim(stage, *visits(stage, sequence), **parts)


def debts(stage: Stage, provider: str = "") -> list[tuple[int, int]]:
    """What a provider owes: policy and cents, the oldest first; checked against the total and the registry's note."""
    provider = provider or stage.provider.address
    first, end, total = stage.book.functions.debtsOf(provider).call()
    found = [tuple(stage.book.functions.debtOf(provider, n).call()) for n in range(first, end)]
    assert sum(cents for _, cents in found) == total
    assert all(cents for _, cents in found)
    return found


def noted(stage: Stage) -> int:
    """In how many books the provider is said to owe."""
    return int(stage.registry.functions.providerOf(stage.provider.address).call()[4])


def total(stage: Stage) -> int:
    return stage.balance(stage.provider.address) // UNITS_PER_CENT


# -- Less and more -----------------------------------------------------------------------------------------------------


@ways
def test_less_becomes_a_debt_and_moves_no_money(stage: Stage, way: str) -> None:
    made = one(stage)
    WAYS[way](stage, made)
    before = stage.picture()
    later = made.revised(3_000)
    receipt = stage.send(stage.stranger, made.revise(later))
    after = stage.picture()
    assert {**after, "policy": None} == {**before, "policy": None}
    assert stage.policy()["paid"] == 5_600
    assert stage.policy()["reserve"] == RESERVE - 5_600
    record = stage.claim(made.claim)
    assert (record["status"], record["revision"], record["allowed"], record["paid"]) == (PAID_STATUS, 2, 5_400, 3_000)
    (event,) = events(stage.book, receipt, "ClaimRevised")
    assert (event["claim"], event["payment"], event["provider"]) == (made.claim, later.payment, stage.provider.address)
    assert (event["policy"], event["revision"], event["paidBefore"], event["paid"]) == (POLICY, 2, 5_600, 3_000)
    (event,) = events(stage.book, receipt, "DebtOpened")
    assert (event["provider"], event["debt"], event["claim"]) == (stage.provider.address, 0, made.claim)
    assert (event["policy"], event["amount"]) == (POLICY, 2_600)
    assert debts(stage) == [(POLICY, 2_600)]
    assert noted(stage) == 1
    assert stage.solvent()


@ways
def test_more_is_paid_as_the_difference(stage: Stage, way: str) -> None:
    made = one(stage)
    WAYS[way](stage, made)
    receipt = stage.send(stage.stranger, made.revise(made.revised(9_000)))
    assert total(stage) == stage.policy()["paid"] == 9_000
    assert stage.policy()["reserve"] == RESERVE - 9_000
    assert stage.claim(made.claim)["paid"] == 9_000
    assert debts(stage) == []
    assert noted(stage) == 0
    assert len(events(stage.token, receipt, "Transfer")) == 1
    assert stage.solvent()


@ways
def test_the_same_amount_moves_nothing(stage: Stage, way: str) -> None:
    """Only the patient's part changed."""
    made = one(stage)
    WAYS[way](stage, made)
    receipt = stage.send(stage.stranger, made.revise(made.revised(5_600, patient=2_000)))
    assert total(stage) == 5_600
    assert debts(stage) == []
    assert not events(stage.token, receipt, "Transfer")
    assert stage.claim(made.claim)["revision"] == 2


@ways
def test_a_claim_is_decided_anew_again_and_again(stage: Stage, way: str) -> None:
    """Down, up within what is owed, down to nothing, and up again."""
    made = one(stage)
    WAYS[way](stage, made)
    for revision, (paid, owed, had) in enumerate(
        [(3_000, 2_600, 5_600), (4_500, 1_100, 5_600), (0, 5_600, 5_600), (6_000, 0, 6_000)], 2
    ):
        stage.send(stage.stranger, made.revise(made.revised(paid, revision)))
        assert sum(cents for _, cents in debts(stage)) == owed
        assert total(stage) == had
        assert stage.claim(made.claim)["status"] == (PAID_STATUS if paid else RECOUPED)
        assert stage.policy()["paid"] == paid + owed
        assert noted(stage) == (1 if owed else 0)
        assert stage.solvent()


def test_a_claim_of_several_attestations_is_decided_anew(stage: Stage) -> None:
    made = claim(stage, *visits(stage, 1), *visits(stage, 1, other=True))
    batch(stage, made).send()
    stage.send(stage.stranger, made.revise(made.revised(1_000)))
    assert debts(stage) == [(POLICY, 4_600)]


def test_the_first_decision_is_signed_anew_for_another_epoch(stage: Stage) -> None:
    made = one(stage)
    settled(stage, made)
    stage.send(stage.insurer, stage.book.functions.advanceEpoch())
    later = made.revised(3_000)
    assert stage.refused(stage.stranger, made.revise(later)).name == "Claims_EpochMismatch"
    stage.send(stage.stranger, made.revise(replace(later, header={"epoch": 2, "batch": fixed("later")})))
    assert debts(stage) == [(POLICY, 2_600)]


def test_more_is_drawn_from_limit_and_reserve(stage: Stage) -> None:
    issue(stage, SECOND, limit=8_000, reserve=7_000)
    made = one(stage, policy=SECOND)
    settled(stage, made)
    assert stage.refused(stage.stranger, made.revise(made.revised(8_001))).name == "Policies_LimitExceeded"
    assert stage.refused(stage.stranger, made.revise(made.revised(7_001))).name == "Policies_ReserveExceeded"
    stage.send(stage.stranger, made.revise(made.revised(7_000)))
    assert stage.policy(SECOND)["reserve"] == 0


# -- What is refused ---------------------------------------------------------------------------------------------------


def test_the_decision_that_paid_is_shown_again(stage: Stage) -> None:
    made, other = one(stage), one(stage, 2)
    settled(stage, made)
    later = made.revised(3_000)
    signature = made.signed_decision[-1]
    forged = replace(made, paid=9_000, approvals=signature)
    assert stage.refused(stage.stranger, forged.revise(later)).name == "Claims_SignatureInvalid"
    call = stage.book.functions.revise(
        made.arguments[0],
        later.references,
        replace(other, header=later.header).signed_decision,
        later.signed_decision,
    )
    assert stage.refused(stage.stranger, call).name == "Claims_InvoiceMismatch"
    denied = replace(made, decision={"outcome": DENIED, "paid": 0})
    assert stage.refused(stage.stranger, denied.revise(later)).name == "Claims_NotApproved"
    unsigned = replace(made, approvals=[])
    assert stage.refused(stage.stranger, unsigned.revise(later)).name == "Claims_QuorumMissing"


def test_a_decision_that_did_not_pay_is_not_shown_as_the_one_that_did(stage: Stage) -> None:
    """An engine approved 100 cents, thought again, and approved 5,600, which were paid. Cut to 3,000, the provider must owe
    2,600. Whoever sends the revision with the approval that lay unused makes the book pay 2,900 more instead."""
    made = one(stage)
    unused = replace(made, paid=100, decision=made.decision | {"allowed": 2_500}, header={"batch": fixed("unused")})
    lying = unused.signed_decision
    settled(stage, made)
    later = made.revised(3_000)
    call = stage.book.functions.revise(made.arguments[0], later.references, lying, later.signed_decision)
    stage.refused(stage.provider, call)


@ways
@pytest.mark.parametrize("revision", [0, 1, 3])
def test_a_revision_follows_the_one_before(stage: Stage, way: str, revision: int) -> None:
    made = one(stage)
    WAYS[way](stage, made)
    error = stage.refused(stage.stranger, made.revise(made.revised(3_000, revision)))
    assert (error.name, error.arguments) == ("Claims_RevisionMismatch", (revision, 2))


@ways
def test_a_revision_counts_once(stage: Stage, way: str) -> None:
    made = one(stage)
    WAYS[way](stage, made)
    call = made.revise(made.revised(3_000))
    stage.send(stage.stranger, call)
    error = stage.refused(stage.stranger, call)
    assert (error.name, error.arguments) == ("Claims_RevisionMismatch", (2, 3))


@ways
@pytest.mark.parametrize(
    ("decision", "name"),
    [
        ({"outcome": DENIED}, "Claims_NotApproved"),
        ({"outcome": PENDED}, "Claims_NotApproved"),
        ({"allowed": 2_999}, "Claims_PaidAboveAllowed"),
        ({"allowed": 12_001}, "Claims_AllowedAboveBilled"),
        ({"otherPayer": 7_000}, "Claims_SharesAboveBilled"),
        ({"linesRoot": bytes(32)}, "Claims_RootMismatch"),
        ({"interest": 1}, "Claims_InterestUnsupported"),
        ({"paid": CLAIM_CAP + 1}, "Claims_CapExceeded"),
        ({"paid": QUORUM_ABOVE + 1}, "Claims_QuorumMissing"),
    ],
    ids=repr,
)
def test_a_revision_is_checked_as_a_decision(stage: Stage, way: str, decision: dict[str, Any], name: str) -> None:
    made = one(stage)
    WAYS[way](stage, made)
    later = made.revised(3_000)
    later.decision = later.decision | decision
    assert stage.refused(stage.stranger, made.revise(later)).name == name


def test_a_revision_is_made_under_the_attestations_witness_rule(stage: Stage) -> None:
    """As the first decision was (Claims_ClassMismatch)."""
    made = one(stage)
    settled(stage, made)
    later = made.revised(3_000, evidenceClass=1)
    assert stage.refused(stage.stranger, made.revise(later)).name == "Claims_ClassMismatch"


def test_a_revision_shows_the_evidence_of_the_claim(stage: Stage) -> None:
    made = one(stage)
    settled(stage, made)
    later = made.revised(3_000)
    none, other = replace(later, evidence=[]), replace(later, evidence=[attested(stage, 2)])
    twice = replace(later, evidence=[*made.evidence, *made.evidence])
    signed = made.signed_decision, later.signed_decision
    for shown, name in (
        (none, "Registry_EvidenceCount"),
        (other, "Registry_BitUnspent"),
        (twice, "Invoices_AttestationsMismatch"),
    ):
        call = stage.book.functions.revise(made.arguments[0], shown.references, *signed)
        assert stage.refused(stage.stranger, call).name == name


def test_what_was_not_paid_is_not_decided_anew(stage: Stage) -> None:
    made = one(stage)
    error = stage.refused(stage.stranger, made.revise(made.revised(3_000)))
    assert (error.name, error.arguments) == ("Registry_BitUnspent", (PRACTITIONER, PRIMARY, 1))
    stage.send(stage.practitioner, stage.registry.functions.revoke(PRACTITIONER, 1))
    assert stage.refused(stage.stranger, made.revise(made.revised(3_000))).name == "Registry_BitUnspent"


@pytest.mark.parametrize("outcome", [0, DENIED, PENDED], ids=["submitted", "denied", "pended"])
def test_a_claim_that_waits_or_was_denied_is_not_decided_anew_so(stage: Stage, outcome: int) -> None:
    """Its visit has paid another claim, so that the bit alone does not refuse it."""
    made = one(stage)
    stage.send(stage.provider, made.submit())
    if outcome:
        stage.send(stage.insurer, made.decide(outcome=outcome, paid=0))
    settled(stage, one(stage, billed=12_001))
    error = stage.refused(stage.stranger, made.revise(made.revised(9_000)))
    assert (error.name, error.arguments) == ("Claims_NotPaid", (made.claim,))


# -- The bit stays with its claim --------------------------------------------------------------------------------------


@ways
def test_a_void_frees_the_visit_for_no_other_claim(stage: Stage, way: str) -> None:
    made = one(stage)
    WAYS[way](stage, made)
    stage.send(stage.stranger, made.revise(made.revised(0)))
    assert stage.claim(made.claim)["status"] == RECOUPED
    assert stage.spent(1)
    other = one(stage, billed=12_001)
    assert stage.refused(stage.provider, other.settle()).name == "Registry_BitSpent"
    assert stage.refused(stage.provider, other.submit()).name == "Registry_BitSpent"
    assert skipped(stage, batch(stage, other).send()) == {0: "Registry_BitSpent"}
    assert stage.refused(stage.provider, made.settle()).name == "Claims_AlreadySubmitted"
    assert stage.refused(stage.provider, made.submit()).name == "Claims_AlreadySubmitted"
    assert stage.refused(stage.provider, made.decide(revision=3)).name == "Claims_Closed"
    again = Batch(stage, [anchored(stage, made, nonce=77)], header={"batch": fixed("again")})
    assert skipped(stage, again.send()) == {0: "Claims_AlreadySubmitted"}
    assert total(stage) == 5_600


# -- Netting -----------------------------------------------------------------------------------------------------------


def indebted(stage: Stage) -> None:
    """Two debts of two policies: 2,600 and then 1,000 cents. The provider was paid 11,200."""
    issue(stage, SECOND)
    made, other = one(stage, 101), one(stage, 102, policy=SECOND)
    settled(stage, made)
    settled(stage, other)
    stage.send(stage.stranger, made.revise(made.revised(3_000)))
    stage.send(stage.stranger, other.revise(other.revised(4_600)))
    assert debts(stage) == [(POLICY, 2_600), (SECOND, 1_000)]


@ways
def test_debts_are_kept_out_of_later_payments_the_oldest_first(stage: Stage, way: str) -> None:
    issue(stage, 90)
    indebted(stage)
    before = {policy: stage.policy(policy) for policy in (POLICY, SECOND, 90)}
    receipt = WAYS[way](stage, one(stage, 1, policy=90, paid=3_000))
    told = [(event["debt"], event["amount"]) for event in events(stage.book, receipt, "DebtNetted")]
    assert told == [(0, 2_600), (1, 400)]
    assert total(stage) == 11_200
    assert debts(stage) == [(SECOND, 600)]
    assert noted(stage) == 1
    for policy, back in ((POLICY, 2_600), (SECOND, 400), (90, -3_000)):
        after = stage.policy(policy)
        assert after["paid"] == before[policy]["paid"] - back
        assert after["reserve"] == before[policy]["reserve"] + back
        assert after["limit"] == before[policy]["limit"]
    assert stage.spent(1)

    receipt = WAYS[way](stage, one(stage, 2, policy=90, paid=3_000))
    (event,) = events(stage.book, receipt, "DebtNetted")
    assert (event["debt"], event["amount"]) == (1, 600)
    assert total(stage) == 11_200 + 2_400
    assert debts(stage) == []
    assert noted(stage) == 0

    WAYS[way](stage, one(stage, 3, policy=90, paid=500))
    assert total(stage) == 11_200 + 2_400 + 500
    assert stage.solvent()


@ways
def test_the_payment_names_its_netting(stage: Stage, way: str) -> None:
    indebted(stage)
    receipt = WAYS[way](stage, one(stage, 1, paid=3_000))
    (paid,) = events(stage.book, receipt, "BatchPaid" if way == "in a batch" else "ClaimPaid")
    assert {event["payment"] for event in events(stage.book, receipt, "DebtNetted")} == {paid["payment"]}
    assert paid["paid"] == 3_000


@ways
def test_an_approval_that_pays_nothing_settles_no_debt(stage: Stage, way: str) -> None:
    indebted(stage)
    receipt = WAYS[way](stage, one(stage, 1, paid=0))
    assert not events(stage.book, receipt, "DebtNetted")
    assert len(debts(stage)) == 2


@ways
def test_what_netting_gives_back_can_be_drawn_again(stage: Stage, way: str) -> None:
    """A policy that was paid out in full has room again once its money came back."""
    issue(stage, 90, limit=5_600, reserve=5_600)
    made = one(stage, 101, policy=90)
    settled(stage, made)
    stage.send(stage.stranger, made.revise(made.revised(3_000)))
    WAYS[way](stage, one(stage, 1, paid=2_600))
    assert stage.policy(90)["reserve"] == 2_600
    WAYS[way](stage, one(stage, 2, policy=90, paid=2_600))
    assert stage.policy(90)["reserve"] == 0
    assert total(stage) == 8_200


def test_a_batch_nets_once_for_all_claims_of_a_provider(stage: Stage) -> None:
    indebted(stage)
    other = enrol(stage, "second provider", 502)
    mine, theirs = day(stage, 1, 2, 3, paid=1_500), day(stage, 11, provider=other)
    made = Batch(stage, [anchored(stage, *mine), anchored(stage, *theirs, provider=other)])
    receipt = made.send()
    assert [event["amount"] for event in events(stage.book, receipt, "DebtNetted")] == [2_600, 1_000]
    assert total(stage) == 11_200 + 900
    assert stage.balance(other.address) == 5_600 * UNITS_PER_CENT
    assert debts(stage) == debts(stage, other.address) == []
    assert stage.solvent()


def test_more_on_one_claim_settles_what_is_owed_on_another(stage: Stage) -> None:
    indebted(stage)
    made = one(stage, 1)
    settled(stage, made)
    before = total(stage)
    assert debts(stage) == []
    other = one(stage, 2)
    settled(stage, other)
    stage.send(stage.stranger, other.revise(other.revised(1_600)))
    stage.send(stage.stranger, made.revise(made.revised(8_600)))
    assert debts(stage) == [(POLICY, 1_000)]
    assert total(stage) == before + 5_600


@ways
def test_what_is_left_is_credited_where_the_token_refuses(shared_stage: Stage, way: str) -> None:
    with shared_stage.undone():
        stage = shared_stage.with_token("mocks/BlacklistToken")
        indebted(stage)
        stage.send(stage.stranger, stage.token.functions.blacklist(stage.provider.address, 1))
        WAYS[way](stage, one(stage, 1))
        assert stage.book.functions.creditOf(stage.provider.address).call() == 2_000
        assert total(stage) == 11_200
        assert debts(stage) == []
        assert stage.solvent()


def test_money_that_comes_back_after_the_run_out_can_be_freed(stage: Stage) -> None:
    issue(stage, 90)
    made = one(stage, 101, policy=90)
    settled(stage, made)
    stage.send(stage.stranger, made.revise(made.revised(3_000)))
    stage.send(stage.insurer, stage.book.functions.cancelPolicy(90, stage.today))
    stage.travel(RUN_OUT_DAYS * DAY)
    release = stage.book.functions.releaseReserve(90)
    stage.send(stage.insurer, release)
    surplus = stage.totals()["surplus"]
    fresh = claim(stage, *visits(stage, 1, validUntil=stage.now + DAY), paid=3_000)
    settled(stage, fresh)
    assert stage.policy(90)["reserve"] == 2_600
    stage.send(stage.insurer, release)
    assert stage.totals()["surplus"] == surplus + 2_600


@pytest.mark.slow
def test_no_number_of_debts_stops_a_payment(stage: Stage) -> None:
    """Each payment settles at most 64; the rest waits, and nothing is lost."""
    made = one(stage, 101)
    settled(stage, made)
    for number in range(70):
        stage.send(stage.stranger, made.revise(made.revised(5_599 - number, number + 2)))
    assert len(debts(stage)) == 70
    settled(stage, one(stage, 1, paid=1_000))
    assert debts(stage) == [(POLICY, 1)] * 6
    assert total(stage) == 5_600 + 1_000 - 64
    assert noted(stage) == 1
    batched(stage, one(stage, 2, paid=1_000))
    assert debts(stage) == []
    assert total(stage) == 5_600 + 2_000 - 70
    assert noted(stage) == 0


# -- Books and the registry's note -------------------------------------------------------------------------------------


@ways
def test_each_book_keeps_its_own_debts(stage: Stage, way: str) -> None:
    other = stage.with_token("TestDollar")
    for each, sequence in ((stage, 101), (other, 102)):
        made = one(each, sequence)
        settled(each, made)
        each.send(each.stranger, made.revise(made.revised(3_000)))
    assert noted(stage) == 2
    WAYS[way](stage, one(stage, 1))
    assert debts(stage) == []
    assert debts(other) == [(POLICY, 2_600)]
    assert noted(stage) == 1
    WAYS[way](stage, one(stage, 2))
    assert total(stage) == 5_600 + 3_000 + 5_600
    WAYS[way](other, one(other, 3))
    assert debts(other) == []
    assert noted(stage) == 0
    assert total(other) == 5_600 + 3_000


def test_nobody_else_sets_or_clears_a_books_note(stage: Stage) -> None:
    made = one(stage, 101)
    settled(stage, made)
    stage.send(stage.stranger, made.revise(made.revised(3_000)))
    note = stage.registry.functions.setIndebted
    assert stage.refused(stage.stranger, note(stage.provider.address, True)).name == "Registry_BookNotListed"
    other = stage.with_token("TestDollar")
    for sender in (stage.stranger, stage.provider, stage.insurer, stage.credentialer):
        stage.send(sender, note(stage.provider.address, False))
        assert noted(stage) == 1
    assert debts(other) == []
    settled(other, one(other, 1))
    assert noted(stage) == 1
    settled(stage, one(stage, 2))
    assert noted(stage) == 0
    assert total(stage) == 5_600 + 3_000


def test_a_false_note_of_a_listed_book_moves_no_money(stage: Stage) -> None:
    """It costs each book a look, and each says how often it noted: once."""
    stage.send(stage.credentialer, stage.registry.functions.listBook(stage.stranger.address, True))
    for _ in range(2):
        stage.send(stage.stranger, stage.registry.functions.setIndebted(stage.provider.address, True))
    assert noted(stage) == 1
    settled(stage, one(stage))
    assert total(stage) == 5_600
    stage.send(stage.credentialer, stage.registry.functions.listBook(stage.stranger.address, False))
    stage.send(stage.stranger, stage.registry.functions.setIndebted(stage.provider.address, False))
    assert noted(stage) == 0


def test_a_book_off_the_list_opens_no_first_debt_and_closes_what_is_open(stage: Stage) -> None:
    first, second = one(stage, 101), one(stage, 102)
    settled(stage, first)
    settled(stage, second)
    listing = stage.registry.functions.listBook
    stage.send(stage.credentialer, listing(stage.book.address, False))
    lower = first.revise(first.revised(3_000))
    assert stage.refused(stage.stranger, lower).name == "Registry_BookNotListed"
    stage.send(stage.credentialer, listing(stage.book.address, True))
    stage.send(stage.stranger, lower)
    stage.send(stage.credentialer, listing(stage.book.address, False))
    stage.send(stage.stranger, second.revise(second.revised(9_000)))
    assert debts(stage) == []
    assert noted(stage) == 0
    assert total(stage) == 2 * 5_600 + 800


def test_an_office_of_a_book_owes_and_pays_nothing_itself(stage: Stage) -> None:
    """The code that the book borrows, called at its own address."""
    made = one(stage)
    settled(stage, made)
    office = stage.web3.eth.contract(address=stage.book.functions.office().call(), abi=stage.book.abi)
    for paid in (3_000, 9_000):
        later = made.revised(paid)
        first = replace(made, header=later.header).signed_decision
        call = office.functions.revise(made.arguments[0], later.references, first, later.signed_decision)
        assert stage.refused(stage.stranger, call).name == "Claims_AdjudicatorUnknown"
    for call in (made.submit(), made.settle(), batch(stage, one(stage, 2)).call()):
        call.address = office.address
        assert stage.refused(stage.provider, call).name == "0x" + keccak(text="Office_NotHere()")[:4].hex()
