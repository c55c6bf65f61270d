"""Past lines are found by service and by provider, and go with their claim."""

from datetime import date

from claims.model.coding import encode
from claims.model.history import PastLine
from claims.store.engine import open_engine
from claims.store.history import History
from claims.store.migration import migrate, migrations
from claims.store.place import place_of
from claims.store.work import UnitOfWork
from tests.store.administer import administer
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


def test_what_a_clinician_did_is_found_of_every_patient(work: UnitOfWork) -> None:
    mine = past_line(rendering_npi="1245319599")
    work.history.put("C1", [mine, past_line(rendering_npi="1497758544"), past_line()])
    other = past_line(person="PERSON-2", rendering_npi="1245319599")
    work.history.put("C2", [other, past_line(rendering_npi="1245319599", begins=date(2026, 1, 1))])
    assert work.history.of_clinician("1245319599", DAY) == (mine, other)


def test_what_a_provider_billed_is_found_by_the_day_it_began(work: UnitOfWork) -> None:
    first, last = past_line(begins=date(2026, 1, 1)), past_line(begins=date(2026, 1, 30), person="PERSON-2")
    work.history.put("C1", [first, last, past_line(billing_npi="1999999992", begins=date(2026, 1, 5))])
    find = work.history.of_billing_provider
    assert find("1234567893", date(2026, 1, 1), date(2026, 1, 30)) == (first, last)
    assert find("1234567893", date(2026, 1, 2), date(2026, 1, 29)) == ()


def test_lines_are_counted_by_month_and_code(work: UnitOfWork) -> None:
    def seen(npi: str, begins: date, code: str = "99213", taxonomy: str = "T1") -> PastLine:
        return past_line(rendering_npi=npi, begins=begins, ends=begins, procedure=code, taxonomy=taxonomy)

    january, march = date(2026, 1, 31), date(2026, 3, 1)
    work.history.put("C1", [seen("1", january), seen("1", january), seen("2", january), seen("1", march, "99215")])
    work.history.put("C2", [seen("1", march, "97110"), seen("1", march, taxonomy="T2"), seen("", march)])
    count = work.history.counted
    codes, begins, before = ("99213", "99215"), date(2026, 1, 1), date(2026, 4, 1)
    assert count(codes, "T1", begins, before) == ((2026, 1, "99213", 3), (2026, 3, "99215", 1))
    assert count(codes, "T1", begins, before, "2") == ((2026, 1, "99213", 1),)
    assert count(codes, "T1", begins, march) == ((2026, 1, "99213", 3),)
    assert count(codes, "T1", date(2026, 2, 1), before) == ((2026, 3, "99215", 1),)


def test_lines_that_were_kept_before_are_found_by_their_clinician(store_place: str) -> None:
    line = past_line(rendering_npi="1245319599")
    engine = open_engine(place_of(store_place))
    steps = migrations(engine.dialect.name)
    place = next(step.number for step in steps if step.name == "practice")
    migrate(engine, at=1, steps=steps[: place - 1])
    document = encode(line).replace('"postal_code":"",', "").replace(',"taxonomy":""', "")
    administer(
        store_place,
        "INSERT INTO past_lines (control_number, position, person, billing_npi, procedure_code, begins, ends, line) "
        f"VALUES ('C1', 0, 'PERSON-1', '1234567893', '99213', '2026-03-02', '2026-03-02', '{document}')",
    )
    migrate(engine, at=2)
    with engine.begin() as connection:
        assert History(connection).of_clinician("1245319599", DAY) == (line,)
    engine.dispose()
