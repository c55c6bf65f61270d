"""Opening a store, and units of work that are kept whole or not at all."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from claims.model.money import Money
from claims.store.engine import transaction
from claims.store.errors import StoreConflict, StoreError, StoreMismatch, StoreUnusable
from claims.store.rows import ChainBinding
from claims.store.store import Store, open_store
from tests.store import values

GENESIS = bytes(range(32))


def test_a_store_is_one_file_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    with open_store(file) as store, store.unit_of_work() as work:
        work.control_numbers.next("ISA")
        for part in tmp_path.iterdir():
            assert part.stat().st_mode & 0o777 == 0o600, part.name
    file.chmod(0o644)
    open_store(file).close()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_store_is_opened_by_path_or_by_url(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/store.sqlite") as store, store.unit_of_work() as work:
        assert work.control_numbers.next("ISA") == 1
    with open_store(str(tmp_path / "store.sqlite")) as store, store.unit_of_work() as work:
        assert work.control_numbers.next("ISA") == 2
    assert repr(store) == f"Store({str(tmp_path / 'store.sqlite')!r})"


@pytest.mark.parametrize("url", ["mysql://me:secret@host/claims", "sqlite://", "sqlite:///:memory:", "my sql://"])
def test_another_database_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StoreUnusable, match="sqlite:///PATH") as refusal:
        open_store(url)
    assert "secret" not in str(refusal.value)


def test_a_folder_or_a_file_in_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="is no file"):
        open_store(tmp_path)
    with pytest.raises(StoreUnusable, match="cannot be opened"):
        open_store(tmp_path / "missing" / "store.sqlite")


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    file.write_bytes(b"not a database " * 100)
    with pytest.raises(StoreUnusable, match="cannot be used"):
        open_store(file)
    assert file.read_bytes() == b"not a database " * 100


def test_the_file_is_set_up_to_lose_nothing(tmp_path: Path) -> None:
    expected = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000}
    with open_store(tmp_path / "store.sqlite") as store, transaction(store._engine) as connection:
        for pragma, setting in expected.items():
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == setting, pragma


def test_a_store_belongs_to_the_first_chain_it_is_opened_for(store_place: str) -> None:
    with open_store(store_place) as store:
        assert store.chain is None
    with open_store(store_place, chain_id=31_337, genesis_hash=GENESIS) as store:
        assert store.chain == ChainBinding(31_337, GENESIS)
        store.bind_chain(31_337, GENESIS)
    with open_store(store_place) as store:
        assert store.chain == ChainBinding(31_337, GENESIS)


@pytest.mark.parametrize(("chain_id", "genesis_hash"), [(1, GENESIS), (31_337, bytes(32))])
def test_another_chain_is_refused_by_name(store_place: str, chain_id: int, genesis_hash: bytes) -> None:
    open_store(store_place, chain_id=31_337, genesis_hash=GENESIS).close()
    with pytest.raises(StoreMismatch, match="belongs to another chain: it was made for chain id 31337") as refusal:
        open_store(store_place, chain_id=chain_id, genesis_hash=genesis_hash)
    assert refusal.value.expected == ChainBinding(chain_id, genesis_hash)
    assert refusal.value.found == ChainBinding(31_337, GENESIS)


def test_a_chain_is_named_by_both_its_marks(store_place: str) -> None:
    with pytest.raises(ValueError, match="together"):
        open_store(store_place, chain_id=1)


def test_an_exception_midway_leaves_nothing(store: Store) -> None:
    def fail_midway() -> None:
        with store.unit_of_work() as work:
            work.claims.add(values.stored_claim())
            work.sequences.allocate(3)
            work.outbox.enqueue(values.intent())
            raise LookupError("midway")

    with pytest.raises(LookupError, match="midway"):
        fail_midway()
    with store.reading() as work:
        assert work.claims.all() == ()
        assert work.sequences.last(3) == 0
        assert work.outbox.find("settle:C1") is None


def test_a_decision_and_its_intent_stand_or_fall_together(store: Store) -> None:
    with store.unit_of_work() as work:
        work.claims.add(values.stored_claim())
        work.decisions.add(values.stored_decision())
        work.outbox.enqueue(values.intent())

    def decide_wrongly() -> None:
        with store.unit_of_work() as work:
            work.decisions.add(values.stored_decision(revision=2))
            work.outbox.enqueue(values.intent("settle:C1:2"))
            work.decisions.add(values.stored_decision(revision=2))

    with pytest.raises(StoreConflict):
        decide_wrongly()
    with store.reading() as work:
        assert work.decisions.versions("C1") == (values.stored_decision(),)
        assert [found.idempotency_key for found in work.outbox.of_claim("C1")] == ["settle:C1"]


def test_a_unit_of_work_inside_another_is_refused_at_once(store: Store) -> None:
    with store.unit_of_work() as work:
        with pytest.raises(RuntimeError, match="open in this thread already"), store.unit_of_work():
            pass
        work.control_numbers.next("ISA")
    with store.unit_of_work() as work:
        assert work.control_numbers.next("ISA") == 2


def test_a_reader_sees_one_moment_and_holds_nobody_up(store: Store) -> None:
    with store.reading() as view:
        assert view.claims.all() == ()
        writer = threading.Thread(target=_add_a_claim, args=(store,))
        writer.start()
        writer.join()
        assert view.claims.all() == ()
    with store.reading() as view:
        assert len(view.claims.all()) == 1


def _add_a_claim(store: Store) -> None:
    with store.unit_of_work() as work:
        work.claims.add(values.stored_claim())


def test_nothing_is_written_while_reading(store: Store) -> None:
    with pytest.raises(StoreError, match=r"read-?only"), store.reading() as view:
        view.control_numbers.next("ISA")
    with store.unit_of_work() as work:
        assert work.control_numbers.next("ISA") == 1


def test_an_error_of_the_database_never_quotes_a_row(store: Store) -> None:
    twice = text(
        "INSERT INTO claims SELECT control_number, :patient, billing_npi, claim_id, source_sha256, received, status, "
        "recorded_at, claim FROM claims"
    )

    def add_twice() -> None:
        with store.unit_of_work() as work:
            work.claims.add(values.stored_claim())
            work.claims.connection.execute(twice, {"patient": "Quillfeather"})

    with pytest.raises(StoreConflict, match=r"(?i)unique") as refusal:
        add_twice()
    assert refusal.value.__suppress_context__
    assert "Quillfeather" not in str(refusal.value)
    assert "Quillfeather" not in str(refusal.value.__context__), "the engine hides a statement's parameters too"
    with store.reading() as work:
        assert work.claims.all() == ()


def test_a_value_that_cannot_be_written_is_named_by_its_place_alone(store: Store) -> None:
    wrong = values.stored_claim(claim=values.claim(member_number=4471))
    with pytest.raises(ValueError, match=r"^Claim.member_number: int where str is due$"), store.unit_of_work() as work:
        work.claims.add(wrong)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"benefit_limit": 100}, "a column of Money was given int"),
        ({"benefit_limit": Money(100, "EUR")}, "the store keeps USD"),
        ({"policy": 2**64}, "outside of 0 to"),
        ({"policy": -1}, "outside of 0 to"),
        ({"policy": True}, "a column of int was given bool"),
    ],
)
def test_a_column_takes_nothing_but_its_own_kind(store: Store, changes: dict[str, object], problem: str) -> None:
    with pytest.raises((TypeError, ValueError), match=problem), store.unit_of_work() as work:
        work.policies.add(values.policy(**changes))


def test_the_room_is_light_until_a_store_is_opened() -> None:
    program = (
        "import sys, claims.store, claims.store.errors, claims.store.rows, claims.model.coding;"
        "sys.exit('sqlalchemy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
