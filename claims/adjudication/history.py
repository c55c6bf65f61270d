"""What was adjudicated before, indexed for the search of duplicates."""

from __future__ import annotations

from collections.abc import Iterable

from claims.adjudication.members import plain
from claims.model.claim import Claim, Line
from claims.model.decision import Decision
from claims.model.history import PastLine


class History:
    """Past lines, indexed by person, billing provider and procedure. `add` is for what is decided between two claims."""

    __slots__ = ("_lines", "_numbered")

    def __init__(self, lines: Iterable[PastLine] = ()) -> None:
        self._lines: dict[tuple[str, str, str], list[PastLine]] = {}
        self._numbered = False
        self.add(lines)

    def add(self, lines: Iterable[PastLine]) -> None:
        """Take in further past lines."""
        for line in lines:
            if line.person:
                self._lines.setdefault((line.person, line.billing_npi, line.procedure), []).append(line)
            if line.member_number:
                number = "#" + plain(line.member_number)
                self._lines.setdefault((number, line.billing_npi, line.procedure), []).append(line)
            self._numbered = self._numbered or not line.person

    def alike(self, claim: Claim, line: Line, person: str) -> list[PastLine]:
        """Return past lines of the same person, billing provider, procedure, dates and rendering provider.

        Where either side has no person id, member number, relationship and birth date agree as far as both give them.
        The claim that a replacement or void refers to is left out: it is not another claim.
        """
        billing = claim.billing.npi
        found = self._lines.get((person, billing, line.procedure), []) if person else []
        if self._numbered or not person:
            by_number = self._lines.get(("#" + plain(claim.member_number), billing, line.procedure), [])
            found = found + [
                past for past in by_number if not (person and past.person) and _may_be_patient(past, claim)
            ]
        if not found:
            return found
        rendering = claim.rendering_of(line)
        npi = "" if rendering is None else rendering.npi
        return [
            past
            for past in found
            if past.begins == line.begins
            and past.ends == line.ends
            and (not npi or not past.rendering_npi or npi == past.rendering_npi)
            and not (claim.payer_control_number and past.payer_control_number == claim.payer_control_number)
        ]


def _may_be_patient(past: PastLine, claim: Claim) -> bool:
    born = claim.patient.birth_date
    return (not past.relationship or past.relationship == claim.relationship) and (
        past.birth_date is None or born is None or past.birth_date == born
    )


def past_lines(claim: Claim, decision: Decision, payer_control_number: str = "") -> tuple[PastLine, ...]:
    """Return the lines of a decided claim that later claims may duplicate: those that were allowed.

    A denied line paid nothing and may be billed again; a pended claim is not decided. `payer_control_number` is what a
    replacement of this claim will name.
    """
    if decision.status != "paid":
        return ()
    denied = {line.line for line in decision.lines if line.denied and line.charge}
    past = []
    for line in claim.lines:
        if line.number in denied:
            continue
        rendering = claim.rendering_of(line)
        past.append(
            PastLine(
                claim=claim.number,
                person=decision.person,
                billing_npi=claim.billing.npi,
                procedure=line.procedure,
                modifiers=line.modifiers,
                begins=line.begins,
                ends=line.ends,
                place=line.place,
                charge=line.charge,
                rendering_npi="" if rendering is None else rendering.npi,
                units=line.units,
                payer_control_number=payer_control_number,
                member_number=claim.member_number,
                relationship=claim.relationship,
                birth_date=claim.patient.birth_date,
            )
        )
    return tuple(past)
