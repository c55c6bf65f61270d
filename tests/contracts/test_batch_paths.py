"""A claim is settled alike however it is written: in a run, alone, in the long form, by the quick path and by the slow one.

The same claims are sent in each form, each signed as it is sent, from one state. What is left, what is told and what is
skipped is the same, to the cent and to the bit. Refusals come in the midst of runs, where the quick path stops and goes on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.contracts import layout
from tests.contracts.batches import (
    GAS,
    Anchor,
    Batch,
    anchored,
    batch,
    claim,
    day,
    issue,
    payments,
    shift,
    skipped,
    visits,
)
from tests.contracts.layout import FULL, NARROW, SHORT, WIDE, Group
from tests.contracts.support import (
    CLAIM_CAP,
    DENIED,
    PRACTITIONER,
    QUORUM_ABOVE,
    UNITS_PER_CENT,
    WIDE_POLICY,
    Case,
    Stage,
    attested,
    events,
)

POLICIES = (71, 72, 73)


def as_packed(_: list[Group]) -> None:
    """Runs as long as they can be: the quick path after the payment's first claim."""


def in_runs_of_one(groups: list[Group]) -> None:
    """Each claim and each attestation announced alone."""
    for group in groups:
        for section in group.sections:
            things: list[layout.Item | layout.Entry] = [*section.claims, *section.entries]
            for thing in things:
                thing.says = 1 if thing.kind in (NARROW, SHORT) else None


def widened(groups: list[Group]) -> None:
    """Every claim the long way."""
    for group in groups:
        for section in group.sections:
            section.claims = [replace(item, kind=WIDE) if item.kind == NARROW else item for item in section.claims]


def in_full(groups: list[Group]) -> None:
    """Every attestation the long way."""
    for group in groups:
        for section in group.sections:
            section.entries = [replace(item, kind=FULL) if item.kind == SHORT else item for item in section.entries]


def each_the_long_way(groups: list[Group]) -> None:
    """Claims and attestations."""
    widened(groups)
    in_full(groups)


FORMS: Sequence[Callable[[list[Group]], None]] = (as_packed, in_runs_of_one, widened, in_full, each_the_long_way)


@dataclass(frozen=True)
class Left:
    """What a batch left behind."""

    paid: dict[str, list[tuple[int, int]]]
    skipped: dict[int, str]
    policies: list[Any]
    balance: int
    spent: list[bool]
    amounts: list[bytes]


def sent(made: Batch, form: Callable[[list[Group]], None], policies: Sequence[int]) -> Left:
    stage = made.stage
    groups = layout.read(made.pack().data)
    form(groups)
    with stage.undone():
        receipt = stage.send(stage.stranger, made.call(packed=layout.write(groups)), GAS)
        sequences = [item.fields["sequence"] for each in made.claims for item in each.evidence]
        return Left(
            paid=payments(stage, receipt),
            skipped=skipped(stage, receipt),
            policies=[stage.policy(policy) for policy in policies],
            balance=stage.balance(stage.provider.address) // UNITS_PER_CENT,
            spent=[stage.spent(n) for n in sequences],
            amounts=[bytes(event["amounts"]) for event in events(stage.book, receipt, "BatchPaid")],
        )


def alike(made: Batch, policies: Sequence[int] = POLICIES) -> Left:
    """Sends the claims in every form; returns what each of them left."""
    first, *others = (sent(made, form, policies) for form in FORMS)
    for form, other in zip(FORMS[1:], others, strict=True):
        assert other == first, form.__name__
    assert first.balance == sum(cents for records in first.paid.values() for _, cents in records)
    return first


def run(stage: Stage, *terms: tuple[int, int]) -> list[Case]:
    """A claim for each policy and payment, of one shift."""
    items = visits(stage, *range(1, len(terms) + 1))
    return [
        claim(stage, item, policy=policy, paid=paid, billed=max(12_000, paid + 2_400))
        for item, (policy, paid) in zip(items, terms, strict=True)
    ]


def test_claims_that_are_all_paid(stage: Stage) -> None:
    """One policy again and again, others between."""
    for policy in POLICIES:
        issue(stage, policy)
    left = alike(batch(stage, *run(stage, (71, 100), (71, 200), (72, 300), (71, 0), (73, 400), (72, 500))))
    assert left.skipped == {}
    assert [policy["paid"] for policy in left.policies] == [300, 800, 400]
    assert all(left.spent)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("short", [0, 1], ids=["exactly enough", "one cent short"])
def test_the_end_of_a_reserve(stage: Stage, place: int, short: int) -> None:
    """As a payment's first claim, as a run's second, and after another claim on the same policy."""
    issue(stage, 71)
    issue(stage, 72, reserve=5_000)
    terms = [(71, 100)] * place + [(72, 3_000), (72, 2_000 + short), (71, 700)]
    left = alike(batch(stage, *run(stage, *terms)), (71, 72))
    assert left.skipped == ({place + 1: "Policies_ReserveExceeded"} if short else {})
    assert left.policies[1]["reserve"] == (2_000 if short else 0)
    assert left.policies[0]["paid"] == 100 * place + 700


@pytest.mark.parametrize("over", [0, 1], ids=["met", "passed"])
@pytest.mark.parametrize("place", [0, 1])
def test_what_one_signature_pays(stage: Stage, place: int, over: int) -> None:
    issue(stage, 71, limit=400_000, reserve=400_000)
    terms = [(71, 100)] * place + [(71, QUORUM_ABOVE + over), (71, 700)]
    left = alike(batch(stage, *run(stage, *terms)), (71,))
    assert left.skipped == ({place: "Claims_QuorumMissing"} if over else {})


@pytest.mark.parametrize("over", [0, 1], ids=["met", "passed"])
def test_the_cap_of_a_claim(stage: Stage, over: int) -> None:
    issue(stage, 71, limit=400_000, reserve=400_000)
    claims = run(stage, (71, 100), (71, CLAIM_CAP + over), (71, 700))
    left = alike(batch(stage, *claims, signers=stage.adjudicators[:2]), (71,))
    assert left.skipped == ({1: "Claims_CapExceeded"} if over else {})


@pytest.mark.parametrize("over", [0, 1], ids=["met", "passed"])
@pytest.mark.parametrize("place", [0, 1])
def test_the_charge_of_a_claim(stage: Stage, place: int, over: int) -> None:
    """Paid and the patient's are all of the charge, or a cent more."""
    issue(stage, 71)
    claims = run(stage, (71, 100), (71, 200), (71, 300))
    claims[place] = replace(claims[place], billed=claims[place].paid + 2_400 - over)
    left = alike(batch(stage, *claims), (71,))
    assert left.skipped == ({place: "Claims_AllowedAboveBilled"} if over else {})


@pytest.mark.parametrize("state", ["another year", "another rank", "unknown", "cancelled"])
def test_a_policy_that_does_not_cover_in_the_midst_of_a_run(stage: Stage, state: str) -> None:
    issue(stage, 71)
    if state != "unknown":
        ranks, year = (0b110 if state == "another rank" else 0b001), stage.year - (state == "another year")
        issue(stage, 72, ranks=ranks, year=year)
    if state == "cancelled":
        stage.send(stage.insurer, stage.book.functions.cancelPolicy(72, stage.today))
    left = alike(batch(stage, *run(stage, (71, 100), (72, 200), (71, 300), (72, 0), (71, 500))), (71, 72))
    name = {"another year": "YearMismatch", "another rank": "RankNotCovered", "unknown": "Unknown"}.get(state)
    assert left.skipped == ({} if name is None else dict.fromkeys((1, 3), f"Policies_{name}"))


@pytest.mark.parametrize("denied", [False, True], ids=["submitted", "denied"])
def test_a_marked_policy_in_the_midst_of_a_run(stage: Stage, denied: bool) -> None:
    """One of its claims went in two steps: that one is skipped, and the others of its policy are paid the slow way."""
    issue(stage, 71)
    issue(stage, 72)
    claims = run(stage, (71, 100), (72, 200), (72, 300), (71, 400))
    stage.send(stage.provider, claims[1].submit())
    if denied:
        stage.send(stage.insurer, claims[1].decide(outcome=DENIED, paid=0))
    left = alike(batch(stage, *claims), (71, 72))
    assert left.skipped == {1: "Claims_AlreadySubmitted"}
    assert [policy["paid"] for policy in left.policies] == [500, 300]


@pytest.mark.parametrize("bad", [0, 2, 5])
def test_an_attestation_that_is_spent_or_revoked_in_a_run(stage: Stage, bad: int) -> None:
    issue(stage, 71)
    claims = run(stage, *((71, 100 * n) for n in range(1, 7)))
    stage.send(stage.practitioner, stage.registry.functions.revoke(PRACTITIONER, bad + 1))
    left = alike(batch(stage, *claims), (71,))
    assert left.skipped == {bad: "Registry_AttestationRevoked"}
    assert all(left.spent)


def test_runs_that_cross_words_of_sequences(stage: Stage) -> None:
    """From the middle of one word through a whole one into a third; a gap, and one that supersedes, between."""
    issue(stage, 71)
    items = shift(
        stage,
        *(attested(stage, n) for n in range(60, 70)),
        attested(stage, 100, supersedes=40),
        *(attested(stage, n) for n in range(124, 132)),
        *(attested(stage, n) for n in range(1 << 32 | 62, 1 << 32 | 66)),
    )
    left = alike(batch(stage, *(claim(stage, item, policy=71, paid=10) for item in items)), (71,))
    assert left.skipped == {}
    assert all(left.spent)


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("paid", [0xFFFFFE, 0xFFFFFF])
def test_amounts_at_the_end_of_three_bytes(stage: Stage, place: int, paid: int) -> None:
    """0xffffff itself says that six bytes follow, so it is written with them."""
    top = 1 << 40
    stage.send(stage.insurer, stage.token.functions.mint(stage.insurer.address, 10**12))
    stage.send(stage.insurer, stage.token.functions.approve(stage.book.address, 10**12))
    stage.send(stage.insurer, stage.book.functions.fund(10**12))
    stage.send(stage.insurer, stage.book.functions.setControls(top, top, 1))
    issue(stage, 71, limit=top, reserve=0xFFFFFF + 200)
    items = visits(stage, 1, 2, 3)
    claims = [claim(stage, item, policy=71, paid=100) for item in items[1:]]
    claims.insert(place, claim(stage, items[0], policy=71, paid=paid, billed=0xFFFFFF, allowed=paid, patient=0))
    left = alike(Batch(stage, [anchored(stage, *claims)]), (71,))
    assert left.skipped == {}
    wanted = [b"\0\0\x64", b"\0\0\x64"]
    wanted.insert(place, b"\xff\xff\xfe" if paid == 0xFFFFFE else b"\xff\xff\xff\0\0\0\xff\xff\xff")
    assert left.amounts == [b"".join(wanted)]


def test_a_policy_of_more_than_four_bytes_goes_the_long_way_in_the_midst_of_a_run(stage: Stage) -> None:
    """Its lowest four bytes are another policy's number."""
    other = WIDE_POLICY & 0xFFFF_FFFF
    for policy in (71, WIDE_POLICY, other):
        issue(stage, policy)
    claims = run(stage, (71, 100), (71, 200), (WIDE_POLICY, 300), (other, 400), (71, 500))
    kinds = [item.kind for item in layout.read(batch_of(stage, claims).pack().data)[0].sections[0].claims]
    assert kinds == [NARROW, NARROW, WIDE, NARROW, NARROW]
    left = alike(batch_of(stage, claims), (71, WIDE_POLICY, other))
    assert left.skipped == {}
    assert [policy["paid"] for policy in left.policies] == [800, 300, 400]


def batch_of(stage: Stage, claims: list[Case]) -> Batch:
    roll = Anchor(stage, stage.provider, claims)
    if not stage.book.functions.anchoredAt(stage.provider.address, roll.roll).call():
        roll.sent()
    return Batch(stage, [roll])


def test_more_than_one_count_has_room_for(stage: Stage) -> None:
    """Two runs of claims and of attestations."""
    issue(stage, 71)
    made = batch(stage, *day(stage, *range(1, 260), policy=71, paid=1))
    groups = layout.read(made.pack().data)
    assert layout.write(groups) == made.pack().data
    receipt = made.send()
    assert not skipped(stage, receipt)
    assert stage.policy(71)["paid"] == 259
    assert payments(stage, receipt) == {stage.provider.address: [(n, 1) for n in range(259)]}
