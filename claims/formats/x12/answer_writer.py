"""What a 271 and a 277 have in common: names as they came, levels that count themselves, and the envelope turned around."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from claims.formats.x12.writing import Row, exact, free_text, functional_group, interchange
from claims.model.inquiry import Envelope, Party


class Levels:
    """The levels (HL) of one transaction set while they are written; each knows its number and the one above it."""

    def __init__(self) -> None:
        self._count = 0

    def open(self, code: str, above: str, children: bool | None) -> tuple[str, Row]:
        """Begin a level: its number and its HL. `children` None leaves HL04 out, as the guide does for a dependent."""
        self._count += 1
        number = str(self._count)
        below = "" if children is None else str(int(children))
        return number, ("HL", number, above, code, below)


def party(named: Party, entity: str = "") -> Row:
    """NM1 of a party: its name safe to write, its identifier unchanged."""
    identifier = exact(named.identifier, "an identifier in NM109", 80) if named.identifier.strip() else ""
    return (
        "NM1",
        entity or named.entity,
        "1" if named.is_person else "2",
        free_text(named.name, 60),
        free_text(named.first_name, 35),
        free_text(named.middle_name, 25),
        "",
        free_text(named.suffix, 10),
        named.qualifier if identifier else "",
        identifier,
    )


def answer_interchange(
    envelope: Envelope,
    functional: str,
    version: str,
    sets: Sequence[Sequence[Row]],
    created: datetime,
    control_number: int,
) -> bytes:
    """Wrap transaction sets into a group and an interchange that go back to whom the inquiry came from."""
    rows = functional_group(
        functional,
        exact(envelope.group_receiver, "GS02", 15),
        exact(envelope.group_sender, "GS03", 15),
        created,
        str(control_number),
        version,
        sets,
    )
    return interchange(
        (envelope.receiver_qualifier, envelope.receiver),
        (envelope.sender_qualifier, envelope.sender),
        created,
        control_number,
        envelope.usage,
        rows,
        1,
    )


def payer_handle(tax_id: str, identifier: str) -> str:
    """TRN03 of a payer: ten characters, 1 and the tax id; lacking one, the payer's identifier filled up or cut from the left."""
    digits = "".join(character for character in tax_id if character.isascii() and character.isalnum())
    if digits:
        return f"1{digits.zfill(9)[-9:]}"
    return exact(identifier or "0", "the payer's identifier in TRN03", 80)[-10:].strip().zfill(10)
