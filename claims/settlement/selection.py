"""Which encounter records back a claim, where no engine matched them yet."""

from __future__ import annotations

from collections.abc import Sequence

from claims.model.claim import Claim, Line
from claims.model.evidence import EncounterRecord


def choose_records(claim: Claim, records: Sequence[EncounterRecord]) -> tuple[EncounterRecord, ...]:
    """Return the records that may back a claim, each once, in the order of the lines that they serve.

    A line's own PWK names its record, else the claim's; where neither does, every signed record of the billing provider
    with a service of that code and first day counts, and of the rendering clinician where one is named. The payer
    matches persons and units; this is for handing over what may be needed and no more. Of one line's records the lowest
    registry id and sequence stands first, however they are given: both parties must come to the same invoice.
    """
    ordered = sorted(records, key=lambda r: (r.practitioner, r.attestation.sequence, r.identifier))
    chosen: dict[str, EncounterRecord] = {}
    for line in claim.lines:
        named = line.evidence or claim.evidence
        for record in ordered:
            if record.provider_npi == claim.billing.npi and (
                record.identifier in named if named else _may_back(claim, line, record)
            ):
                chosen.setdefault(record.identifier, record)
    return tuple(chosen.values())


def _may_back(claim: Claim, line: Line, record: EncounterRecord) -> bool:
    rendering = claim.rendering_of(line)
    return (rendering is None or not rendering.npi or rendering.npi == record.practitioner_npi) and any(
        leaf.service.code == line.procedure and leaf.service.begins == line.begins for leaf in record.services
    )
