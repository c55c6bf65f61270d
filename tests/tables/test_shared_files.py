"""CMS's own files, where they lie beside the project: they import, and the prices that ADJUDICATION §3 names come out."""

from __future__ import annotations

from pathlib import Path

import pytest

from claims.service.pricing import NotPriced, price_service
from claims.service.tables import import_tables, list_tables


@pytest.fixture(scope="module")
def tables(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    import_tables(folder, [*sorted((shared / "cms").glob("*.csv")), *sorted((shared / "codes").glob("*.json"))])
    return folder


def test_all_of_them_import(tables: Path) -> None:
    listed = {each["kind"]: each for each in list_tables(tables)}
    assert set(listed) == {"pprrvu", "gpci", "locality", "carc", "rarc"}
    assert (listed["pprrvu"]["rows"], listed["gpci"]["rows"]) == (19090, 109)
    assert (listed["pprrvu"]["begins"], listed["pprrvu"]["through"]) == ("2025-01-01", "2025-12-31")


@pytest.mark.parametrize(
    ("carrier", "locality", "place", "amount"),
    [
        ("13202", "01", "11", "101.06"),
        ("13202", "1", "22", "71.64"),
        ("10112", "00", "11", "81.86"),
        ("10112", "0", "21", "59.93"),
    ],
)
def test_the_named_prices_come_out(tables: Path, carrier: str, locality: str, place: str, amount: str) -> None:
    found = price_service(tables, "99213", carrier=carrier, locality=locality, day="2025-11-03", place=place)
    assert found["amount"] == amount


@pytest.mark.parametrize("day", ["2024-12-31", "2026-01-01"])
def test_another_year_has_no_price(tables: Path, day: str) -> None:
    with pytest.raises(NotPriced, match="imported"):
        price_service(tables, "99213", carrier="13202", locality="01", day=day)


@pytest.mark.parametrize("code", ["00100", "20930", "0469T", "A4211", "99999"])
def test_what_the_schedule_does_not_price_is_not_priced(tables: Path, code: str) -> None:
    with pytest.raises(NotPriced):
        price_service(tables, code, carrier="13202", locality="01", day="2025-11-03")
