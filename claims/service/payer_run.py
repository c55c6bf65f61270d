"""What one run of a payer's adjudication works with, and what a decision was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from claims.adjudication.members import Members
from claims.adjudication.plan_terms import PlanTerms
from claims.model.claim import Claim
from claims.model.decision import Decision
from claims.model.evidence import EncounterRecord, VerifiedEncounter
from claims.model.history import PastLine, PracticeFigures
from claims.model.member import Authorization, Member
from claims.model.network import NetworkProvider
from claims.model.plan import Accumulators, Plan
from claims.model.review import Review
from claims.model.signed import BookDomain
from claims.model.tables import Tables
from claims.service.kept_rolls import KeptRolls
from claims.service.office import Office
from claims.service.rules import Rules

if TYPE_CHECKING:
    from claims.chain.signer import Signer


@dataclass(frozen=True, slots=True)
class Correction:
    """What a replacement (frequency 7) or void (8) takes back: the control number and the decision of the earlier claim.

    `refusal` says instead why it corrects nothing. `settled` is whether the chain had paid the earlier claim or one before it;
    `waits` says what has to happen on the chain before that is known.
    """

    frequency: str
    replaces: str = ""
    decision: Decision | None = None
    refusal: str = ""
    settled: bool = False
    waits: str = ""


@dataclass(frozen=True, slots=True)
class AnchoredInvoice:
    """A claim's invoice as its provider anchored it: roll (hash) and position from 0, and what the payer found of it.

    `records` names the encounter records whose attestations it lists, in its order; `problem` says where it is not the
    invoice that the payer would make of the claim.
    """

    roll: bytes
    position: int
    records: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a decision was made from, and the salt of its trace's hash: a replay gives the same bytes.

    `tables` are the (kind, version) of every published table that was at hand, None where none was: a replay opens the same.
    `history` are the person's past lines, `practice` the figures of all patients that statistics ask for.
    `accumulators` are the person's and `family_accumulators` the whole family's, by plan year; None where it has none.
    `anchored` is None where the claim is in no roll of invoices that the chain has.
    """

    plan: Plan
    claim: Claim
    members: tuple[Member, ...]
    providers: tuple[NetworkProvider, ...] | None
    evidence: tuple[VerifiedEncounter, ...]
    history: tuple[PastLine, ...]
    accumulators: tuple[tuple[int, Accumulators], ...]
    spent: tuple[str, ...]
    received: date
    decided: date
    trace_salt: bytes
    correction: Correction | None = None
    review: Review | None = None
    authorizations: tuple[Authorization, ...] | None = None
    tables: tuple[tuple[str, str], ...] | None = None
    family_accumulators: tuple[tuple[int, Accumulators], ...] | None = None
    practice: PracticeFigures | None = None
    anchored: AnchoredInvoice | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What one run works with: the rules made ready, the records and what was found of them, the time, the signer.

    `evidence` is by the payer's rank (0 primary): each rank has a bit of its own. `users` remembers, within one unit of work,
    the claim that an attestation was decided for, by practitioner, sequence and rank; `policies` what the book said of each.
    """

    office: Office
    rules: Rules
    terms: PlanTerms
    members: Members
    records: dict[str, EncounterRecord]
    evidence: dict[int, tuple[VerifiedEncounter, ...]]
    now: int
    received: date | None
    decided: date
    adjudicator: Signer
    epoch: int
    book: BookDomain
    pay: bool = False
    tables: Tables | None = None
    users: dict[tuple[int, int, int], str | None] = field(default_factory=dict)
    policies: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    rolls: KeptRolls = field(default_factory=KeptRolls)

    def backing(self, decision: Decision) -> list[EncounterRecord]:
        """The records that back a decision, each once, in the order of the lines that they back."""
        return [self.records[name] for name in dict.fromkeys(name for _, name, _ in decision.matches)]

    def verified(self, records: Sequence[EncounterRecord], rank: int) -> list[VerifiedEncounter]:
        """What was found of these records, in their order."""
        found = {encounter.identifier: encounter for encounter in self.evidence[rank]}
        return [found[record.identifier] for record in records]


def deadline(plan: Plan, received: date) -> date:
    """Return the last day on which what a claim waits for may come: the plan's days for evidence after its receipt."""
    return received + timedelta(days=plan.evidence_days)
