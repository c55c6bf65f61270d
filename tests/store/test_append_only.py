"""What was decided, moved and reserved stays as it was written, even for whoever goes past the program."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from claims.store.errors import StoreConflict
from claims.store.store import Store
from tests.store import values
from tests.store.administer import administer
from tests.store.databases import on_postgresql

APPEND_ONLY = (
    "claim_statuses",
    "decisions",
    "decision_batches",
    "decision_batch_entries",
    "accumulator_moves",
    "nonces",
    "invoice_rolls",
    "invoice_places",
    "due_claims",
    "settlement_batches",
    "due_revisions",
)


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with a row in each table that only grows."""
    with store.unit_of_work() as work:
        work.claims.add(values.stored_claim())
        work.decisions.add(values.stored_decision())
        work.decisions.add_batch(values.signed_batch(1, ("C1", 1)))
        work.accumulators.add("C1", 1, [values.usage(1)], 1)
        work.outbox.enqueue(values.intent())
        work.outbox.sign(values.transaction())
        work.invoice_rolls.add(values.stored_roll(), [("C1", values.hash_of(6))])
        work.settlements.add(values.due_claim())
        work.settlements.put_in_batch(values.settlement_batch(), [("C1", 1)], 1)
        work.revisions.add(values.due_revision())
    return store


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    ("statement", "refusal"),
    [("UPDATE {} SET {} = {}", "rows of {} are never changed"), ("DELETE FROM {}", "rows of {} are never removed")],
)
def test_a_row_is_neither_changed_nor_removed(
    filled: Store, store_place: str, table: str, statement: str, refusal: str
) -> None:
    (column, *_) = _columns(filled, table)
    before = administer(store_place, f"SELECT * FROM {table}")
    assert before
    with pytest.raises(StoreConflict, match=refusal.format(table)), filled.unit_of_work() as work:
        work.claims.connection.execute(text(statement.format(table, column, column)))
    with pytest.raises(DBAPIError, match=refusal.format(table)):
        administer(store_place, statement.format(table, column, column))
    assert administer(store_place, f"SELECT * FROM {table}") == before


@on_postgresql
@pytest.mark.parametrize("table", [*APPEND_ONLY, "claims"])
def test_a_table_is_not_emptied(filled: Store, store_place: str, table: str) -> None:
    """TRUNCATE, which SQLite does not have, passes by the triggers of rows, and reaches the tables that refer to this one."""
    with pytest.raises(DBAPIError, match="are never removed"):
        administer(store_place, f"TRUNCATE {table} CASCADE")
    assert administer(store_place, "SELECT count(*) FROM decisions") == [(1,)]


def _columns(store: Store, table: str) -> list[str]:
    with store.reading() as work:
        return list(work.claims.connection.execute(text(f"SELECT * FROM {table}")).keys())
