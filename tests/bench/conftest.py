"""One run on the embedded chain, shared by the tests that look at its figures."""

from __future__ import annotations

import pytest

from claims.service.bench.gas import measure
from claims.service.bench.stage import Row, open_stage


def run(chain: str = "embedded") -> tuple[Row, ...]:
    """Every figure, measured on a chain of its own."""
    with open_stage(chain) as stage:
        return measure(stage)


@pytest.fixture(scope="package")
def rows() -> tuple[Row, ...]:
    """The figures of one run."""
    return run()
