"""Deciding an 837 from documents alone: no store, no chain, no key (DESIGN §10)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from claims.adjudication.document import document_of, rejected_document
from claims.adjudication.documents import read_accumulators, read_history, read_members, read_plan, read_providers
from claims.adjudication.findings import ASSUMED, NOT_CHECKED, Assumed
from claims.adjudication.fold import adjudicate_all
from claims.evidence.document import load_records
from claims.evidence.errors import RecordError, SignatureError
from claims.evidence.signature import recover
from claims.evidence.typed_data import roll_digest
from claims.evidence.verify import verify
from claims.model.decision import Decision, TraceEntry
from claims.model.evidence import EncounterRecord, VerifiedEncounter
from claims.model.plan import Plan
from claims.model.signed import EvidenceDomain
from claims.model.submission import IntakeError
from claims.service.collector import collector_stopped
from claims.service.errors import UsageError
from claims.service.intake import error_document, first_cause, goes_on, loose_errors, read_file
from claims.service.intake import received as received_sets
from claims.service.tables import open_tables_of

NOBODY = "0x" + "00" * 20
"""An address that nothing recovers to: a signature that belongs to no key is compared with it and fails."""

NOT_COMPARED = TraceEntry(
    "evidence",
    None,
    NOT_CHECKED,
    "signature not compared with the registry: without a chain, nobody knows whose key it is",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one claim (CLM01): its decision, or the errors for which intake rejected it."""

    claim: str
    decision: Decision | None
    errors: tuple[IntakeError, ...] = ()


@dataclass(frozen=True, slots=True)
class AdjudicatedFile:
    """A whole file: its claims in order, the numbers of its encounter reports, and errors that belong to no claim.

    `rejection` says why the file was rejected altogether; empty where anything of it went on.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...]
    encounter_reports: tuple[str, ...]
    errors: tuple[IntakeError, ...]
    rejection: str


@collector_stopped()
def adjudicate_file(
    file: Path,
    *,
    plan: Path,
    accumulators: Path | None = None,
    members: Path | None = None,
    providers: Path | None = None,
    evidence: Path | None = None,
    assume_evidence: bool = False,
    history: Path | None = None,
    tables: Path | None = None,
    received: date | None = None,
    decided: date | None = None,
    strict_npi: bool = False,
) -> AdjudicatedFile:
    """Decide the claims of a file in order, each on what the ones before it used up; what is None is not checked.

    `tables` is a folder of imported tables. `evidence` is a document of encounter records; one of no records, or an empty file,
    leaves every claim without evidence.
    Raises DocumentError, RecordError and UsageError for documents that cannot be used, OSError for files that cannot be read.
    """
    if tables is not None and not tables.is_dir():
        raise UsageError(f"{tables} is not a folder: --tables takes the folder of imported code tables")
    rules = read_plan(_text(plan))
    given_members = None if members is None else read_members(_text(members))
    given_providers = None if providers is None else read_providers(_text(providers))
    given_history = None if history is None else read_history(_text(history))
    given_accumulators = None if accumulators is None else read_accumulators(_text(accumulators))
    backing: Iterable[VerifiedEncounter] | Assumed | None = ASSUMED if assume_evidence else None
    if evidence is not None:
        backing = read_evidence(evidence)
    notes = [NOT_COMPARED] if isinstance(backing, tuple) and backing else []
    submission = read_file(file, strict_npi=strict_npi)
    sets = tuple(received_sets(submission))
    with nullcontext() if tables is None else open_tables_of(tables) as published:
        decisions = iter(
            tuple(
                adjudicate_all(
                    rules,
                    [claim for each in sets for claim in each.claims],
                    members=given_members,
                    providers=given_providers,
                    evidence=backing,
                    history=given_history,
                    accumulators=given_accumulators,
                    received=received,
                    tables=published,
                    decided=decided,
                )
            )
        )
    outcomes: list[Outcome] = []
    reports: list[str] = []
    for each in sets:
        for number, claim in each.in_order():
            if claim is None:
                outcomes.append(Outcome(number, None, each.errors_of(number)))
            elif claim.is_encounter_report:
                reports.append(number)
            else:
                decision = next(decisions)
                outcomes.append(Outcome(number, replace(decision, trace=(*decision.trace, *notes))))
    return AdjudicatedFile(
        plan=rules,
        outcomes=tuple(outcomes),
        encounter_reports=tuple(reports),
        errors=loose_errors(submission),
        rejection="" if goes_on(submission) else f"{file} is rejected: {first_cause(submission)}",
    )


def document_of_file(adjudicated: AdjudicatedFile) -> dict[str, Any]:
    """Return what `claims adjudicate --json` prints: the claims in order, and apart from them what is none to decide."""
    return {
        "claims": [
            rejected_document(outcome.claim, outcome.errors)
            if outcome.decision is None
            else document_of(outcome.decision)
            for outcome in adjudicated.outcomes
        ],
        "encounter_reports": list(adjudicated.encounter_reports),
        "errors": [error_document(error) for error in adjudicated.errors],
    }


def read_evidence(file: Path) -> tuple[VerifiedEncounter, ...]:
    """Read encounter records and check what can be checked without a registry: salts, roll and signature.

    A record counts as signed where its roll holds its attestation and the signature recovers to some key. Whose key that is
    only the registry knows. Raises RecordError for a document that cannot be read, and for a record whose values with their
    salts do not give what was attested; the message names the record.
    """
    data = file.read_bytes()
    return tuple(map(_checked, load_records(data))) if data.strip() else ()


def _checked(record: EncounterRecord) -> VerifiedEncounter:
    domain = EvidenceDomain(record.chain_id, record.registry)
    encounter = verify(record, key=_signer(record, domain), domain=domain)
    if encounter.problem == "salt-mismatch":
        raise RecordError(
            f"encounter record {record.identifier}: its values with their salts do not give the roots that were attested; "
            "ask for the record as it was sealed"
        )
    return encounter


def _signer(record: EncounterRecord, domain: EvidenceDomain) -> str:
    try:
        return recover(roll_digest(record.practitioner, record.siblings, domain), record.signature)
    except SignatureError:
        return NOBODY


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not text in UTF-8") from None
