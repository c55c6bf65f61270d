"""The edits, in the order in which they are asked (ADJUDICATION §2). A new edit is a file here and a line in this list."""

from __future__ import annotations

from claims.adjudication.edits import (
    authorization,
    coverage,
    duplicate,
    eligibility,
    evidence,
    exclusion,
    mue,
    ncci,
    other_payer,
    provider,
    scope,
    statistics,
    timely_filing,
)
from claims.adjudication.findings import Edit

EDITS: tuple[Edit, ...] = (
    scope.EDIT,
    eligibility.EDIT,
    provider.EDIT,
    exclusion.EDIT,
    evidence.EDIT,
    duplicate.EDIT,
    timely_filing.EDIT,
    coverage.EDIT,
    authorization.EDIT,
    ncci.EDIT,
    mue.EDIT,
    statistics.EDIT,
    other_payer.EDIT,
)
