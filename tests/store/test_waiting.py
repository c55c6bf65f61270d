"""Writers take turns and wait for a bounded time; what one of them reads is still so when it writes."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from claims.store.errors import StoreBusy, StoreError
from claims.store.schema import store_facts
from claims.store.store import Store, open_store
from tests.store import values
from tests.store.databases import on_postgresql


def test_a_writer_waits_no_longer_than_it_was_told(store: Store, store_place: str) -> None:
    with open_store(store_place, busy_milliseconds=50) as other:
        with store.unit_of_work() as work:
            work.claims.add(values.stored_claim())
            with pytest.raises(StoreBusy, match=r"another process kept the store busy for 0\.05 s; try again"):
                _begin(other)
            with other.reading() as view:
                assert view.claims.all() == (), "whoever reads waits for nobody"
        with other.unit_of_work() as work:
            assert work.claims.get("C1") == values.stored_claim(), "a store that was busy is as good as before"


def test_binding_to_a_chain_waits_as_every_writer_does(store: Store, store_place: str) -> None:
    with store.unit_of_work(), pytest.raises(StoreBusy):
        open_store(store_place, chain_id=1, genesis_hash=bytes(32), busy_milliseconds=50)
    assert store.chain is None


def test_a_writer_sees_what_the_last_one_left(store: Store, store_place: str) -> None:
    """Each adds one to what it reads: not one is lost, whoever had to wait."""

    def count_up() -> None:
        with open_store(store_place) as own:
            for _ in range(10):
                with own.unit_of_work() as work:
                    connection = work.claims.connection
                    seen = connection.execute(select(func.count()).select_from(store_facts)).scalar_one()
                    connection.execute(insert(store_facts).values(name=f"{seen:03d}", value=""))

    counting = [threading.Thread(target=count_up) for _ in range(3)]
    for thread in counting:
        thread.start()
    for thread in counting:
        thread.join()
    with store.reading() as work:
        names = work.claims.connection.execute(select(store_facts.c.name).order_by(store_facts.c.name)).scalars().all()
    assert names == [f"{number:03d}" for number in range(30)]


def test_a_reader_stays_a_reader_and_a_writer_a_writer(store: Store) -> None:
    """Connections are used again: none keeps what the unit of work before it was."""
    for _ in range(3):
        with pytest.raises(StoreError, match=r"read-?only"), store.reading() as view:
            view.control_numbers.next("ISA")
        with store.unit_of_work() as work:
            work.control_numbers.next("ISA")
    with store.unit_of_work() as work:
        assert work.control_numbers.next("ISA") == 4


@on_postgresql
def test_homes_that_share_a_database_neither_see_nor_hold_up_each_other(new_store_place: object) -> None:
    assert callable(new_store_place)
    with (
        open_store(new_store_place()) as one,
        open_store(new_store_place(), busy_milliseconds=50) as other,
        one.unit_of_work() as work,
    ):
        work.claims.add(values.stored_claim())
        with other.unit_of_work() as elsewhere:
            assert elsewhere.claims.all() == ()
            elsewhere.claims.add(values.stored_claim())


def test_files_are_apart_too(tmp_path: Path) -> None:
    with open_store(tmp_path / "one") as one, open_store(tmp_path / "other", busy_milliseconds=50) as other:
        with one.unit_of_work(), other.unit_of_work() as elsewhere:
            elsewhere.claims.add(values.stored_claim())
        assert one.chain is None


def _begin(store: Store) -> None:
    with store.unit_of_work():
        pass
