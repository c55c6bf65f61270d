"""Authorisations, found by number and by patient."""

from __future__ import annotations

from collections.abc import Iterable

from claims.model.claim import Line
from claims.model.member import Authorization


class Authorizations:
    """The payer's authorisations, indexed. Built once, read for many claims."""

    __slots__ = ("_by_person",)

    def __init__(self, authorizations: Iterable[Authorization]) -> None:
        self._by_person: dict[str, list[Authorization]] = {}
        for authorization in authorizations:
            self._by_person.setdefault(authorization.person, []).append(authorization)

    def fitting(self, person: str, billing: str, rendering: str, number: str, line: Line) -> list[Authorization]:
        """Return the authorisations that a line may draw on, in the order in which they were given.

        Person, code, provider (billing or rendering) and every day of the line must fit; where the claim names a number, only
        that one is meant.
        """
        return [
            each
            for each in self._by_person.get(person, ())
            if (not number or each.number == number)
            and (not each.codes or line.procedure in each.codes)
            and (not each.provider or each.provider in (billing, rendering))
            and self.in_force(each, line)
        ]

    @staticmethod
    def in_force(authorization: Authorization, line: Line) -> bool:
        """Whether every day of a line is among the authorisation's."""
        begins, through = authorization.begins, authorization.through
        return (begins is None or begins <= line.begins) and (through is None or line.ends <= through)
