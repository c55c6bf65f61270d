"""Verified encounters, indexed by what a billed line must agree with."""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import date
from typing import NamedTuple

from claims.model.encounter import PAYMENT_MODIFIERS, Service
from claims.model.evidence import VerifiedEncounter

ServiceKey = tuple[str, str, tuple[str, ...], date, date, str]


class Leaf(NamedTuple):
    """One attested service: its encounter, its place there, from 0, and the service itself."""

    encounter: VerifiedEncounter
    position: int
    service: Service

    @property
    def problem(self) -> str:
        """Why this service cannot back a line; empty where it can."""
        return self.encounter.problem or ("" if self.encounter.signed else "unsigned")


def changing(modifiers: tuple[str, ...]) -> tuple[str, ...]:
    """Return, sorted, the modifiers that change what was done: those a coder adds for payment stand outside the leaf."""
    if not modifiers:
        return modifiers
    return tuple(sorted({modifier for modifier in modifiers if modifier not in PAYMENT_MODIFIERS}))


class EvidenceIndex:
    """Verified encounters, each counted once however often and in whatever order it was handed in.

    One attestation handed in under two record ids, and one services tree signed twice, are one visit: services behind the
    same attestation digest or the same salted root never back two lines. Of several sightings a spent one wins over a live
    one, a live one over a faulty one; of sightings of one digest a faulty one wins.
    """

    __slots__ = ("_aliases", "_by_day", "_by_key", "_by_person", "identifiers")

    def __init__(self, encounters: Iterable[VerifiedEncounter]) -> None:
        self.identifiers: dict[str, VerifiedEncounter] = {}
        self._by_key: dict[tuple[str, ServiceKey], list[Leaf]] = {}
        self._by_person: dict[tuple[str, str], list[Leaf]] = {}
        self._by_day: dict[tuple[str, date], list[Leaf]] = {}
        self._aliases: dict[str, list[str]] = {}
        for encounter, aliases in _distinct(encounters):
            self._aliases[encounter.identifier] = aliases
            for alias in aliases:
                self.identifiers.setdefault(alias, encounter)
            npi = encounter.provider_npi
            for position, service in enumerate(encounter.services):
                leaf = Leaf(encounter, position, service)
                key = (npi, service.code, changing(service.modifiers), service.begins, service.ends, service.place)
                self._by_key.setdefault((encounter.person, key), []).append(leaf)
                if encounter.person:
                    self._by_key.setdefault(("", key), []).append(leaf)
                self._by_person.setdefault((encounter.person, npi), []).append(leaf)
                self._by_day.setdefault((npi, service.begins), []).append(leaf)

    def fitting(self, person: str, key: ServiceKey) -> list[Leaf]:
        """Return the services of this provider, code, modifiers, dates and place; anybody's where `person` is empty."""
        return self._by_key.get((person, key), [])

    def near(self, person: str, provider_npi: str, day: date) -> list[Leaf]:
        """Return services a line may have been meant for: the person's own, and the provider's of that day."""
        own = self._by_person.get((person, provider_npi), []) if person else []
        return own + [leaf for leaf in self._by_day.get((provider_npi, day), []) if leaf.encounter.person != person]

    def among(self, encounter: VerifiedEncounter, identifiers: Set[str]) -> bool:
        """Whether this encounter was handed in under one of these record ids."""
        return any(alias in identifiers for alias in self._aliases.get(encounter.identifier, ()))

    def __bool__(self) -> bool:
        return bool(self.identifiers)


def _rank(encounter: VerifiedEncounter) -> tuple[int, str, bytes, str]:
    """Order sightings of one services tree: spent first, then live, then faulty."""
    live = encounter.signed and not encounter.problem
    state = 0 if encounter.problem == "spent" else 1 if live else 2
    return state, encounter.identifier, encounter.digest, encounter.problem


def _faults(encounter: VerifiedEncounter) -> tuple[bool, bool, str]:
    """Order sightings of one attestation: faulty ones above live ones, spent ones above all."""
    return encounter.problem == "spent", bool(encounter.problem) or not encounter.signed, encounter.problem


def _distinct(encounters: Iterable[VerifiedEncounter]) -> list[tuple[VerifiedEncounter, list[str]]]:
    """Return each visit once, with every record id it was handed in under, in an order that the input's does not change."""
    by_digest: dict[bytes, list[VerifiedEncounter]] = {}
    for encounter in encounters:
        by_digest.setdefault(encounter.digest or encounter.identifier.encode(), []).append(encounter)
    by_root: dict[bytes, list[tuple[VerifiedEncounter, list[str]]]] = {}
    for sightings in by_digest.values():
        worst = max(_faults(seen) for seen in sightings)
        chosen = min((seen for seen in sightings if _faults(seen) == worst), key=lambda seen: seen.identifier)
        aliases = sorted({seen.identifier for seen in sightings})
        by_root.setdefault(chosen.services_root or chosen.digest or chosen.identifier.encode(), []).append(
            (chosen, aliases)
        )
    result = []
    for group in by_root.values():
        chosen = min((encounter for encounter, _ in group), key=_rank)
        result.append((chosen, sorted({alias for _, aliases in group for alias in aliases})))
    return sorted(result, key=lambda entry: (entry[0].identifier, entry[0].digest))
