"""Past lines are found by service and by provider, and go with their claim."""

from datetime import date

from claims.store.work import UnitOfWork
from tests.store.values import DAY, past_line


def test_a_past_line_is_found_where_its_dates_meet(work: UnitOfWork) -> None:
    stay = past_line(begins=date(2026, 3, 1), ends=date(2026, 3, 3))
    work.history.put("C1", [stay, past_line(procedure="97110"), past_line(person="PERSON-2")])
    find = work.history.of_service
    assert find("PERSON-1", "99213", DAY, DAY) == (stay,)
    assert find("PERSON-1", "99213", date(2026, 3, 3), date(2026, 3, 9)) == (stay,)
    assert find("PERSON-1", "99213", date(2026, 2, 1), date(2026, 3, 1)) == (stay,)
    assert find("PERSON-1", "99213", date(2026, 3, 4), date(2026, 3, 9)) == ()
    assert find("PERSON-1", "99214", DAY, DAY) == ()
    assert find("PERSON-3", "99213", DAY, DAY) == ()


def test_past_lines_come_in_the_same_order_every_time(work: UnitOfWork) -> None:
    early, late = past_line(begins=date(2026, 1, 1)), past_line(units=past_line().units + 1)
    work.history.put("C2", [late, early])
    work.history.put("C1", [past_line()])
    assert work.history.of_person("PERSON-1") == (early, past_line(), late)
    assert work.history.of_provider("PERSON-1", "1234567893") == (early, past_line(), late)
    assert work.history.of_provider("PERSON-1", "1999999992") == ()


def test_a_claim_decided_again_leaves_its_new_lines_alone(work: UnitOfWork) -> None:
    work.history.put("C1", [past_line(), past_line(procedure="97110")])
    work.history.put("C2", [past_line(place="12")])
    work.history.put("C1", [past_line(procedure="99214")])
    assert work.history.of_person("PERSON-1") == (past_line(procedure="99214"), past_line(place="12"))
    work.history.remove("C1")
    assert work.history.of_person("PERSON-1") == (past_line(place="12"),)
