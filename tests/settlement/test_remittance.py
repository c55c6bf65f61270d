"""From decisions and their payment to a remittance that balances."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from claims.formats.x12.remittance_check import check_835
from claims.formats.x12.remittance_writer import write_835
from claims.model.party import Address, Payer
from claims.settlement.remittance import Finalised, build_remittance, status_code, trace_number
from tests.settlement.test_selection import claim
from tests.settlement.test_terms import decision

PAYER = Payer(name="Northgate Health Fund", identifier="NGHF1")


@given(st.binary(min_size=32, max_size=32))
def test_the_trace_number_fits_its_element_and_follows_from_the_payment(payment: bytes) -> None:
    from base64 import b32decode

    trace = trace_number(payment)
    assert len(trace) == 48
    assert trace == trace.upper()
    assert b32decode(trace) == payment[:30]


def test_several_claims_of_one_payment_are_told_together_and_balance() -> None:
    finalised = [Finalised(claim(), decision(), f"P{number}") for number in range(3)]
    remittance = build_remittance(
        finalised,
        payer=PAYER,
        payee=claim().billing,
        payment=bytes(32),
        day=date(2026, 4, 21),
        payer_tax_id="007716200",
        payer_address=Address("1 Northgate", "", "Westerby", "VT", "059990000"),
    )
    assert remittance.paid.cents == 3 * 17_500
    data = write_835(
        remittance, sender="NGHF1", receiver="2460913785", created=datetime(2026, 4, 21, tzinfo=UTC), control_number=1
    )
    assert check_835(data).balances


def test_the_status_tells_the_rank_and_an_unknown_patient() -> None:
    from claims.adjudication.engine import adjudicate
    from tests.settlement.test_terms import plan

    assert status_code(claim(), decision()) == "1"
    assert status_code(claim(rank="S"), decision()) == "2"
    nobody = adjudicate(plan(), claim(), members=())
    assert status_code(claim(), nobody) == "4"
