"""Replacements and voids at a payer: which claim one may correct, and what follows when it takes that claim's place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from claims.model.claim import Claim
from claims.model.decision import PENDED, REVERSED, Decision
from claims.service.deciding import REPLACEMENT, VOID
from claims.service.payer_run import Correction

if TYPE_CHECKING:
    from claims.store.rows import RevisionState, StoredClaim
    from claims.store.work import UnitOfWork

CORRECTIONS = {REPLACEMENT: "replaces", VOID: "voids"}
"""CLM05-3 of claims that correct another, and the word for what they do to it."""

UNKNOWN = "REF*F8 names no claim of this provider and this member"
"""The same words whether there is no such claim or it is another's: nobody learns of other people's claims by asking."""


def correction_of(work: UnitOfWork, claim: Claim, person: str | None) -> Correction | None:
    """Return what a claim corrects, or why it may not; None for a claim that corrects nothing.

    `person` is who the claim's patient is, None where that is not known. The claim to correct must be this provider's and
    this member's, to the same rank of payer, decided, and neither corrected before nor a void itself.
    """
    if claim.frequency not in CORRECTIONS:
        return None
    original = work.claims.find(claim.payer_control_number)
    if original is None or not _same_parties(work, original, claim, person):
        return Correction(claim.frequency, refusal=UNKNOWN)
    latest = work.decisions.latest(original.control_number)
    if latest is None:
        return Correction(claim.frequency, refusal=f"claim {original.control_number} is {original.status}: not decided")
    if original.claim.frequency == VOID and latest.decision.status == REVERSED:
        return Correction(claim.frequency, refusal=f"claim {original.control_number} is a void: nothing of it stands")
    if work.replacements.successor(original.control_number) is not None:
        return Correction(
            claim.frequency,
            refusal=f"claim {original.control_number} was replaced or voided before: it no longer stands",
        )
    waits = ""
    if any(row.state == "batched" for row in work.settlements.of_claim(original.control_number)):
        waits = f"claim {original.control_number} is on its way to the chain in a batch"
    if any(row.state == "under way" for row in _revisions(work, original.control_number)):
        waits = f"an earlier correction of claim {original.control_number} is on its way to the chain"
    settled = lineage_paid(work, original.control_number)
    return Correction(claim.frequency, original.control_number, latest.decision, settled=settled, waits=waits)


def _revisions(work: UnitOfWork, control_number: str) -> list[RevisionState]:
    states = (work.revisions.state(each) for each in work.replacements.lineage(control_number))
    return [state for state in states if state is not None]


def _same_parties(work: UnitOfWork, original: StoredClaim, claim: Claim, person: str | None) -> bool:
    before = original.claim
    if before.billing.npi != claim.billing.npi or before.rank != claim.rank or before.is_encounter_report:
        return False
    latest = work.decisions.latest(original.control_number)
    known = "" if latest is None else latest.decision.person
    return known == person if known and person else before.member_number == claim.member_number


def lineage_paid(work: UnitOfWork, control_number: str) -> bool:
    """Whether the chain paid a claim of this lineage, as far as this store knows."""
    for each in work.replacements.lineage(control_number):
        stored = work.claims.find(each)
        if stored is not None and stored.claim_id is not None and work.payments.of_claim(stored.claim_id):
            return True
    return False


@contextmanager
def taken_back(work: UnitOfWork, correction: Correction | None, now: int) -> Iterator[Tentative]:
    """Decide a correction on a store in which the claim that it corrects never was.

    Its accumulators are rolled back, its lines leave the history and its authorised units are free again, unless `undo` is
    called before the block ends: a correction that pends leaves the earlier claim as it stood.
    """
    tentative = Tentative()
    if correction is None or not correction.replaces:
        yield tentative
        return
    savepoint = work.accumulators.connection.begin_nested()
    try:
        for version in work.decisions.versions(correction.replaces):
            work.accumulators.reverse(correction.replaces, version.revision, now)
        work.history.remove(correction.replaces)
        work.authorization_uses.release(correction.replaces)
        yield tentative
    except BaseException:
        savepoint.rollback()
        raise
    if tentative.undone:
        savepoint.rollback()
    else:
        savepoint.commit()


class Tentative:
    """What was taken back for a decision that may not stand."""

    __slots__ = ("undone",)

    def __init__(self) -> None:
        self.undone = False

    def undo(self) -> None:
        """Put back what was taken back, at the end of the block."""
        self.undone = True


def take_place(work: UnitOfWork, control_number: str, correction: Correction, decision: Decision, now: int) -> None:
    """Keep that a correction took its claim's place; nothing where it was refused or still waits."""
    if not correction.replaces or decision.status == PENDED:
        return
    work.replacements.add(control_number, correction.replaces, now)
    work.settlements.withdraw(correction.replaces, now)
    word = "voided" if correction.frequency == VOID else "replaced"
    work.claims.change_status(correction.replaces, REVERSED, now, f"{word} by claim {control_number}")
