"""The reason and remark codes that the engine speaks (X12 code sources 139 CARC and 411 RARC)."""

from __future__ import annotations

COPAY, DEDUCTIBLE, COINSURANCE = "3", "1", "2"
OVER_FEE = "45"
BEFORE_COVERAGE, AFTER_COVERAGE, NOT_IDENTIFIED = "26", "27", "31"
DUPLICATE = "18"
TIME_LIMIT = "29"
NOT_COVERED = "96"
PROVIDER_NOT_ELIGIBLE = "B7"
REFERRING_NOT_ELIGIBLE = "183"
DOCUMENTATION_REQUIRED = "252"
INCOMPLETE = "16"

NEEDS_REMARK = frozenset({"16", "96", "226", "252", "A1"})
"""Reasons that say too little alone: the code list asks for a remark code beside them (ADJUDICATION §2.3)."""

SIGNATURE_INVALID = "MA81"
DOCUMENTATION_MISSING = "N706"
DOCUMENTATION_INVALID = "N705"
CREDENTIALS_INVALID = "N570"
UNITS_INVALID = "M53"
SEE_PLAN = "N130"
