"""`claims bench settle`, small: every claim accounted for, and logs and files that agree to the cent, on both chains."""

from __future__ import annotations

import pytest

from claims.service.bench.settle import document_of, measure


@pytest.mark.slow
@pytest.mark.parametrize("chain", ["embedded", pytest.param("anvil", marks=pytest.mark.node)])
def test_a_few_hundred_claims_are_settled_and_the_books_are_exact(chain: str) -> None:
    found = measure(240, 6, chain=chain)
    document = document_of(found)
    assert (found.exact, document["differences"], found.offsets_left) == (True, [], 0)
    assert sum(found.statuses.values()) == found.claims
    assert found.settled + found.skipped + found.withdrawn == found.statuses["paid"]
    # The suspended clinician's approvals are left out, and nobody else's.
    assert 0 < found.skipped < found.claims / found.providers
    assert found.totals is not None
    assert found.totals.credited.cents > 0
    assert found.totals.netted.cents > 0
    assert found.revisions > 0
    assert document["totals"]["claims"] == found.settled
