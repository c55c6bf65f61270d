"""Decisions as JSON (DESIGN §10), and as the bytes that are kept and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from claims.adjudication.rule_pack import canonical_json
from claims.model.decision import REJECTED, Adjustment, AuthorizationUse, Decision, LineDecision, TraceEntry, Usage
from claims.model.money import Money
from claims.model.submission import IntakeError


def document_of(decision: Decision) -> dict[str, Any]:
    """Return what `claims adjudicate` prints of a decision; it names no person, and its keys are only ever added to."""
    return {
        "claim": decision.claim,
        "status": decision.status,
        "charge": str(decision.charge),
        "allowed": str(decision.allowed),
        "paid": str(decision.paid),
        "patient": str(decision.patient),
        "adjustments": [_adjustment(adjustment) for adjustment in decision.adjustments],
        "lines": [_line(line) for line in decision.lines],
        "trace": [_entry(entry) for entry in decision.trace],
        "other_payer": str(decision.other_payer),
        "matches": [list(match) for match in decision.matches],
        "rule_pack": decision.rule_pack.hex(),
        "authorization_uses": [
            {"number": use.number, "line": use.line, "units": f"{use.units:f}"} for use in decision.authorization_uses
        ],
    }


def record_of(decision: Decision) -> dict[str, Any]:
    """Return all of a decision, with the person and the accumulators it moves: for the payer's own store, not for a screen."""
    return document_of(decision) | {
        "person": decision.person,
        "usage": [
            {
                "person": usage.person,
                "family": usage.family,
                "year": usage.year,
                "deductible": str(usage.deductible),
                "out_of_pocket": str(usage.out_of_pocket),
                "out_of_network_deductible": str(usage.out_of_network_deductible),
                "out_of_network_out_of_pocket": str(usage.out_of_network_out_of_pocket),
            }
            for usage in decision.usage
        ],
    }


def rejected_document(claim: str, errors: Iterable[IntakeError]) -> dict[str, Any]:
    """Return what is printed of a claim that intake rejected: its errors, and no lines, since nothing was decided."""
    return {
        "claim": claim,
        "status": REJECTED,
        "errors": [
            {
                "level": error.level,
                "code": error.code,
                "message": error.message,
                "segment": error.segment,
                "position": error.position,
                "element": error.element,
                "component": error.component,
                "loop": error.loop,
                "snip": error.snip,
            }
            for error in errors
        ],
    }


def read_decision(document: Mapping[str, Any]) -> Decision:
    """Restore a decision from `record_of` (whole) or from `document_of` (without person and usage).

    Raises KeyError for a key that is missing and MoneyError for an amount that is none.
    """
    return Decision(
        claim=document["claim"],
        status=document["status"],
        charge=Money.parse(document["charge"]),
        allowed=Money.parse(document["allowed"]),
        paid=Money.parse(document["paid"]),
        patient=Money.parse(document["patient"]),
        lines=tuple(_read_line(line) for line in document["lines"]),
        trace=tuple(
            TraceEntry(
                entry["edit"],
                entry["line"],
                entry["outcome"],
                entry["why"],
                entry.get("source", ""),
                entry.get("cure", ""),
            )
            for entry in document["trace"]
        ),
        rule_pack=bytes.fromhex(document["rule_pack"]),
        adjustments=tuple(_read_adjustment(adjustment) for adjustment in document["adjustments"]),
        other_payer=Money.parse(document["other_payer"]),
        matches=tuple((line, record, position) for line, record, position in document["matches"]),
        usage=tuple(
            Usage(
                usage["person"],
                usage["family"],
                usage["year"],
                Money.parse(usage["deductible"]),
                Money.parse(usage["out_of_pocket"]),
                Money.parse(usage.get("out_of_network_deductible", "0")),
                Money.parse(usage.get("out_of_network_out_of_pocket", "0")),
            )
            for usage in document.get("usage", ())
        ),
        person=document.get("person", ""),
        authorization_uses=tuple(
            AuthorizationUse(use["number"], use["line"], Decimal(use["units"]))
            for use in document.get("authorization_uses", ())
        ),
    )


def canonical_bytes(decision: Decision) -> bytes:
    """Return the bytes that a replay of the same input gives again: all of the decision, as canonical JSON."""
    return canonical_json(record_of(decision))


def trace_hash(decision: Decision, salt: bytes) -> bytes:
    """Return the 32 bytes that stand for this decision's trace in a batch: SHA-256 of salt ‖ canonical bytes.

    The salt is 32 random bytes that the payer keeps beside the decision. Without one, what a decision says (amounts that
    are on the chain, a code of some thousands) could be guessed and the guess checked. Raises ValueError for another length.
    """
    if len(salt) != 32:
        raise ValueError(f"a salt has 32 bytes, not {len(salt)}")
    return hashlib.sha256(salt + canonical_bytes(decision)).digest()


def _adjustment(adjustment: Adjustment) -> dict[str, Any]:
    written: dict[str, Any] = {
        "group": adjustment.group,
        "reason": adjustment.reason,
        "amount": str(adjustment.amount),
    }
    if adjustment.quantity is not None:
        written["quantity"] = f"{adjustment.quantity:f}"
    return written


def _line(line: LineDecision) -> dict[str, Any]:
    return {
        "line": line.line,
        "code": line.code,
        "charge": str(line.charge),
        "allowed": str(line.allowed),
        "paid": str(line.paid),
        "adjustments": [_adjustment(adjustment) for adjustment in line.adjustments],
        "remarks": list(line.remarks),
        "modifiers": list(line.modifiers),
        "units": f"{line.units:f}",
        "other_payer": str(line.other_payer),
    }


def _entry(entry: TraceEntry) -> dict[str, Any]:
    written: dict[str, Any] = {
        "edit": entry.edit,
        "line": entry.line,
        "outcome": entry.outcome,
        "why": entry.why,
    }
    if entry.source:
        written["source"] = entry.source
    if entry.cure:
        written["cure"] = entry.cure
    return written


def _read_adjustment(document: Mapping[str, Any]) -> Adjustment:
    quantity = document.get("quantity")
    return Adjustment(
        document["group"],
        document["reason"],
        Money.parse(document["amount"]),
        None if quantity is None else Decimal(quantity),
    )


def _read_line(document: Mapping[str, Any]) -> LineDecision:
    return LineDecision(
        line=document["line"],
        code=document["code"],
        modifiers=tuple(document["modifiers"]),
        charge=Money.parse(document["charge"]),
        allowed=Money.parse(document["allowed"]),
        paid=Money.parse(document["paid"]),
        adjustments=tuple(_read_adjustment(adjustment) for adjustment in document["adjustments"]),
        remarks=tuple(document["remarks"]),
        units=Decimal(document["units"]),
        other_payer=Money.parse(document.get("other_payer", "0")),
    )
