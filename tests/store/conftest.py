"""A store of its own for each test, and one unit of work in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from claims.store.store import Store, open_store
from claims.store.work import UnitOfWork


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new store."""
    with open_store(tmp_path / "store.sqlite") as opened:
        yield opened


@pytest.fixture
def work(store: Store) -> Iterator[UnitOfWork]:
    """One unit of work for a whole test."""
    with store.unit_of_work() as opened:
        yield opened
