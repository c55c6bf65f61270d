"""Grouping an inpatient stay into its DRG, by the optional package `msdrg` where it is installed."""

from __future__ import annotations

import atexit
import importlib
import importlib.metadata
from datetime import date
from functools import cache
from typing import Any, Protocol

from claims.model.claim import Claim
from claims.model.institutional import CodedDiagnosis

PACKAGE = "msdrg"

VERSIONS = (
    (date(2022, 10, 1), 400),
    (date(2023, 4, 1), 401),
    (date(2023, 10, 1), 410),
    (date(2024, 4, 1), 411),
    (date(2024, 10, 1), 420),
    (date(2025, 4, 1), 421),
    (date(2025, 10, 1), 430),
    (date(2026, 4, 1), 431),
    (date(2026, 10, 1), 440),
)
"""The first day of discharge of each MS-DRG version that the package knows."""
LAST_DAY = date(2027, 3, 31)

_SEX = {"M": 0, "F": 1}


class Grouper(Protocol):
    """Assigns a stay its DRG."""

    @property
    def name(self) -> str:
        """Name and version, for trace and rule pack."""

    def group(self, claim: Claim) -> str:
        """Return the DRG as three digits; empty where the stay cannot be grouped."""


class MsDrg:
    """CMS's MS-DRG grouper as the package `msdrg` has it. Built once: it maps its tables into memory."""

    def __init__(self, module: Any) -> None:
        self._grouper = module.MsdrgGrouper()
        atexit.register(self._grouper.close)
        self.name = f"{PACKAGE} {importlib.metadata.version(PACKAGE)}"

    def group(self, claim: Claim) -> str:
        """Group by diagnoses with present-on-admission, procedures, age at admission, sex and discharge status."""
        stay = stay_of(claim)
        if stay is None:
            return ""
        found = self._grouper.group(stay)
        drg = found.get("final_drg")
        return f"{drg:03d}" if found.get("return_code") == "OK" and isinstance(drg, int) else ""


def stay_of(claim: Claim) -> dict[str, Any] | None:
    """Return a stay as the package takes it; None where it is none, has no principal diagnosis, or lies outside its versions."""
    stay, patient = claim.institutional, claim.patient
    if stay is None or patient.birth_date is None or stay.ends > LAST_DAY:
        return None
    version = next((number for begins, number in reversed(VERSIONS) if begins <= stay.ends), None)
    coded = [(each.qualifier, _diagnosis(each)) for each in stay.diagnoses]
    principal = next((code for qualifier, code in coded if qualifier in ("ABK", "BK")), None)
    if version is None or principal is None or not stay.discharge_status.isdecimal():
        return None
    admitted = stay.admitted or stay.begins
    born = patient.birth_date
    found: dict[str, Any] = {
        "version": version,
        "age": admitted.year - born.year - ((admitted.month, admitted.day) < (born.month, born.day)),
        "sex": _SEX.get(patient.gender, 2),
        "discharge_status": int(stay.discharge_status),
        "pdx": principal,
        "sdx": [code for qualifier, code in coded if qualifier in ("ABF", "BF")],
        "procedures": [{"code": each.code} for each in stay.procedures],
    }
    admitting = next((code for qualifier, code in coded if qualifier in ("ABJ", "BJ")), None)
    if admitting is not None:
        found["admit_dx"] = {"code": admitting["code"]}
    return found


def _diagnosis(coded: CodedDiagnosis) -> dict[str, str]:
    found = {"code": coded.code.replace(".", "")}
    if coded.present_on_admission in ("Y", "N", "U", "W"):
        found["poa"] = coded.present_on_admission
    return found


@cache
def installed() -> Grouper | None:
    """Return the grouper of this installation, or None where the package is not there."""
    try:
        return MsDrg(importlib.import_module(PACKAGE))
    except ImportError:
        return None
