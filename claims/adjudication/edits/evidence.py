"""Edit 3, evidence: each line backed by an attested service of its own (ADJUDICATION §2.3, DESIGN §4)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from claims.adjudication.codes import DOCUMENTATION_REQUIRED, DUPLICATE
from claims.adjudication.edits.evidence_causes import (
    DIFFERENCES,
    NO_RECORD,
    NOT_SENT,
    PHANTOM,
    PROBLEMS,
    TOO_MANY,
    Cause,
    more_units,
    taken,
    unknown_problem,
)
from claims.adjudication.evidence_index import EvidenceIndex, Leaf, changing
from claims.adjudication.findings import (
    ASSUMED,
    DENY,
    NOT_CHECKED,
    PASS,
    PEND,
    Assumed,
    Case,
    Edit,
    Finding,
    make_finding,
    once,
)
from claims.adjudication.matching import match
from claims.model.claim import Line
from claims.model.decision import Decision

MOST_RECORDS = 16
"""How many attestations one claim may list (DESIGN §4)."""

BACKED = "backed by an attested service"
NOT_GIVEN = once(NOT_CHECKED, "no evidence was given")
TAKEN_AS_GIVEN = once(PASS, "evidence assumed: taken as given, not verified")

CLOSENESS = ("units", "modifiers", "place", "practitioner", "code", "dates", "person")
"""What an attested service can differ in, nearest first: of two services that differ in one thing, the first is meant."""


def check(case: Case, lines: Sequence[Line]) -> Sequence[Finding]:
    """Match lines to attested services one to one; what finds none pends, and is denied once the plan's days have passed.

    A service fits a line of its person, billing provider, practitioner, code, practice-changing modifiers, dates and place
    that bills no more units. Records that claim or line name are tried first. Services of a record that paid another claim
    are denied OA-18 at once: the money is spent, and waiting cures nothing. Where the person is not known (no members were
    given) persons are not compared.
    """
    evidence = case.evidence
    if evidence is None:
        return NOT_GIVEN
    if evidence is ASSUMED or isinstance(evidence, Assumed):
        return TAKEN_AS_GIVEN
    fitting = [fitting_services(case, evidence, line) for line in lines]
    each_alone = _each_alone(case, lines, fitting)
    if each_alone is not None:
        return each_alone
    live = _live(case, fitting)
    matched = _matched(case, evidence, lines, live)
    findings: list[Finding] = []
    owner: dict[tuple[str, int], int] = {}
    for line, leaf in zip(lines, matched, strict=True):
        if leaf is not None:
            backing = leaf.encounter.identifier, leaf.position
            findings.append(_backed(line, backing))
            owner[backing] = line.number
    if len(owner) > MOST_RECORDS and len({identifier for identifier, _ in owner}) > MOST_RECORDS:
        findings.append(_without(case, None, TOO_MANY))
    if len(owner) == len(lines):
        return findings
    findings += [
        _explained(case, evidence, line, leaves, owner)
        for line, leaves, leaf in zip(lines, fitting, matched, strict=True)
        if leaf is None
    ]
    return findings


def _backed(line: Line, backing: tuple[str, int]) -> Finding:
    return make_finding(line.number, PASS, BACKED, "", "", "", (), "", backing)


def _each_alone(case: Case, lines: Sequence[Line], fitting: Sequence[Sequence[Leaf]]) -> list[Finding] | None:
    """Back each line by the one service that fits it; None where there is anything to choose, to find fault with or to explain.

    Most claims are so: nothing has to be matched, and what is asked of a visit is asked once.
    """
    findings: list[Finding] = []
    seen: set[tuple[str, int]] = set()
    first: Leaf | None = None
    for line, leaves in zip(lines, fitting, strict=True):
        if len(leaves) != 1:
            return None
        leaf = leaves[0]
        if first is None or not _of_one_visit(leaf, first):
            if problem_of(case, leaf):
                return None
            first = leaf
        backing = leaf.encounter.identifier, leaf.position
        if backing in seen:
            return None
        seen.add(backing)
        findings.append(_backed(line, backing))
    return findings if len(findings) <= MOST_RECORDS else None


def _live(case: Case, fitting: Sequence[Sequence[Leaf]]) -> list[list[Leaf]]:
    """Return of each line's services those that can back it.

    The lines of a claim mostly rest on one record and day: what was asked of one service is not asked of the next.
    """
    asked: Leaf | None = None
    problem = ""
    live: list[list[Leaf]] = []
    for leaves in fitting:
        able: list[Leaf] = []
        for leaf in leaves:
            if asked is None or not _of_one_visit(leaf, asked):
                asked, problem = leaf, problem_of(case, leaf)
            if not problem:
                able.append(leaf)
        live.append(able)
    return live


def _of_one_visit(one: Leaf, other: Leaf) -> bool:
    """Whether whatever is wrong with one of these services is wrong with the other."""
    return (
        one.encounter is other.encounter
        and one.service.begins == other.service.begins
        and one.service.ends == other.service.ends
    )


def problem_of(case: Case, leaf: Leaf) -> str:
    """Say why a service cannot back a line of this claim; empty where it can. The payer's own provider list is heard too."""
    problem = leaf.problem
    reused = case.replaces is not None and _backed_the_replaced(case.replaces, leaf)
    if (
        not reused
        and case.spent
        and isinstance(case.evidence, EvidenceIndex)
        and case.evidence.among(leaf.encounter, case.spent)
    ):
        return "spent"
    if reused and problem == "spent":
        problem = ""
    providers = case.providers
    if problem or providers is None:
        return problem
    practitioner, billing = leaf.encounter.practitioner_npi, case.claim.billing.npi
    known = providers.get(practitioner)
    if known is not None and known.roster and not providers.may_sign_for(practitioner, billing):
        return "not-on-roster"
    if providers.same_controller(practitioner, billing):
        return "same-controller"
    service = leaf.service
    return "credential" if known is not None and providers.fault(practitioner, service.begins, service.ends) else ""


def _backed_the_replaced(replaces: Decision, leaf: Leaf) -> bool:
    """Whether the record backed the claim that this one replaces: what that claim spent, its replacement may rest on."""
    return any(record == leaf.encounter.identifier for _, record, _ in replaces.matches)


def fitting_services(case: Case, evidence: EvidenceIndex, line: Line) -> list[Leaf]:
    """Return the services that fit a line, whatever their state."""
    modifiers = line.modifiers
    key = (
        case.claim.billing.npi,
        line.procedure,
        changing(modifiers) if modifiers else modifiers,
        line.begins,
        line.ends,
        line.place,
    )
    found = evidence.fitting(case.person, key)
    if not found:
        return found
    return [leaf for leaf in found if line.units <= leaf.service.units and _by_practitioner(case, line, leaf)]


def _by_practitioner(case: Case, line: Line, leaf: Leaf) -> bool:
    """Whether the clinician is the one billed as rendering or, where none is named, one of the billing provider's roster."""
    rendering = case.claim.rendering_of(line)
    practitioner = leaf.encounter.practitioner_npi
    if rendering is not None and rendering.npi:
        return rendering.npi == practitioner
    return case.providers is None or case.providers.may_sign_for(practitioner, case.claim.billing.npi)


def _matched(
    case: Case, evidence: EvidenceIndex, lines: Sequence[Line], live: Sequence[Sequence[Leaf]]
) -> list[Leaf | None]:
    numbers: dict[tuple[str, int], int] = {}
    leaves: list[Leaf] = []
    preferred: list[list[int]] = []
    candidates: list[list[int]] = []
    for line, fits in zip(lines, live, strict=True):
        named = {
            evidence.identifiers[name].identifier
            for name in (*line.evidence, *case.claim.evidence)
            if name in evidence.identifiers
        }
        ahead: list[int] = []
        behind: list[int] = []
        for leaf in fits:
            key = (leaf.encounter.identifier, leaf.position)
            number = numbers.setdefault(key, len(leaves))
            if number == len(leaves):
                leaves.append(leaf)
            (ahead if key[0] in named else behind).append(number)
        preferred.append(ahead)
        candidates.append(ahead + behind)
    return [None if found is None else leaves[found] for found in match(preferred, candidates)]


def _explained(
    case: Case, evidence: EvidenceIndex, line: Line, fitting: Sequence[Leaf], owner: dict[tuple[str, int], int]
) -> Finding:
    """Name the precise cause of a line's want of evidence."""
    for leaf in fitting:
        if problem_of(case, leaf) == "spent":
            return _spent(case, line)
    for leaf in fitting:
        problem = problem_of(case, leaf)
        if problem:
            return _without(case, line, PROBLEMS.get(problem) or unknown_problem(problem))
    for leaf in fitting:
        return _without(case, line, taken(owner[leaf.encounter.identifier, leaf.position]))
    names = (*line.evidence, *case.claim.evidence)
    if names and not any(name in evidence.identifiers for name in names):
        return _without(case, line, NOT_SENT)
    nearest = _nearest(case, evidence, line, owner)
    if nearest is None:
        return _without(case, line, PHANTOM if owner or _own(case, evidence, line) else NO_RECORD)
    differences, leaf = nearest
    if len(differences) > 1:
        return _without(case, line, PHANTOM)
    only = differences[0]
    if only == "units":
        return _without(case, line, more_units(_number(line.units), _number(leaf.service.units)))
    return _without(case, line, DIFFERENCES[only])


def _own(case: Case, evidence: EvidenceIndex, line: Line) -> list[Leaf]:
    """Return the services of this patient with this provider; where the person is not known, the provider's of that day."""
    person = case.person
    return [
        leaf
        for leaf in evidence.near(person, case.claim.billing.npi, line.begins)
        if not person or leaf.encounter.person == person
    ]


def _nearest(
    case: Case, evidence: EvidenceIndex, line: Line, owner: dict[tuple[str, int], int]
) -> tuple[list[str], Leaf] | None:
    """Return the service that the line was most likely meant for, among those that back no line, and how it differs.

    What another claim was paid for says nothing of this line. Another person's service is looked at where the patient has
    none, and where its record is the one that the claim names.
    """
    named = {
        evidence.identifiers[name].identifier
        for name in (*line.evidence, *case.claim.evidence)
        if name in evidence.identifiers
    }
    alone = not _own(case, evidence, line)
    best: tuple[tuple[object, ...], list[str], Leaf] | None = None
    for leaf in evidence.near(case.person, case.claim.billing.npi, line.begins):
        identifier = leaf.encounter.identifier
        if (identifier, leaf.position) in owner or problem_of(case, leaf) == "spent":
            continue
        if case.person and leaf.encounter.person != case.person and not alone and identifier not in named:
            continue
        differences = _differences(case, line, leaf)
        weight = [CLOSENESS.index(name) for name in differences]
        rank = (len(differences), identifier not in named, weight, identifier, leaf.position)
        if best is None or rank < best[0]:
            best = (rank, differences, leaf)
    return None if best is None else best[1:]


def _differences(case: Case, line: Line, leaf: Leaf) -> list[str]:
    service = leaf.service
    differs = {
        "person": bool(case.person) and leaf.encounter.person != case.person,
        "practitioner": not _by_practitioner(case, line, leaf),
        "dates": (service.begins, service.ends) != (line.begins, line.ends),
        "place": service.place != line.place,
        "modifiers": changing(service.modifiers) != changing(line.modifiers),
        "units": line.units > service.units,
        "code": service.code != line.procedure,
    }
    return [name for name in CLOSENESS if differs[name]]


def _spent(case: Case, line: Line) -> Finding:
    """Deny what a spent attestation stands behind, and say of the history whether this payer paid it."""
    where = "another claim"
    if case.history is not None:
        here = case.history.alike(case.claim, line, case.person, case.replaced)
        where = f"claim {here[0].claim} of this payer" if here else "a claim that this payer's history does not hold"
    why = f"billed twice: the attested visit already paid {where}"
    cure = "nothing is owed; bill what was forgotten by replacing the claim that was paid"
    return Finding(line.number, DENY, why, cure=cure, group="OA", reason=DUPLICATE)


def _without(case: Case, line: Line | None, cause: Cause) -> Finding:
    """Pend a line, or deny it CO-252 where the plan's days for evidence have passed since the claim was received."""
    number = None if line is None else line.number
    days = case.plan.plan.evidence_days
    if not _overdue(case, days):
        return Finding(number, PEND, cause.why, cure=cause.cure)
    return Finding(
        number,
        DENY,
        f"{cause.why}; {days} days have passed since the claim was received",
        cure=cause.cure,
        group="CO",
        reason=DOCUMENTATION_REQUIRED,
        remarks=(cause.remark,),
    )


def _overdue(case: Case, days: int) -> bool:
    return case.decided is not None and (case.decided - case.received).days > days


def _number(units: Decimal) -> str:
    return f"{units.normalize():f}"


EDIT = Edit("evidence", 1, check)
