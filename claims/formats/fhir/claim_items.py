"""The items of a FHIR claim, each a service line with what our own checks find in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from claims.formats.fhir import codes
from claims.formats.fhir.claim_care_team import CareTeam
from claims.formats.fhir.claim_coverage import EarlierPayer
from claims.formats.fhir.claim_diagnoses import Diagnoses
from claims.formats.fhir.claim_findings import ClaimProblem, Findings
from claims.formats.fhir.claim_resources import ClaimResources
from claims.formats.fhir.claim_systems import ITEM_AUTHORIZATION, ITEM_TRACE, UNIT, UNITS
from claims.formats.fhir.claim_values import charge, coded, day, many, number, one, period, text
from claims.formats.fhir.codes import Json
from claims.model.claim import Line
from claims.model.institutional import Institutional
from claims.model.money import Money

_HCPCS = re.compile(r"[A-Z0-9][0-9]{3}[A-Z0-9]", re.ASCII)
_MODIFIER = re.compile(r"[A-Z0-9]{2}", re.ASCII)
_REVENUE = re.compile(r"[0-9]{4}", re.ASCII)
_REVENUE_ALONE = "NU"
MOST_MODIFIERS = 4
"""As many as SV101 takes."""


@dataclass(slots=True)
class ItemReader:
    """Reads the items of one claim; what is wrong goes into `findings`.

    `place` is where the claim's services were, for items that do not say. `facts` are None for a professional claim.
    """

    resources: ClaimResources
    findings: Findings
    team: CareTeam
    diagnoses: Diagnoses
    earlier: Sequence[EarlierPayer]
    place: str
    facts: Institutional | None
    born: date | None

    def read(self, claim: Json) -> tuple[Line, ...]:
        """Read all items that can be read, in the order of their sequence."""
        items = sorted(enumerate(many(claim, "item")), key=lambda pair: str(pair[1].get("sequence")).zfill(12))
        if not items:
            self.findings.add(ClaimProblem("Claim.item", "the claim has no item", status="A6:247", code="required"))
        lines = []
        for count, (at, item) in enumerate(items, start=1):
            line = self.findings.attempt(partial(self._line, item, f"Claim.item[{at}]", count))
            if line is not None:
                lines.append(line)
        return tuple(lines)

    def _line(self, item: Json, place: str, count: int) -> Line:
        if item.get("sequence") != count:
            raise ClaimProblem(f"{place}.sequence", "the sequences do not run on from 1", status="A3:684")
        if many(item, "detail"):
            message = "is not read: bill each service as an item of its own"
            raise ClaimProblem(f"{place}.detail", message, status="A3:684", code="not-supported")
        units, unit = self._units(item, place)
        revenue = self._revenue(item, place)
        procedure, modifiers = self._procedure(item, place, revenue)
        begins, ends = self._period(item, place)
        return Line(
            number=count,
            procedure=procedure or revenue,
            charge=_net(item, units, place),
            units=units,
            begins=begins,
            ends=ends,
            place=self._place(item, place),
            modifiers=modifiers,
            unit=unit,
            qualifier="HC" if procedure else _REVENUE_ALONE,
            diagnoses=self._pointers(item, place),
            evidence=tuple(
                encounter_id(self.resources, reference, f"{place}.encounter") for reference in many(item, "encounter")
            ),
            rendering=self.team.of_item(item, place),
            control_number=_extension(item, ITEM_TRACE, "valueIdentifier"),
            revenue_code=revenue,
            authorization=_extension(item, ITEM_AUTHORIZATION, "valueString"),
            other_adjudications=tuple(
                decided for each in self.earlier for sequence, decided in each.items if sequence == count
            ),
        )

    def _units(self, item: Json, place: str) -> tuple[Decimal, str]:
        quantity = one(item, "quantity")
        if quantity is None:
            return Decimal(1), "UN"
        where = f"{place}.quantity"
        units = number(quantity, "value", where, "A7:476")
        if units <= 0 or text(quantity, "comparator"):
            raise ClaimProblem(where, "is not one number above zero", status="A7:476", snip=3)
        code = text(quantity, "code") or text(quantity, "unit")
        unit = code if text(quantity, "system") == UNIT or code in UNITS.values() else UNITS.get(code, "")
        if not unit:
            message = f"has a unit that is neither of UCUM's 1, min and d nor of {UNIT}"
            raise ClaimProblem(where, message, status="A7:476", code="code-invalid", snip=5)
        return units, unit

    def _revenue(self, item: Json, place: str) -> str:
        if self.facts is None:
            return ""
        found = coded(one(item, "revenue"))
        if len(found) != 1 or not _REVENUE.fullmatch(found[0]):
            message = "an institutional item needs one revenue code of four digits"
            raise ClaimProblem(f"{place}.revenue", message, status="A7:455", code="code-invalid", snip=5)
        return found[0]

    def _procedure(self, item: Json, place: str, revenue: str) -> tuple[str, tuple[str, ...]]:
        found = codes.procedure_codes(one(item, "productOrService"))
        if not found and revenue:
            return "", ()
        if len(found) != 1 or not _HCPCS.fullmatch(found[0]):
            message = f"has {len(found)} procedure codes of CPT or HCPCS, it needs exactly one of their form"
            raise ClaimProblem(f"{place}.productOrService", message, status="A7:507", code="code-invalid", snip=5)
        concepts = many(item, "modifier")
        modifiers = [modifier for concept in concepts for modifier in codes.modifiers(concept)]
        given = sum(len(many(concept, "coding")) > 0 for concept in concepts)
        if len(modifiers) != given or len(modifiers) > MOST_MODIFIERS or not all(map(_MODIFIER.fullmatch, modifiers)):
            message = f"is not one modifier of CPT or HCPCS each, {MOST_MODIFIERS} at most"
            raise ClaimProblem(f"{place}.modifier", message, status="A7:453", code="code-invalid", snip=5)
        return found[0], tuple(modifiers)

    def _period(self, item: Json, place: str) -> tuple[date, date]:
        spell = one(item, "servicedPeriod")
        if item.get("servicedDate"):
            begins = ends = day(item["servicedDate"], f"{place}.servicedDate")
        elif spell is not None:
            begins, ends = period(spell, f"{place}.servicedPeriod")
        elif self.facts is not None:
            return self.facts.begins, self.facts.ends
        else:
            message = "has no date of service: give servicedDate or servicedPeriod"
            raise ClaimProblem(place, message, status="A6:187", code="required")
        if self.born is not None and begins < self.born:
            raise ClaimProblem(place, "is before the patient's birth", status="A8:158:QC", code="invariant", snip=4)
        if self.facts is not None and not (self.facts.begins <= begins and ends <= self.facts.ends):
            message = "lies outside the statement period in Claim.billablePeriod"
            raise ClaimProblem(place, message, status="A8:188", code="invariant", snip=4)
        return begins, ends

    def _place(self, item: Json, place: str) -> str:
        if self.facts is not None:
            return self.facts.type_of_bill
        concept = one(item, "locationCodeableConcept")
        location = self.resources.follow(one(item, "locationReference"))
        concepts = [concept] if concept else many(location.body, "type") if location is not None else []
        found = codes.places(concepts)
        if not found and not concepts:
            found = [self.place] if self.place else []
        if len(found) != 1:
            message = f"has {len(found)} places of service of the CMS code set, it needs exactly one"
            raise ClaimProblem(f"{place}.location", message, status="A7:249", code="required", snip=2)
        return found[0]

    def _pointers(self, item: Json, place: str) -> tuple[int, ...]:
        sequences = item.get("diagnosisSequence", [])
        pointers = []
        for sequence in sequences if isinstance(sequences, list) else []:
            if sequence not in self.diagnoses.pointers:
                message = f"points to none of the claim's {len(self.diagnoses.pointers)} diagnoses"
                raise ClaimProblem(f"{place}.diagnosisSequence", message, status="A8:477", code="not-found", snip=4)
            pointers.append(self.diagnoses.pointers[sequence])
        return tuple(pointers)


def encounter_id(resources: ClaimResources, reference: Json, place: str) -> str:
    """Return the id of the encounter record that a reference names: its visit number, or else the Encounter's id.

    That is how the records of an export are named (docs/evidence.md). Raises ClaimProblem where it names none.
    """
    own = text(one(reference, "identifier"), "value")
    target = resources.follow(reference)
    if not own and target is not None and target.kind == "Encounter":
        own = next(iter(codes.typed(many(target.body, "identifier"), "VN")), "") or text(target.body, "id")
    if not own and target is None:
        kind, _, tail = text(reference, "reference").partition("/_history/")[0].rpartition("/")
        own = tail if kind.rpartition("/")[2] == "Encounter" else ""
    if not own:
        raise ClaimProblem(place, "names no Encounter and no visit number", status="A7:287", code="not-found")
    return own


def _net(item: Json, units: Decimal, place: str) -> Money:
    """Return the item's charge: net, or else quantity × unit price × factor, which must agree where both are given."""
    net, price = charge(item, "net", place, "A7:583"), charge(item, "unitPrice", place, "A7:583")
    if price is None and net is None:
        raise ClaimProblem(f"{place}.net", "the item has no charge", status="A6:583", code="required", snip=2)
    if price is None:
        assert net is not None
        return net
    factor = Decimal(1)
    if item.get("factor") is not None:
        factor = number(item, "factor", f"{place}.factor", "A7:583")
    cents = price.cents * units * factor
    if net is None and cents == cents.to_integral_value():
        return Money(int(cents))
    if net is None or cents != net.cents:
        message = "is not quantity times unit price times factor"
        raise ClaimProblem(f"{place}.net", message, status="A7:583", code="invariant", snip=3)
    return net


def _extension(item: Json, url: str, value: str) -> str:
    for extension in many(item, "extension"):
        if text(extension, "url") == url:
            identifier = one(extension, value)
            return text(identifier, "value") if identifier is not None else text(extension, value)
    return ""
