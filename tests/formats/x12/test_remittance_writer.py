"""What is written is the guide's, balances, and reads back to the same figures."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from claims.formats.x12.remittance_check import check_835
from claims.formats.x12.remittance_reader import ReadClaim
from claims.formats.x12.remittance_writer import write_835
from claims.formats.x12.writing import WriteProblem
from claims.model.decision import Adjustment
from claims.model.money import Money
from claims.model.party import Address, Payer, Person, Provider
from claims.model.remittance import Remittance, RemittanceClaim
from tests.model.remittances import example, remittances

CREATED = datetime(2026, 4, 1, 10, 30)  # noqa: DTZ001 - an ISA carries local time without a zone


def written(remittance: Remittance) -> bytes:
    return write_835(remittance, sender="MERIDIAN", receiver="HILLTOP", created=CREATED, control_number=42)


def segments(remittance: Remittance) -> list[str]:
    return written(remittance).decode().split("~\n")


def of(remittance: Remittance, identifier: str) -> list[str]:
    return [segment for segment in segments(remittance) if segment.split("*")[0] == identifier]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(remittances())
def test_every_remittance_passes_the_guide_balances_and_reads_back(remittance: Remittance) -> None:
    report = check_835(written(remittance))
    assert report.syntax == ()
    assert report.balances, report.findings
    (read,) = report.remittances
    assert (read.trace, read.paid) == (remittance.trace, remittance.paid)
    assert [amount for _, _, amount in read.adjustments] == [a.amount for a in remittance.adjustments if a.amount]
    assert [figures(claim) for claim in read.claims] == [figures_of(claim) for claim in remittance.claims]


def figures(claim: ReadClaim) -> object:
    return (
        (claim.number, claim.status, claim.charge, claim.paid, claim.patient, claim.payer_control_number),
        sorted_adjustments(claim.adjustments),
        [
            (line.procedure, line.charge, line.paid, line.units, line.control_number, line.remarks)
            for line in claim.lines
        ],
        [(line.allowed or Money(0), sorted_adjustments(line.adjustments)) for line in claim.lines],
    )


def figures_of(claim: RemittanceClaim) -> object:
    return (
        (claim.number, claim.status, claim.charge, claim.paid, claim.patient, claim.payer_control_number),
        sorted_adjustments(claim.adjustments),
        [
            (line.procedure, line.charge, line.paid, line.units, line.control_number, line.remarks)
            for line in claim.lines
        ],
        [(line.allowed, sorted_adjustments(line.adjustments)) for line in claim.lines],
    )


def sorted_adjustments(adjustments: tuple[Adjustment, ...]) -> list[tuple[str, str, int, Decimal]]:
    """An adjustment of nothing is not written, and groups are gathered: the order alone may differ."""
    return sorted((a.group, a.reason, a.amount.cents, a.quantity or Decimal(0)) for a in adjustments if a.amount)


def test_a_payment_is_bop_and_names_its_transaction_on_the_chain() -> None:
    remittance = example()
    assert of(remittance, "BPR") == ["BPR*I*53.00*C*BOP************20260401"]
    assert of(remittance, "TRN") == [f"TRN*1*{'A' * 48}*1987654321"]
    assert of(remittance, "PER") == [f"PER*BL*MERIDIAN HEALTH*UR*0x{bytes(range(32)).hex()}"]


def test_nothing_paid_is_a_notification_without_payment() -> None:
    remittance = example()
    nothing = replace(remittance, paid=Money(0), adjustments=(replace(remittance.adjustments[0], amount=Money(5500)),))
    assert of(nothing, "BPR") == ["BPR*H*0.00*C*NON************20260401"]


def test_the_claim_and_its_line() -> None:
    remittance = example()
    assert of(remittance, "CLP") == ["CLP*A-17*1*120.00*55.00*39.00*12*PAYER-1*11*1"]
    assert of(remittance, "CAS") == ["CAS*CO*A2*1.00", "CAS*CO*45*25.00", "CAS*PR*1*25.00**2*14.00"]
    assert of(remittance, "SVC") == ["SVC*HC:99214:25*120.00*56.00**1"]
    assert of(remittance, "DTM") == ["DTM*405*20260401", "DTM*472*20260302"]
    assert of(remittance, "AMT") == ["AMT*B6*95.00"]
    assert of(remittance, "LQ") == ["LQ*HE*N362"]
    assert of(remittance, "PLB") == ["PLB*1200000010*20261231*WO:A-9*2.00"]


def changed_line(**changes: object) -> Remittance:
    remittance = example()
    (claim,) = remittance.claims
    line = replace(claim.lines[0], **changes)  # type: ignore[arg-type]
    return replace(remittance, claims=(replace(claim, lines=(line,)),))


def test_a_seventh_adjustment_of_a_group_begins_another_segment() -> None:
    many = tuple(Adjustment("CO", str(reason), Money(reason), Decimal(reason)) for reason in range(11, 18))
    rest = Adjustment("PR", "3", Money(3900))
    fill = Adjustment("CO", "45", Money(2500 - sum(range(11, 18))))
    remittance = changed_line(adjustments=(*many, rest, fill))
    groups = [segment.split("*")[1] for segment in of(remittance, "CAS")]
    assert groups == ["CO", "CO", "CO", "PR"]
    assert max(len(segment.split("*")) for segment in of(remittance, "CAS")) == 20


def test_a_service_of_several_days_has_two_dates() -> None:
    assert of(changed_line(ends=date(2026, 3, 4)), "DTM")[1:] == ["DTM*150*20260302", "DTM*151*20260304"]


def test_a_subscriber_who_is_not_the_patient_is_named() -> None:
    remittance = example()
    claim = replace(remittance.claims[0], subscriber=Person("FERN", "ROWAN"))
    assert of(replace(remittance, claims=(claim,)), "NM1")[1] == "NM1*IL*1*FERN*ROWAN****MI*MEM0001"


def test_a_payee_without_an_npi_is_known_by_its_tax_id() -> None:
    remittance = replace(example(), payee=Provider("", "HILLTOP", tax_id="12-3456789"))
    assert of(remittance, "N1")[1] == "N1*PE*HILLTOP*FI*123456789"


def test_names_are_made_safe_and_identifiers_come_back_unchanged() -> None:
    """A claim number with a colon moves the component separator: the number must be the provider's own to the letter."""
    remittance = example()
    claim = replace(remittance.claims[0], number="A:17 #1", patient_name=Person("O’Brien*~", "Zoë"))
    data = written(replace(remittance, claims=(claim,)))
    assert data[104:106] == b">~"
    assert b"NM1*QC*1*O'Brien*Zoe*" in data
    report = check_835(data)
    assert report.syntax_ok
    assert report.remittances[0].claims[0].number == "A:17 #1"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: replace(r, payer_address=Address()), "street and city"),
        (lambda r: replace(r, payee=Provider("", "HILLTOP")), "neither an NPI nor a tax id"),
        (lambda r: replace(r, payer=Payer("~", "MER01")), "payer's name"),
        (lambda r: replace(r, trace="A" * 51), "TRN02"),
        (lambda r: replace(r, claims=(replace(r.claims[0], number="Zoë"),)), "CLP01 holds a character"),
        (lambda r: replace(r, claims=(replace(r.claims[0], remarks=("N1",) * 6),)), "5 remark codes"),
    ],
)
def test_what_the_guide_requires_and_is_not_there(change: Callable[[Remittance], Remittance], message: str) -> None:
    with pytest.raises(WriteProblem, match=message) as caught:
        written(change(example()))
    assert "Zoë" not in str(caught.value)


@pytest.mark.parametrize("arguments", [{"usage": "X"}, {"control_number": 0}, {"sender": "M" * 16}, {"receiver": "X"}])
def test_the_envelopes_own_limits(arguments: dict[str, object]) -> None:
    given = {"sender": "MERIDIAN", "receiver": "HILLTOP", "created": CREATED, "control_number": 42, **arguments}
    with pytest.raises(WriteProblem):
        write_835(example(), **given)  # type: ignore[arg-type]


def test_an_835_without_claims_forwards_a_balance() -> None:
    remittance = example()
    empty = replace(remittance, claims=(), paid=Money(0), adjustments=())
    assert check_835(written(empty)).syntax_ok
    assert of(empty, "LX") == []
