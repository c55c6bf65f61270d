"""Several claims in the order in which they are processed, each deciding on what the ones before it used up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from claims.adjudication.accumulation import carry, first_year
from claims.adjudication.authorizations import Authorizations
from claims.adjudication.engine import adjudicate, prepare
from claims.adjudication.evidence_index import EvidenceIndex
from claims.adjudication.findings import Assumed
from claims.adjudication.history import History, past_lines
from claims.adjudication.members import Members
from claims.adjudication.plan_terms import PlanTerms
from claims.adjudication.providers import Providers
from claims.model.claim import Claim
from claims.model.decision import Decision, Usage
from claims.model.evidence import VerifiedEncounter
from claims.model.history import PastLine
from claims.model.member import Authorization, Member
from claims.model.network import NetworkProvider
from claims.model.plan import Accumulators, Plan
from claims.model.tables import Tables

SUBSCRIBER = "18"


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
    family_accumulators: Mapping[str, Accumulators] | None = None,
    authorizations: Iterable[Authorization] | None = None,
) -> Iterator[Decision]:
    """Decide claims one after the other, and yield each decision.

    What a claim used of its members' plan year, the encounter records that paid it, and (where a history was given) its
    lines stand before the next one, and so do the units that it took of authorisations. `accumulators` are by person id or by
    member number, which is the subscriber's.
    `family_accumulators` are by family or member number. Encounter reports are passed over.
    """
    terms = prepare(plan, tables)
    who = None if members is None else Members(members)
    network = None if providers is None else Providers(providers)
    backing = evidence if evidence is None or isinstance(evidence, Assumed) else EvidenceIndex(evidence)
    past = None if history is None else History(history)
    counts = _Counts(terms, accumulators)
    families = _Counts(terms, family_accumulators)
    granted = None if authorizations is None else list(authorizations)
    spent: dict[str, set[str]] = {}
    for claim in claims:
        if claim.is_encounter_report:
            continue
        paid_by = spent.setdefault(claim.billing.npi, set())
        member = None if who is None else who.find(claim)
        family = claim.member_number if member is None or not member.family else member.family
        person_key, family_key = _patient(claim, member), _plain(family)
        used = counts.of(claim, person_key, _names(claim, member))
        together = families.of(claim, family_key, (family_key, _plain(claim.member_number)))
        decision = adjudicate(
            terms,
            claim,
            members=who,
            providers=network,
            evidence=backing,
            history=past,
            accumulators=None if accumulators is None and not used else used,
            family_accumulators=together,
            received=received,
            tables=tables,
            decided=decided,
            spent=paid_by,
            authorizations=None if granted is None else Authorizations(granted),
        )
        counts.carry(person_key, decision.usage)
        families.carry(family_key, decision.usage)
        paid_by.update(record for _, record, _ in decision.matches)
        if past is not None:
            past.add(past_lines(claim, decision))
        if granted is not None and decision.authorization_uses:
            granted = [_counted_down(each, decision) for each in granted]
        yield decision


class _Counts:
    """Running accumulators by whom they belong to, each begun from what was given under one of its names."""

    def __init__(self, terms: PlanTerms, given: Mapping[str, Accumulators] | None) -> None:
        self._terms = terms
        self._given = {} if given is None else {_plain(name): used for name, used in given.items()}
        self._running: dict[str, dict[int, Accumulators]] = {}

    def of(self, claim: Claim, key: str, names: Iterable[str]) -> dict[int, Accumulators]:
        used = self._running.get(key)
        if used is None:
            used = self._running[key] = {}
            seed = next((self._given[name] for name in names if name in self._given), None)
            if seed is not None:
                used[first_year(self._terms, claim) if seed.year is None else seed.year] = seed
        return used

    def carry(self, key: str, usage: Iterable[Usage]) -> None:
        self._running[key] = carry(self._running[key], usage)


def _plain(name: str) -> str:
    return name.strip().upper()


def _patient(claim: Claim, member: Member | None) -> str:
    """Tell one patient of a member number from another: by person id, else by what the claim says of him."""
    if member is not None:
        return member.person
    born = claim.patient.birth_date
    return "\n".join(
        (
            _plain(claim.member_number),
            claim.relationship,
            _plain(claim.patient.first_name),
            born.isoformat() if born else "",
        )
    )


def _names(claim: Claim, member: Member | None) -> tuple[str, ...]:
    """Return under which names what a patient used may be given; a member number is the subscriber's."""
    named = () if member is None else (_plain(member.person),)
    return (*named, _plain(claim.member_number)) if claim.relationship == SUBSCRIBER else named


def _counted_down(authorization: Authorization, decision: Decision) -> Authorization:
    units = sum((use.units for use in decision.authorization_uses if use.number == authorization.number), Decimal(0))
    return replace(authorization, used=authorization.used + units) if units else authorization
