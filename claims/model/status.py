"""What a provider asks about its claims (276), and what the payer answers (277)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.model.inquiry import Envelope, Party
from claims.model.money import Money


@dataclass(frozen=True, slots=True)
class LineInquiry:
    """One service asked about (loop 2210): SVC01 with its modifiers, charge, revenue code, units, days, and REF*FJ."""

    qualifier: str
    procedure: str
    modifiers: tuple[str, ...]
    charge: Money | None
    revenue_code: str = ""
    units: Decimal = Decimal(1)
    begins: date | None = None
    ends: date | None = None
    control_number: str = ""


@dataclass(frozen=True, slots=True)
class StatusInquiry:
    """One claim asked about (loop 2200): TRN02 and what it is to be found by.

    `number` is the provider's own (REF*EJ), `payer_control_number` REF*1K. `echoed` are other references (REF01, REF02) that
    the answer repeats: type of bill, pharmacy prescription, clearinghouse number.
    """

    trace: str
    number: str = ""
    payer_control_number: str = ""
    echoed: tuple[tuple[str, str], ...] = ()
    charge: Money | None = None
    begins: date | None = None
    ends: date | None = None
    lines: tuple[LineInquiry, ...] = ()


@dataclass(frozen=True, slots=True)
class PatientInquiry:
    """A patient and the claims asked about; `dependent` None means that the subscriber is the patient."""

    subscriber: Party
    dependent: Party | None
    birth_date: date | None
    claims: tuple[StatusInquiry, ...]


@dataclass(frozen=True, slots=True)
class ProviderInquiry:
    """A provider whose claims are asked about (loop 2000C)."""

    provider: Party
    patients: tuple[PatientInquiry, ...]


@dataclass(frozen=True, slots=True)
class ReceiverInquiry:
    """Who asks (loop 2000B), for which providers."""

    receiver: Party
    providers: tuple[ProviderInquiry, ...]


@dataclass(frozen=True, slots=True)
class SourceInquiry:
    """A payer who is asked (loop 2000A), and by whom."""

    source: Party
    receivers: tuple[ReceiverInquiry, ...]


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """One 276: its ST02, BHT03, and the envelope it came in."""

    envelope: Envelope
    control_number: str
    reference: str
    sources: tuple[SourceInquiry, ...]


@dataclass(frozen=True, slots=True)
class StatusCode:
    """STC01: category (code source 507), status (508), and the entity where the status asks for one."""

    category: str
    code: str
    entity: str = ""

    def __str__(self) -> str:
        return ":".join(filter(None, (self.category, self.code, self.entity)))


@dataclass(frozen=True, slots=True)
class LineStatus:
    """One service's status; the service is told as the payer has it, or as it was asked about where it has none."""

    qualifier: str
    procedure: str
    modifiers: tuple[str, ...]
    status: StatusCode
    charge: Money
    paid: Money
    units: Decimal
    begins: date | None = None
    ends: date | None = None
    revenue_code: str = ""
    control_number: str = ""


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """One claim's status (loop 2200D or E).

    `on` is since when it holds; `finalised` the day of the decision and `paid_on` of the payment, None where there is none.
    `payer_control_number` is empty where no claim was found. `remittance` is TRN02 of the 835 that tells of it, which STC09
    is too short for.
    """

    trace: str
    status: StatusCode
    on: date
    charge: Money | None = None
    paid: Money | None = None
    finalised: date | None = None
    paid_on: date | None = None
    payer_control_number: str = ""
    number: str = ""
    echoed: tuple[tuple[str, str], ...] = ()
    begins: date | None = None
    ends: date | None = None
    lines: tuple[LineStatus, ...] = ()
    remittance: str = ""


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """A provider's claims: for each patient asked about, in order, the claims; or one status for the provider itself."""

    inquiry: ProviderInquiry
    patients: tuple[tuple[ClaimStatus, ...], ...] = ()
    refused: StatusCode | None = None


@dataclass(frozen=True, slots=True)
class ReceiverAnswer:
    """What is answered to one who asks: by provider, or one status where the inquiry as a whole cannot be answered."""

    inquiry: ReceiverInquiry
    providers: tuple[ProviderAnswer, ...] = ()
    refused: StatusCode | None = None


@dataclass(frozen=True, slots=True)
class StatusResponse:
    """A 276 and its answers: for each payer named, in order, the answers to those who asked."""

    request: StatusRequest
    sources: tuple[tuple[ReceiverAnswer, ...], ...]
    on: date
