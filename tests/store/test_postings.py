"""An 835 is posted once, and found by its payment and by its claims."""

from dataclasses import replace

import pytest

from claims.model.money import Money
from claims.store.errors import StoreConflict
from claims.store.rows import Posting
from claims.store.store import Store
from tests.store.values import SHA, hash_of

POSTING = Posting("TRACE", hash_of(7), Money(175_00), SHA, "in/TRACE.835", 5, ("P2", "P1"))


def test_a_posting_is_kept_once(store: Store) -> None:
    with store.unit_of_work() as work:
        assert work.postings.add(POSTING)
        assert not work.postings.add(replace(POSTING, path="elsewhere/TRACE.835", posted_at=9))
        assert work.postings.all() == (POSTING,)
        assert work.postings.find("TRACE") == work.postings.of_payment(hash_of(7)) == POSTING
        assert work.postings.of_claim("P1") == (POSTING,)
        assert work.postings.of_claim("P3") == ()
        assert work.postings.find("OTHER") is None


def test_another_file_with_its_trace_is_refused(store: Store) -> None:
    with store.unit_of_work() as work:
        work.postings.add(POSTING)
        with pytest.raises(StoreConflict, match="TRACE was posted with other contents"):
            work.postings.add(replace(POSTING, sha256="00" * 32))
