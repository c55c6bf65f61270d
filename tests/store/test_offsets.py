"""What remains to be settled after a correction is kept once, and listed by provider."""

from dataclasses import replace

import pytest

from claims.model.money import Money
from claims.store.errors import StoreConflict
from claims.store.rows import Offset
from claims.store.store import Store
from tests.store.values import remittance, stored_claim

TAKEN = Offset("C2", "1234567893", Money(80_00), "T1", 7)


def test_an_offset_is_kept_once_and_never_with_another_amount(store: Store) -> None:
    with store.unit_of_work() as work:
        work.claims.add(stored_claim("C2"))
        work.remittances.add(remittance("T1", payment=None))
        assert work.offsets.add(TAKEN)
        assert not work.offsets.add(TAKEN)
        assert work.offsets.of_claim("C2") == TAKEN
        assert work.offsets.of_claim("C1") is None
        with pytest.raises(StoreConflict, match="C2 has an offset already"):
            work.offsets.add(replace(TAKEN, amount=-TAKEN.amount))
        assert work.offsets.all() == (TAKEN,)
