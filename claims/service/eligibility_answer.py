"""What a payer answers about a patient's cover: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from claims.adjudication.engine import prepare
from claims.adjudication.members import plain
from claims.model.eligibility import (
    ACTIVE,
    BIRTH_DATE_MISMATCH,
    COINSURANCE,
    COPAY,
    DEDUCTIBLE,
    HEALTH_PLAN,
    INACTIVE,
    INVALID_BIRTH_DATE,
    INVALID_MEMBER_NUMBER,
    INVALID_SERVICE_DATE,
    INVALID_SUBSCRIBER_NAME,
    MISSING_PATIENT_NAME,
    NOT_COVERED,
    OUT_OF_POCKET,
    PATIENT_NOT_FOUND,
    PROVIDER_NOT_IDENTIFIED,
    SUBSCRIBER_NOT_FOUND,
    Benefit,
    EligibilityAnswer,
    EligibilityInquiry,
    ReceiverInquiry,
)
from claims.model.enrolment import DENTAL, PHARMACY, SUBSCRIBER, VISION, is_medical
from claims.model.inquiry import Party
from claims.model.member import Coverage, Member
from claims.model.money import ZERO, Money
from claims.model.plan import Accumulators, CostShare, OutOfNetworkShare, Plan

CALENDAR_YEAR, SERVICE_YEAR, VISIT, REMAINING = "23", "22", "27", "29"
INDIVIDUAL, FAMILY = "IND", "FAM"
IN_NETWORK, OUT_OF_NETWORK = "Y", "N"

_MEDICAL_TYPES = ("1", "33", "47", "86", "98", "MH", "UC")
_TYPES = {
    DENTAL: ("35", "23", "24", "25", "26", "27", "28", "36", "37", "38", "39", "40", "41"),
    VISION: ("AL", "AM", "AN", "AO"),
    PHARMACY: ("88", "89", "90", "91", "92", "B1", "B2", "B3"),
}
"""Service types (EQ01, EB03) by the insurance line that pays them; any other is medical. The first stands for the line."""

Used = Callable[[str, int], Accumulators]
"""What a person, or a family, used of a plan year."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an answer is given from: the members by number, the plan (None: no cost share is told), and the day by default."""

    family: Callable[[str], Sequence[Member]]
    plan: Plan | None
    used: Used
    used_by_family: Used
    today: date


class _Rejected(Exception):
    """This inquiry is rejected with an AAA03."""

    def __init__(self, code: str, *, about_subscriber: bool) -> None:
        super().__init__(code)
        self.code = code
        self.about_subscriber = about_subscriber


def answer(inquiry: EligibilityInquiry, terms: Terms, trace: str) -> EligibilityAnswer:
    """Answer one inquiry: cover on the first day asked about, or why the patient was not found (AAA03)."""
    asked_about = inquiry.dependent or inquiry.subscriber
    try:
        if inquiry.bad_date:
            raise _Rejected(INVALID_SERVICE_DATE, about_subscriber=inquiry.dependent is None)
        member, subscriber = _find(inquiry, terms.family(inquiry.subscriber.identifier))
    except _Rejected as rejection:
        return EligibilityAnswer(
            inquiry,
            trace,
            subscriber=inquiry.subscriber,
            patient=asked_about,
            birth_date=inquiry.birth_date,
            reject=rejection.code,
            about_subscriber=rejection.about_subscriber,
        )
    on = inquiry.begins or terms.today
    in_force = [period for period in member.coverage if _covers(period, on)]
    told = in_force or sorted(member.coverage, key=lambda period: period.begins)[-1:]
    return EligibilityAnswer(
        inquiry,
        trace,
        subscriber=inquiry.subscriber if subscriber is None else _as_known(inquiry.subscriber, subscriber),
        patient=_as_known(asked_about, member),
        birth_date=member.birth_date or inquiry.birth_date,
        begins=min((period.begins for period in told), default=None),
        through=_last(told),
        benefits=tuple(_benefits(inquiry, member, in_force, terms, on)),
        person=member.person,
    )


def refusal(asking: ReceiverInquiry) -> str:
    """Return AAA03 for one who asks and is told nothing; empty for everybody else."""
    return "" if plain(asking.receiver.identifier) else PROVIDER_NOT_IDENTIFIED


# who is asked about


def _find(inquiry: EligibilityInquiry, family: Sequence[Member]) -> tuple[Member, Member | None]:
    """The patient and, where the payer has one, the subscriber; raises _Rejected."""
    named, dependent = inquiry.subscriber, inquiry.dependent
    if not plain(named.identifier):
        raise _Rejected(INVALID_MEMBER_NUMBER, about_subscriber=True)
    if not family:
        raise _Rejected(SUBSCRIBER_NOT_FOUND, about_subscriber=True)
    subscribers = [member for member in family if member.relationship == SUBSCRIBER]
    if dependent is None:
        fitting = _named(subscribers, named)
        if not fitting:
            raise _Rejected(INVALID_SUBSCRIBER_NAME, about_subscriber=True)
        return _born(fitting, inquiry), None
    if named.name and subscribers and not _named(subscribers, named):
        raise _Rejected(INVALID_SUBSCRIBER_NAME, about_subscriber=True)
    if not dependent.name:
        raise _Rejected(MISSING_PATIENT_NAME, about_subscriber=False)
    fitting = _named([member for member in family if member.relationship != SUBSCRIBER], dependent)
    if not fitting:
        raise _Rejected(PATIENT_NOT_FOUND, about_subscriber=False)
    known = _named(subscribers, named)
    return _born(fitting, inquiry), known[0] if len(known) == 1 else None


def _named(members: Sequence[Member], named: Party) -> list[Member]:
    """The members whom a name can mean; what is left out says nothing."""
    last, first = plain(named.name), plain(named.first_name)
    return [
        member
        for member in members
        if (not last or last == plain(member.last_name))
        and (not first or not member.first_name or first == plain(member.first_name))
    ]


def _born(members: Sequence[Member], inquiry: EligibilityInquiry) -> Member:
    about_subscriber = inquiry.dependent is None
    if inquiry.birth_text and inquiry.birth_date is None:
        raise _Rejected(INVALID_BIRTH_DATE, about_subscriber=about_subscriber)
    if inquiry.birth_date is None:
        # Without a birth date the name alone must tell who is meant, and there must be one.
        if len(members) == 1 and (inquiry.dependent or inquiry.subscriber).name:
            return members[0]
        raise _Rejected(INVALID_BIRTH_DATE, about_subscriber=about_subscriber)
    fitting = [member for member in members if member.birth_date in (None, inquiry.birth_date)]
    exactly = [member for member in fitting if member.birth_date is not None]
    chosen = exactly or fitting
    if not chosen:
        raise _Rejected(BIRTH_DATE_MISMATCH, about_subscriber=about_subscriber)
    if len(chosen) > 1:
        raise _Rejected(
            INVALID_SUBSCRIBER_NAME if about_subscriber else MISSING_PATIENT_NAME, about_subscriber=about_subscriber
        )
    return chosen[0]


def _as_known(asked: Party, member: Member) -> Party:
    middle = asked.middle_name if plain(asked.first_name) == plain(member.first_name) else ""
    return replace(
        asked,
        name=member.last_name,
        first_name=member.first_name or asked.first_name,
        middle_name=middle,
        is_person=True,
    )


# what is told


def _covers(period: Coverage, day: date) -> bool:
    return period.begins <= day and (period.through is None or day <= period.through)


def _last(periods: Sequence[Coverage]) -> date | None:
    ends = [period.through for period in periods]
    return None if None in ends or not ends else max(end for end in ends if end is not None)


def _line_pays(line: str, service_type: str) -> bool:
    special = next((name for name, types in _TYPES.items() if service_type in types), None)
    return line == special if special is not None else is_medical(line)


def _benefits(
    inquiry: EligibilityInquiry, member: Member, in_force: Sequence[Coverage], terms: Terms, on: date
) -> list[Benefit]:
    name = terms.plan.name if terms.plan is not None else ""
    asked = inquiry.service_types
    if not in_force or not _within(terms.plan, on):
        return [Benefit(INACTIVE, (code,), name) for code in asked]
    lines = {period.line for period in in_force}
    benefits = [
        Benefit(
            ACTIVE if code == HEALTH_PLAN or any(_line_pays(line, code) for line in lines) else NOT_COVERED,
            (code,),
            name,
        )
        for code in asked
    ]
    medical = any(is_medical(line) for line in lines)
    if HEALTH_PLAN in asked:
        told: tuple[str, ...] = _MEDICAL_TYPES if medical else ()
        told += tuple(types[0] for line, types in _TYPES.items() if line in lines)
        if told:
            benefits.append(Benefit(ACTIVE, told))
    if medical and terms.plan is not None:
        shared = tuple(code for code in asked if code == HEALTH_PLAN or any(_line_pays(x, code) for x in lines))
        medically = tuple(c for c in shared if c == HEALTH_PLAN or not any(c in types for types in _TYPES.values()))
        if medically:
            benefits += _cost_share(terms, terms.plan, medically, member, on)
    return benefits


def _within(plan: Plan | None, day: date) -> bool:
    """Whether the plan itself covers a day; without a plan the member's own dates decide alone."""
    if plan is None:
        return True
    return (plan.covers_from is None or plan.covers_from <= day) and (
        plan.covers_through is None or day <= plan.covers_through
    )


def _cost_share(terms: Terms, plan: Plan, types: tuple[str, ...], member: Member, on: date) -> list[Benefit]:
    """Deductible and out-of-pocket maximum with what is left of them this plan year, coinsurance and copay, by network."""
    share, year = plan.cost_share, prepare(plan).year_of(on)
    own, family = terms.used(member.person, year), terms.used_by_family(member.family, year)
    outside = share.out_of_network
    told = _side(
        plan,
        types,
        share,
        "" if outside is None else IN_NETWORK,
        (own.deductible, own.out_of_pocket),
        (family.deductible, family.out_of_pocket),
    )
    if outside is not None:
        told += _side(
            plan,
            types,
            outside,
            OUT_OF_NETWORK,
            (own.out_of_network_deductible, own.out_of_network_out_of_pocket),
            (family.out_of_network_deductible, family.out_of_network_out_of_pocket),
        )
    return told


def _side(
    plan: Plan,
    types: tuple[str, ...],
    share: CostShare | OutOfNetworkShare,
    network: str,
    own: tuple[Money, Money],
    family: tuple[Money, Money],
) -> list[Benefit]:
    """The cost share of one network; `own` and `family` are what was used of deductible and maximum.

    What a person has left is also bounded by what the family has left (ADJUDICATION §4); under an aggregate deductible there
    is the family's alone.
    """
    begins = plan.covers_from
    period = CALENDAR_YEAR if begins is None or (begins.month, begins.day) == (1, 1) else SERVICE_YEAR
    aggregate = plan.cost_share.family == "aggregate" and share.family_deductible is not None

    def limit(code: str, most: Money | None, used: Money, family_most: Money | None, by_family: Money) -> list[Benefit]:
        # A family has used at least what its member has, also where nobody counted it.
        family_left = None if family_most is None else max(ZERO, family_most - max(used, by_family))
        lines = []
        if most is not None:
            left = max(ZERO, most - used)
            left = left if family_left is None else min(left, family_left)
            lines += [(INDIVIDUAL, period, most), (INDIVIDUAL, REMAINING, left)]
        if family_most is not None and family_left is not None:
            lines += [(FAMILY, period, family_most), (FAMILY, REMAINING, family_left)]
        return [Benefit(code, types, plan.name, level, when, money, network=network) for level, when, money in lines]

    deductible = None if aggregate else share.deductible
    return [
        *limit(DEDUCTIBLE, deductible, own[0], share.family_deductible, family[0]),
        Benefit(COINSURANCE, types, plan.name, INDIVIDUAL, share=share.coinsurance, network=network),
        Benefit(COPAY, types, plan.name, INDIVIDUAL, VISIT, share.copay, network=network),
        *limit(OUT_OF_POCKET, share.out_of_pocket, own[1], share.family_out_of_pocket, family[1]),
    ]
