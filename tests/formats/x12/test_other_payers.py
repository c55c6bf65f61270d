"""What earlier payers decided comes into the model, and a file whose figures do not add up is turned away."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.formats.x12.intake import read_submission
from claims.model.claim import Claim
from claims.model.decision import Adjustment
from claims.model.money import Money
from tests.formats.x12.conftest import FIXTURES

TEXT = (FIXTURES / "secondary.837").read_text()


@pytest.fixture(scope="module")
def claim() -> Claim:
    """The third payer's claim, with what two payers before it decided."""
    submission = read_submission(TEXT.encode(), strict_npi=True)
    assert submission.errors == ()
    return submission.claims[0]


def test_this_payer_comes_third(claim: Claim) -> None:
    assert claim.rank == 2
    assert [(payer.identifier, payer.name, payer.rank) for payer in claim.other_payers] == [
        ("FIRST", "FIRST MUTUAL", 0),
        ("NEXT", "NEXT INDEMNITY", 1),
    ]


def test_the_amounts_of_a_payer_and_what_it_does_not_say(claim: Claim) -> None:
    first, second = claim.other_payers
    assert (first.paid, first.remaining_liability, first.non_covered) == (Money(11000), Money(3000), Money(0))
    assert (second.paid, second.remaining_liability, second.non_covered) == (Money(2000), None, None)
    assert first.adjustments == (Adjustment("OA", "94", Money(1000)),)
    assert (first.adjudicated, second.adjudicated, first.filing_indicator) == (date(2026, 3, 10), None, "CI")


def test_a_line_has_each_payers_decision(claim: Claim) -> None:
    first, second = claim.lines[0].other_adjudications
    assert (first.payer, first.paid, first.units, first.adjudicated) == (
        "FIRST",
        Money(8000),
        Decimal(1),
        date(2026, 3, 10),
    )
    assert first.adjustments == (
        Adjustment("CO", "45", Money(9000)),
        Adjustment("PR", "1", Money(2000)),
        Adjustment("PR", "2", Money(1000)),
    )
    assert (second.payer, second.paid, second.adjudicated) == ("NEXT", Money(2000), date(2026, 3, 12))
    other = claim.lines[1].other_adjudications[0]
    assert (other.procedure, other.modifiers, other.adjustments[0].quantity) == ("36415", ("59",), Decimal(1))


def test_a_line_names_its_authorisation_or_its_referral(claim: Claim) -> None:
    assert [line.authorization for line in claim.lines] == ["REFER-1", "LINEAUTH"]


def test_a_later_payer_that_has_decided_nothing_needs_no_figures() -> None:
    text = TEXT.replace("AMT*D*20~\n", "")
    for gone in (
        "SVD*NEXT*20*HC:99214**1~\nCAS*OA*23*170~\nCAS*PR*2*10~\nDTP*573*D8*20260312~\n",
        "SVD*NEXT*0*HC:36415**2~\nCAS*OA*23*100~\nDTP*573*D8*20260312~\n",
    ):
        assert gone in text
        text = text.replace(gone, "")
    submission = read_submission(text.replace("SE*71", "SE*63").encode())
    assert submission.errors == ()
    assert submission.claims[0].other_payers[1].paid is None


@settings(max_examples=60, deadline=None)
@given(
    charge=st.integers(1, 500_000),
    shares=st.lists(st.integers(0, 100_000), min_size=1, max_size=6),
    claim_level=st.integers(0, 20_000),
    off=st.integers(-3, 3),
)
def test_only_what_adds_up_to_the_cent_is_taken(charge: int, shares: list[int], claim_level: int, off: int) -> None:
    """SVD02 = charge − Σ CAS and AMT*D = Σ SVD02 − Σ claim-level CAS, whatever the figures are."""
    paid = charge - sum(shares)
    adjustments = "".join(f"CAS*CO*{45 + place}*{Money(share)}~\n" for place, share in enumerate(shares[:5]))
    adjustments += "".join(f"CAS*PR*3*{Money(share)}~\n" for share in shares[5:])
    lines = [
        ("CLM*COB-2*80*", f"CLM*COB-2*{Money(charge)}*"),
        (
            "CAS*PR*2*16~\nCAS*CO*45*14~\nAMT*D*50~",
            f"CAS*OA*94*{Money(claim_level)}~\nAMT*D*{Money(paid - claim_level)}~",
        ),
        ("SV1*HC:99213*80*UN", f"SV1*HC:99213*{Money(charge)}*UN"),
        ("DTP*472*D8*20260303~\n", f"DTP*472*D8*20260303~\nSVD*FIRST*{Money(paid + off)}*HC:99213**1~\n{adjustments}"),
    ]
    text = TEXT
    for old, new in lines:
        assert text.count(old) == 1
        text = text.replace(old, new)
    count = text[text.index("ST*") : text.index("GE*")].count("~")
    submission = read_submission(text.replace("SE*71", f"SE*{count}").encode(), validated=True)
    found = {(error.segment, error.status) for error in submission.errors if error.claim == "COB-2"}
    assert found == (set() if not off else {("SVD", "A7:672"), ("AMT", "A7:672")})
