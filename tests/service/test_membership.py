"""What an 834 does to the members that a payer knows, read as the rules of enrolment."""

from dataclasses import replace
from datetime import date
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.model.enrolment import Cover, MemberMaintenance
from claims.model.member import Coverage, Member
from claims.model.party import Person
from claims.service.membership import Roster

OTTILIE = Person("VANCE", "OTTILIE", birth_date=date(1981, 6, 11))
PERRIN = Person("VANCE", "PERRIN", birth_date=date(2015, 1, 1))
APRIL, MAY, JUNE, JULY = (date(2026, month, 1) for month in (4, 5, 6, 7))
END_OF_MAY, END_OF_JUNE = date(2026, 5, 31), date(2026, 6, 30)


def told(maintenance: str = "021", person: Person = OTTILIE, *covers: Cover, **more: object) -> MemberMaintenance:
    values = {"place": 1, "relationship": "18", "subscriber_number": "NG-77", **more}
    return MemberMaintenance(maintenance=maintenance, person=person, covers=covers, **values)


def hlt(maintenance: str = "021", begins: date | None = MAY, through: date | None = None, line: str = "HLT") -> Cover:
    return Cover(maintenance, line, begins, through)


def known(*periods: Coverage, person: str = "P-1", who: Person = OTTILIE, relationship: str = "18") -> Member:
    return Member(person, "NG-77", relationship, who.last_name, who.first_name, who.birth_date, periods, "NG-77")


def roster(*members: Member) -> Roster:
    ids = count(1)
    return Roster(members, lambda: f"NEW-{next(ids)}")


def after(member: Member, maintenance: MemberMaintenance) -> tuple[str, tuple[Coverage, ...]]:
    book = roster(member)
    applied = book.apply(maintenance)
    return applied.done, book.changed.get(member.person, member).coverage


FROM_MAY = Coverage(MAY, line="HLT")
IN_MAY = Coverage(MAY, END_OF_MAY, line="HLT")

RULES = [
    ("the same cover again", FROM_MAY, told("021", OTTILIE, hlt()), "unchanged", (FROM_MAY,)),
    ("an addition reopens nothing", IN_MAY, told("021", OTTILIE, hlt()), "unchanged", (IN_MAY,)),
    (
        "another line",
        FROM_MAY,
        told("001", OTTILIE, hlt(line="DEN")),
        "changed",
        (Coverage(MAY, line="DEN"), FROM_MAY),
    ),
    (
        "an earlier first day",
        FROM_MAY,
        told("021", OTTILIE, hlt(begins=APRIL)),
        "changed",
        (Coverage(APRIL, line="HLT"),),
    ),
    ("the last day", FROM_MAY, told("024", through=END_OF_MAY), "ended", (IN_MAY,)),
    ("the last day again", IN_MAY, told("024", through=END_OF_MAY), "unchanged", (IN_MAY,)),
    ("cancelled before it began", FROM_MAY, told("024", through=APRIL), "ended", ()),
    (
        "one line ends",
        FROM_MAY,
        told("001", OTTILIE, hlt("024", None, END_OF_MAY)),
        "changed",
        (IN_MAY,),
    ),
    (
        "another line ends",
        FROM_MAY,
        told("001", OTTILIE, hlt("024", None, END_OF_MAY, "DEN")),
        "unchanged",
        (FROM_MAY,),
    ),
    ("back without a gap", IN_MAY, told("025"), "reinstated", (FROM_MAY,)),
    ("back from the day after", IN_MAY, told("025", effective=JUNE), "reinstated", (FROM_MAY,)),
    (
        "back after a gap",
        IN_MAY,
        told("025", effective=JULY),
        "reinstated",
        (IN_MAY, Coverage(JULY, line="HLT")),
    ),
    ("back, and never gone", FROM_MAY, told("025"), "unchanged", (FROM_MAY,)),
    ("a cover back", IN_MAY, told("025", OTTILIE, hlt("025")), "reinstated", (FROM_MAY,)),
    (
        "an audit sets the last day",
        FROM_MAY,
        told("030", OTTILIE, hlt("030", MAY, END_OF_JUNE)),
        "changed",
        (Coverage(MAY, END_OF_JUNE, line="HLT"),),
    ),
    ("an audit opens it", IN_MAY, told("030", OTTILIE, hlt("030")), "changed", (FROM_MAY,)),
    (
        "a correction moves the first day",
        FROM_MAY,
        told("001", OTTILIE, hlt("026", JUNE)),
        "changed",
        (Coverage(JUNE, line="HLT"),),
    ),
    ("a deletion", FROM_MAY, told("001", OTTILIE, hlt("002")), "changed", ()),
    ("nothing to do", FROM_MAY, told("001", OTTILIE, hlt("032")), "unchanged", (FROM_MAY,)),
]


@pytest.mark.parametrize(("name", "before", "maintenance", "done", "periods"), RULES, ids=[rule[0] for rule in RULES])
def test_rule(
    name: str, before: Coverage, maintenance: MemberMaintenance, done: str, periods: tuple[Coverage, ...]
) -> None:
    assert after(known(before), maintenance) == (done, periods)


@pytest.mark.parametrize("rule", RULES, ids=[rule[0] for rule in RULES])
def test_a_rule_applied_twice_changes_nothing_more(rule: tuple) -> None:
    _, before, maintenance, _, periods = rule
    book = roster(known(before))
    book.apply(maintenance)
    again = book.apply(maintenance)
    assert again.done == "unchanged"
    assert book.changed.get("P-1", known(before)).coverage == periods


def test_who_joins_gets_a_person_id_and_keeps_it() -> None:
    book = roster()
    first = book.apply(told("021", OTTILIE, hlt()))
    assert (first.done, first.person) == ("added", "NEW-1")
    assert book.apply(told("021", replace(OTTILIE, first_name="Ottilie"), hlt())).person == "NEW-1"
    assert book.apply(told("024", through=END_OF_MAY)).person == "NEW-1"
    assert book.apply(told("025")).person == "NEW-1"
    child = book.apply(told("021", PERRIN, hlt(), relationship="19"))
    assert child.person == "NEW-2"


def test_namesakes_are_told_apart_by_birth_date() -> None:
    elder, younger = known(FROM_MAY), replace(known(FROM_MAY, person="P-2"), birth_date=date(2001, 3, 3))
    book = roster(elder, younger)
    assert book.apply(told("024", replace(OTTILIE, birth_date=date(2001, 3, 3)), through=END_OF_MAY)).person == "P-2"
    ambiguous = book.apply(told("024", replace(OTTILIE, birth_date=None), through=END_OF_MAY))
    assert ambiguous.done == "refused"
    assert "several" in ambiguous.why


def test_a_wrong_name_is_put_right_and_the_person_id_stays() -> None:
    book = roster(known(FROM_MAY))
    right = Person("VANCE-HOLM", "OTTILIE", birth_date=date(1981, 6, 12))
    assert book.apply(told("001", right, formerly=OTTILIE)).done == "changed"
    assert (book.changed["P-1"].last_name, book.changed["P-1"].birth_date) == ("VANCE-HOLM", date(1981, 6, 12))
    assert book.apply(told("001", right, formerly=OTTILIE)).done == "unchanged"


@pytest.mark.parametrize(
    ("maintenance", "why"),
    [
        (told("024", through=END_OF_MAY), "no known member"),
        (told("025"), "no known member"),
        (told("001"), "no known member"),
        (told("021"), "first day"),
        (told("021", OTTILIE, hlt(begins=None)), "first day"),
    ],
)
def test_what_cannot_be_carried_out_is_refused_without_naming_anybody(maintenance: MemberMaintenance, why: str) -> None:
    book = roster()
    applied = book.apply(maintenance)
    assert (applied.done, applied.person, book.changed) == ("refused", "", {})
    assert why in applied.why
    assert "VANCE" not in applied.why


def test_an_end_without_a_day_is_refused() -> None:
    assert after(known(FROM_MAY), told("024")) == ("refused", (FROM_MAY,))
    assert after(known(FROM_MAY), told("001", OTTILIE, hlt("024", None))) == ("refused", (FROM_MAY,))


def test_the_dependents_leave_with_their_subscriber() -> None:
    child = known(FROM_MAY, person="P-2", who=PERRIN, relationship="19")
    book = roster(known(FROM_MAY), child)
    book.apply(told("024", through=END_OF_MAY))
    assert book.changed["P-2"].coverage == (IN_MAY,)


def test_under_a_number_of_two_subscribers_each_leaves_alone() -> None:
    child = known(FROM_MAY, person="P-2", who=PERRIN, relationship="19")
    other = known(FROM_MAY, person="P-3", who=Person("HOLM", "ARNE"))
    book = roster(known(FROM_MAY), child, other)
    book.apply(told("024", through=END_OF_MAY))
    assert set(book.changed) == {"P-1"}


def test_a_dated_cover_enrols_whom_the_payer_does_not_know() -> None:
    for maintenance in ("001", "025"):
        book = roster()
        assert (
            book.apply(told(maintenance, OTTILIE, hlt(maintenance if maintenance == "025" else "021"))).done == "added"
        )


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
steps = st.one_of(
    days.map(lambda day: told("021", OTTILIE, hlt(begins=day))),
    days.map(lambda day: told("024", through=day)),
    days.map(lambda day: told("025", effective=day)),
    st.tuples(days, days).map(lambda two: told("030", OTTILIE, hlt("030", min(two), max(two)))),
)


@given(st.lists(steps, max_size=12))
def test_periods_of_a_line_never_overlap_and_never_end_before_they_begin(story: list[MemberMaintenance]) -> None:
    book = roster(known(FROM_MAY))
    for step in story:
        book.apply(step)
    periods = book.changed.get("P-1", known(FROM_MAY)).coverage
    for period in periods:
        assert period.through is None or period.begins <= period.through
    for earlier, later in pairwise(periods):
        assert earlier.through is not None
        assert earlier.through < later.begins
