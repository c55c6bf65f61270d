"""What a sponsor tells a payer of its members (834): who joins, changes, leaves or comes back, and with which cover."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claims.model.party import Person

CHANGE, ADD, END, REINSTATE, AUDIT = "001", "021", "024", "025", "030"
"""INS03, and HD01: how a member or a cover is maintained."""
DELETE, CORRECT, NO_CHANGE = "002", "026", "032"
"""HD01 alone: a cover that never was, one that is put right, one that stays as it is."""
SUBSCRIBER = "18"

DENTAL, VISION, PHARMACY = "DEN", "VIS", "PDG"
NOT_MEDICAL = frozenset(
    {DENTAL, VISION, PHARMACY, "AG", "AH", "AJ", "AK", "DCP", "FAC", "HE", "LTC", "LTD", "STD", "UR"}
)
"""HD03 of what pays no medical claim: dental, vision and drug cover, long-term care, disability, hearing, and the like."""

_AS_CLAIMED = {
    "01": "01",
    "09": "19",
    "10": "19",
    "17": "19",
    "19": "19",
    "20": "20",
    "39": "39",
    "40": "40",
    "53": "53",
}


def is_medical(line: str) -> bool:
    """Whether cover of this insurance line (HD03) pays medical claims; cover without a line is medical."""
    return line not in NOT_MEDICAL


def claimed_relationship(code: str) -> str:
    """Return an 834's relationship (INS02) as an 837 says it: PAT01 has fewer codes, and an adopted child is a child there."""
    return _AS_CLAIMED.get(code, "G8")


@dataclass(frozen=True, slots=True)
class Cover:
    """One HD loop: what happens to cover of an insurance line (HD03), and its first and last day where they are given."""

    maintenance: str
    line: str
    begins: date | None = None
    through: date | None = None


@dataclass(frozen=True, slots=True)
class MemberMaintenance:
    """One INS loop. `place` counts them in the file from 1.

    `relationship` is as a claim says it (18 for the subscriber). `subscriber_number` is REF*0F, `group_number` REF*1L.
    `begins` and `through` are eligibility dates (DTP 356, 357), `effective` the maintenance's own (DTP 303). `formerly` is
    who the payer has wrongly so far (loop 2100B).
    """

    place: int
    maintenance: str
    relationship: str
    subscriber_number: str
    person: Person
    covers: tuple[Cover, ...] = ()
    group_number: str = ""
    begins: date | None = None
    through: date | None = None
    effective: date | None = None
    formerly: Person | None = None

    @property
    def is_subscriber(self) -> bool:
        """Whether this is the subscriber and not a dependent."""
        return self.relationship == SUBSCRIBER


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One 834: its interchange's sender and control number, ST02, and its members in order."""

    sender: str
    interchange_number: str
    control_number: str
    members: tuple[MemberMaintenance, ...]
