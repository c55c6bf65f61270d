"""The engine's benchmark runs the product's own steps on a mix that is realistic, and the same for the same seed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from claims.formats.x12.intake import read_submission
from claims.service.bench.engine import measure
from claims.service.bench.mix import make_mix
from claims.service.bench.professional import write_837


def test_the_same_seed_makes_the_same_mix_and_another_seed_another() -> None:
    assert make_mix(40, seed=7) == make_mix(40, seed=7)
    assert make_mix(40, seed=7).claims != make_mix(40, seed=8).claims


def test_the_837_that_is_written_is_read_without_a_fault_to_the_same_claims() -> None:
    mix = make_mix(25, seed=7)
    submission = read_submission(write_837(mix.claims), strict_npi=True)
    assert submission.errors == ()
    for read, made in zip(submission.claims, mix.claims, strict=True):
        assert replace(read, subscriber=made.subscriber, group_number="", filing_indicator="") == made


@pytest.mark.slow
def test_the_mix_hits_pairs_unit_limits_and_every_part_of_the_cost_share() -> None:
    speed = measure(400)
    assert {"CO-45", "CO-151", "CO-236", "PR-1", "PR-2", "PR-3"} <= set(speed.reasons)
    assert speed.statuses["paid"] > 300
    assert all(rate > 0 for rate in speed.rates.values())
    assert {len(claim.lines) for claim in make_mix(400).claims} == set(range(1, 9))
