"""The covered persons as TOML; no message quotes what belongs to a person."""

from datetime import date

import pytest

from claims.adjudication.documents import DocumentError, read_members
from claims.model.member import Coverage

ONE = """
[[members]]
person = "P-1"
member_number = "M100"
relationship = "child"
last_name = "Verysecret"
first_name = "Ana"
birth_date = 1980-05-01
[[members.coverage]]
from = 2026-01-01
through = 2026-06-30
policy = 7
[[members.coverage]]
from = 2025-01-01
through = 2025-12-31
"""


def test_a_member_is_read_with_periods_in_order():
    (member,) = read_members(ONE)
    assert (member.person, member.member_number, member.relationship) == ("P-1", "M100", "19")
    assert member.family == "M100"
    assert member.birth_date == date(1980, 5, 1)
    assert member.coverage == (
        Coverage(date(2025, 1, 1), date(2025, 12, 31)),
        Coverage(date(2026, 1, 1), date(2026, 6, 30), 7),
    )


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("first_name", "firstname", "members[1].firstname"),
        ("birth_date = 1980-05-01", 'birth_date = "1.5.1980 Verysecret"', "members[1].birth_date"),
        ('last_name = "Verysecret"', "last_name = 7", "members[1].last_name"),
        ("through = 2026-06-30", "through = 2024-06-30", "members[1].coverage[1].through"),
        ("policy = 7", "policy = -7", "members[1].coverage[1].policy"),
        ("policy = 7", "polcy = 7", "members[1].coverage[1].polcy"),
    ],
)
def test_a_fault_names_the_path_and_no_person(old, new, path):
    with pytest.raises(DocumentError) as caught:
        read_members(ONE.replace(old, new))
    assert caught.value.path == path
    assert "Verysecret" not in str(caught.value)


def test_a_person_stands_there_once_and_has_coverage():
    with pytest.raises(DocumentError, match="earlier entry"):
        read_members(ONE + ONE)
    with pytest.raises(DocumentError, match="at least one period"):
        read_members(ONE[: ONE.index("[[members.coverage]]")])
