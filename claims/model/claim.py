"""A claim and its service lines, as a provider billed them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.model.institutional import Institutional
from claims.model.money import Money
from claims.model.other_payer import OtherLineAdjudication, OtherPayer
from claims.model.party import Payer, Person, Provider
from claims.model.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class Line:
    """One billed service (loop 2400).

    `number` counts from 1 (LX01). `units` is SV104 in `unit` (`UN` units, `MJ` minutes). `place` is the line's place of
    service, or the claim's where the line gives none. `begins` and `ends` are the dates of service, both inclusive.
    `diagnoses` are pointers, from 1, into the claim's diagnoses. `evidence` are encounter record ids (PWK06 where PWK01 is OZ).
    `control_number` is REF*6R, echoed in the 835. `rendering` is None where the claim's holds. `revenue_code` is SV201 of an
    institutional line. `authorization` is the line's REF*G1. `other_adjudications` are what earlier payers decided of it.
    """

    number: int
    procedure: str
    charge: Money
    units: Decimal
    begins: date
    ends: date
    place: str
    modifiers: tuple[str, ...] = ()
    unit: str = "UN"
    qualifier: str = "HC"
    diagnoses: tuple[int, ...] = ()
    evidence: tuple[str, ...] = ()
    rendering: Provider | None = None
    control_number: str = ""
    revenue_code: str = ""
    authorization: str = ""
    other_adjudications: tuple[OtherLineAdjudication, ...] = ()


@quick
@dataclass(frozen=True, slots=True)
class Claim:
    """One claim (loop 2300) with the parties it names.

    `number` is the provider's own (CLM01). `member_number` is the subscriber's (a dependent's claim names it too) and
    `relationship` the patient's to the subscriber (SBR02 or PAT01: 18 self, 01 spouse, 19 child …).
    `rank` is 0 primary, 1 secondary, 2 tertiary (SBR01). `frequency` is CLM05-3: 1 original, 7 replacement, 8 void;
    7 and 8 carry `payer_control_number` (REF*F8). `received` defaults to BHT04. `is_encounter_report` is BHT06 = RP.
    `diagnoses` are codes in the order of HI, without their qualifiers. `other_payers` are the claim's other payers;
    `institutional` is None for a professional claim.
    """

    number: str
    charge: Money
    lines: tuple[Line, ...]
    billing: Provider
    payer: Payer
    subscriber: Person
    patient: Person
    member_number: str
    relationship: str
    received: date
    place: str = ""
    frequency: str = "1"
    kind: str = "professional"
    rank: int = 0
    group_number: str = ""
    filing_indicator: str = ""
    accepts_assignment: str = "A"
    diagnoses: tuple[str, ...] = ()
    rendering: Provider | None = None
    referring: Provider | None = None
    payer_control_number: str = ""
    prior_authorization: str = ""
    clearinghouse_number: str = ""
    evidence: tuple[str, ...] = ()
    is_encounter_report: bool = False
    other_payers: tuple[OtherPayer, ...] = ()
    institutional: Institutional | None = None
    attending: Provider | None = None

    def rendering_of(self, line: Line) -> Provider | None:
        """Who rendered this line: the line's own, else the claim's, else a solo practitioner who bills, else nobody named."""
        named = line.rendering or self.rendering
        if named is None and self.billing.is_person:
            return self.billing
        return named
