"""Encounters as a record system exports them: a FHIR R4 Bundle, or a small JSON document (docs/evidence.md)."""
