"""A home's store is a file in its folder, or a schema of a PostgreSQL database: the same books, by the same commands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from claims.model.money import Money
from claims.service import health
from claims.service.errors import UsageError
from claims.service.home import Home, read_home, write_home
from claims.service.homes import show_home
from claims.service.policies import issue
from claims.service.store_setting import place_of_store
from claims.store.place import StoreSchema, place_of
from tests.postgresql import Cluster
from tests.service.parties import ESCROW, Parties, built

URL = "postgresql://lake@db.example/claims?schema=lake"
PAID = Money(17_500)


def home_with(folder: Path, store: str) -> Home:
    home = Home(folder / "home", "provider", "Lake Clinic", "1234567893", store=store)
    write_home(home)
    return home


def test_a_home_that_says_nothing_keeps_a_file(tmp_path: Path) -> None:
    write_home(Home(tmp_path / "home", "provider", "Lake Clinic", "1234567893"))
    settings = tmp_path / "home" / "home.toml"
    settings.write_text("".join(line for line in settings.read_text().splitlines(True) if "store" not in line))
    assert read_home(tmp_path / "home").store_place == tmp_path / "home" / "store.sqlite"
    assert not read_home(tmp_path / "home").has_store


def test_a_file_lies_in_the_home_wherever_the_home_is_moved(tmp_path: Path) -> None:
    home_with(tmp_path, "books/ours.sqlite")
    (tmp_path / "home").rename(tmp_path / "moved")
    assert read_home(tmp_path / "moved").store_place == tmp_path / "moved" / "books" / "ours.sqlite"


def test_a_url_is_kept_as_it_was_given(tmp_path: Path) -> None:
    home_with(tmp_path, URL)
    home = read_home(tmp_path / "home")
    assert home.store == URL
    assert show_home(tmp_path / "home")["store"] == URL
    assert str(place_of(home.store_place)) == URL


def test_files_that_a_url_names_lie_in_the_home(tmp_path: Path) -> None:
    setting = f"{URL}&passfile=store.pgpass&sslrootcert=/etc/root.pem&options=-c%20geqo%3Doff"
    place = place_of(place_of_store(tmp_path, setting))
    assert isinstance(place, StoreSchema)
    assert dict(place.url.query) == {
        "passfile": str(tmp_path / "store.pgpass"),
        "sslrootcert": "/etc/root.pem",
        "options": "-c geqo=off",
    }
    assert (place.url.username, place.url.host, place.url.database, place.schema) == (
        "lake",
        "db.example",
        "claims",
        "lake",
    )


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        ("postgresql://lake:Tulip77@db.example/claims?schema=lake", "hold no password"),
        ("postgresql://lake@db.example/claims?schema=lake&password=Tulip77", "hold no password"),
        ("postgresql://lake@db.example/claims", r"add \?schema=NAME"),
        ("postgresql://lake@db.example/claims?schema=Lake", "schema is one name"),
        ("postgresql://lake:a@Tulip77@db.example/claims?schema=lake", "%40"),
        ("mysql://lake:Tulip77@db.example/claims", "is not supported"),
        ("sqlite:///store.sqlite", "by its path"),
    ],
)
def test_a_store_that_a_home_cannot_have_is_refused_when_it_is_made_and_when_it_is_read(
    tmp_path: Path, store: str, problem: str
) -> None:
    with pytest.raises(UsageError, match=problem) as refusal:
        home_with(tmp_path, store)
    assert not (tmp_path / "home").exists()
    assert "Tulip77" not in str(refusal.value)
    home = home_with(tmp_path, "store.sqlite")
    settings = home.folder / "home.toml"
    settings.write_text(settings.read_text().replace('"store.sqlite"', f'"{store}"'))
    with pytest.raises(UsageError, match=problem) as refusal:
        read_home(home.folder)
    assert "Tulip77" not in str(refusal.value)


def test_a_claim_is_decided_paid_and_told_with_the_books_in_either_database(parties_on_either: Parties) -> None:
    parties = parties_on_either
    parties.hand_over()
    answered = parties.adjudicate()
    (outcome,) = parties.settle()
    (written,) = parties.remit()
    assert [claim["status"] for claim in answered["claims"]] == ["paid"]
    assert (outcome.status, outcome.why) == ("settled", "paid 175.00")
    assert parties.balances() == (ESCROW - PAID, PAID)
    before = parties.rows()
    assert parties.settle()[0].status == "settled"
    assert parties.remit() == ()
    assert parties.rows() == before, "what is repeated changes nothing"
    with parties.reopened("payer") as payer, payer.store.reading() as work:
        (payment,) = work.payments.all()
        assert work.remittances.of_payment(payment.identifier).trace == written.trace
    assert not (parties.folder / "payer" / "store.sqlite").exists()


def test_looking_makes_no_store(parties_on_either: Parties) -> None:
    home = parties_on_either.payer.home
    assert home.has_store
    elsewhere = replace(home, store=f"{home.store}2")
    assert not elsewhere.has_store
    write_home(replace(elsewhere, folder=parties_on_either.folder / "new"))
    assert "not made yet" in checked(parties_on_either.folder / "new").found
    assert not elsewhere.has_store


@pytest.fixture
def durable(tmp_path: Path) -> Iterator[Parties]:
    """Parties on a server that keeps what it committed."""
    cluster = Cluster(fsync="on", full_page_writes="on")
    try:
        with built(tmp_path / "world", stores=cluster.place, sign=False) as parties:
            yield parties
    finally:
        cluster.stop()


def checked(folder: Path) -> health.Check:
    (check,) = [one for one in health.examine(folder) if one.name == "store"]
    return check


@pytest.mark.postgresql
def test_the_doctor_names_schema_step_and_chain(durable: Parties) -> None:
    check = checked(durable.folder / "payer")
    assert check.state == health.OK
    assert check.found.startswith(str(durable.payer.store.place))
    assert "at migration" in check.found
    assert "bound to chain id" in check.found


@pytest.mark.postgresql
def test_the_doctor_warns_of_a_server_that_may_forget_a_payment(postgresql_cluster: Cluster, tmp_path: Path) -> None:
    with built(tmp_path / "world", stores=postgresql_cluster.place, sign=False) as parties:
        check = checked(parties.folder / "payer")
    assert check.state == health.WRONG
    assert "fsync is off and full_page_writes is off" in check.found
    assert "postgresql.conf" in check.remedy


@pytest.mark.postgresql
def test_the_doctor_and_a_command_say_that_the_server_is_away(tmp_path: Path) -> None:
    cluster = Cluster()
    try:
        with built(tmp_path / "world", stores=cluster.place, sign=False) as parties:
            cluster.halt()
            check = checked(parties.folder / "payer")
            assert check.state == health.WRONG
            assert "the store cannot be used" in check.found
            with pytest.raises(Exception, match="the store cannot be used"):
                issue(parties.payer, "NGP-550918", year=2026, limit=Money(100))
            cluster.start()
            issue(parties.payer, "NGP-550918", year=2026, limit=Money(100))
            with parties.reopened("payer") as payer, payer.store.reading() as work:
                assert len(work.policies.of_person("NGP-550918")) == 1
    finally:
        cluster.stop()
