"""A payer's decisions held to what they were made from: recomputed to the byte, with what was signed, moved and paid by them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claims.adjudication.document import canonical_bytes, record_of, trace_hash
from claims.adjudication.engine import NotAdjudicable, prepare
from claims.evidence.keccak import keccak256
from claims.model.coding import CodingError, decode
from claims.model.decision import PAID, Decision, Usage
from claims.model.money import ZERO, Money, total
from claims.model.signed import OUTCOME_APPROVED
from claims.service.deciding import decide
from claims.service.errors import UsageError
from claims.service.home import PAYER
from claims.service.office import Office
from claims.service.payer_run import Inputs
from claims.service.private_file import write_private
from claims.service.settled_claims import settled_by
from claims.service.tables import open_tables_of, tables_folder
from claims.settlement.remittance import trace_number

if TYPE_CHECKING:
    from claims.model.tables import Tables
    from claims.store.rows import StoredClaim, StoredDecision
    from claims.store.work import UnitOfWork
    from claims.tables.tables import PublishedTables

FORMAT, VERSION = "claims audit", 1
_TOLD = frozenset(
    {"status", "charge", "allowed", "paid", "patient", "amount", "group", "reason", "rule_pack", "other_payer"}
)
"""Parts of a decision whose values may stand on a screen: none says who the patient is or what was wrong."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it should be: the claim, the version of its decision (0: neither one), and what differs."""

    claim: str
    control_number: str
    revision: int
    what: str

    def __str__(self) -> str:
        where = f"claim {self.claim} ({self.control_number}), decision {self.revision}: " if self.revision else ""
        return f"{where}{self.what}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was verified: how many decisions were recomputed, how many payments compared, and what differs."""

    decisions: int
    payments: int
    differences: tuple[Difference, ...]


def verify(office: Office, number: str = "") -> Verification:
    """Recompute every stored decision, or those of one claim, from its stored inputs, and compare what followed from it.

    A decision must come out to the same bytes, by the plan and the table versions that it was made with, and its rule pack to
    the same hash; the trace hash and amounts that were signed must be its own; the accumulators it moved must be what it
    used. Without `number` also: every accumulator is the sum of its moves, and every payment is what its decisions say.
    Raises UsageError where the home knows no such claim.
    """
    office.require(PAYER)
    differences: list[Difference] = []
    decisions = payments = 0
    with open_tables_of(tables_folder(None, office.home.folder)) as tables, office.store.reading() as work:
        for stored, kept in _decisions(work, office, number):
            decisions += 1
            found = _differing(work, stored, kept, tables)
            differences += [
                Difference(stored.claim.number, stored.control_number, kept.revision, what) for what in found
            ]
        if not number:
            differences += [Difference("", "", 0, what) for what in (*_totals(work), *_batches(work))]
            for payment in work.payments.all():
                claims = settled_by(work, payment)
                payments += bool(claims)
                decided = total(_latest(work, stored).paid for stored in claims)
                arrived = payment.gross + total(part.paid_before for part in payment.parts)
                if claims and decided != arrived:
                    what = f"payment {trace_number(payment.identifier)}: the chain paid {arrived}, the decisions say {decided}"
                    differences.append(Difference("", "", 0, what))
    return Verification(decisions, payments, tuple(differences))


def export(office: Office, out: Path, number: str = "") -> int:
    """Write the inputs and the decision of every version, or of one claim's, as JSON; how many there are.

    The file names patients: its owner alone can read it. Raises UsageError where the home knows no such claim.
    """
    office.require(PAYER)
    with office.store.reading() as work:
        written = [
            {
                "claim": stored.claim.number,
                "control_number": stored.control_number,
                "revision": kept.revision,
                "decided_at": kept.decided_at,
                "rule_pack": kept.rule_pack.hex(),
                "inputs": json.loads(kept.inputs),
                "decision": record_of(kept.decision),
            }
            for stored, kept in _decisions(work, office, number)
        ]
    document = {"format": FORMAT, "version": VERSION, "payer": office.home.identifier, "decisions": written}
    out.parent.mkdir(parents=True, exist_ok=True)
    write_private(out, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode("utf-8"))
    return len(written)


def _decisions(work: UnitOfWork, office: Office, number: str) -> Iterator[tuple[StoredClaim, StoredDecision]]:
    if number:
        one = work.claims.find(number)
        found = (one,) if one is not None else work.claims.by_number(number)
        if not found:
            raise UsageError(
                f"{office.home.folder} knows no claim {number}: give its CLM01 or the payer's control number"
            )
    else:
        found = work.claims.all()
    for stored in found:
        for kept in work.decisions.versions(stored.control_number):
            yield stored, kept


def _latest(work: UnitOfWork, stored: StoredClaim) -> Decision:
    latest = work.decisions.latest(stored.control_number)
    assert latest is not None
    return latest.decision


def _differing(work: UnitOfWork, stored: StoredClaim, kept: StoredDecision, tables: PublishedTables) -> Iterator[str]:
    try:
        inputs = decode(Inputs, kept.inputs)
    except CodingError as fault:
        yield f"its inputs cannot be read: {fault}"
        return
    if inputs.claim != stored.claim:
        yield "it was decided of another claim than the one that is stored"
    known: Tables | None = None
    if inputs.tables is not None:
        missing = sorted(set(inputs.tables) - set(tables.versions))
        if missing:
            kind, version = missing[0]
            yield f"table {kind} of version {version} is not among the imported: it cannot be recomputed"
            return
        known = tables.as_of(inputs.tables)
    try:
        again = decide(inputs, prepare(inputs.plan, known), known)
    except NotAdjudicable as refusal:
        yield f"its inputs are none to decide by: {refusal}"
        return
    if canonical_bytes(again) != canonical_bytes(kept.decision):
        yield first_difference(kept.decision, again)
    yield from _signed(work, stored, kept, inputs)
    yield from _moved(work, stored, kept)


def first_difference(stored: Decision, again: Decision) -> str:
    """Name the first part of a decision that came out otherwise; values only where they say nothing of the patient.

    The rule pack goes first: where it differs, plan, tables or engine are not those that decided.
    """
    if stored.rule_pack != again.rule_pack:
        return f"rule_pack is {stored.rule_pack.hex()}, and its plan, its tables and this engine give {again.rule_pack.hex()}"
    for path, before, after in _walk("", record_of(stored), record_of(again)):
        name = path.rpartition(".")[2]
        return f"{path} is {before}, recomputed {after}" if name in _TOLD else f"{path} differs when recomputed"
    return "its bytes differ"


def _walk(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _walk(f"{path}.{key}".lstrip("."), before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for position, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _walk(f"{path}[{position}]", one, other)
    elif isinstance(before, list) and isinstance(after, list):
        yield path, len(before), len(after)
    elif before != after:
        yield path, before, after


def _signed(work: UnitOfWork, stored: StoredClaim, kept: StoredDecision, inputs: Inputs) -> Iterator[str]:
    decision = kept.decision
    for signed in work.decisions.batches_of(stored.control_number, kept.revision):
        batch = signed.batch
        name = f"batch 0x{batch.batch.hex()}"
        if batch.rule_pack != decision.rule_pack:
            yield f"{name} was signed for another rule pack"
        if len(signed.entries) == 1 and batch.traces != trace_hash(decision, inputs.trace_salt):
            yield f"{name} was signed over another trace"
        due = work.settlements.due_claim(stored.control_number, kept.revision)
        if due is not None and due.trace != trace_hash(decision, inputs.trace_salt):
            yield "it was due over another trace"
        terms = batch.decisions[signed.entries.index((stored.control_number, kept.revision))]
        standing = decision.status == PAID
        for what, told, ours in (
            ("allowed", terms.allowed, decision.allowed if standing else ZERO),
            ("paid", terms.paid, decision.paid if standing else ZERO),
            ("patient", terms.patient, decision.patient if standing else ZERO),
        ):
            if told != ours.cents and (standing or terms.outcome == OUTCOME_APPROVED):
                yield f"{name} says {what} {Money(told)}, the decision {ours}"


def _batches(work: UnitOfWork) -> Iterator[str]:
    """A batch of several decisions commits to the hashes of their traces, one behind the other."""
    for made in work.settlements.batches():
        kept = work.decisions.batch(made.batch)
        dues = () if kept is None else tuple(work.settlements.due_claim(*entry) for entry in kept.entries)
        traces = b"".join(due.trace for due in dues if due is not None)
        if kept is None or kept.batch.traces != keccak256(traces):
            yield f"batch 0x{made.batch.hex()} was signed over other traces"


def _moved(work: UnitOfWork, stored: StoredClaim, kept: StoredDecision) -> Iterator[str]:
    """The accumulators moved by what a paid decision used, and by nothing else."""
    moves = [
        m for m in work.accumulators.moves(stored.control_number) if m.revision == kept.revision and not m.reversal
    ]
    used = kept.decision.usage if kept.decision.status == PAID else ()
    if _added_up(used) != _added_up(
        tuple(
            Usage(
                m.person,
                m.family,
                m.year,
                m.deductible,
                m.out_of_pocket,
                m.out_of_network_deductible,
                m.out_of_network_out_of_pocket,
            )
            for m in moves
        )
    ):
        yield "the accumulators moved by other amounts than it used"


def _added_up(used: tuple[Usage, ...]) -> dict[tuple[str, str, int], tuple[int, ...]]:
    sums: dict[tuple[str, str, int], tuple[int, ...]] = {}
    for each in used:
        place = (each.person, each.family, each.year)
        amounts = (
            each.deductible.cents,
            each.out_of_pocket.cents,
            each.out_of_network_deductible.cents,
            each.out_of_network_out_of_pocket.cents,
        )
        sums[place] = tuple(map(sum, zip(sums.get(place, (0, 0, 0, 0)), amounts, strict=True)))
    return {place: amounts for place, amounts in sums.items() if any(amounts)}


def _totals(work: UnitOfWork) -> Iterator[str]:
    from claims.store.ledger_check import unbalanced

    for each in unbalanced(work.accumulators):
        yield (
            f"a member's accumulators of plan year {each.year}: deductible {each.deductible[0]} where the moves add up to "
            f"{each.deductible[1]}, out of pocket {each.out_of_pocket[0]} where they add up to {each.out_of_pocket[1]}"
        )
