"""What other payers decided of a claim before: the other side of coordination of benefits (ADJUDICATION §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.model.decision import Adjustment
from claims.model.money import Money


@dataclass(frozen=True, slots=True)
class OtherLineAdjudication:
    """Another payer's decision of one line (loop 2430): SVD02 paid, CAS, SVD05 units, DTP*573; `payer` is SVD01."""

    payer: str
    paid: Money
    adjustments: tuple[Adjustment, ...] = ()
    units: Decimal = Decimal(1)
    adjudicated: date | None = None
    procedure: str = ""
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherPayer:
    """Another payer of the claim (loop 2320 and 2330): rank 0 primary, 1 secondary, 2 tertiary (SBR01).

    `paid` is AMT*D, `remaining_liability` AMT*EAF, `non_covered` AMT*A8; each None where the file gives none.
    `adjustments` are its claim-level CAS.
    """

    identifier: str
    name: str
    rank: int
    filing_indicator: str = ""
    paid: Money | None = None
    remaining_liability: Money | None = None
    non_covered: Money | None = None
    adjustments: tuple[Adjustment, ...] = ()
    adjudicated: date | None = None
