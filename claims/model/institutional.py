"""What an institutional claim says beyond its lines (837I, loop 2300)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CodedDiagnosis:
    """A diagnosis with its qualifier (ABK principal, ABF other, ABJ admitting …) and present-on-admission (Y, N, U, W, 1 or empty)."""

    code: str
    qualifier: str
    present_on_admission: str = ""


@dataclass(frozen=True, slots=True)
class CodedProcedure:
    """An inpatient procedure (ICD-10-PCS) and its day; the principal one comes first."""

    code: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Institutional:
    """Type of bill (facility code and classification as CLM05-1 has them, such as 11 or 13), statement period, admission and discharge.

    `admission_type` is CL101, `admission_source` CL102, `discharge_status` CL103. `drg` is the DRG that the provider billed.
    `discharge_hour` is HHMM, empty where the file gives none.
    """

    type_of_bill: str
    begins: date
    ends: date
    discharge_status: str
    admitted: date | None = None
    admission_type: str = ""
    admission_source: str = ""
    drg: str = ""
    diagnoses: tuple[CodedDiagnosis, ...] = ()
    procedures: tuple[CodedProcedure, ...] = ()
    value_codes: tuple[tuple[str, str], ...] = ()
    discharge_hour: str = ""

    @property
    def inpatient(self) -> bool:
        """Whether the bill's classification, the second digit of facility code and classification, is inpatient (1 or 2)."""
        digits = self.type_of_bill.lstrip("0")
        return len(digits) == 2 and digits[1] in ("1", "2")
