"""The physician fee schedule is read by its headings, and a row that does not add up is refused."""

from __future__ import annotations

import random
from datetime import date

import pytest

from claims.tables.errors import TableError, TableFaults
from claims.tables.importing import parse
from claims.tables.parsed import Given, Parsed
from tests.tables.files import HEADINGS, pprrvu

NAMES = [name for name, *_ in HEADINGS]


def read(content: bytes, **given: object) -> Parsed:
    (found,) = parse(content, Given(**given))[1]  # type: ignore[arg-type]
    return found


def faults(content: bytes) -> list[tuple[int, str]]:
    with pytest.raises(TableFaults) as refused:
        read(content)
    return list(refused.value.faults)


def test_a_row_is_read_in_hundredths_and_ten_thousandths() -> None:
    found = read(pprrvu({"code": "99901"}))
    assert (found.kind, found.release, str(found.begins), str(found.through)) == (
        "pprrvu",
        "2031-10",
        "2031-01-01",
        "2031-12-31",
    )
    assert found.rows == [
        ("99901", "", "A", 100, 200, 100, 10, 0, 0, "0", "XXX", "0", "0", "0", "1", "0", "", 400000, "99")
    ]


@pytest.mark.parametrize("seed", range(5))
def test_columns_may_stand_in_any_order_and_further_ones_between(seed: int) -> None:
    order = random.Random(seed).sample(NAMES, len(NAMES))
    # The titles stand in the third column, wherever that one has gone.
    assert read(pprrvu({"code": "99901"}, order=order, extra=seed)).rows == read(pprrvu({"code": "99901"})).rows


@pytest.mark.parametrize("missing", ["work", "nonfacility", "facility", "malpractice", "mult", "factor", "status"])
def test_a_file_without_a_column_is_no_fee_schedule(missing: str) -> None:
    with pytest.raises(TableError, match="no table known here"):
        read(pprrvu(order=[name for name in NAMES if name != missing]))


def test_two_columns_of_one_heading_are_refused() -> None:
    with pytest.raises(TableError, match="2 columns are headed work"):
        read(pprrvu(order=[*NAMES, "work"]))


def test_a_year_without_imaging_families_is_read() -> None:
    assert read(pprrvu(order=NAMES[:-1])).rows[0][-1] == ""


def test_leading_zeros_that_a_spreadsheet_took_are_put_back() -> None:
    (row,) = read(pprrvu({"code": "123", "glob": "90", "family": "1"})).rows
    assert (row[0], row[10], row[18]) == ("00123", "090", "01")


def test_a_value_under_the_wrong_heading_does_not_add_up() -> None:
    assert faults(pprrvu({"code": "99901", "work": "2.00", "nonfacility": "1.00", "total": "3.10"})) == [
        (9, "work, practice expense and malpractice do not add up to the facility total")
    ]


@pytest.mark.parametrize(
    ("cell", "value", "what"),
    [
        ("code", "9990", None),
        ("code", "9.99E+04", "the code is not one of five letters and digits"),
        ("modifier", "2", "the modifier has not two characters"),
        ("status", "Z", "the status is none of CMS's"),
        ("status", "", "the status is none of CMS's"),
        ("work", "-1.00", "work is not a number of at most two decimals"),
        ("work", "1.005", "work is not a number of at most two decimals"),
        ("malpractice", "", "malpractice is not a number of at most two decimals"),
        ("factor", "0", "the conversion factor is not a number above zero"),
        ("mult", "8", "the multiple procedure indicator is none of CMS's"),
        ("bilat", "4", "the bilateral indicator is none of CMS's"),
        ("glob", "ABC", "the global days are none of CMS's"),
        ("nonfacility_na", "YES", "nonfacility na is neither NA nor empty"),
        ("endo", "312", None),
        ("family", "123", "the imaging family is not a number of two digits"),
    ],
)
def test_an_impossible_value_is_told_by_line(cell: str, value: str, what: str | None) -> None:
    content = pprrvu({"code": "99900"}, {"code": "99901"} | {cell: value})
    if what is None:
        assert len(read(content).rows) == 2
    else:
        assert faults(content) == [(10, what)]


def test_a_code_and_modifier_stand_once() -> None:
    rows = [{"code": "99901"}, {"code": "99901", "modifier": "26"}, {"code": "99901"}]
    assert faults(pprrvu(*rows)) == [(11, "the same code and modifier as on line 9")]


def test_an_empty_file_is_refused() -> None:
    content = pprrvu({"code": "", "status": "", "factor": ""} | dict.fromkeys(NAMES, ""))
    assert "no rows" in faults(content)[0][1]


def test_the_year_is_the_title_s() -> None:
    with pytest.raises(TableError, match="the title says 2031 and --effective 2030"):
        read(pprrvu(), effective=date(2030, 1, 1))
    with pytest.raises(TableError, match="no title names the calendar year"):
        read(pprrvu(title="Relative Value File", released=""))


@pytest.mark.parametrize(
    ("title", "released", "release"),
    [
        ("2031 Relative Value File January Release", "", "2031-01"),
        ("2031 Relative Value File July Release", "RELEASED 06/01/2031", "2031-07"),
        ("2031 Relative Value File", "RELEASED 04/02/2031", "2031-04"),
        ("2031 Relative Value File", "RELEASED 11/20/2030", "2031-01"),
    ],
)
def test_the_release_is_told_by_its_month(title: str, released: str, release: str) -> None:
    assert read(pprrvu(title=title, released=released)).release == release
