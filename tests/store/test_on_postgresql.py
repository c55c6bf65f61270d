"""What PostgreSQL adds: a server that may refuse, restart or vanish, passwords, rights, and messages that quote rows."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from claims.store.errors import StoreConflict, StoreError, StoreUnusable
from claims.store.on_postgresql import connect_arguments, lock_number
from claims.store.place import StoreSchema, place_of
from claims.store.store import Store, open_store, store_exists
from tests.postgresql import SECRETIVE, Cluster
from tests.store import values
from tests.store.administer import administer
from tests.store.databases import on_postgresql

SECRET = "Tulip77"
PATIENT = "Quillfeather"


@pytest.fixture
def secretive(postgresql_cluster: Cluster) -> Cluster:
    """The cluster with a user who must give a password, and who owns nothing."""
    administer(
        postgresql_cluster.url("public"),
        f"DROP ROLE IF EXISTS {SECRETIVE}",
        f"CREATE ROLE {SECRETIVE} LOGIN PASSWORD '{SECRET}'",
    )
    return postgresql_cluster


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A cluster that a test may stop."""
    cluster = Cluster()
    yield cluster
    cluster.stop()


# opening


@on_postgresql
def test_a_store_is_there_once_it_was_opened(store_place: str) -> None:
    assert not store_exists(store_place)
    assert not store_exists(store_place), "to look makes nothing"
    open_store(store_place).close()
    assert store_exists(store_place)


@on_postgresql
def test_commits_are_durable_whatever_the_server_prefers(store: Store) -> None:
    """The tests' cluster has `synchronous_commit = off`, and is found out for the rest."""
    with store.unit_of_work() as work:
        settings = {
            name: work.claims.connection.execute(text(f"SHOW {name}")).scalar()
            for name in ("synchronous_commit", "transaction_isolation", "lock_timeout", "search_path")
        }
    assert settings["synchronous_commit"] == "on"
    assert settings["transaction_isolation"] == "read committed"
    assert settings["lock_timeout"] == "30s"
    assert settings["search_path"] in str(store.place)
    assert store.risks() == ("fsync is off", "full_page_writes is off")


@on_postgresql
def test_a_user_s_own_preferences_change_no_guarantee(postgresql_cluster: Cluster, store_place: str) -> None:
    """A snapshot taken before the writer's turn would show what the last writer has changed since."""
    administer(
        store_place,
        "DROP ROLE IF EXISTS strict",
        "CREATE ROLE strict LOGIN SUPERUSER",
        "ALTER ROLE strict SET default_transaction_isolation = 'serializable'",
        "ALTER ROLE strict SET search_path = 'public'",
        "ALTER ROLE strict SET lock_timeout = 1",
    )
    with open_store(store_place.replace("claims@", "strict@")) as store:
        with store.unit_of_work() as work:
            assert work.claims.connection.execute(text("SHOW transaction_isolation")).scalar() == "read committed"
            assert work.claims.connection.execute(text("SHOW lock_timeout")).scalar() == "30s"
        with store.reading() as work:
            assert work.claims.connection.execute(text("SHOW transaction_isolation")).scalar() == "repeatable read"
            assert work.claims.connection.execute(text("SHOW transaction_read_only")).scalar() == "on"


@on_postgresql
def test_a_database_that_cannot_hold_every_text_is_refused(postgresql_cluster: Cluster, store_place: str) -> None:
    administer(
        store_place,
        "DROP DATABASE IF EXISTS latin",
        "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0",
    )
    with pytest.raises(StoreUnusable, match="is written in LATIN1; make one with ENCODING 'UTF8'"):
        open_store(postgresql_cluster.url("store", database="latin"))


def test_every_store_has_a_lock_of_its_own() -> None:
    numbers = {lock_number(f"store_{number}") for number in range(100)}
    assert len(numbers) == 100
    assert all(-(2**63) <= number < 2**63 for number in numbers)


@pytest.mark.parametrize(
    ("where", "mode"),
    [
        ("me@db.example/claims", "require"),
        ("me@db.example/claims?sslmode=verify-full", None),
        ("me@/claims?host=db.example", "require"),
        ("me@127.0.0.1:5433/claims", None),
        ("me@localhost/claims", None),
        ("/claims?host=/run/postgresql", None),
        ("/claims", None),
    ],
)
def test_what_leaves_the_machine_is_encrypted_unless_the_url_says_how(where: str, mode: str | None) -> None:
    """libpq's own default falls back to plain text where the server offers nothing better."""
    place = place_of(f"postgresql://{where}")
    assert isinstance(place, StoreSchema)
    assert connect_arguments(place).get("sslmode") == mode


# passwords and rights


@pytest.mark.postgresql
def test_a_password_is_taken_from_the_url_or_from_libpq_s_file(secretive: Cluster, tmp_path: Path) -> None:
    administer(secretive.url("private"), f"ALTER SCHEMA private OWNER TO {SECRETIVE}", "DROP SCHEMA private CASCADE")
    administer(secretive.url("private"), f"ALTER SCHEMA private OWNER TO {SECRETIVE}")
    file = tmp_path / "store.pgpass"
    file.write_text(f"*:*:*:{SECRETIVE}:{SECRET}\n")
    file.chmod(0o600)
    for place in (
        secretive.url("private", user=SECRETIVE, password=SECRET),
        secretive.url("private", user=SECRETIVE) + f"&passfile={file}",
    ):
        with open_store(place) as store, store.unit_of_work() as work:
            work.control_numbers.next("ISA")
            assert SECRET not in repr(store)
    administer(secretive.url("private"), "DROP SCHEMA private CASCADE")


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("password", "password authentication failed"),
        ("user", 'role "nobody_known" does not exist'),
        ("database", 'database "no_such_database" does not exist'),
        ("host", "No such file or directory"),
        ("option", 'invalid connection option "no_such_option"'),
        ("port", "Is the server running"),
    ],
)
def test_a_server_that_lets_nobody_in_is_told_without_the_password(
    secretive: Cluster, change: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    place = secretive.url("private", user=SECRETIVE, password=SECRET if change != "password" else f"{SECRET}x")
    place = {
        "password": place,
        "user": place.replace(SECRETIVE, "nobody_known"),
        "database": place.replace("/postgres?", "/no_such_database?"),
        "host": place.replace("claims-postgresql-", "no-such-folder-"),
        "option": f"{place}&no_such_option=1",
        "port": f"{place}&port=1",
    }[change]
    with pytest.raises(StoreUnusable, match=words) as refusal:
        open_store(place)
    said = "".join(traceback.format_exception(refusal.value)) + caplog.text + str(refusal.value.__context__)
    assert SECRET not in said


@pytest.mark.postgresql
def test_a_user_without_rights_is_told_and_can_be_given_an_empty_schema(secretive: Cluster) -> None:
    place = secretive.url("given", user=SECRETIVE, password=SECRET)
    with pytest.raises(StoreUnusable, match="permission denied for database"):
        open_store(place)
    administer(secretive.url("given"), f"ALTER SCHEMA given OWNER TO {SECRETIVE}")
    with open_store(place) as store, store.unit_of_work() as work:
        work.claims.add(values.stored_claim())
    administer(secretive.url("given"), "DROP SCHEMA given CASCADE")


# what the server says


@on_postgresql
@pytest.mark.parametrize(
    ("statement", "kind", "words"),
    [
        (
            "INSERT INTO claims SELECT :patient, number, billing_npi, claim_id, source_sha256, received, status, recorded_at, "
            "claim FROM claims UNION ALL SELECT :patient, number, billing_npi, claim_id, source_sha256, received, status, "
            "recorded_at, claim FROM claims",
            StoreConflict,
            "unique violation (23505) of claims, claims_pkey",
        ),
        (
            "INSERT INTO claim_statuses VALUES (:patient, 1, 'x', 1, 'x')",
            StoreConflict,
            "foreign key violation (23503) of claim_statuses",
        ),
        (
            "UPDATE claims SET status = NULL, number = :patient",
            StoreConflict,
            "not null violation (23502) of claims, status",
        ),
        (
            "INSERT INTO control_numbers VALUES (:patient, 0)",
            StoreConflict,
            "check violation (23514) of control_numbers",
        ),
        ("SELECT CAST(CAST(:patient AS TEXT) AS BIGINT)", StoreError, "invalid text representation (22P02)"),
        ("SELECT CAST(CAST(:patient AS TEXT) AS DATE)", StoreError, "invalid datetime format (22007)"),
    ],
)
def test_a_refusal_names_tables_and_constraints_and_quotes_no_row(
    store: Store, statement: str, kind: type[StoreError], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def refused() -> None:
        with store.unit_of_work() as work:
            work.claims.add(values.stored_claim())
            work.claims.connection.execute(text(statement), {"patient": PATIENT})

    with pytest.raises(kind) as refusal:
        refused()
    assert words in str(refusal.value)
    told = "".join(traceback.format_exception(refusal.value)) + caplog.text
    context: BaseException | None = refusal.value
    while context is not None:
        told += f"{context} {context.args!r} {getattr(context, 'orig', '')}"
        context = context.__context__
    assert PATIENT not in told


@on_postgresql
def test_another_s_trigger_may_say_what_it_likes(store: Store, store_place: str) -> None:
    administer(
        store_place,
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no %%', NEW.kind; END; $$",
        "CREATE TRIGGER tell BEFORE INSERT ON control_numbers FOR EACH ROW EXECUTE FUNCTION tell()",
    )
    with (
        pytest.raises(StoreError, match=r"^the store failed: raise exception \(P0001\)$"),
        store.unit_of_work() as work,
    ):
        work.control_numbers.next(PATIENT)


@on_postgresql
def test_texts_sort_by_their_bytes(store: Store, store_place: str) -> None:
    """The cluster's own language would say: a, A, ä, b, B."""
    written = ["b", "A", "ä", "_", "B", "a", "Z1", "Z-1", "é", "10", "9"]
    with store.unit_of_work() as work:
        for number in written:
            work.claims.add(replace(values.stored_claim(), control_number=number))
        read = [claim.control_number for claim in work.claims.all()]
    assert read == sorted(written, key=str.encode)
    language = administer(store_place, f"SELECT x FROM unnest(ARRAY{written}) x ORDER BY x")
    assert [x for (x,) in language] != read, "otherwise this test shows nothing"


# a server that goes away


@pytest.mark.postgresql
def test_a_store_outlives_a_restart_of_its_server(own_cluster: Cluster) -> None:
    with open_store(own_cluster.place()) as store:
        with store.unit_of_work() as work:
            assert work.control_numbers.next("ISA") == 1
        own_cluster.halt()
        with pytest.raises(StoreUnusable, match="the store cannot be used"), store.reading():
            pass
        own_cluster.start()
        with store.unit_of_work() as work:
            assert work.control_numbers.next("ISA") == 2


@pytest.mark.postgresql
def test_a_crash_of_the_server_leaves_nothing_of_a_unit_of_work(own_cluster: Cluster) -> None:
    with open_store(own_cluster.place()) as store:

        def crash_midway() -> None:
            with store.unit_of_work() as work:
                work.claims.add(values.stored_claim())
                own_cluster.halt(signal.SIGQUIT)
                work.outbox.enqueue(values.intent())

        with pytest.raises(StoreUnusable):
            crash_midway()
        own_cluster.start()
        with store.unit_of_work() as work:
            assert work.claims.all() == ()
            work.claims.add(values.stored_claim())


# the driver


def test_a_store_in_a_file_loads_no_driver_of_a_server(tmp_path: Path) -> None:
    program = (
        "import sys; from claims.store.store import open_store; open_store(sys.argv[1]).close();"
        "sys.exit('psycopg' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program, tmp_path / "store"], check=False).returncode == 0


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreUnusable, match=r"needs the package psycopg\[binary\]"):
        open_store("postgresql://host/claims")
