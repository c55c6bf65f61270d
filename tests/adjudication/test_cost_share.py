"""Cost share of one line, worked by hand (ADJUDICATION §4)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.adjudication.cost_share import share
from claims.adjudication.plan_terms import Terms


def terms(copay: int = 0, coinsurance: str = "0", applies: bool = True) -> Terms:
    fraction = Decimal(coinsurance)
    return Terms(copay, *fraction.as_integer_ratio(), fraction, applies)


@pytest.mark.parametrize(
    ("allowed", "copay", "left", "coinsurance", "room", "expected"),
    [
        # allowed, copay, deductible left, coinsurance, room: copay, deductible, coinsurance, trimmed
        (9500, 0, 2500, "0.20", None, (0, 2500, 1400, 0)),
        (9500, 2500, 0, "0.20", None, (2500, 0, 1400, 0)),
        (9500, 2500, 1000, "0.20", None, (2500, 1000, 1200, 0)),
        (9500, 10000, 500, "0.20", None, (9500, 0, 0, 0)),
        (9500, 2500, 50000, "0.20", None, (2500, 7000, 0, 0)),
        (9500, 0, 0, "1", None, (0, 0, 9500, 0)),
        (9500, 0, 0, "0", None, (0, 0, 0, 0)),
        # half up to the cent: 20 % of 0.12 is 0.024, of 0.13 is 0.026; 50 % of 0.01 is 0.005
        (12, 0, 0, "0.20", None, (0, 0, 2, 0)),
        (13, 0, 0, "0.20", None, (0, 0, 3, 0)),
        (1, 0, 0, "0.50", None, (0, 0, 1, 0)),
        # the maximum takes off coinsurance first, then deductible, then copay
        (9500, 2500, 1000, "0.20", 4700, (2500, 1000, 1200, 0)),
        (9500, 2500, 1000, "0.20", 4000, (2500, 1000, 500, 700)),
        (9500, 2500, 1000, "0.20", 3500, (2500, 1000, 0, 1200)),
        (9500, 2500, 1000, "0.20", 3000, (2500, 500, 0, 1700)),
        (9500, 2500, 1000, "0.20", 2000, (2000, 0, 0, 2700)),
        (9500, 2500, 1000, "0.20", 0, (0, 0, 0, 4700)),
        (9500, 2500, 1000, "0.20", -100, (0, 0, 0, 4700)),
    ],
)
def test_by_hand(allowed, copay, left, coinsurance, room, expected):
    assert tuple(share(allowed, terms(copay, coinsurance), left, room)) == expected


def test_a_deductible_that_does_not_apply_is_left_alone():
    assert tuple(share(9500, terms(0, "0.20", applies=False), 50000, None)) == (0, 0, 1900, 0)


cents = st.integers(0, 1_000_000)


@given(cents, cents, cents, st.decimals(0, 1, places=4), st.none() | cents, st.booleans())
def test_the_member_never_owes_more_than_is_allowed_or_left(allowed, copay, left, coinsurance, room, applies):
    part = share(allowed, terms(copay, str(coinsurance), applies), left, room)
    assert min(part) >= 0
    assert part.total <= allowed
    assert part.deductible <= left
    assert room is None or part.total <= room
    assert part.total + part.trimmed <= allowed
