"""Every other kind of file: what is read, what is put right, and what is refused with its line."""

from __future__ import annotations

import json
from datetime import date

import pytest

from claims.tables.errors import TableError, TableFaults
from claims.tables.importing import parse
from claims.tables.parsed import Given, Parsed
from tests.tables.files import csv, fees, gpci, leie, limits, pairs

NPI, OTHER = "1234567893", "1245319599"
DAY = date(2031, 1, 1)


def read(content: bytes, **given: object) -> Parsed:
    (found,) = parse(content, Given(**given))[1]  # type: ignore[arg-type]
    return found


def faults(content: bytes, **given: object) -> list[tuple[int, str]]:
    with pytest.raises(TableFaults) as refused:
        read(content, **given)
    return list(refused.value.faults)


def test_geographic_indices_are_read_in_thousandths_with_their_zeros_back() -> None:
    found = read(gpci(("1112", "XX", "5", "SOMEWHERE", "1.5", ".9", "1")))
    assert (found.kind, found.begins, found.through) == ("gpci", DAY, date(2031, 12, 31))
    assert found.rows == [("01112", "05", 1500, 900, 1000)]
    assert read(gpci(("01112", "XX", "05", "SOMEWHERE", "1.5", ".9", "1"))).rows == found.rows


def test_a_gpci_file_of_two_years_is_refused() -> None:
    with pytest.raises(TableError, match="different years"):
        read(gpci(headed="2030"))


def test_a_gpci_file_with_both_work_indices_asks_which() -> None:
    names = ["MAC", "Locality Number", "2031 PW GPCI (with 1.0 Floor)", "2031 PW GPCI (without 1.0 Floor)"]
    content = csv([["GPCI 2031"], [*names, "2031 PE GPCI", "2031 MP GPCI"], ["1112", "5", "1", "0.9", "1", "1"]])
    with pytest.raises(TableError, match="--work-floor"):
        read(content)
    assert read(content, work_floor="with").rows == [("01112", "05", 1000, 1000, 1000)]
    assert read(content, work_floor="without").rows == [("01112", "05", 900, 1000, 1000)]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (("123456", "XX", "5", "A", "1", "1", "1"), "the carrier is not a number of at most five digits"),
        (("1112", "XX", "005", "A", "1", "1", "1"), "the locality is not a number of at most two digits"),
        (
            ("1112", "XX", "6", "A", "0", "1", "1"),
            "the work index is not a number above zero of at most three decimals",
        ),
        (
            ("1112", "XX", "6", "A", "1", "1.0625", "1"),
            "the practice expense index is not a number above zero of at most three decimals",
        ),
        (("01112", "XX", "05", "A", "1", "1", "1"), "the same carrier and locality as on line 4"),
    ],
)
def test_an_impossible_gpci_row_is_told_by_line(row: tuple[str, ...], what: str) -> None:
    assert faults(gpci(("1112", "XX", "5", "A", "1", "1", "1"), row)) == [(5, what)]


def test_localities_carry_their_state_down_and_a_repeated_row_is_left_out() -> None:
    head = ["Medicare Adminstrative Contractor", "Locality Number", "State", "Fee Schedule Area", "Counties"]
    rows = [
        ["1112", "5", "XANADU", "CITY", "ALPH"],
        ["1112", "6", "", "REST*", "OTHER"],
        ["1112", "6", "", "REST*", "OTHER"],
    ]
    found = read(csv([["COUNTIES INCLUDED IN 2031 LOCALITIES"], head, *rows]))
    assert found.rows == [("01112", "05", "XANADU", "CITY", "ALPH"), ("01112", "06", "XANADU", "REST*", "OTHER")]
    assert found.notes == ("line 5 repeats line 4: left out",)


def test_pairs_are_read_with_their_own_days() -> None:
    found = read(pairs(("99901", "123", "20310101", "*", "1"), ("99902", "99903", "20300101", "20301231", "0")))
    assert found.kind == "ncci-practitioner"
    assert found.rows == [
        ("99901", "00123", "2031-01-01", None, "1", "made up"),
        ("99902", "99903", "2030-01-01", "2030-12-31", "0", "made up"),
    ]
    assert (found.release, found.begins) == ("2031-01-01", date(2030, 1, 1))


@pytest.mark.parametrize(
    ("title", "setting", "kind"),
    [
        ("Hospital outpatient edits", "", "ncci-outpatient"),
        ("Edits", "practitioner", "ncci-practitioner"),
        ("Edits", "outpatient", "ncci-outpatient"),
    ],
)
def test_the_setting_is_the_title_s_or_is_said(title: str, setting: str, kind: str) -> None:
    assert read(pairs(("99901", "99902", "20310101", "*", "1"), title=title), setting=setting).kind == kind


def test_a_setting_that_is_unknown_or_contradicted_is_refused() -> None:
    row = ("99901", "99902", "20310101", "*", "1")
    with pytest.raises(TableError, match="does not say for whom"):
        read(pairs(row, title="Edits"))
    with pytest.raises(TableError, match="says otherwise"):
        read(pairs(row), setting="outpatient")


def test_pairs_without_a_heading_are_read_where_every_cell_fits() -> None:
    row = ["99901", "99902", "", "20310101", "*", "1", "made up"]
    assert read(csv([row], "\t"), setting="practitioner").rows[0][:3] == ("99901", "99902", "2031-01-01")
    with pytest.raises(TableError, match="no table known here"):
        read(csv([["99901", "99902", "", "*", "20310101", "1", "made up"]], "\t"), setting="practitioner")


def test_a_heading_may_name_its_columns_on_several_lines() -> None:
    heading = [
        ["Practitioner services"],
        ["", "", "*=in", "", "Deletion", "Modifier", ""],
        ["Column 1", "Column 2", "existence", "Effective", "Date", "0=not allowed", "PTP Edit"],
        ["", "", "prior to 1996", "Date", "*=no data", "1=allowed", "Rationale"],
    ]
    row = ["99901", "99902", "*", "20310101", "*", "1", "made up"]
    assert read(csv([*heading, row], "\t")).rows == [("99901", "99902", "2031-01-01", None, "1", "made up")]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (("9990", "9990", "20310101", "*", "1"), "both columns hold the same code"),
        (("99901", "9990x1", "20310101", "*", "1"), "a column does not hold a code of five letters and digits"),
        (("99901", "99902", "20311301", "*", "1"), "the effective date is not a day"),
        (("99901", "99902", "20310101", "20301231", "1"), "the deletion date is before the effective date"),
        (("99901", "99902", "20310101", "?", "1"), "the deletion date is neither a day nor *"),
        (("99901", "99902", "20310101", "*", "2"), "the modifier indicator is none of 0, 1, 9"),
        (("99905", "99906", "20310101", "*", "1"), "the same pair and effective date as on line 5, and another rule"),
    ],
)
def test_an_impossible_pair_is_told_by_line(row: tuple[str, ...], what: str) -> None:
    assert faults(pairs(("99905", "99906", "20310101", "*", "0"), row)) == [(6, what)]


def test_limits_are_read_with_the_indicator_s_number() -> None:
    found = read(limits(("99901", "4", "3 Date of Service Edit: Clinical"), ("123", "0", "1")))
    assert (found.kind, found.begins, found.through) == ("mue-practitioner", date(2031, 10, 1), None)
    assert found.rows == [("99901", 4, "3", "made up"), ("00123", 0, "1", "made up")]


@pytest.mark.parametrize(
    ("whose", "kind"),
    [("Outpatient Hospital Services", "mue-outpatient"), ("DME Supplier Services", "mue-dme")],
)
def test_the_setting_of_limits_is_in_their_heading(whose: str, kind: str) -> None:
    assert read(limits(("99901", "4", "2"), whose=whose)).kind == kind


def test_limits_without_a_first_day_are_refused_unless_it_is_said() -> None:
    content = limits(("99901", "4", "2"), title="Limits")
    with pytest.raises(TableError, match="--effective"):
        read(content)
    assert read(content, effective=DAY).begins == DAY
    with pytest.raises(TableError, match="the title says"):
        read(limits(("99901", "4", "2")), effective=DAY)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (("99901", "1.5", "2"), "the limit is not a whole number"),
        (("99901", "-1", "2"), "the limit is not a whole number"),
        (("99901", "1", "4"), "the adjudication indicator is none of 1, 2, 3"),
        (("99901", "1", "25"), "the adjudication indicator is none of 1, 2, 3"),
        (("99905", "1", "2"), "the same code as on line 3"),
    ],
)
def test_an_impossible_limit_is_told_by_line(row: tuple[str, str, str], what: str) -> None:
    assert faults(limits(("99905", "2", "2"), row)) == [(4, what)]


def test_of_the_exclusion_list_the_npi_and_days_alone_are_kept() -> None:
    found = read(leie((NPI, "20310120", "00000000"), ("0000000000", "20310220", ""), (OTHER, "20300101", "20310101")))
    assert (found.kind, found.release) == ("leie", "2031-02-20")
    assert found.rows == [(NPI, date(2031, 1, 20), None), (OTHER, date(2030, 1, 1), date(2031, 1, 1))]
    assert found.notes == ("1 rows without an NPI were left out",)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (("1234567890", "20310120", ""), "the NPI is not one of ten digits with a right check digit"),
        ((OTHER, "2031012", ""), "EXCLDATE is not a day"),
        ((OTHER, "20310120", "20300101"), "REINDATE is before EXCLDATE"),
        ((OTHER, "20310120", "soon"), "REINDATE is not a day"),
    ],
)
def test_an_impossible_exclusion_is_told_by_line_and_without_the_number(row: tuple[str, str, str], what: str) -> None:
    assert faults(leie((NPI, "20310120", ""), row)) == [(3, what)]


def test_a_plain_list_needs_its_day() -> None:
    content = f"NPI\n{NPI}\n{OTHER}\n".encode()
    with pytest.raises(TableError, match="--effective"):
        read(content)
    found = read(content, effective=DAY)
    assert (found.kind, found.rows) == ("exclusion-list", [(NPI, DAY, None), (OTHER, DAY, None)])
    assert faults(f"{NPI}\n1234567890\n{NPI}\n".encode(), effective=DAY) == [
        (2, "this is not an NPI of ten digits with a right check digit"),
        (3, "the same NPI as on line 1"),
    ]


def test_a_code_list_says_which_reasons_need_a_remark() -> None:
    rows = [["Code", "Description"], ["16", "Made up. At least one Remark Code must be provided."], ["45", "Made up."]]
    assert read(csv(rows)).rows == [("16", 1), ("45", 0)]
    assert read(csv([["Code", "Description"], ["N362", "Made up."]])).kind == "rarc"


def test_a_json_of_both_lists_is_silent_about_remarks() -> None:
    document = {
        "adjustment_reason": {"codes": ["1", "A1"]},
        "remark_code": {"codes": ["M1", "MA04", "N362"]},
        "pos": {},
    }
    carc, rarc = parse(json.dumps(document).encode())[1]
    assert (carc.kind, carc.rows, rarc.kind, len(rarc.rows)) == ("carc", [("1", None), ("A1", None)], "rarc", 3)


def test_a_fee_lasts_until_the_next_begins() -> None:
    found = read(
        fees(
            ("99901", "", "95.00", "2031-07-01", ""),
            ("99901", "", "92.00", "2031-01-01", ""),
            ("99901", "26", '"$1,050.10"', "1/1/2031", "12/31/2031"),
        ),
        name="ours",
    )
    assert found.kind == "fee-list:ours"
    assert found.rows == [
        ("99901", "", DAY, date(2031, 6, 30), 9200),
        ("99901", "", date(2031, 7, 1), None, 9500),
        ("99901", "26", DAY, date(2031, 12, 31), 105010),
    ]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (("99901", "", "-1", "2031-01-01", ""), "the fee is not an amount of at most two decimals"),
        (("99901", "", "1.005", "2031-01-01", ""), "the fee is not an amount of at most two decimals"),
        (("99901", "", "1.00", "2031-02-30", ""), "the effective date is not a day"),
        (("99901", "", "1.00", "2031-02-01", "2031-01-01"), "the end is not a day from the effective date on"),
        (("99900", "", "1.00", "2031-06-01", ""), "its period meets that of line 2, of the same code and modifier"),
    ],
)
def test_an_impossible_fee_is_told_by_line(row: tuple[str, ...], what: str) -> None:
    assert faults(fees(("99900", "", "1.00", "2031-01-01", "2031-12-31"), row), name="ours") == [(3, what)]


def test_a_fee_list_has_a_name() -> None:
    with pytest.raises(TableError, match="--name"):
        read(fees(("99901", "", "1.00", "2031-01-01", "")))


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"\x00\x01", b"{", b"ISA*00*~", b"", b"a,b\n1,2\n"])
def test_what_is_no_table_is_refused_without_being_repeated(content: bytes) -> None:
    with pytest.raises(TableError):
        read(content)
