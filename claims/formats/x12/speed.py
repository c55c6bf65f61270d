"""How fast 837 files are read, measured against pyx12 on the same file in one run."""

from __future__ import annotations

import gc
import io
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from claims.formats.x12.intake import read_submission
from claims.formats.x12.syntax import decode


@dataclass(frozen=True, slots=True)
class IntakeSpeed:
    """Processor seconds for one file: `full` with every check, `pyx12` its own validation alone, `validated` without the maps.

    Loading the maps, which both do once per process, is in none of them.
    """

    claims: int
    full: float
    pyx12: float
    validated: float

    @property
    def times_pyx12(self) -> float:
        """How many times as long as pyx12 alone the full intake takes."""
        return self.full / self.pyx12

    @property
    def fast_path(self) -> float:
        """How many times as fast as the full intake a file is read that was validated before."""
        return self.full / self.validated

    @property
    def claims_per_second(self) -> float:
        """Claims per second on one core with every check."""
        return self.claims / self.full

    @property
    def validated_claims_per_second(self) -> float:
        """Claims per second on one core of a file that was validated before."""
        return self.claims / self.validated


def measure_intake(data: bytes, *, rounds: int = 3) -> IntakeSpeed:
    """Read one sound 837 in every manner, each `rounds` times in turn, and keep the best time of each.

    Raises ValueError where the file is not sound: a rejected file is read faster than it should be.
    """
    submission = read_submission(data)  # loads the maps too
    if submission.errors or not submission.claims:
        raise ValueError("speed is measured on a file that intake accepts whole")
    text = decode(data).replace("005010X222A2", "005010X222A1").replace("005010X223A3", "005010X223A2")
    full, pyx12, validated = [], [], []
    for _ in range(rounds):
        full.append(_seconds(lambda: read_submission(data)))
        pyx12.append(_seconds(lambda: _validate_by_pyx12(text)))
        validated.append(_seconds(lambda: read_submission(data, validated=True)))
    return IntakeSpeed(len(submission.claims), min(full), min(pyx12), min(validated))


def _seconds(work: Callable[[], object]) -> float:
    """Processor seconds with the collector of garbage cycles stopped: reading makes none, and a bulk run does so too."""
    gc.collect()
    enabled = gc.isenabled()
    gc.disable()
    try:
        start = time.process_time()
        work()
        return time.process_time() - start
    finally:
        if enabled:
            gc.enable()


_maps: dict[str, Any] = {}


def _validate_by_pyx12(text: str) -> None:
    """Run pyx12's own document check, with the maps that this process has loaded, and without its log."""
    import pyx12.map_if
    from pyx12.params import ParamsBase
    from pyx12.x12n_document import x12n_document

    load, disabled = pyx12.map_if.load_map_file, logging.root.manager.disable

    def once(name: str, param: Any, *_: object) -> Any:
        if name not in _maps:
            _maps[name] = load(name, param)
        return _maps[name]

    pyx12.map_if.load_map_file = once
    logging.disable(logging.CRITICAL)
    try:
        if not x12n_document(ParamsBase(), io.StringIO(text), None, None):
            raise ValueError("pyx12 rejects the file that its speed is measured on")
    finally:
        pyx12.map_if.load_map_file = load
        logging.disable(disabled)
