"""The collector of garbage cycles stands still for bulk work, which leaves none for it."""

import gc

import pytest

from claims.adjudication.fold import adjudicate_all
from claims.evidence.verify import verify
from claims.formats.x12.intake import read_submission
from claims.service.bench.mix import DOMAIN, make_mix
from claims.service.bench.professional import write_837
from claims.service.collector import collector_stopped


def test_it_stands_still_inside_and_runs_again_afterwards_even_after_an_error():
    assert gc.isenabled()
    with collector_stopped():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), collector_stopped():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_it_stays_stopped_where_somebody_else_had_stopped_it():
    with collector_stopped():
        with collector_stopped():
            pass
        assert not gc.isenabled()


def test_reading_checking_and_adjudicating_leave_no_cycles():
    mix = make_mix(40, seed=7)
    file = write_837(mix.claims)
    read_submission(file)  # what is loaded once a process
    plan, keys = mix.plans[0], {each: mix.key_of(each) for each in range(1, len(mix.clinicians) + 1)}
    gc.collect()
    with collector_stopped():
        claims = read_submission(file).claims
        evidence = [verify(record, key=keys[record.practitioner], domain=DOMAIN) for record in mix.records]
        decisions = list(
            adjudicate_all(
                plan,
                claims,
                members=mix.members,
                providers=mix.providers,
                evidence=evidence,
                history=(),
                accumulators={},
            )
        )
        assert {decision.status for decision in decisions} >= {"paid"}
        assert gc.collect() == 0
