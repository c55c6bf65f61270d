"""What a provider asks about a patient's cover (270), and what the payer answers (271)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.model.inquiry import Envelope, Party
from claims.model.money import Money

HEALTH_PLAN = "30"
"""The service type that asks for the plan as a whole (EQ01 and EB03)."""

ACTIVE, INACTIVE, NOT_COVERED = "1", "6", "I"
COINSURANCE, COPAY, DEDUCTIBLE, OUT_OF_POCKET = "A", "B", "C", "G"
"""EB01."""

INVALID_SERVICE_DATE, INVALID_BIRTH_DATE = "57", "58"
MISSING_PATIENT_NAME, PATIENT_NOT_FOUND = "65", "67"
BIRTH_DATE_MISMATCH, INVALID_MEMBER_NUMBER, INVALID_SUBSCRIBER_NAME, SUBSCRIBER_NOT_FOUND = "71", "72", "73", "75"
PROVIDER_NOT_IDENTIFIED = "43"
"""AAA03: why a request is rejected."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A TRN of the inquiry: its number (TRN02), who gave it (TRN03), and TRN04."""

    number: str
    originator: str = ""
    division: str = ""


@dataclass(frozen=True, slots=True)
class EligibilityInquiry:
    """One patient that is asked about. `subscriber` and `dependent` are named as the 270 does; `dependent` None asks about
    the subscriber.

    `birth_text` is DMG02 of the patient as it came, `birth_date` None where it is missing or no day. `begins` and `ends` are
    the days that are asked about (DTP*291), None where none are; `bad_date` says that they cannot be read. `relationship` is
    INS02. `service_types` are EQ01 in order, `30` where the inquiry names none.
    """

    subscriber: Party
    dependent: Party | None = None
    traces: tuple[Trace, ...] = ()
    birth_text: str = ""
    birth_date: date | None = None
    gender: str = ""
    relationship: str = ""
    begins: date | None = None
    ends: date | None = None
    bad_date: bool = False
    service_types: tuple[str, ...] = (HEALTH_PLAN,)


@dataclass(frozen=True, slots=True)
class ReceiverInquiry:
    """A provider who asks (loop 2000B), and about whom."""

    receiver: Party
    patients: tuple[EligibilityInquiry, ...]


@dataclass(frozen=True, slots=True)
class SourceInquiry:
    """A payer who is asked (loop 2000A), and by whom."""

    source: Party
    receivers: tuple[ReceiverInquiry, ...]


@dataclass(frozen=True, slots=True)
class EligibilityRequest:
    """One 270: its ST02, BHT03, the day of BHT04, and the envelope it came in."""

    envelope: Envelope
    control_number: str
    reference: str
    created: date
    sources: tuple[SourceInquiry, ...]


@dataclass(frozen=True, slots=True)
class Benefit:
    """One EB segment: EB01, the service types it is about, and the plan's name; for a cost share its amount or percentage.

    `level` is EB02 (IND the person, FAM the family), `period` EB06 (23 calendar year, 22 service year, 27 visit, 29 what
    remains); `share` is the part that the patient pays, as a fraction. `network` is EB12: Y in the network, N outside it,
    empty where both are alike.
    """

    code: str
    service_types: tuple[str, ...]
    plan: str = ""
    level: str = ""
    period: str = ""
    amount: Money | None = None
    share: Decimal | None = None
    network: str = ""


@dataclass(frozen=True, slots=True)
class EligibilityAnswer:
    """What is answered about one patient. `reject` is AAA03, empty where the patient was found.

    `trace` is the payer's own number of the answer. `subscriber` and `patient` are named as the payer knows them, where it
    does, else as they were asked about. `about_subscriber` says that the rejection concerns the subscriber and not the
    dependent. `begins` and `through` are the first and last day of the coverage told of, `person` the payer's id.
    """

    inquiry: EligibilityInquiry
    trace: str
    subscriber: Party
    patient: Party
    birth_date: date | None = None
    reject: str = ""
    about_subscriber: bool = False
    begins: date | None = None
    through: date | None = None
    benefits: tuple[Benefit, ...] = ()
    person: str = ""

    @property
    def status(self) -> str:
        """`active`, `inactive`, or `rejected`."""
        if self.reject:
            return "rejected"
        return "active" if any(benefit.code == ACTIVE for benefit in self.benefits) else "inactive"
