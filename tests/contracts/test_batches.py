"""Many claims at once: each under every check of a claim alone, one payment for each provider, failures skipped."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eth_account.signers.local import LocalAccount

from tests.contracts import layout
from tests.contracts.batches import (
    GAS,
    Anchor,
    Batch,
    anchored,
    batch,
    claim,
    data_of,
    day,
    enrol,
    issue,
    paid_claims,
    payments,
    shift,
    skipped,
    visits,
)
from tests.contracts.support import (
    CLAIM_CAP,
    DAY,
    DENIED,
    LIMIT,
    OTHER_PRACTITIONER,
    POLICY,
    PRACTITIONER,
    PRIMARY,
    QUORUM_ABOVE,
    RESERVE,
    SECONDARY,
    TERTIARY,
    UNITS_PER_CENT,
    Stage,
    attested,
    events,
    key,
)

SECOND = 88


def total(stage: Stage, provider: LocalAccount | None = None) -> int:
    """What a provider has, in cents."""
    return stage.balance((provider or stage.provider).address) // UNITS_PER_CENT


# -- Paying ------------------------------------------------------------------------------------------------------------


def test_a_batch_pays_each_provider_once_over_rolls_ranks_years_and_practitioners(stage: Stage) -> None:
    other = enrol(stage, "second provider", 502)
    issue(stage, SECOND, year=stage.year - 1, ranks=0b101)
    mine = [
        *day(stage, 1, 2, 3),
        claim(stage, *visits(stage, 1, other=True), rank=SECONDARY, paid=700),
        claim(stage, *visits(stage, 4, serviceYear=stage.year - 1), policy=SECOND, rank=TERTIARY, paid=800),
    ]
    theirs = day(stage, 11, 12, provider=other, paid=900)
    made = Batch(stage, [anchored(stage, *mine), anchored(stage, *theirs, provider=other)])
    receipt = made.send()
    told = payments(stage, receipt)
    for provider, claims in ((stage.provider, mine), (other, theirs)):
        assert told[provider.address] == [(made.index(each), each.paid) for each in claims]
        assert total(stage, provider) == sum(each.paid for each in claims)
    for event in events(stage.book, receipt, "BatchPaid"):
        first = mine[0] if event["provider"] == stage.provider.address else theirs[0]
        assert (event["batch"], event["payment"]) == (made.terms["batch"], made.payment(first))
    assert not skipped(stage, receipt)
    assert stage.policy()["paid"] == 3 * 5_600 + 700 + 2 * 900
    assert stage.policy(SECOND)["paid"] == 800
    assert all(stage.spent(sequence) for sequence in (1, 2, 3, 11, 12))
    assert stage.spent(4, TERTIARY)
    assert not stage.spent(4)
    assert stage.spent(1, SECONDARY, OTHER_PRACTITIONER)
    assert not stage.spent(1, PRIMARY, OTHER_PRACTITIONER)
    assert stage.solvent()


def test_anybody_may_send_a_batch(stage: Stage) -> None:
    batch(stage, *day(stage, 1)).send(sender=stage.insurer)
    assert total(stage) == 5_600


def test_two_rolls_of_one_provider_are_one_payment(stage: Stage) -> None:
    rolls = [anchored(stage, *day(stage, 1, 2)), anchored(stage, *day(stage, 3, 4), nonce=2)]
    made = Batch(stage, rolls)
    receipt = made.send()
    (event,) = events(stage.book, receipt, "BatchPaid")
    assert event["paid"] == 4 * 5_600
    assert paid_claims(stage, receipt, event) == [(n, 5_600) for n in range(4)]
    assert event["payment"] == made.payment(made.claims[0])
    assert len(events(stage.token, receipt, "Transfer")) == 1


def test_a_payment_is_named_by_its_first_claim_that_is_paid(stage: Stage) -> None:
    claims = day(stage, 1, 2)
    stage.send(stage.practitioner, stage.registry.functions.revoke(PRACTITIONER, 1))
    made = batch(stage, *claims)
    (event,) = events(stage.book, made.send(), "BatchPaid")
    assert event["payment"] == made.payment(claims[1])
    assert event["payment"] == stage.book.functions.paymentIdOf(made.terms["batch"], claims[1].claim).call()


def test_a_claim_of_several_attestations_is_paid_from_several_rolls(stage: Stage) -> None:
    """Two clinicians of one visit, in the invoice's order, which is not that of the rolls."""
    first, second = visits(stage, 1, 2), visits(stage, 1, 2, other=True)
    together = [claim(stage, second[0], first[0]), claim(stage, first[1], second[1], paid=900)]
    alone = claim(stage, *visits(stage, 3))
    receipt = batch(stage, *together, alone).send()
    assert payments(stage, receipt)[stage.provider.address] == [(0, 5_600), (1, 900), (2, 5_600)]
    for practitioner in (PRACTITIONER, OTHER_PRACTITIONER):
        assert stage.spent(1, PRIMARY, practitioner)
        assert stage.spent(2, PRIMARY, practitioner)


def test_a_claim_of_several_attestations_of_one_roll(stage: Stage) -> None:
    items = visits(stage, 1, 2, 3, 4)
    claims = [claim(stage, items[0]), claim(stage, items[3], items[1]), claim(stage, items[2])]
    receipt = batch(stage, *claims).send()
    assert not skipped(stage, receipt)
    assert total(stage) == 3 * 5_600


def test_a_claim_of_sixteen_attestations(stage: Stage) -> None:
    receipt = batch(stage, claim(stage, *visits(stage, *range(1, 17)))).send()
    assert not skipped(stage, receipt)
    assert all(stage.spent(sequence) for sequence in range(1, 17))


def test_rolls_of_other_terms_travel_in_sections_of_their_own(stage: Stage) -> None:
    """One signature over visits that differ in year, class and last second."""
    issue(stage, SECOND, year=stage.year - 1)
    fields = [{}, {"serviceYear": stage.year - 1}, {"evidenceClass": 3}, {"validUntil": stage.now + 50 * DAY}, {}]
    items = [attested(stage, n, **each) for n, each in enumerate(fields, 1)]
    signed = shift(stage, *items)
    claims = [claim(stage, each, policy=SECOND if n == 1 else POLICY) for n, each in enumerate(signed)]
    made = batch(stage, *claims)
    assert not skipped(stage, made.send())
    assert total(stage) == 5 * 5_600
    assert made.pack().sections >= 4


@pytest.mark.parametrize("gap", [1, 100], ids=["in one word", "across words"])
def test_a_superseding_attestation_spends_both(stage: Stage, gap: int) -> None:
    items = shift(stage, attested(stage, 1), attested(stage, 10 + gap, supersedes=10), attested(stage, 11 + gap))
    receipt = batch(stage, *(claim(stage, item) for item in items)).send()
    assert not skipped(stage, receipt)
    for sequence in (1, 10, 10 + gap, 11 + gap):
        assert stage.spent(sequence)


def test_what_was_superseded_pays_no_more_and_what_has_paid_is_not_superseded(stage: Stage) -> None:
    batch(stage, *day(stage, 1)).send()
    made = Batch(
        stage, [anchored(stage, *(claim(stage, *visits(stage, n, supersedes=n - 1)) for n in (2, 4)), nonce=2)]
    )
    assert skipped(stage, made.send()) == {0: "Registry_BitSpent"}
    assert not stage.spent(2)
    late = Batch(stage, [anchored(stage, *day(stage, 3), nonce=3)])
    assert skipped(stage, late.send()) == {0: "Registry_BitSpent"}


@pytest.mark.parametrize("sequence", [1 << 32 | 1, (7 << 32) + 63, (1 << 64) - 1, 64, 63], ids=hex)
def test_a_bit_lies_where_its_sequence_says(stage: Stage, sequence: int) -> None:
    neighbours = [n for n in (sequence - 1, sequence, sequence + 1) if n & 0xFFFF_FFFF and n < 1 << 64]
    made = batch(stage, *day(stage, sequence))
    assert not skipped(stage, made.send())
    assert [stage.spent(n) for n in neighbours] == [n == sequence for n in neighbours]


def test_a_shift_across_words_of_bits(stage: Stage) -> None:
    sequences = range(60, 70)
    receipt = batch(stage, *day(stage, *sequences, paid=100)).send()
    assert not skipped(stage, receipt)
    assert [stage.spent(n) for n in range(58, 72)] == [n in sequences for n in range(58, 72)]


@pytest.mark.parametrize(
    "parts",
    [
        {"paid": 0},
        {"billed": (1 << 24) - 1},
        {"billed": 1 << 24},
        {"otherPayer": 1_000},
        {"allowed": 11_000},
        {"patient": 100},
        {"billed": 8_000},
    ],
    ids=repr,
)
def test_the_short_and_the_long_form_say_the_same(stage: Stage, parts: dict[str, Any]) -> None:
    """Beside a plain claim in front, so that the quick path of the contract is taken where it can be."""
    items = visits(stage, 1, 2, 3)
    claims = [claim(stage, items[0]), claim(stage, items[1], **parts), claim(stage, items[2])]
    receipt = batch(stage, *claims).send()
    assert payments(stage, receipt)[stage.provider.address] == [(n, each.paid) for n, each in enumerate(claims)]
    assert total(stage) == sum(each.paid for each in claims)


def test_a_batch_that_pays_nothing_spends_and_tells(stage: Stage) -> None:
    """All is the patient's: the visits are used up, and no money moves."""
    made = batch(stage, *day(stage, 1, 2, paid=0))
    receipt = made.send()
    assert payments(stage, receipt) == {stage.provider.address: [(0, 0), (1, 0)]}
    assert not events(stage.token, receipt, "Transfer")
    assert stage.spent(1)
    assert stage.spent(2)
    assert stage.policy()["paid"] == 0


def test_a_policy_without_reserve_takes_an_approval_that_pays_nothing(stage: Stage) -> None:
    issue(stage, SECOND, limit=0, reserve=0)
    receipt = batch(stage, *day(stage, 1, 2, paid=0, policy=SECOND)).send()
    assert not skipped(stage, receipt)


def test_several_claims_on_one_policy_draw_on_one_another(stage: Stage) -> None:
    issue(stage, SECOND, limit=10_000, reserve=10_000)
    items = visits(stage, 1, 2, 3, 4)
    paid = (4_000, 4_000, 4_000, 2_000)
    made = batch(stage, *(claim(stage, item, policy=SECOND, paid=p) for item, p in zip(items, paid, strict=True)))
    assert skipped(stage, made.send()) == {2: "Policies_LimitExceeded"}
    assert stage.policy(SECOND)["paid"] == 10_000
    assert not stage.spent(3)


# -- What is not settled now -------------------------------------------------------------------------------------------


def test_anchored_rolls_are_settled_in_parts(stage: Stage) -> None:
    """What is left out travels as hashes, of attestations and invoices; each claim is paid in one of the batches."""
    other = enrol(stage, "second provider", 502)
    mine, theirs = day(stage, 1, 2, 3, 4, 5), day(stage, 11, 12, provider=other)
    made = Batch(stage, [anchored(stage, *mine), anchored(stage, *theirs, provider=other)])
    early = [mine[1], mine[4], theirs[0]]
    late = made.present(without=early)
    for part, absent in ((early, late), (late, early)):
        receipt = made.send(without=absent)
        assert not skipped(stage, receipt)
        found = sorted(record for told in payments(stage, receipt).values() for record in told)
        assert found == sorted((made.index(each, absent), each.paid) for each in part)
    assert total(stage) == 5 * 5_600
    assert total(stage, other) == 2 * 5_600


def test_many_absent_ones(stage: Stage) -> None:
    """More than one run of hashes has room for, of attestations and of invoices."""
    items = visits(stage, *range(1, 301))
    present = [claim(stage, items[0]), claim(stage, items[299])]
    left = [claim(stage, items[1 + n % 2], billed=20_000 + n) for n in range(300)]
    made = batch(stage, present[0], *left, present[1])
    receipt = made.send(without=left)
    assert payments(stage, receipt)[stage.provider.address] == [(0, 5_600), (1, 5_600)]


def test_sent_again_a_batch_pays_nothing(stage: Stage) -> None:
    items = visits(stage, 5, 6)
    made = batch(stage, *day(stage, 1, 2, 3), claim(stage, *items))
    made.send()
    before = stage.picture()
    receipt = made.send()
    assert skipped(stage, receipt) == dict.fromkeys(range(4), "Registry_BitSpent")
    assert not events(stage.book, receipt, "BatchPaid")
    assert not events(stage.token, receipt, "Transfer")
    assert stage.picture() == before


def test_a_claim_is_paid_in_a_batch_or_alone_and_not_twice(stage: Stage) -> None:
    claims = day(stage, 1, 2)
    stage.send(stage.provider, claims[0].settle())
    assert skipped(stage, batch(stage, *claims).send()) == {0: "Registry_BitSpent"}
    assert stage.refused(stage.provider, claims[1].settle()).name == "Registry_BitSpent"
    assert total(stage) == 2 * 5_600


def test_one_visit_in_two_claims_of_a_batch_pays_once(stage: Stage) -> None:
    (item,) = visits(stage, 1)
    claims = [claim(stage, item), claim(stage, item, paid=5_000), claim(stage, *visits(stage, 2))]
    made = batch(stage, *claims)
    assert skipped(stage, made.send()) == {1: "Registry_BitSpent"}
    assert total(stage) == 2 * 5_600


# -- Skipping ----------------------------------------------------------------------------------------------------------


def revoked(stage: Stage) -> None:
    stage.send(stage.practitioner, stage.registry.functions.revoke(PRACTITIONER, 2))


def spent(stage: Stage) -> None:
    stage.send(stage.provider, claim(stage, *visits(stage, 2), paid=10).settle())


def rotated(stage: Stage) -> None:
    stage.send(stage.credentialer, stage.registry.functions.rotateKey(PRACTITIONER, key("new key").address))


def registers(function: str, *arguments: Any) -> Callable[[Stage], None]:
    """An act of the credentialer; a callable argument is asked of the stage."""

    def act(stage: Stage) -> None:
        given = [each(stage) if callable(each) else each for each in arguments]
        stage.send(stage.credentialer, stage.registry.functions[function](*given))

    return act


def provider_of(stage: Stage) -> str:
    return str(stage.provider.address)


def past(stage: Stage) -> int:
    """The last day of the year before."""
    return stage.first_day(stage.year) - 1


STATES: dict[str, tuple[Callable[[Stage], None], str]] = {
    "revoked": (revoked, "Registry_AttestationRevoked"),
    "spent": (spent, "Registry_BitSpent"),
    "compromised": (registers("reportCompromise", PRACTITIONER, lambda s: s.today), "Registry_KeyCompromised"),
    "suspended": (registers("suspendPractitioner", PRACTITIONER, True), "Registry_PractitionerSuspended"),
    "off the roster": (registers("removeFromRoster", provider_of, PRACTITIONER), "Registry_NotOnRoster"),
    "roster's window": (registers("addToRoster", provider_of, PRACTITIONER, 1, past), "Registry_RosterWindow"),
    "credential's window": (registers("updatePractitioner", PRACTITIONER, 901, 1, past), "Registry_PractitionerWindow"),
    "same controller": (registers("updatePractitioner", PRACTITIONER, 501, 1, 60_000), "Registry_SameController"),
    "rotated": (rotated, "Registry_SignatureInvalid"),
}


@pytest.mark.parametrize("state", STATES)
def test_what_does_not_count_is_skipped_and_holds_up_nobody(stage: Stage, state: str) -> None:
    """Claims 0 and 2 are another practitioner's; all that is the matter is with the practitioner of claims 1 and 3."""
    act, reason = STATES[state]
    good = visits(stage, 1, 2, other=True)
    bad = visits(stage, 2, 3)
    claims = [claim(stage, good[0]), claim(stage, bad[0]), claim(stage, good[1]), claim(stage, bad[1])]
    made = batch(stage, *claims)
    act(stage)
    had, drawn = total(stage), stage.policy()["paid"]
    receipt = made.send()
    whole = state not in ("revoked", "spent")
    assert skipped(stage, receipt) == dict.fromkeys((1, 3) if whole else (1,), reason)
    paid = [(0, 5_600), (2, 5_600)] + ([] if whole else [(3, 5_600)])
    assert payments(stage, receipt)[stage.provider.address] == paid
    assert total(stage) - had == stage.policy()["paid"] - drawn == 5_600 * len(paid)
    assert stage.spent(3) is not whole
    assert stage.spent(2) is (state in ("revoked", "spent"))
    assert stage.solvent()


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (registers("suspendProvider", provider_of, True), "Registry_ProviderSuspended"),
        (registers("updateProvider", provider_of, 501, 1, past), "Registry_ProviderWindow"),
    ],
)
def test_a_provider_that_does_not_count_is_not_paid_and_others_are(stage: Stage, act: Any, reason: str) -> None:
    other = enrol(stage, "second provider", 502)
    mine, theirs = day(stage, 1, 2), day(stage, 11, provider=other)
    made = Batch(stage, [anchored(stage, *mine), anchored(stage, *theirs, provider=other)])
    act(stage)
    receipt = made.send()
    assert skipped(stage, receipt) == {made.index(each): reason for each in mine}
    assert payments(stage, receipt) == {other.address: [(made.index(theirs[0]), 5_600)]}
    assert not stage.spent(1)
    assert not stage.spent(2)


def test_a_skipped_claim_is_paid_once_its_reason_is_gone(stage: Stage) -> None:
    made = batch(stage, *day(stage, 1, 2))
    registers("suspendPractitioner", PRACTITIONER, True)(stage)
    assert len(skipped(stage, made.send())) == 2
    registers("suspendPractitioner", PRACTITIONER, False)(stage)
    assert not skipped(stage, made.send())
    assert total(stage) == 2 * 5_600


@pytest.mark.parametrize(("days", "counts"), [(0, False), (1, True), (-1, False)])
def test_a_compromise_counts_from_its_day_against_the_day_of_the_anchor(stage: Stage, days: int, counts: bool) -> None:
    made = batch(stage, *day(stage, 1))
    fixed_day = stage.today + days
    stage.travel(5 * DAY)
    registers("reportCompromise", PRACTITIONER, fixed_day)(stage)
    assert skipped(stage, made.send()) == ({} if counts else {0: "Registry_KeyCompromised"})


def test_an_attestation_that_was_anchored_in_time_is_paid_later(stage: Stage) -> None:
    items = [*visits(stage, 1, validUntil=stage.now + DAY), *visits(stage, 2, validUntil=stage.now + 2 * DAY)]
    early = anchored(stage, claim(stage, items[0]))
    stage.travel(3 * DAY)
    late = anchored(stage, claim(stage, items[1]), nonce=2)
    made = Batch(stage, [early, late])
    assert skipped(stage, made.send()) == {made.index(late.claims[0]): "Registry_AttestationExpired"}
    assert total(stage) == 5_600
    assert not stage.spent(2)


def test_the_last_second_counts(stage: Stage) -> None:
    """Of two visits with one last second, one is anchored in it and one a second later."""
    last = stage.now + 20
    rolls = [Anchor(stage, stage.provider, [claim(stage, *visits(stage, n, validUntil=last))], nonce=n) for n in (1, 2)]
    stage.travel(20)
    for number, roll in enumerate(rolls):
        roll.sent()
        assert stage.now == last + number
    made = Batch(stage, rolls)
    assert skipped(stage, made.send()) == {made.index(rolls[1].claims[0]): "Registry_AttestationExpired"}


BESIDE: dict[str, tuple[dict[str, Any], str]] = {
    "unknown policy": ({"policy": 4_711}, "Policies_Unknown"),
    "another year": ({"policy": 90}, "Policies_YearMismatch"),
    "rank": ({"policy": 91}, "Policies_RankNotCovered"),
    "limit": ({"policy": 92}, "Policies_LimitExceeded"),
    "reserve": ({"policy": 93}, "Policies_ReserveExceeded"),
    "never in force": ({"policy": 94}, "Policies_NeverInForce"),
    "cap": ({"paid": CLAIM_CAP + 1, "billed": CLAIM_CAP * 2}, "Claims_CapExceeded"),
    "quorum": ({"paid": QUORUM_ABOVE + 1, "billed": CLAIM_CAP}, "Claims_QuorumMissing"),
    "paid above allowed": ({"allowed": 5_599}, "Claims_PaidAboveAllowed"),
    "allowed above billed": ({"allowed": 12_001}, "Claims_AllowedAboveBilled"),
    "short form above billed": ({"billed": 7_999}, "Claims_AllowedAboveBilled"),
    "shares above billed": ({"otherPayer": 4_001}, "Claims_SharesAboveBilled"),
}


@pytest.mark.parametrize("what", BESIDE)
@pytest.mark.parametrize("several", [False, True], ids=["one attestation", "several"])
@pytest.mark.parametrize("place", [0, 1], ids=["first", "second"])
def test_a_claim_that_is_not_payable_is_skipped_and_its_visit_stays(
    stage: Stage, what: str, several: bool, place: int
) -> None:
    parts, reason = BESIDE[what]
    issue(stage, 90, year=stage.year - 1)
    issue(stage, 91, ranks=0b110)
    issue(stage, 92, limit=5_599, reserve=5_599)
    issue(stage, 93, reserve=5_599)
    issue(stage, 94, year=stage.year + 1)
    stage.send(stage.insurer, stage.book.functions.cancelPolicy(94, stage.today))
    years = {"serviceYear": stage.year + 1} if what == "never in force" else {}
    bad = visits(stage, 5, 6, **years)[: 2 if several else 1]
    good = visits(stage, 1, 2, 3)
    claims = [claim(stage, item) for item in good]
    claims.insert(place, claim(stage, *bad, **parts))
    receipt = batch(stage, *claims).send()
    assert skipped(stage, receipt) == {place: reason}
    assert payments(stage, receipt)[stage.provider.address] == [(n, 5_600) for n in range(4) if n != place]
    assert not stage.spent(5)
    assert not stage.spent(6)
    assert all(stage.spent(n) for n in (1, 2, 3))
    assert total(stage) == stage.policy()["paid"] == 3 * 5_600
    for policy in (90, 91, 92, 93, 94):
        assert stage.policy(policy)["paid"] == 0
    assert stage.solvent()
    if not years:
        stage.send(stage.provider, claim(stage, *bad).settle())


def test_a_cancelled_policy_runs_out_in_batches_too(stage: Stage) -> None:
    """Cover that ended within the year still pays for its services."""
    stage.send(stage.insurer, stage.book.functions.cancelPolicy(POLICY, stage.today))
    assert not skipped(stage, batch(stage, *day(stage, 1, 2, 3)).send())
    assert total(stage) == 3 * 5_600


def test_two_signatures_pay_what_one_does_not(stage: Stage) -> None:
    items = visits(stage, 1, 2)
    claims = [claim(stage, item, paid=QUORUM_ABOVE + n, billed=CLAIM_CAP) for n, item in enumerate(items)]
    made = batch(stage, *claims)
    assert skipped(stage, made.send()) == {1: "Claims_QuorumMissing"}
    made.signers = stage.adjudicators[:2]
    assert skipped(stage, made.send()) == {0: "Registry_BitSpent"}
    assert total(stage) == 2 * QUORUM_ABOVE + 1


@pytest.mark.parametrize("decided", [False, True], ids=["submitted", "denied"])
def test_a_claim_in_two_steps_is_not_passed_by(stage: Stage, decided: bool) -> None:
    """An approval that was signed before a denial must not be used after it, in a batch neither."""
    claims = day(stage, 1, 2, 3)
    stage.send(stage.provider, claims[1].submit())
    if decided:
        stage.send(stage.insurer, claims[1].decide(outcome=DENIED, paid=0))
    assert skipped(stage, batch(stage, *claims).send()) == {1: "Claims_AlreadySubmitted"}
    assert not stage.spent(2)
    assert total(stage) == 2 * 5_600


def test_claims_whose_policy_bears_anothers_mark_are_paid(stage: Stage) -> None:
    """Each of the 24 marks is set; a mark alone says nothing."""
    for sequence in range(100, 400):
        if stage.policy()["submittedMarks"] == (1 << 24) - 1:
            break
        stage.send(stage.provider, claim(stage, *visits(stage, sequence)).submit())
    assert stage.policy()["submittedMarks"] == (1 << 24) - 1
    assert not skipped(stage, batch(stage, *day(stage, 1, 2, 3)).send())


@pytest.mark.parametrize("bad", [0, 1])
def test_a_claim_of_several_is_paid_whole_or_not_at_all(stage: Stage, bad: int) -> None:
    first, second = visits(stage, 1), visits(stage, 1, other=True)
    made = batch(stage, claim(stage, *first, *second), claim(stage, *visits(stage, 2)))
    signer, number = ((stage.practitioner, PRACTITIONER), (stage.other_practitioner, OTHER_PRACTITIONER))[bad]
    stage.send(signer, stage.registry.functions.revoke(number, 1))
    assert skipped(stage, made.send()) == {0: "Registry_AttestationRevoked"}
    assert [stage.spent(1, PRIMARY, p) for p in (PRACTITIONER, OTHER_PRACTITIONER)] == [bad == 0, bad == 1]
    assert total(stage) == 5_600


def test_a_skipped_superseding_claim_frees_both_sequences(stage: Stage) -> None:
    items = visits(stage, 70, supersedes=3)
    made = batch(stage, claim(stage, *items, policy=4_711), claim(stage, *visits(stage, 2)))
    assert skipped(stage, made.send()) == {0: "Policies_Unknown"}
    assert not stage.spent(3)
    assert not stage.spent(70)
    stage.send(stage.provider, claim(stage, *visits(stage, 3)).settle())


def test_a_visit_that_supersedes_one_that_was_not_payable_is_paid_as_it_would_be_alone(stage: Stage) -> None:
    """Both in one shift: the first claim's visit is given back, and the next claim's may then replace it."""
    items = shift(stage, attested(stage, 1), attested(stage, 2, supersedes=1))
    claims = [claim(stage, items[0], policy=4_711), claim(stage, items[1])]
    with stage.undone():
        assert stage.refused(stage.provider, claims[0].settle()).name == "Policies_Unknown"
        stage.send(stage.provider, claims[1].settle())
    assert skipped(stage, batch(stage, *claims).send()) == {0: "Policies_Unknown"}
    assert total(stage) == 5_600


def test_giving_back_leaves_a_withdrawal_and_other_ranks(stage: Stage) -> None:
    stage.send(stage.provider, claim(stage, *visits(stage, 1), rank=SECONDARY, paid=10).settle())
    made = batch(stage, claim(stage, *visits(stage, 1), policy=4_711), claim(stage, *visits(stage, 2)))
    stage.send(stage.practitioner, stage.registry.functions.revoke(PRACTITIONER, 4))
    made.send()
    assert not stage.spent(1)
    assert stage.spent(1, SECONDARY)
    assert stage.registry.functions.isRevoked(PRACTITIONER, 4).call()


@pytest.mark.parametrize("skip", ["the roll's", "the policy's"])
def test_a_long_shift_that_does_not_count_costs_no_more_for_each_of_its_claims(stage: Stage, skip: str) -> None:
    """Else one suspension makes a batch too dear for any transaction, and stops the claims of all others in it."""

    def each(count: int) -> int:
        with stage.undone():
            good = claim(stage, *visits(stage, 1, other=True))
            unknown = 4_711 if skip == "the policy's" else POLICY
            made = batch(stage, good, *day(stage, *range(1, count + 1), policy=unknown, paid=100))
            if skip == "the roll's":
                registers("suspendPractitioner", PRACTITIONER, True)(stage)
            receipt = made.send()
            assert len(skipped(stage, receipt)) == count
            assert total(stage) == 5_600
            return int(receipt["gasUsed"]) // count

    assert each(120) <= each(30)


# -- Refusing the whole ------------------------------------------------------------------------------------------------


def test_an_adjudicator_that_is_not_named_settles_nothing(stage: Stage) -> None:
    made = batch(stage, *day(stage, 1), signers=[stage.stranger])
    assert made.refused().name == "Claims_AdjudicatorUnknown"


def test_nobody_settles_without_a_signature(stage: Stage) -> None:
    made = batch(stage, *day(stage, 1), approvals=[])
    error = made.refused()
    assert (error.name, error.arguments) == ("Claims_QuorumMissing", (0, 1))


def test_signatures_are_in_order_and_each_counts(stage: Stage) -> None:
    made = batch(stage, *day(stage, 1), signers=stage.adjudicators[:2])
    first, second = made.signed(made.pack().data)
    assert made.refused(approvals=[second, first]).name == "Claims_ApprovalsUnordered"
    assert made.refused(approvals=[first, first]).name == "Claims_ApprovalsUnordered"
    forged = second | {"signature": first["signature"]}
    assert made.refused(approvals=[first, forged]).name == "Claims_SignatureInvalid"
    made.send()


def test_decisions_of_another_epoch_settle_nothing(stage: Stage) -> None:
    made = batch(stage, *day(stage, 1))
    stage.send(stage.insurer, stage.book.functions.advanceEpoch())
    error = made.refused()
    assert (error.name, error.arguments) == ("Claims_EpochMismatch", (1, 2))


def test_decisions_have_a_deadline(stage: Stage) -> None:
    made = batch(stage, *day(stage, 1))
    stage.travel(30 * DAY + 2)
    error = made.refused()
    assert (error.name, error.arguments) == ("Claims_DeadlinePassed", (made.terms["deadline"],))


@pytest.mark.parametrize("term", ["traces", "rulePack", "deadline", "batch"])
def test_every_term_is_signed(stage: Stage, term: str) -> None:
    made = batch(stage, *day(stage, 1))
    value = made.terms[term]
    other = value + 1 if isinstance(value, int) else bytes(31) + b"\1"
    assert made.refused(**{term: other}).name == "Claims_SignatureInvalid"


def test_an_amount_that_was_not_signed_is_not_paid(stage: Stage) -> None:
    claims = day(stage, 1, 2)
    made = batch(stage, *claims)
    honest = made.signed(made.pack().data)
    greedy = Batch(stage, [replace(made.rolls[0], claims=[claims[0], replace(claims[1], paid=5_601)])])
    greedy.approvals = honest
    assert greedy.refused().name == "Claims_SignatureInvalid"


def test_a_wallet_does_not_sign_batches(stage: Stage) -> None:
    wallet = stage.deploy("mocks/Wallet", stage.adjudicators[0].address)
    stage.send(stage.insurer, stage.book.functions.setAdjudicator(wallet.address, True))
    made = batch(stage, *day(stage, 1))
    made.approvals = [{"adjudicator": wallet.address, "signature": made.signed(made.pack().data)[0]["signature"]}]
    assert made.refused().name == "Claims_SignatureInvalid"


def test_a_roll_that_was_not_anchored_settles_nothing(stage: Stage) -> None:
    other = anchored(stage, *day(stage, 3))
    made = Batch(stage, [other, Anchor(stage, stage.provider, day(stage, 1), nonce=2)])
    error = made.refused()
    assert error.name == "Invoices_NotAnchored"
    assert error.arguments[1] == made.rolls[1].roll


def test_invoices_that_were_not_anchored_are_not_paid(stage: Stage) -> None:
    """Another charge under the name of an anchored roll."""
    honest = batch(stage, *day(stage, 1, 2))
    greedy = Batch(stage, [Anchor(stage, stage.provider, day(stage, 1, 2, billed=12_001))])
    groups = layout.read(greedy.pack().data)
    groups[0].roll = honest.rolls[0].roll
    error = greedy.refused(packed=layout.write(groups))
    assert error.name == "Invoices_RollMismatch"
    assert error.arguments[0] == honest.rolls[0].roll


def test_another_providers_roll_pays_nobody_else(stage: Stage) -> None:
    other = enrol(stage, "second provider", 502)
    made = batch(stage, *day(stage, 1))
    groups = layout.read(made.pack().data)
    groups[0].provider = bytes.fromhex(other.address[2:])
    assert made.refused(packed=layout.write(groups)).name == "Invoices_NotAnchored"
    stage.send(other, replace(made.rolls[0], provider=other).call())
    assert made.refused(packed=layout.write(groups)).name == "Invoices_RollMismatch"


def test_a_book_that_is_not_listed_settles_nothing(stage: Stage) -> None:
    made = batch(stage, *day(stage, 1))
    stage.send(stage.credentialer, stage.registry.functions.listBook(stage.book.address, False))
    assert made.refused().name == "Registry_BookNotListed"


# -- Tokens that refuse, call back or are starved ----------------------------------------------------------------------


@pytest.mark.parametrize("refusal", range(1, 6), ids=["reverts", "returns false", "burns", "floods", "returns short"])
def test_a_payee_that_cannot_be_paid_is_credited_and_others_are_paid(shared_stage: Stage, refusal: int) -> None:
    with shared_stage.undone():
        stage = shared_stage.with_token("mocks/BlacklistToken")
        other = enrol(stage, "second provider", 502)
        mine, theirs = day(stage, 1, 2), day(stage, 11, provider=other)
        made = Batch(stage, [anchored(stage, *mine), anchored(stage, *theirs, provider=other)])
        stage.send(stage.stranger, stage.token.functions.blacklist(stage.provider.address, refusal))
        receipt = made.send()
        assert total(stage) == 0
        assert total(stage, other) == 5_600
        (event,) = events(stage.book, receipt, "PaymentCredited")
        assert (event["payment"], event["payee"], event["amount"]) == (
            made.payment(mine[0]),
            stage.provider.address,
            11_200,
        )
        assert stage.book.functions.creditOf(stage.provider.address).call() == 11_200
        assert stage.totals()["credited"] == 11_200
        assert stage.policy()["paid"] == 3 * 5_600
        assert stage.solvent()


@pytest.mark.parametrize("early", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    "act", ["settleBatch", "the rest", "settle", "withdrawCredit", "withdrawSurplus", "giveBack", "anchor"]
)
def test_a_token_that_calls_back_changes_nothing_that_is_under_way(shared_stage: Stage, act: str, early: bool) -> None:
    """Two payees, so that the second is under way while the first is paid."""
    with shared_stage.undone():
        stage = shared_stage.with_token("mocks/ReentrantToken")
        other = enrol(stage, "second provider", 502)
        mine, theirs = day(stage, 1, 2), day(stage, 11, provider=other)
        made = Batch(stage, [anchored(stage, *mine), anchored(stage, *theirs, provider=other)])
        late = anchored(stage, *day(stage, 21, 22), nonce=2)
        rest = Batch(stage, [late], header={"batch": b"\2" * 32})
        section = layout.read(made.pack().data)[0].sections[0]
        calls: dict[str, Any] = {
            "settleBatch": made.call(),
            "the rest": rest.call(),
            "settle": mine[0].settle(),
            "withdrawCredit": stage.book.functions.withdrawCredit(stage.stranger.address),
            "withdrawSurplus": stage.book.functions.withdrawSurplus(stage.stranger.address, UNITS_PER_CENT),
            "giveBack": stage.registry.functions.giveBack(packed=layout.write_roll(section), index=0),
            "anchor": Anchor(stage, stage.provider, mine, nonce=9).call(b"\0" * 65),
        }
        target = stage.registry if act == "giveBack" else stage.book
        plan = stage.token.functions.plan(target.address, data_of(stage, calls[act]), early)
        stage.send(stage.stranger, plan, gas=GAS)
        receipt = stage.force(stage.stranger, made.call(), GAS)
        assert receipt["status"] == 1
        told = payments_of_batch(stage, receipt, made.terms["batch"])
        assert told == {stage.provider.address: 11_200, other.address: 5_600}
        more = 11_200 if act == "the rest" and stage.token.functions.succeeded().call() else 0
        assert total(stage) == 11_200 + more
        assert total(stage, other) == 5_600
        assert stage.policy()["paid"] == 16_800 + more
        assert stage.spent(1)
        assert stage.spent(2)
        assert stage.spent(11)
        assert stage.totals()["credited"] == 0
        assert stage.solvent()
        stage.send(stage.stranger, stage.token.functions.plan("0x" + "00" * 20, b"", early))
        assert len(skipped(stage, made.send())) == 3


def payments_of_batch(stage: Stage, receipt: Any, batch_id: bytes) -> dict[str, int]:
    told = [event for event in events(stage.book, receipt, "BatchPaid") if event["batch"] == batch_id]
    assert len({event["provider"] for event in told}) == len(told)
    return {event["provider"]: event["paid"] for event in told}


def test_nobody_starves_a_transfer_into_a_credit(stage: Stage) -> None:
    """With whatever gas it is sent, the batch pays or is undone."""
    made = batch(stage, *day(stage, 1, 2))
    with stage.undone():
        needed = int(made.send()["gasUsed"])
    outcomes = set()
    for gas in range(needed - 60_000, needed + 260_000, 16_000):
        with stage.undone():
            receipt = stage.force(stage.stranger, made.call(), gas)
            paid = receipt["status"] == 1
            outcomes.add(paid)
            assert total(stage) == (11_200 if paid else 0)
            assert stage.totals()["credited"] == 0
            assert stage.spent(1) is paid
    assert outcomes == {True, False}


def test_a_refusing_token_is_not_blamed_for_little_gas(shared_stage: Stage) -> None:
    with shared_stage.undone():
        stage = shared_stage.with_token("mocks/BlacklistToken")
        made = batch(stage, *day(stage, 1, 2))
        stage.send(stage.stranger, stage.token.functions.blacklist(stage.provider.address, 1))
        with stage.undone():
            needed = int(made.send()["gasUsed"])
        receipt = stage.force(stage.stranger, made.call(), needed + 20_000)
        assert receipt["status"] == 0
        assert stage.totals()["credited"] == 0
        assert stage.force(stage.stranger, made.call(), needed + 260_000)["status"] == 1
        assert stage.totals()["credited"] == 11_200


@pytest.mark.parametrize("share", range(0, 100, 7))
def test_no_amount_of_gas_makes_a_bad_signature_good(stage: Stage, share: int) -> None:
    """A question that runs out of gas is no answer: neither the credentials nor the policy pass by silence."""
    forged = visits(stage, 1)
    forged[0].signature = bytes(64) + b"\x1b"
    made = batch(stage, claim(stage, *forged), claim(stage, *visits(stage, 2), policy=94))
    with stage.undone():
        receipt = made.send()
        assert set(skipped(stage, receipt).values()) == {"Registry_SignatureInvalid", "Policies_Unknown"}
        needed = int(receipt["gasUsed"])
    gas = 21_000 + (needed - 21_000) * share // 100 + 40_000
    receipt = stage.force(stage.stranger, made.call(), gas)
    assert not events(stage.book, receipt, "BatchPaid")
    assert total(stage) == 0
    assert not stage.spent(1)
    assert not stage.spent(2)


def test_the_money_is_that_of_the_policies(stage: Stage) -> None:
    batch(stage, *day(stage, *range(1, 11))).send()
    assert stage.policy() | {"limit": LIMIT, "paid": 56_000, "reserve": RESERVE - 56_000} == stage.policy()
    assert stage.solvent()
