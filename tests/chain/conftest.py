"""Every test that asks for `chain` runs on the embedded chain and on anvil."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from claims.chain.client import Chain
from claims.chain.reverts import ErrorCatalogue
from tests.chains import anvil, embedded

START = 1_136_214_000  # 2 January 2006, 15:00 UTC: a claim's received date, long before the wall clock


@pytest.fixture(scope="session")
def anvil_chain() -> Iterator[Chain]:
    with anvil(start_at=START) as chain:
        yield chain


@pytest.fixture(params=["embedded", pytest.param("anvil", marks=pytest.mark.node)])
def chain(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Chain]:
    """A chain whose clock began in 2006. The anvil is shared by the session, the embedded chain is new."""
    if request.param == "anvil":
        shared = request.getfixturevalue("anvil_chain")
        # The errors that one test names are not the next one's.
        shared.errors = ErrorCatalogue({})
        yield shared
        return
    with embedded(tmp_path, start_at=START) as opened:
        yield opened
