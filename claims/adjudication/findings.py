"""What an edit is given and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from claims.adjudication.authorizations import Authorizations
from claims.adjudication.coordination import Earlier
from claims.adjudication.evidence_index import EvidenceIndex
from claims.adjudication.history import History
from claims.adjudication.members import Members
from claims.adjudication.plan_terms import PlanTerms
from claims.adjudication.providers import Providers
from claims.model.claim import Claim, Line
from claims.model.decision import Decision, TraceEntry
from claims.model.member import Member
from claims.model.quick import maker
from claims.model.tables import Tables

PASS, DENY, ADJUST, PEND, NOT_CHECKED = "pass", "deny", "adjust", "pend", "not checked"

NO_TABLES = "no tables were given"


class Assumed(Enum):
    """The word for evidence that is taken as given and not verified."""

    ASSUMED = "assumed"


ASSUMED = Assumed.ASSUMED


@dataclass(frozen=True, slots=True)
class Case:
    """One claim with all that its edits may look at; what was not given is None.

    `member` is who the claim's patient is among `members`, None where nobody fits. `spent` are identifiers of encounter
    records that paid another claim since they were verified. `decided` is the day of the decision, None where it is not known.
    `replaces` is the past decision of the claim that this one replaces: nothing of that claim stands in this one's way.
    `earlier` is, by line, what payers before this one decided. `person` is the patient's payer-issued person id; empty
    where it is not known. `replaced` is the provider's number of the claim that this one replaces; empty where it replaces
    none that is known.
    """

    claim: Claim
    plan: PlanTerms
    received: date
    earlier: Mapping[int, Earlier]
    person: str
    replaced: str
    decided: date | None = None
    members: Members | None = None
    member: Member | None = None
    providers: Providers | None = None
    evidence: EvidenceIndex | Assumed | None = None
    history: History | None = None
    spent: Set[str] = frozenset()
    tables: Tables | None = None
    authorizations: Authorizations | None = None
    replaces: Decision | None = None

    @property
    def in_network(self) -> bool:
        """Whether the billing provider is in the network; taken as such where no providers were given."""
        return self.providers is None or self.providers.in_network(self.claim.billing.npi)


make_case = maker(Case)


class Finding(NamedTuple):
    """One thing an edit has to say; `line` None speaks of every line it was given.

    A denial carries group and reason, and remarks where the reason needs them. `match` is (encounter record, index of its
    service) where the evidence edit backs the line, `authorization` the number of the authorisation that the line draws on.
    """

    line: int | None
    outcome: str
    why: str
    cure: str = ""
    group: str = ""
    reason: str = ""
    remarks: tuple[str, ...] = ()
    source: str = ""
    match: tuple[str, int] | None = None
    authorization: str = ""


make_finding = maker(Finding)


class Once(tuple[Finding, ...]):
    """What an edit has to say of most claims, in the same words each time: it is said once and given to all of them.

    `said` keeps the trace's entry of it, by the name of the edit.
    """

    said: dict[str, TraceEntry]


def once(outcome: str, why: str) -> Once:
    """Make one finding of a whole claim that is well, or of which nothing is known: `pass` or `not checked`."""
    if outcome not in (PASS, NOT_CHECKED):
        raise ValueError(f"what is said once decides nothing: {outcome} is neither {PASS} nor {NOT_CHECKED}")
    made = Once((Finding(None, outcome, why),))
    made.said = {}
    return made


class Edit(NamedTuple):
    """A named check of the lines that are not denied yet. `version` rises whenever the same input may get another answer."""

    name: str
    version: int
    check: Callable[[Case, Sequence[Line]], Sequence[Finding]]


@lru_cache(maxsize=16_384)
def dollars(cents: int) -> str:
    """Write cents as an amount."""
    return f"{cents // 100}.{cents % 100:02d}"
