"""A balanced remittance as an 835 (guide 005010X221A1; ADJUDICATION §6). Balance is the Remittance's own; this only writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from claims.formats.x12.writing import (
    Composite,
    Element,
    Row,
    WriteProblem,
    amount,
    day,
    exact,
    free_text,
    functional_group,
    interchange,
    number,
    transaction_set,
)
from claims.model.decision import Adjustment
from claims.model.money import ZERO
from claims.model.party import Address, Person
from claims.model.remittance import ProviderAdjustment, Remittance, RemittanceClaim, RemittanceLine

VERSION = "005010X221A1"
TRIPLES = 6
"""Adjustments that one CAS or one PLB segment holds."""

_FILING = frozenset(
    ["12", "13", "14", "15", "16", "17", "AM", "CH", "DS", "HM", "LM", "MA", "MB", "MC", "OF", "TV", "VA", "WC", "ZZ"]
)
_ADDRESS_HELP = "give the remittance a payer_address (street, city, state, postal code)"


def write_835(
    remittance: Remittance,
    *,
    sender: str,
    receiver: str,
    created: datetime,
    control_number: int,
    usage: str = "P",
) -> bytes:
    """Write a remittance as one 835 in an interchange of its own, one segment to a line.

    `sender` and `receiver` are mutually defined identifiers (ISA05 and ISA07 are ZZ) of at most 15 characters;
    `control_number` numbers interchange, group and transaction set; `usage` is P or T. Raises WriteProblem where the guide
    requires something that the remittance does not have (the payer's address, the payee's NPI or tax id), or where an
    identifier that must come back unchanged holds a character that X12 lacks.
    """
    body = [*_header(remittance), *_details(remittance.claims), *_footer(remittance)]
    control = str(control_number)
    rows = functional_group(
        "HP",
        exact(sender, "the sender's identifier", 15, 2),
        exact(receiver, "the receiver's identifier", 15, 2),
        created,
        control,
        VERSION,
        [transaction_set("835", control.zfill(4), "", body)],
    )
    return interchange(("ZZ", sender), ("ZZ", receiver), created, control_number, usage, rows, 1)


def _header(remittance: Remittance) -> Iterator[Row]:
    payer, payee = remittance.payer, remittance.payee
    paid = bool(remittance.paid)
    handling, method = ("I", "BOP") if paid else ("H", "NON")
    yield ("BPR", handling, amount(remittance.paid), "C", method, *[""] * 11, day(remittance.day))
    yield ("TRN", "1", exact(remittance.trace, "the trace number in TRN02", 50), _payer_handle(remittance))
    if remittance.paid.currency != "USD":
        yield ("CUR", "PR", remittance.paid.currency)
    yield ("DTM", "405", day(remittance.day))
    yield ("N1", "PR", _required(free_text(payer.name, 60), "the payer's name in N102"))
    yield from _address(remittance.payer_address, required=True)
    if payer.identifier:
        yield ("REF", "2U", exact(payer.identifier, "the payer's identifier in REF*2U", 50))
    yield _technical_contact(remittance)
    name = _required(free_text(" ".join(filter(None, (payee.name, payee.first_name))), 60), "the payee's name in N102")
    tax = _digits(payee.tax_id)
    if payee.npi:
        yield ("N1", "PE", name, "XX", exact(payee.npi, "the payee's NPI in N104", 10, 10))
    elif tax:
        yield ("N1", "PE", name, "FI", tax)
    else:
        raise WriteProblem("the payee has neither an NPI nor a tax id for N104: name one of them")
    yield from _address(payee.address, required=False)
    if payee.npi and tax:
        yield ("REF", "TJ", tax)


def _technical_contact(remittance: Remittance) -> Row:
    """PER*BL: whom to ask about the transmission; its URL element names the payment's transaction on the chain."""
    name = free_text(remittance.payer.name, 60)
    if not remittance.transaction_hash:
        return ("PER", "BL", name)
    return ("PER", "BL", name, "UR", f"0x{remittance.transaction_hash.hex()}")


def _payer_handle(remittance: Remittance) -> str:
    """TRN03 has ten characters: 1 and the payer's tax id; lacking one, the payer's identifier filled up or cut from the left."""
    tax = _digits(remittance.payer_tax_id)
    if tax:
        return f"1{tax.zfill(9)[-9:]}"
    handle = exact(remittance.payer.identifier or "0", "the payer's identifier in TRN03", 80)
    return handle[-10:].strip().zfill(10)


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isascii() and character.isalnum())


def _required(text: str, name: str) -> str:
    if not text:
        raise WriteProblem(f"{name} is empty and the guide requires it")
    return text


def _address(address: Address, *, required: bool) -> Iterator[Row]:
    street, city = free_text(address.line, 55), free_text(address.city, 30)
    if not (street and len(city) > 1):
        if required:
            raise WriteProblem(f"the guide requires the payer's street and city in N3 and N4: {_ADDRESS_HELP}")
        return
    yield ("N3", street, free_text(address.second_line, 55))
    yield ("N4", city, free_text(address.state, 2), _digits(address.postal_code)[:15])


def _details(claims: Sequence[RemittanceClaim]) -> Iterator[Row]:
    if claims:
        yield ("LX", "1")
    for claim in claims:
        yield from _claim(claim)


def _claim(claim: RemittanceClaim) -> Iterator[Row]:
    yield (
        "CLP",
        exact(claim.number, "the claim number in CLP01", 38),
        claim.status,
        amount(claim.charge),
        amount(claim.paid),
        amount(claim.patient),
        claim.filing_indicator if claim.filing_indicator in _FILING else "ZZ",
        exact(claim.payer_control_number, "the payer's claim control number in CLP07", 50),
        free_text(claim.place, 2),
        free_text(claim.frequency, 1),
    )
    yield from _adjustments(claim.adjustments)
    yield _person("QC", claim.patient_name, claim.member_number)
    if claim.subscriber is not None and claim.subscriber != claim.patient_name and claim.member_number:
        yield _person("IL", claim.subscriber, claim.member_number)
    rendering = claim.rendering
    if rendering is not None and rendering.npi:
        kind = "1" if rendering.is_person else "2"
        name, first = free_text(rendering.name, 60), free_text(rendering.first_name, 35) if kind == "1" else ""
        npi = exact(rendering.npi, "the rendering provider's NPI in NM109", 10, 10)
        yield ("NM1", "82", kind, name, first, "", "", "", "XX", npi)
    if claim.remarks:
        yield ("MOA", "", "", *_remarks(claim.remarks, 5, "MOA03 to MOA07"))
    if claim.received is not None:
        yield ("DTM", "050", day(claim.received))
    for line in claim.lines:
        yield from _line(line)


def _person(role: str, person: Person, member_number: str) -> Row:
    member = exact(member_number, f"the member's number in NM109 of NM1*{role}", 80, 2) if member_number else ""
    return (
        "NM1",
        role,
        "1",
        free_text(person.last_name, 60),
        free_text(person.first_name, 35),
        free_text(person.middle_name, 25),
        "",
        free_text(person.suffix, 10),
        "MI" if member else "",
        member,
    )


def _line(line: RemittanceLine) -> Iterator[Row]:
    service: Composite = (
        line.qualifier,
        exact(line.procedure, "the procedure in SVC01-2", 48),
        *(exact(modifier, "a modifier in SVC01", 2, 2) for modifier in line.modifiers[:4]),
    )
    yield ("SVC", service, amount(line.charge), amount(line.paid), "", number(line.units))
    if line.begins == line.ends:
        yield ("DTM", "472", day(line.begins))
    else:
        yield ("DTM", "150", day(line.begins))
        yield ("DTM", "151", day(line.ends))
    yield from _adjustments(line.adjustments)
    if line.control_number:
        yield ("REF", "6R", exact(line.control_number, "the line's control number in REF*6R", 50))
    if line.allowed:
        yield ("AMT", "B6", amount(line.allowed))
    for remark in line.remarks:
        yield ("LQ", "HE", exact(remark, "a remark code in LQ02", 30))


def _remarks(remarks: Sequence[str], most: int, name: str) -> Iterable[str]:
    if len(remarks) > most:
        raise WriteProblem(f"{name} hold {most} remark codes and there are {len(remarks)}")
    return [exact(remark, f"a remark code in {name}", 50) for remark in remarks]


def _adjustments(adjustments: Sequence[Adjustment]) -> Iterator[Row]:
    """CAS segments: one group each, six adjustments at most; an adjustment of nothing is left out."""
    groups: dict[str, list[Adjustment]] = {}
    for adjustment in adjustments:
        if adjustment.amount:
            groups.setdefault(adjustment.group, []).append(adjustment)
    for group, members in groups.items():
        for start in range(0, len(members), TRIPLES):
            triples: list[str] = []
            for adjustment in members[start : start + TRIPLES]:
                triples += [exact(adjustment.reason, "a reason code in CAS", 5), amount(adjustment.amount)]
                triples.append(_quantity(adjustment.quantity))
            yield ("CAS", group, *triples)


def _quantity(quantity: Decimal | None) -> str:
    return "" if quantity is None else number(quantity)


def _footer(remittance: Remittance) -> Iterator[Row]:
    """PLB segments: by the end of the fiscal period, six adjustments at most."""
    payee = remittance.payee
    provider = payee.npi or _digits(payee.tax_id)
    periods: dict[str, list[ProviderAdjustment]] = {}
    for adjustment in remittance.adjustments:
        if adjustment.amount != ZERO:
            periods.setdefault(day(adjustment.fiscal_year_end), []).append(adjustment)
    for period, members in periods.items():
        for start in range(0, len(members), TRIPLES):
            pairs: list[Element] = []
            for adjustment in members[start : start + TRIPLES]:
                reason = exact(adjustment.reason, "a PLB reason code", 2, 2)
                reference = exact(adjustment.reference, "a PLB reference", 50) if adjustment.reference else ""
                pairs += [(reason, reference), amount(adjustment.amount)]
            yield ("PLB", provider, period, *pairs)
