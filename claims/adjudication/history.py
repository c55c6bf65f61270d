"""What was adjudicated before, indexed for the edits that look across claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from claims.adjudication.members import plain
from claims.adjudication.practice import Practice
from claims.adjudication.timed_codes import minutes_of
from claims.model.claim import Claim, Line
from claims.model.decision import Decision
from claims.model.history import PastLine, PracticeFigures, make_past_line

NO_MINUTES = Decimal(0)

_Index = dict[tuple[str, object], list[PastLine]]


class History:
    """Past lines, indexed by person with procedure, day or stay, and by clinician. `add` is for what is decided between two claims.

    Where a line or the claim has no person id, member number, relationship and birth date agree as far as both give them. The
    claim that a replacement or void refers to, by the payer's control number or as `replaced` by its own, is never
    returned: it is not another claim.

    `figures`, where they are given, are what is known of all patients together: then the lines are those of one patient, and
    clinicians' minutes and practice are the figures', from which a replaced claim has been left out.
    """

    __slots__ = (
        "_by_day",
        "_by_procedure",
        "_figures",
        "_minutes",
        "_numbered",
        "_practice",
        "_stays",
        "_timed",
        "_unnumbered",
        "_untold",
    )

    def __init__(self, lines: Iterable[PastLine] = (), figures: PracticeFigures | None = None) -> None:
        self._by_procedure: _Index = defaultdict(list)
        self._by_day: _Index = defaultdict(list)
        self._stays: _Index = defaultdict(list)
        self._timed: dict[tuple[str, date], list[tuple[PastLine, Decimal]]] = {}
        self._minutes: dict[tuple[str, date], Decimal] = {}
        self._numbered = False
        self._unnumbered: list[PastLine] = []
        self._figures = figures
        self._practice: Practice | None = None
        self._untold: list[PastLine] = []
        self.add(lines)
        if figures is not None:
            self._minutes = {(npi, day): minutes for npi, day, minutes in figures.minutes}

    def add(self, lines: Iterable[PastLine]) -> None:
        """Take in further past lines."""
        lines = tuple(lines)
        self._untold.extend(lines)
        for line in lines:
            if line.person:
                self._index(line.person, line)
            else:
                self._numbered = True
            if line.member_number:
                self._unnumbered.append(line)
                if self._numbered:
                    self._number()
            if line.rendering_npi and line.begins == line.ends and self._figures is None:
                minutes = minutes_of(line.procedure, line.units, line.unit)
                if minutes:
                    key = line.rendering_npi, line.begins
                    self._timed.setdefault(key, []).append((line, minutes))
                    self._minutes[key] = self._minutes.get(key, NO_MINUTES) + minutes

    def _index(self, patient: str, line: PastLine) -> None:
        self._by_procedure[patient, line.procedure].append(line)
        self._by_day[patient, line.begins].append(line)
        if line.ends > line.begins:
            self._stays[patient, None].append(line)

    def _number(self) -> None:
        """Index by member number what waits for it: most payers know their persons, and never ask by number."""
        for line in self._unnumbered:
            self._index("#" + plain(line.member_number), line)
        self._unnumbered.clear()

    def alike(self, claim: Claim, line: Line, person: str, replaced: str = "") -> list[PastLine]:
        """Return past lines of the same person, billing provider, procedure, dates and rendering provider."""
        found = self._of(self._by_procedure, claim, person, line.procedure, replaced)
        if not found:
            return found
        rendering = claim.rendering_of(line)
        npi = "" if rendering is None else rendering.npi
        return [
            past
            for past in found
            if past.billing_npi == claim.billing.npi
            and self.same_days(past, line)
            and (not npi or not past.rendering_npi or npi == past.rendering_npi)
        ]

    @staticmethod
    def same_days(past: PastLine, line: Line) -> bool:
        """Whether both lines begin and end on the same days."""
        return past.begins == line.begins and past.ends == line.ends

    def of_codes(self, claim: Claim, person: str, codes: Sequence[str], replaced: str = "") -> list[PastLine]:
        """Return the patient's past lines of some procedure codes, by any provider."""
        return [past for code in codes for past in self._of(self._by_procedure, claim, person, code, replaced)]

    def on_day(self, claim: Claim, person: str, day: date, replaced: str = "") -> list[PastLine]:
        """Return the patient's past lines that have a day among theirs, by any provider."""
        found = self._of(self._by_day, claim, person, day, replaced)
        if not self._stays:
            return found
        return found + [past for past in self.stays(claim, person, replaced) if past.begins < day <= past.ends]

    def stays(self, claim: Claim, person: str, replaced: str = "") -> list[PastLine]:
        """Return the patient's past lines of more than one day, by any provider."""
        return self._of(self._stays, claim, person, None, replaced) if self._stays else []

    def minutes(self, claim: Claim, npi: str, day: date, replaced: str = "") -> Decimal:
        """Return the timed minutes, of any patient, that a clinician rendered on a day."""
        if self._figures is not None or (not replaced and not claim.payer_control_number):
            return self._minutes.get((npi, day), NO_MINUTES)
        timed = self._timed.get((npi, day), ())
        return sum((minutes for past, minutes in timed if not _is_replaced(past, claim, replaced)), NO_MINUTES)

    @property
    def practice(self) -> Practice:
        """What clinicians and billing providers did, counted only once somebody asks."""
        if self._practice is None:
            self._practice = Practice(self._figures)
        if self._untold:
            if self._figures is None:
                self._practice.add(self._untold)
            self._untold.clear()
        return self._practice

    def _of(self, index: _Index, claim: Claim, person: str, key: object, replaced: str) -> list[PastLine]:
        found = index.get((person, key), []) if person else []
        if self._numbered or not person:
            self._number()
            by_number = index.get(("#" + plain(claim.member_number), key), [])
            found = found + [
                past for past in by_number if not (person and past.person) and _may_be_patient(past, claim)
            ]
        if not found or not (replaced or claim.payer_control_number):
            return found
        return [past for past in found if not _is_replaced(past, claim, replaced)]


def _is_replaced(past: PastLine, claim: Claim, replaced: str) -> bool:
    if claim.payer_control_number and past.payer_control_number == claim.payer_control_number:
        return True
    return bool(replaced) and past.claim == replaced and past.billing_npi == claim.billing.npi


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
    decided = {line.line: line for line in decision.lines}
    past = []
    for line in claim.lines:
        result = decided[line.number]
        if not result.allowed.cents and result.charge.cents:
            continue
        rendering = claim.rendering_of(line)
        past.append(
            # The first ones by place: with more than fifteen by name the interpreter packs a dictionary for the call.
            make_past_line(
                claim.number,
                decision.person,
                claim.billing.npi,
                line.procedure,
                line.modifiers,
                line.begins,
                line.ends,
                line.place,
                line.charge,
                rendering_npi="" if rendering is None else rendering.npi,
                units=line.units,
                payer_control_number=payer_control_number,
                member_number=claim.member_number,
                relationship=claim.relationship,
                birth_date=claim.patient.birth_date,
                unit=line.unit,
                paid=result.paid,
                taxonomy="" if rendering is None else rendering.taxonomy,
                postal_code=claim.billing.address.postal_code,
            )
        )
    return tuple(past)
