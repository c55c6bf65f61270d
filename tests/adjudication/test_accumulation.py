"""Accumulators carried from one decision to the next."""

from claims.adjudication.accumulation import carry
from claims.model.decision import Usage
from claims.model.plan import Accumulators
from tests.adjudication.builders import money


def test_usage_is_added_year_by_year():
    before = {2026: Accumulators(money("10.00"), money("20.00"))}
    usage = (
        Usage("P-1", "F-1", 2026, money("1.00"), money("2.00")),
        Usage("P-1", "F-1", 2027, money("3.00"), money("4.00")),
    )
    assert carry(before, usage) == {
        2026: Accumulators(money("11.00"), money("22.00"), 2026),
        2027: Accumulators(money("3.00"), money("4.00"), 2027),
    }
    assert before == {2026: Accumulators(money("10.00"), money("20.00"))}
