"""Who is who: the covered persons, found as a claim names them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from claims.model.claim import Claim
from claims.model.member import Member

MOST_FOUND = 100_000
"""How many ways to name a patient are kept with whom they name."""


@lru_cache(maxsize=16_384)
def plain(name: str) -> str:
    """Reduce a name to upper-case letters and digits without accents, since files disagree on all the rest."""
    if name.isascii() and name.isalnum():
        return name.upper()
    letters = unicodedata.normalize("NFKD", name).upper()
    return "".join(letter for letter in letters if letter.isalnum())


class Members:
    """The covered persons, indexed by member number. Built once, read for many claims."""

    __slots__ = ("_by_number", "_found")

    def __init__(self, members: Iterable[Member]) -> None:
        self._by_number: dict[str, list[tuple[Member, str, str]]] = {}
        self._found: dict[tuple[str, str, str, date | None, str], Member] = {}
        for member in members:
            entry = (member, plain(member.last_name), plain(member.first_name))
            self._by_number.setdefault(plain(member.member_number), []).append(entry)

    def fitting(self, claim: Claim) -> tuple[Member, ...]:
        """Return every member whom the claim's patient can be (ADJUDICATION §1).

        Member number, relationship and last name must agree; first name and birth date wherever both sides give them.
        """
        patient = claim.patient
        last, first, born = plain(patient.last_name), plain(patient.first_name), patient.birth_date
        return tuple(
            [
                member
                for member, its_last, its_first in self._by_number.get(plain(claim.member_number), ())
                if its_last == last
                and member.relationship == claim.relationship
                and (born is None or member.birth_date is None or born == member.birth_date)
                and (not first or not its_first or first == its_first)
            ]
        )

    def find(self, claim: Claim) -> Member | None:
        """Return the one member whom the claim's patient is; None where nobody fits, or more than one."""
        patient = claim.patient
        named = claim.member_number, patient.last_name, patient.first_name, patient.birth_date, claim.relationship
        known = self._found.get(named)
        if known is not None:
            return known
        found = self.fitting(claim)
        if len(found) != 1:
            return None
        if len(self._found) < MOST_FOUND:
            self._found[named] = found[0]
        return found[0]
