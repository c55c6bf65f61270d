"""Edit 5: the last day a claim is in time."""

from datetime import date

import pytest

from claims.adjudication.edits.timely_filing import last_day
from claims.adjudication.engine import adjudicate
from tests.adjudication.builders import claim, line, plan


@pytest.mark.parametrize(
    ("service", "facts", "expected"),
    [
        (date(2026, 3, 2), {}, date(2027, 3, 2)),
        (date(2024, 2, 29), {}, date(2025, 2, 28)),
        (date(2023, 2, 28), {}, date(2024, 2, 28)),
        (date(2024, 2, 29), {"timely_filing_years": 2}, date(2026, 2, 28)),
        (date(2026, 3, 2), {"timely_filing_days": 90}, date(2026, 5, 31)),
    ],
)
def test_the_last_day(service, facts, expected):
    assert last_day(plan(**facts), service) == expected


@pytest.mark.parametrize(("received", "paid"), [(date(2027, 3, 2), True), (date(2027, 3, 3), False)])
def test_the_last_day_is_in_time_and_the_next_is_not(received, paid):
    decision = adjudicate(plan(), claim(received=received))
    assert (decision.status == "paid") == paid
    if not paid:
        denial = decision.lines[0].adjustments[0]
        assert (denial.group, denial.reason) == ("CO", "29")
        assert decision.patient.cents == 0
        assert "received 1 day after" in decision.trace[-1].why


def test_received_may_be_given_apart_from_the_claim():
    assert adjudicate(plan(), claim(), received=date(2028, 1, 1)).status == "denied"
    assert adjudicate(plan(), claim(received=date(2028, 1, 1)), received=date(2026, 3, 3)).status == "paid"


def test_a_professional_line_counts_from_its_first_day_and_an_institutional_one_from_its_last():
    spanning = line(begins=date(2026, 3, 2), ends=date(2026, 3, 5))
    late = date(2027, 3, 3)
    assert adjudicate(plan(), claim(spanning, received=late)).status == "denied"
    assert adjudicate(plan(), claim(spanning, received=late, kind="institutional")).status == "paid"


def test_each_line_counts_for_itself():
    billed = claim(line(1), line(2, begins=date(2026, 3, 4)), received=date(2027, 3, 4))
    decision = adjudicate(plan(), billed)
    assert decision.status == "paid"
    assert [each.denied for each in decision.lines] == [True, False]
