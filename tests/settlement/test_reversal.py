"""What is paid and taken back is nothing at every level, and an 835 never asks for money (ADJUDICATION §6 and §7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from claims.formats.x12.remittance_check import check_835
from claims.formats.x12.remittance_writer import write_835
from claims.model.decision import PAID, REVERSED, Adjustment, Decision, LineDecision
from claims.model.money import ZERO, Money, total
from claims.model.party import Address, Payer, Provider
from claims.model.remittance import ProviderAdjustment, Remittance
from claims.settlement.remittance import Finalised, build_remittance
from claims.settlement.reversal import PendingOffset, brought_forward, reversal_of
from tests.store.values import claim

TODAY = date(2026, 4, 1)
PERIOD = date(2026, 12, 31)


def decided(paid: int, *, deductible: int = 0) -> Decision:
    """A claim of 95.00 that pays so much; the rest is a contractual write-off, but for the deductible."""
    rest = 95_00 - paid - deductible
    made = (
        Adjustment("CO", "45", Money(rest), Decimal(1)),
        Adjustment("PR", "1", Money(deductible)),
    )
    line = LineDecision(1, "99213", ("25",), Money(95_00), Money(paid + deductible), Money(paid), made)
    return Decision(
        claim="A-17",
        status=PAID,
        charge=line.charge,
        allowed=line.allowed,
        paid=line.paid,
        patient=Money(deductible),
        lines=(line,),
        trace=(),
        rule_pack=bytes(32),
    )


def remitted(*decisions: Decision, adjustments: tuple[ProviderAdjustment, ...] = ()) -> Remittance:
    found = [Finalised(claim(), decision, f"P{number}") for number, decision in enumerate(decisions)]
    return build_remittance(
        found,
        payer=Payer("MERIDIAN HEALTH", "MER01"),
        payee=Provider("1200000010", "HILLTOP FAMILY PRACTICE", tax_id="12-3456789"),
        payment=bytes(range(32)),
        day=TODAY,
        payer_tax_id="98-7654321",
        payer_address=Address("100 CIVIC PLAZA", "", "SPRINGFIELD", "IL", "62701"),
        adjustments=adjustments,
    )


def written(remittance: Remittance) -> bytes:
    created = datetime(2026, 4, 1, 10, 30, tzinfo=UTC)
    return write_835(remittance, sender="MERIDIAN", receiver="HILLTOP", created=created, control_number=42)


@given(st.integers(0, 95_00), st.data())
def test_a_claim_and_its_reversal_leave_nothing(paid: int, data: st.DataObject) -> None:
    decision = decided(paid, deductible=data.draw(st.integers(0, 95_00 - paid)))
    back = reversal_of(decision)
    assert back.status == REVERSED
    for one, other in ((decision, back), *zip(decision.lines, back.lines, strict=True)):
        assert one.charge + other.charge == ZERO
        assert one.allowed + other.allowed == ZERO
        assert one.paid + other.paid == ZERO
        assert one.patient + other.patient == ZERO
    both = [a for d in (decision, back) for line in d.lines for a in line.adjustments]
    assert total(a.amount for a in both) == ZERO
    assert remitted(decision, back).paid == ZERO


def test_a_reversal_is_status_22_with_every_amount_negated() -> None:
    text = written(
        remitted(reversal_of(decided(80_00)), decided(50_00), adjustments=PendingOffset("P0", Money(30_00)).told(TODAY))
    ).decode()
    assert "CLP*A-17*22*-95.00*-80.00*0.00*" in text
    assert "SVC*HC:99213:25*-95.00*-80.00**1" in text
    assert "CAS*CO*45*-15.00*-1" in text
    assert "AMT*B6*-80.00" in text
    assert "CLP*A-17*1*95.00*50.00*0.00*" in text


@given(st.integers(0, 95_00), st.integers(0, 95_00))
def test_a_correction_whose_money_moves_later_is_told_now_and_taken_once(before: int, after: int) -> None:
    offset = PendingOffset("P0", Money(before - after))
    told = remitted(reversal_of(decided(before)), decided(after), adjustments=offset.told(TODAY))
    assert told.paid == ZERO
    report = check_835(written(told))
    assert report.balances
    assert report.syntax_ok
    signs = [(a.reason, a.amount < ZERO) for a in told.adjustments]
    assert signs == ([("WO", True)] if before > after else [("CS", False)] if before < after else [])
    later = remitted(decided(95_00), adjustments=offset.taken(TODAY))
    assert later.paid == Money(95_00 - (before - after))
    assert told.paid + later.paid == Money(after - before + 95_00), "over both, the correction alone moved money"


def test_what_a_payment_is_short_of_is_carried_forward_and_brought_forward_in_the_next() -> None:
    owed = PendingOffset("P0", Money(80_00))
    short = remitted(decided(50_00), adjustments=owed.taken(TODAY))
    assert short.paid == ZERO
    assert [(a.reason, a.amount) for a in short.adjustments] == [("WO", Money(80_00)), ("FB", Money(-30_00))]
    assert short.adjustments[-1].reference == short.trace
    assert check_835(written(short)).balances
    following = remitted(decided(95_00), adjustments=brought_forward(short.trace, Money(-30_00), TODAY))
    assert [(a.reason, a.amount) for a in following.adjustments] == [("FB", Money(30_00))]
    assert following.paid == Money(65_00)
    assert check_835(written(following)).balances
    assert short.paid + following.paid == Money(50_00 + 95_00 - 80_00)


def test_money_taken_at_once_is_reversal_and_correction_alone() -> None:
    at_once = remitted(reversal_of(decided(80_00)), decided(50_00), decided(95_00))
    assert at_once.adjustments == ()
    assert at_once.paid == Money(65_00)
    assert check_835(written(at_once)).balances


def test_the_fiscal_period_of_an_adjustment_is_the_years() -> None:
    (adjustment,) = PendingOffset("P0", Money(1)).told(TODAY)
    assert adjustment == replace(adjustment, fiscal_year_end=PERIOD)
