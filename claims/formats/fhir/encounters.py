"""The door of this room: an export of signed-off encounters, in whichever of the two forms it came."""

from __future__ import annotations

from collections.abc import Mapping

from claims.formats.fhir.bundle import read_bundle
from claims.formats.fhir.document import FORMAT, dump_document, read_document
from claims.formats.fhir.errors import ExportError
from claims.formats.fhir.json_text import parse
from claims.model.encounter import Encounter

__all__ = ["ExportError", "dump_document", "read_bundle", "read_document", "read_export"]


def read_export(data: bytes, *, person_system: str = "") -> tuple[Encounter, ...]:
    """Read a FHIR R4 Bundle or the documented JSON, whichever it is; raises ExportError.

    `person_system` is the system of the payer's person ids in a Bundle (read_bundle); a document needs none.
    """
    export = parse(data)
    kind = export.get("resourceType") if isinstance(export, Mapping) else None
    if kind == "Bundle":
        return read_bundle(data, person_system=person_system)
    if isinstance(kind, str):
        raise ExportError("the export is a single FHIR resource: put it into a Bundle with what it refers to")
    if isinstance(export, Mapping) and export.get("format") == FORMAT:
        return read_document(data)
    raise ExportError(f"the export is neither a FHIR Bundle nor a document of the format {FORMAT!r}")
