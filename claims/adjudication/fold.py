"""Several claims in the order in which they are processed, each deciding on what the ones before it used up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from claims.adjudication.accumulation import carry, first_year
from claims.adjudication.engine import adjudicate, prepare
from claims.adjudication.evidence_index import EvidenceIndex
from claims.adjudication.findings import Assumed
from claims.adjudication.history import History, past_lines
from claims.adjudication.members import Members
from claims.adjudication.providers import Providers
from claims.model.claim import Claim
from claims.model.decision import Decision
from claims.model.evidence import VerifiedEncounter
from claims.model.history import PastLine
from claims.model.member import Member
from claims.model.network import NetworkProvider
from claims.model.plan import Accumulators, Plan
from claims.model.tables import Tables


def adjudicate_all(
    plan: Plan,
    claims: Iterable[Claim],
    *,
    members: Iterable[Member] | None = None,
    providers: Iterable[NetworkProvider] | None = None,
    evidence: Iterable[VerifiedEncounter] | Assumed | None = None,
    history: Iterable[PastLine] | None = None,
    accumulators: Mapping[str, Accumulators] | None = None,
    received: date | None = None,
    tables: Tables | None = None,
    decided: date | None = None,
) -> Iterator[Decision]:
    """Decide claims one after the other, and yield each decision.

    What a claim used of its members' plan year, the encounter records that paid it, and (where a history was given) its
    lines stand before the next one. `accumulators` are by member number. Encounter reports are passed over.
    """
    terms = prepare(plan, tables)
    who = None if members is None else Members(members)
    network = None if providers is None else Providers(providers)
    backing = evidence if evidence is None or isinstance(evidence, Assumed) else EvidenceIndex(evidence)
    past = None if history is None else History(history)
    given = {} if accumulators is None else {number.strip().upper(): used for number, used in accumulators.items()}
    running: dict[str, dict[int, Accumulators]] = {}
    spent: dict[str, set[str]] = {}
    for claim in claims:
        if claim.is_encounter_report:
            continue
        paid_by = spent.setdefault(claim.billing.npi, set())
        number = claim.member_number.strip().upper()
        used = running.get(number)
        if used is None:
            used = running[number] = {}
            seed = given.get(number)
            if seed is not None:
                used[first_year(terms, claim) if seed.year is None else seed.year] = seed
        decision = adjudicate(
            terms,
            claim,
            members=who,
            providers=network,
            evidence=backing,
            history=past,
            accumulators=None if accumulators is None and not used else used,
            received=received,
            tables=tables,
            decided=decided,
            spent=paid_by,
        )
        running[number] = carry(used, decision.usage)
        paid_by.update(record for _, record, _ in decision.matches)
        if past is not None:
            past.add(past_lines(claim, decision))
        yield decision
