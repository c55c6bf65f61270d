"""What clinicians and billing providers did before, of all patients: the figures behind the statistics that a plan asks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from claims.adjudication.office_visits import OFFICE_VISITS, month_of, months_to
from claims.model.claim import Claim
from claims.model.history import PastLine, PracticeFigures

EVERYBODY = ""
"""The NPI under which the visits of all clinicians of a taxonomy stand."""

_VISITS = frozenset(OFFICE_VISITS)


class Visits(NamedTuple):
    """A number of office visits, and how many of them were of the highest level."""

    all: int
    highest: int

    def and_more(self, more: Visits) -> Visits:
        """Return both together."""
        return Visits(self.all + more.all, self.highest + more.highest)

    def without(self, fewer: Visits) -> Visits:
        """Return these without some of them."""
        return Visits(self.all - fewer.all, self.highest - fewer.highest)


class Practice:
    """Office visits, places and charges, counted as lines come in; what is asked reads counts and scans no lines.

    `figures` are sums that somebody made before. The claim that a replacement or void refers to is left out of what `add`
    counted, as in History; of figures it has been left out.
    """

    __slots__ = ("_by_claim", "_charges", "_places", "_visits")

    def __init__(self, figures: PracticeFigures | None = None) -> None:
        self._visits: dict[tuple[str, str, int], dict[str, int]] = {}
        self._places: dict[tuple[str, date], list[tuple[str, PastLine | None]]] = {}
        self._charges: dict[str, dict[date, int]] = {}
        self._by_claim: dict[tuple[str, str], list[PastLine]] = {}
        if figures is not None:
            for npi, taxonomy, month, code, number in figures.visits:
                self._visits.setdefault((npi, taxonomy, month), {})[code] = number
            for npi, day, postal_code in figures.places:
                self._places.setdefault((npi, day), []).append((postal_code, None))
            for npi, day, charge in figures.charges:
                self._charges.setdefault(npi, {})[day] = charge.cents

    def add(self, lines: Iterable[PastLine]) -> None:
        """Count further past lines."""
        for line in lines:
            days = self._charges.setdefault(line.billing_npi, {})
            days[line.begins] = days.get(line.begins, 0) + line.charge.cents
            self._by_claim.setdefault((line.billing_npi, line.claim), []).append(line)
            if line.payer_control_number:
                self._by_claim.setdefault(("", line.payer_control_number), []).append(line)
            npi = line.rendering_npi
            if not npi:
                continue
            if line.procedure in _VISITS:
                for who in (npi, EVERYBODY):
                    counts = self._visits.setdefault((who, line.taxonomy, month_of(line.begins)), {})
                    counts[line.procedure] = counts.get(line.procedure, 0) + 1
            if line.postal_code and line.begins == line.ends:
                self._places.setdefault((npi, line.begins), []).append((line.postal_code, line))

    def visits(
        self, claim: Claim, npi: str, taxonomy: str, day: date, highest: frozenset[str], replaced: str = ""
    ) -> tuple[Visits, Visits]:
        """Return the clinician's visits in the twelve months that end with the day's, and those of peers of the taxonomy."""
        own, everybody = Visits(0, 0), Visits(0, 0)
        months = months_to(day)
        for month in months:
            own = own.and_more(_counted(self._visits.get((npi, taxonomy, month)), highest))
            everybody = everybody.and_more(_counted(self._visits.get((EVERYBODY, taxonomy, month)), highest))
        peers = everybody.without(own)
        for line in self._replaced(claim, replaced):
            if line.procedure in _VISITS and line.taxonomy == taxonomy and month_of(line.begins) in months:
                gone = Visits(1, int(line.procedure in highest))
                if line.rendering_npi == npi:
                    own = own.without(gone)
                elif line.rendering_npi:
                    peers = peers.without(gone)
        return own, peers

    def places(self, claim: Claim, npi: str, day: date, replaced: str = "") -> list[str]:
        """Return the postal codes of the places where a clinician worked on a day."""
        found = self._places.get((npi, day), [])
        if not found:
            return []
        gone = {id(line) for line in self._replaced(claim, replaced)}
        return [postal_code for postal_code, line in found if id(line) not in gone]

    def charges(self, claim: Claim, begins: date, through: date, replaced: str = "") -> int:
        """Return what the claim's billing provider charged for services that began on these days, in cents."""
        days = self._charges.get(claim.billing.npi, {})
        charged = sum(cents for day, cents in days.items() if begins <= day <= through)
        gone = (
            line.charge.cents
            for line in self._replaced(claim, replaced)
            if line.billing_npi == claim.billing.npi and begins <= line.begins <= through
        )
        return charged - sum(gone)

    def _replaced(self, claim: Claim, replaced: str) -> list[PastLine]:
        """Return the lines of the claim that this one replaces: by the payer's control number, or by the provider's."""
        found: dict[int, PastLine] = {}
        if claim.payer_control_number:
            found |= {id(line): line for line in self._by_claim.get(("", claim.payer_control_number), ())}
        if replaced:
            found |= {id(line): line for line in self._by_claim.get((claim.billing.npi, replaced), ())}
        return list(found.values())


def _counted(counts: dict[str, int] | None, highest: frozenset[str]) -> Visits:
    if not counts:
        return Visits(0, 0)
    return Visits(sum(counts.values()), sum(number for code, number in counts.items() if code in highest))
