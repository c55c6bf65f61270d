"""A store of its own for each test, on either database, and one unit of work in it."""

from collections.abc import Iterator

import pytest

from claims.store.store import Store, open_store
from claims.store.work import UnitOfWork


@pytest.fixture
def store(store_place: str) -> Iterator[Store]:
    """A new store."""
    with open_store(store_place) as opened:
        yield opened


@pytest.fixture
def work(store: Store) -> Iterator[UnitOfWork]:
    """One unit of work for a whole test."""
    with store.unit_of_work() as opened:
        yield opened
