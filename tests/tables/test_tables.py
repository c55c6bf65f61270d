"""What was imported is asked by day: boundaries, releases that supersede, old versions again, nothing half imported."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from claims.model.money import Money
from claims.tables.database import FILE
from claims.tables.errors import TableError, UnknownVersion
from claims.tables.importing import import_file
from claims.tables.parsed import Given
from claims.tables.tables import PublishedTables, open_tables
from tests.tables.files import fees, gpci, kept, leie, limits, pairs, pprrvu

NPI, OTHER = "1234567893", "1245319599"
IN_2031 = date(2031, 6, 1)


class Folder:
    """A folder of tables that takes contents instead of files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tables = path / "tables"

    def take(self, content: bytes, **given: object) -> list[bool]:
        done = import_file(self.tables, kept(self.path, "file", content), Given(**given))  # type: ignore[arg-type]
        return [new for _, new, _ in done]

    def open(self) -> PublishedTables:
        return open_tables(self.tables)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    return Folder(tmp_path)


def titled(release: str, work: str = "1.00") -> bytes:
    total, facility = f"{float(work) + 2.1:.2f}", f"{float(work) + 1.1:.2f}"
    row = {"code": "99901", "work": work, "total": total, "facility_total": facility}
    return pprrvu(row, title=f"2031 Relative Value File {release} Release", released="")


def test_without_tables_nothing_is_known(folder: Folder) -> None:
    with folder.open() as tables:
        assert tables.versions == ()
        assert not tables.known("pprrvu", IN_2031)
        assert tables.relative_value("99901", "", IN_2031) is None
        assert tables.procedure_pair("practitioner", "99901", "99902", IN_2031) is None
        assert tables.exclusion(NPI, IN_2031) is None
        assert tables.needs_remark("16")
        assert not tables.needs_remark("45")


def test_the_same_file_twice_changes_nothing(folder: Folder) -> None:
    assert folder.take(pprrvu()) == [True]
    with folder.open() as tables:
        before = tables.versions
    assert folder.take(pprrvu()) == [False]
    with folder.open() as tables:
        assert tables.versions == before


def test_a_year_begins_and_ends_on_its_days(folder: Folder) -> None:
    folder.take(pprrvu())
    folder.take(gpci())
    with folder.open() as tables:
        for day, known in (
            (date(2030, 12, 31), False),
            (date(2031, 1, 1), True),
            (date(2031, 12, 31), True),
            (date(2032, 1, 1), False),
        ):
            assert tables.known("pprrvu", day) is known
            assert (tables.relative_value("99901", "", day) is not None) is known
            assert (tables.geographic_index("01112", "05", day) is not None) is known
        assert tables.geographic_index("1112", "5", IN_2031) == tables.geographic_index("01112", "05", IN_2031)
        assert tables.relative_value("99901", "26", IN_2031) is None


@pytest.mark.parametrize("order", [("January", "October"), ("October", "January")])
def test_the_later_release_of_a_year_speaks_whichever_came_first(folder: Folder, order: tuple[str, str]) -> None:
    for release in order:
        folder.take(titled(release, "1.00" if release == "January" else "1.50"))
    with folder.open() as tables:
        row = tables.relative_value("99901", "", IN_2031)
        assert row is not None
        assert row.work == 150
        assert row.source.startswith("pprrvu 2031-10-")


def test_a_second_conversion_factor_of_a_release_is_refused(folder: Folder) -> None:
    folder.take(pprrvu())
    with pytest.raises(TableError, match="another conversion factor"):
        folder.take(pprrvu({"code": "99901", "factor": "41.0000"}))
    assert folder.take(pprrvu({"code": "99901"}, {"code": "99902"})) == [True]


def test_an_earlier_decision_is_made_again_by_its_own_versions(folder: Folder) -> None:
    folder.take(titled("January"))
    with folder.open() as tables:
        then = tables.versions
    folder.take(titled("October", "1.50"))
    with folder.open() as tables:
        assert tables.versions != then
        old = tables.as_of(then)
        assert old.versions == then
        row = old.relative_value("99901", "", IN_2031)
        assert row is not None
        assert row.work == 100
        with pytest.raises(UnknownVersion):
            tables.as_of([("pprrvu", "2031-07-000000000000")])


def test_of_a_file_with_one_wrong_row_nothing_is_kept(folder: Folder) -> None:
    with pytest.raises(TableError):
        folder.take(pprrvu({"code": "99901"}, {"code": "99902", "work": "x"}))
    assert not (folder.tables / FILE).exists()


def test_an_import_that_breaks_off_leaves_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.take(gpci())

    def broken(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("claims.tables.database._text", broken)
    with pytest.raises(KeyboardInterrupt):
        folder.take(pprrvu())
    monkeypatch.undo()
    with folder.open() as tables:
        assert [kind for kind, _ in tables.versions] == ["gpci"]
        assert not tables.known("pprrvu", IN_2031)
    assert folder.take(pprrvu()) == [True]


def test_a_pair_is_in_force_from_its_first_through_its_last_day(folder: Folder) -> None:
    folder.take(pairs(("99901", "99902", "20310110", "20310120", "1"), ("99901", "99903", "20310110", "*", "0")))
    with folder.open() as tables:

        def found(two: str, day: int) -> bool:
            return tables.procedure_pair("practitioner", "99901", two, date(2031, 1, day)) is not None

        assert [found("99902", day) for day in (9, 10, 20, 21)] == [False, True, True, False]
        assert [found("99903", day) for day in (9, 10, 31)] == [False, True, True]
        assert tables.procedure_pair("practitioner", "99902", "99901", date(2031, 1, 15)) is None
        assert tables.procedure_pair("outpatient", "99901", "99902", date(2031, 1, 15)) is None
        assert tables.known("ncci-practitioner", IN_2031)
        assert not tables.known("ncci-outpatient", IN_2031)


def test_files_of_pairs_speak_together_and_the_newer_one_for_a_pair_of_both(folder: Folder) -> None:
    folder.take(pairs(("99901", "99902", "20310401", "20310430", "0"), ("99901", "99904", "20310401", "*", "0")))
    folder.take(pairs(("99901", "99902", "20310101", "*", "1"), ("99901", "99903", "20310101", "*", "1")))
    with folder.open() as tables:
        asked = [tables.procedure_pair("practitioner", "99901", two, IN_2031) for two in ("99902", "99903", "99904")]
        assert [pair and pair.indicator for pair in asked] == [None, "1", "0"]


def test_of_limits_the_last_edition_that_began_speaks(folder: Folder) -> None:
    folder.take(limits(("99901", "4", "2"), ("99902", "1", "1"), title="Effective 07/01/2031"))
    folder.take(limits(("99901", "2", "3"), title="Effective 10/01/2031"))
    with folder.open() as tables:

        def limit(code: str, day: date) -> tuple[int, str] | None:
            found = tables.unit_limit("practitioner", code, day)
            return None if found is None else (found.limit, found.adjudication)

        assert limit("99901", date(2031, 6, 30)) is None
        assert limit("99901", date(2031, 7, 1)) == (4, "2")
        assert limit("99901", date(2031, 9, 30)) == (4, "2")
        assert limit("99901", date(2031, 10, 1)) == (2, "3")
        assert limit("99902", date(2031, 10, 1)) is None


def test_an_exclusion_ends_by_reinstatement_or_by_leaving_the_list(folder: Folder) -> None:
    folder.take(leie((NPI, "20310110", ""), (OTHER, "20300101", "20310105")))
    with folder.open() as tables:
        assert [tables.exclusion(NPI, date(2031, 1, day)) is not None for day in (9, 10)] == [False, True]
        assert [tables.exclusion(OTHER, date(2031, 1, day)) is not None for day in (4, 5)] == [True, False]
    folder.take(leie((OTHER, "20300101", "20310105"), (OTHER, "20310601", "")))
    with folder.open() as tables:
        left = date(2031, 6, 1)
        assert tables.exclusion(NPI, left - timedelta(days=1)) is not None
        assert tables.exclusion(NPI, left) is None
        assert tables.exclusion(OTHER, left) is not None


def test_a_supplement_is_not_taken_for_the_whole_list(folder: Folder) -> None:
    folder.take(leie((NPI, "20310110", ""), (OTHER, "20310110", ""), ("1497758544", "20310110", "")))
    with pytest.raises(TableError, match="supplement"):
        folder.take(leie((NPI, "20310201", "")))


def test_a_plain_list_excludes_too(folder: Folder) -> None:
    folder.take(f"{NPI}\n".encode(), effective=date(2031, 1, 1))
    with folder.open() as tables:
        assert tables.known("leie", IN_2031)
        assert tables.exclusion(NPI, date(2030, 12, 31)) is None
        assert tables.exclusion(NPI, date(2031, 1, 1)) is not None


def test_a_newer_fee_list_replaces_the_older_from_its_first_day(folder: Folder) -> None:
    folder.take(fees(("99901", "", "92.00", "2031-01-01", ""), ("99901", "26", "40.00", "2031-01-01", "")), name="ours")
    folder.take(fees(("99901", "", "95.00", "2031-07-01", "")), name="ours")
    with folder.open() as tables:
        assert tables.fee("ours", "99901", "", date(2030, 12, 31)) is None
        assert tables.fee("ours", "99901", "", date(2031, 6, 30)) == Money(9200)
        assert tables.fee("ours", "99901", "", date(2031, 7, 1)) == Money(9500)
        assert tables.fee("ours", "99901", "26", date(2031, 6, 30)) == Money(4000)
        assert tables.fee("ours", "99901", "26", date(2031, 7, 1)) is None
        assert tables.fee("theirs", "99901", "", IN_2031) is None


def test_the_code_list_says_what_needs_a_remark(folder: Folder) -> None:
    folder.take(b"Code,Description\r\n16,Made up.\r\n45,At least one Remark Code must be provided\r\n")
    with folder.open() as tables:
        assert (tables.needs_remark("16"), tables.needs_remark("45"), tables.needs_remark("96")) == (False, True, True)


def test_every_look_up_goes_by_a_key(folder: Folder) -> None:
    folder.take(pairs(("99901", "99902", "20310110", "*", "1")))
    with sqlite3.connect(folder.tables / FILE) as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM ncci WHERE version_id = 1 AND column_one = '99901' ORDER BY column_one, column_two, begins"
        ).fetchall()
    connection.close()
    assert [row[3] for row in plan] == ["SEARCH ncci USING PRIMARY KEY (version_id=? AND column_one=?)"]


def test_tables_of_another_format_are_refused(folder: Folder) -> None:
    folder.take(gpci())
    with sqlite3.connect(folder.tables / FILE) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(TableError, match="format 9"):
        folder.open()
