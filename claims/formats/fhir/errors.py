"""What can be wrong with an export."""

from __future__ import annotations


class ExportError(ValueError):
    """An export that cannot be read, said by resource and element; no message quotes what the export says of a patient."""
