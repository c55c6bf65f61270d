"""Random remittances that balance because they are built from their adjustments upwards."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from claims.model.decision import GROUPS, Adjustment
from claims.model.money import Money, total
from claims.model.party import Address, Payer, Person, Provider
from claims.model.remittance import ProviderAdjustment, Remittance, RemittanceClaim, RemittanceLine

PAYER_ADDRESS = Address("100 CIVIC PLAZA", "", "SPRINGFIELD", "IL", "62701")

amounts = st.integers(-99_999, 999_999).map(Money)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
words = st.text("ABCDEFGHIJ klmnöß'*:~^/,.", min_size=1, max_size=20).map(lambda text: f"N{text}")
identifiers = st.text("ABC0123456789-#: ", min_size=2, max_size=20).map(lambda text: f"I{text.strip()}X")
adjustments = st.builds(
    Adjustment,
    st.sampled_from(GROUPS),
    st.sampled_from(["1", "2", "3", "45", "96", "A1", "253"]),
    amounts,
    st.none() | st.integers(1, 99).map(Decimal),
)


@st.composite
def lines(draw: st.DrawFn, number: int) -> RemittanceLine:
    """Draw a service; what is paid is what its adjustments leave of the charge."""
    charge, made = draw(amounts), tuple(draw(st.lists(adjustments, max_size=8)))
    begins = draw(days)
    return RemittanceLine(
        number=number,
        procedure=draw(st.sampled_from(["99213", "J1550", "97110"])),
        modifiers=tuple(draw(st.lists(st.sampled_from(["25", "59", "RT"]), max_size=4))),
        charge=charge,
        paid=charge - total(a.amount for a in made),
        allowed=draw(amounts),
        units=draw(st.decimals("0.5", 99, places=1)),
        begins=begins,
        ends=begins + timedelta(draw(st.integers(0, 3))),
        adjustments=made,
        remarks=tuple(draw(st.lists(st.sampled_from(["N362", "MA81"]), max_size=2))),
        control_number=draw(st.just("") | identifiers),
    )


@st.composite
def remitted_claims(draw: st.DrawFn) -> RemittanceClaim:
    """Draw a claim whose figures follow from its lines and adjustments."""
    made = tuple(draw(st.lists(adjustments, max_size=3)))
    services = tuple(draw(lines(number)) for number in range(1, draw(st.integers(0, 3)) + 1))
    charge = total(line.charge for line in services) if services else draw(amounts)
    every = [*made, *(a for line in services for a in line.adjustments)]
    return RemittanceClaim(
        number=draw(identifiers),
        status=draw(st.sampled_from(["1", "2", "3", "4", "22"])),
        charge=charge,
        paid=charge - total(a.amount for a in every),
        patient=total(a.amount for a in every if a.group == "PR"),
        payer_control_number=draw(identifiers),
        patient_name=Person(draw(words), draw(words)),
        member_number=draw(identifiers),
        lines=services,
        adjustments=made,
        place="11",
        filing_indicator=draw(st.sampled_from(["12", "MB", "CI"])),
        rendering=draw(st.none() | st.just(Provider("1400000034", "CEDAR", "SASHA", True))),
        subscriber=draw(st.none() | st.builds(Person, words, words)),
        received=draw(st.none() | days),
        remarks=tuple(draw(st.lists(st.sampled_from(["MA01", "N1"]), max_size=5))),
    )


@st.composite
def remittances(draw: st.DrawFn) -> Remittance:
    """Draw a balanced remittance; where the claims would pay less than nothing, PLB FB carries the rest forward."""
    claims = tuple(draw(st.lists(remitted_claims(), max_size=3)))
    plb = [
        ProviderAdjustment(reason, reference, amount, date(2026, 12, 31))
        for reason, reference, amount in draw(
            st.lists(st.tuples(st.sampled_from(["WO", "L6"]), st.just("") | identifiers, amounts), max_size=8)
        )
    ]
    paid = total(claim.paid for claim in claims) - total(a.amount for a in plb)
    if paid < Money(0):
        plb.append(ProviderAdjustment("FB", "FORWARD", paid, date(2026, 12, 31)))
        paid = Money(0)
    return Remittance(
        payer=Payer(draw(words), draw(identifiers)),
        payee=Provider("1200000010", draw(words), tax_id="12-3456789"),
        paid=paid,
        trace=draw(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=48, max_size=48)),
        day=draw(days),
        claims=claims,
        adjustments=tuple(plb),
        transaction_hash=draw(st.just(b"") | st.binary(min_size=32, max_size=32)),
        payer_address=PAYER_ADDRESS,
        payer_tax_id=draw(st.sampled_from(["", "98-7654321"])),
    )


def example() -> Remittance:
    """One remittance written out: a paid claim with a line, one adjustment of the claim, one of the provider."""
    line = RemittanceLine(
        number=1,
        procedure="99214",
        modifiers=("25",),
        charge=Money(12000),
        paid=Money(5600),
        allowed=Money(9500),
        units=Decimal(1),
        begins=date(2026, 3, 2),
        ends=date(2026, 3, 2),
        adjustments=(
            Adjustment("CO", "45", Money(2500)),
            Adjustment("PR", "1", Money(2500)),
            Adjustment("PR", "2", Money(1400)),
        ),
        remarks=("N362",),
        control_number="L-1",
    )
    claim = RemittanceClaim(
        number="A-17",
        status="1",
        charge=Money(12000),
        paid=Money(5500),
        patient=Money(3900),
        payer_control_number="PAYER-1",
        patient_name=Person("ALDER", "QUINN"),
        member_number="MEM0001",
        lines=(line,),
        adjustments=(Adjustment("CO", "A2", Money(100)),),
        place="11",
    )
    return Remittance(
        payer=Payer("MERIDIAN HEALTH", "MER01"),
        payee=Provider("1200000010", "HILLTOP FAMILY PRACTICE", tax_id="12-3456789"),
        paid=Money(5300),
        trace="A" * 48,
        day=date(2026, 4, 1),
        claims=(claim,),
        adjustments=(ProviderAdjustment("WO", "A-9", Money(200), date(2026, 12, 31)),),
        transaction_hash=bytes(range(32)),
        payer_address=PAYER_ADDRESS,
        payer_tax_id="98-7654321",
    )
