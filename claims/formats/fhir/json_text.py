"""JSON of an export, read without losing anything: numbers stay decimal, and no member is named twice."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from claims.formats.fhir.errors import ExportError
from claims.model.nesting import DEEPEST, nests_too_deep


def parse(data: bytes) -> Any:
    """Read UTF-8 JSON, a byte order mark allowed; a member that is null counts as absent, as in FHIR.

    Raises ExportError with the line that is broken.
    """
    if nests_too_deep(data):
        raise ExportError(f"the export nests deeper than {DEEPEST} levels")
    try:
        return json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_once, parse_float=Decimal, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as wrong:
        raise ExportError(f"the export is not JSON from line {wrong.lineno}, column {wrong.colno}") from None
    except UnicodeDecodeError as wrong:
        raise ExportError(f"the export is not UTF-8 from byte {wrong.start}") from None
    except ExportError:
        raise
    except ValueError:
        raise ExportError("the export holds a number that is too long") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ExportError("an object of the export names a member twice")
    return {name: value for name, value in members.items() if value is not None}


def _refuse_constant(name: str) -> NoReturn:
    raise ExportError(f"the export holds {name}, which is not JSON")
