"""What a 270 and a 276 have in common: who asks whom, by name and number, and the envelope that the answer goes back in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Party:
    """A payer, provider, submitter or insured as NM1 names one: repeated in the answer as it came.

    `entity` is NM101, `qualifier` NM108, `identifier` NM109.
    """

    entity: str
    name: str = ""
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    is_person: bool = False
    qualifier: str = ""
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The interchange that an inquiry came in: ISA05 to ISA08, GS02, GS03 and ISA15; the answer turns the parties around."""

    sender_qualifier: str
    sender: str
    receiver_qualifier: str
    receiver: str
    group_sender: str
    group_receiver: str
    usage: str = "P"
