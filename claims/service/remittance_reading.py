"""Reading anybody's 835: who pays whom, what for, and whether it adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from claims.formats.x12.envelope import read_envelope
from claims.formats.x12.remittance_check import BalanceFinding, RemittanceReport, check_835
from claims.formats.x12.remittance_reader import ReadClaim, ReadLine, ReadRemittance
from claims.formats.x12.syntax import Segment
from claims.model.decision import Adjustment
from claims.service.adjustment_words import PROVIDER_REASONS, STATUSES, adjustment_words, method_words
from claims.service.errors import FileRejected
from claims.service.intake import error_document, placed


@dataclass(frozen=True, slots=True)
class Parties:
    """Who pays whom and when (N1*PR, N1*PE, BPR16), as far as a remittance says; the date is ISO text, empty where unusable."""

    payer: str
    payee: str
    payee_identifier: str
    day: str


@dataclass(frozen=True, slots=True)
class RemittanceFile:
    """One file with its report, and the parties of each of its remittances in their order."""

    path: Path
    report: RemittanceReport
    parties: tuple[Parties, ...]


def read_remittance_file(path: Path) -> RemittanceFile:
    """Read and check an 835; what is wrong with it is in the report. Raises OSError where there is no file to read."""
    data = path.read_bytes()
    interchanges, _ = read_envelope(data)
    parties = tuple(
        _parties(transaction.segments)
        for interchange in interchanges
        for group in interchange.groups
        for transaction in group.transactions
        if transaction.segments[0].get(1) == "835"
    )
    return RemittanceFile(path, check_835(data), parties)


def require_remittance(file: RemittanceFile) -> None:
    """Refuse a file that holds no remittance; raises FileRejected with the first cause."""
    if not file.report.remittances:
        cause = placed(file.report.syntax[0]) if file.report.syntax else "no transaction set of it is an 835"
        raise FileRejected(f"{file.path} holds no remittance: {cause}")


def check_document(file: RemittanceFile) -> dict[str, Any]:
    """Return what `claims remit check --json` prints of one file: balance and syntax apart."""
    report = file.report
    return {
        "file": str(file.path),
        "balances": report.balances,
        "findings": [_finding(finding) for finding in report.findings],
        "syntax_ok": report.syntax_ok,
        "syntax": [error_document(error) for error in report.syntax],
        "remittances": [
            {
                "transaction": remittance.control_number,
                "trace": remittance.trace,
                "paid": str(remittance.paid),
                "claims": len(remittance.claims),
                "unreadable": [error_document(problem) for problem in remittance.problems],
            }
            for remittance in report.remittances
        ],
    }


def show_document(file: RemittanceFile) -> dict[str, Any]:
    """Return what `claims remit show --json` prints: claims by their numbers, codes with words; no patient is named."""
    return {
        "file": str(file.path),
        "balances": file.report.balances,
        "findings": [_finding(finding) for finding in file.report.findings],
        "remittances": [
            _remittance(remittance, parties)
            for remittance, parties in zip(file.report.remittances, file.parties, strict=True)
        ],
    }


def _parties(segments: Sequence[Segment]) -> Parties:
    names = {segment.get(1): segment for segment in reversed(segments) if segment.identifier == "N1"}
    payment = next((segment for segment in segments if segment.identifier == "BPR"), None)
    payer, payee = names.get("PR"), names.get("PE")
    return Parties(
        payer="" if payer is None else payer.get(2),
        payee="" if payee is None else payee.get(2),
        payee_identifier="" if payee is None else payee.get(4),
        day="" if payment is None else _day(payment.get(16)),
    )


def _day(text: str) -> str:
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        return ""


def _finding(finding: BalanceFinding) -> dict[str, Any]:
    return {
        "level": finding.level,
        "claim": finding.claim,
        "line": finding.line,
        "transaction": finding.transaction,
        "what": finding.what,
        "expected": str(finding.expected),
        "found": str(finding.found),
    }


def _remittance(remittance: ReadRemittance, parties: Parties) -> dict[str, Any]:
    return {
        "transaction": remittance.control_number,
        "payer": parties.payer,
        "payee": parties.payee,
        "payee_identifier": parties.payee_identifier,
        "paid": str(remittance.paid),
        "method": remittance.method,
        "method_words": method_words(remittance.method),
        "day": parties.day,
        "trace": remittance.trace,
        "claims": [_claim(claim) for claim in remittance.claims],
        "provider_adjustments": [
            {
                "reason": reason,
                "reference": reference,
                "amount": str(amount),
                "words": PROVIDER_REASONS.get(reason, f"reason {reason}"),
            }
            for reason, reference, amount in remittance.adjustments
        ],
    }


def _claim(claim: ReadClaim) -> dict[str, Any]:
    return {
        "claim": claim.number,
        "control_number": claim.payer_control_number,
        "status": claim.status,
        "words": STATUSES.get(claim.status, f"status {claim.status}"),
        "charge": str(claim.charge),
        "paid": str(claim.paid),
        "patient": None if claim.patient is None else str(claim.patient),
        "adjustments": [_adjustment(adjustment) for adjustment in claim.adjustments],
        "remarks": list(claim.remarks),
        "lines": [_line(line) for line in claim.lines],
    }


def _line(line: ReadLine) -> dict[str, Any]:
    return {
        "line": line.number,
        "code": line.procedure,
        "units": f"{line.units:f}",
        "charge": str(line.charge),
        "allowed": None if line.allowed is None else str(line.allowed),
        "paid": str(line.paid),
        "adjustments": [_adjustment(adjustment) for adjustment in line.adjustments],
        "remarks": list(line.remarks),
    }


def _adjustment(adjustment: Adjustment) -> dict[str, Any]:
    return {
        "group": adjustment.group,
        "reason": adjustment.reason,
        "amount": str(adjustment.amount),
        "words": adjustment_words(adjustment.group, adjustment.reason),
    }
