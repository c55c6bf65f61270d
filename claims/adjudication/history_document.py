"""Lines that were adjudicated before, as JSON (docs/plans.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal

from claims.adjudication.strict import Table, parse_json
from claims.model.history import PastLine
from claims.model.money import ZERO

KEYS = (
    "claim",
    "person",
    "member_number",
    "relationship",
    "birth_date",
    "billing_npi",
    "rendering_npi",
    "code",
    "modifiers",
    "begins",
    "ends",
    "place",
    "units",
    "unit",
    "charge",
    "paid",
    "payer_control_number",
    "taxonomy",
    "postal_code",
)


def read_history(text: str) -> tuple[PastLine, ...]:
    """Read past lines from `{"lines": [...]}`; raises DocumentError naming the key path, never a person."""
    root = Table(parse_json(text, "history"), ("lines",), document="history")
    root.value("lines")
    return tuple(_line(table) for table in root.tables("lines", KEYS))


def _line(table: Table) -> PastLine:
    if not table.has("person") and not table.has("member_number"):
        raise table.fault("person", "is missing: give the person id, or member_number where there is none")
    begins = table.day("begins")
    ends = table.day_or_none("ends") or begins
    if ends < begins:
        raise table.fault("ends", "is before begins")
    return PastLine(
        claim=table.text("claim"),
        person=table.text("person", ""),
        billing_npi=table.text("billing_npi"),
        procedure=table.text("code").upper(),
        modifiers=tuple(modifier.upper() for modifier in table.texts("modifiers")),
        begins=begins,
        ends=ends,
        place=table.text("place", ""),
        charge=table.amount("charge"),
        rendering_npi=table.text("rendering_npi", ""),
        units=table.number("units", Decimal(1)),
        payer_control_number=table.text("payer_control_number", ""),
        member_number=table.text("member_number", ""),
        relationship=table.text("relationship", ""),
        birth_date=table.day_or_none("birth_date"),
        unit=table.text("unit", "UN"),
        paid=table.amount("paid", ZERO),
        taxonomy=table.text("taxonomy", ""),
        postal_code=table.text("postal_code", ""),
    )


def write_history(lines: Iterable[PastLine]) -> str:
    """Write past lines as the document that `read_history` reads; empty facts are left out."""
    return json.dumps({"lines": [_document(line) for line in lines]}, indent=2) + "\n"


def _document(line: PastLine) -> dict[str, object]:
    every: dict[str, object] = {
        "claim": line.claim,
        "person": line.person,
        "member_number": line.member_number,
        "relationship": line.relationship,
        "birth_date": line.birth_date.isoformat() if line.birth_date else "",
        "billing_npi": line.billing_npi,
        "rendering_npi": line.rendering_npi,
        "code": line.procedure,
        "modifiers": list(line.modifiers),
        "begins": line.begins.isoformat(),
        "ends": line.ends.isoformat(),
        "place": line.place,
        "units": format(line.units, "f"),
        "unit": "" if line.unit == "UN" else line.unit,
        "charge": str(line.charge),
        "paid": str(line.paid),
        "payer_control_number": line.payer_control_number,
        "taxonomy": line.taxonomy,
        "postal_code": line.postal_code,
    }
    return {key: value for key, value in every.items() if value not in ("", [])}
