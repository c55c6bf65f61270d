"""`claims bench settle`, small: every claim accounted for, and logs and files that agree to the cent, on both chains."""

from __future__ import annotations

import pytest

from claims.service.bench.settle import document_of, measure


@pytest.mark.slow
@pytest.mark.parametrize(
    ("chain", "claims", "providers"), [("embedded", 100, 5), pytest.param("anvil", 240, 6, marks=pytest.mark.node)]
)
def test_claims_of_every_fate_are_settled_and_the_books_are_exact(chain: str, claims: int, providers: int) -> None:
    found = measure(claims, providers, chain=chain)
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
