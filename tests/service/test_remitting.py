"""The whole flow in two homes, on both chains."""

from claims.formats.x12.remittance_check import check_835
from claims.model.money import Money
from claims.settlement.remittance import trace_number
from tests.service.parties import ESCROW, Parties

PAID = Money(17_500)


def test_a_claim_that_a_clinician_backs_is_paid_and_told_to_the_cent(parties: Parties) -> None:
    handed = parties.hand_over()
    answered = parties.adjudicate()
    (outcome,) = parties.settle()
    (written,) = parties.remit()

    assert [claim["status"] for claim in answered["claims"]] == ["paid"]
    assert (outcome.status, outcome.why) == ("settled", "paid 175.00")
    assert parties.balances() == (ESCROW - PAID, PAID)
    data = written.path.read_bytes()
    report = check_835(data)
    assert report.balances
    assert report.syntax_ok
    with parties.payer.store.reading() as work:
        (payment,) = work.payments.all()
    assert written.trace == trace_number(payment.identifier)
    assert f"TRN*1*{written.trace}*".encode() in data
    assert b"BPR*I*175.00*" in data
    assert payment.paid + payment.credited == PAID
    assert b"IK5*A" in (parties.to_clinic / "claim.999").read_bytes()
    assert set(handed.files) == {"claims", "records"}
