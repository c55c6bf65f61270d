"""A plan's `[statistics]`: all of it is optional, and nothing impossible is taken."""

from decimal import Decimal

import pytest

from claims.adjudication.documents import DocumentError, read_plan
from claims.adjudication.rule_pack import rule_pack_hash
from claims.model.money import Money
from claims.model.plan import Geography, LevelOfService, RampUp, Statistics

BARE = 'name = "Bare"\nyear = 2026\n[pricing]\nmethod = "fee-list"\n'


def statistics(text):
    return read_plan(BARE + text).statistics


def test_a_plan_that_does_not_ask_gets_nothing():
    assert statistics("") == Statistics(None, None, None, None)


def test_all_of_it_is_read():
    found = statistics(
        '[statistics]\nsigning_days = 0\n[statistics.level_of_service]\nabove_peers = "0.3"\nvisits = 5\ncodes = ["99214"]\n'
        '[statistics.geography]\ndigits = 2\nnear = [["10", "07"]]\n[statistics.ramp_up]\ndays = 90\ncharge = "500.00"'
    )
    assert found.level_of_service == LevelOfService(Decimal("0.3"), 5, ("99214",))
    assert found.geography == Geography(2, (("10", "07"),))
    assert found.ramp_up == RampUp(90, Money(500_00))
    assert found.signing_days == 0


def test_the_highest_level_is_the_fifth_from_thirty_visits_on():
    found = statistics('[statistics.level_of_service]\nabove_peers = "0.3"')
    assert found.level_of_service == LevelOfService(Decimal("0.3"), 30, ("99205", "99215"))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[statistics]\nsigning_day = 3", "statistics.signing_day"),
        ("[statistics]\nsigning_days = -1", "statistics.signing_days"),
        ("[statistics.level_of_service]\nvisits = 3", "statistics.level_of_service.above_peers"),
        ('[statistics.level_of_service]\nabove_peers = "1.5"', "statistics.level_of_service.above_peers"),
        ('[statistics.level_of_service]\nabove_peers = "0.3"\nvisits = 0', "statistics.level_of_service.visits"),
        ('[statistics.level_of_service]\nabove_peers = "0.3"\ncodes = ["99223"]', "statistics.level_of_service.codes"),
        ('[statistics.level_of_service]\nabove_peers = "0.3"\ncodes = []', "statistics.level_of_service.codes"),
        (
            '[statistics.level_of_service]\nabove_peers = "0.3"\ncodes = ["99215", "99215"]',
            "statistics.level_of_service.codes",
        ),
        ("[statistics.geography]\n", "statistics.geography.digits"),
        ("[statistics.geography]\ndigits = 0", "statistics.geography.digits"),
        ("[statistics.geography]\ndigits = 6", "statistics.geography.digits"),
        ('[statistics.geography]\ndigits = 3\nnear = ["100"]', "statistics.geography.near"),
        ('[statistics.geography]\ndigits = 3\nnear = "100"', "statistics.geography.near"),
        ('[statistics.geography]\ndigits = 3\nnear = [["100"]]', "statistics.geography.near"),
        ('[statistics.geography]\ndigits = 3\nnear = [["100", "11"]]', "statistics.geography.near"),
        ('[statistics.geography]\ndigits = 3\nnear = [["100", "112"], ["112", "070"]]', "statistics.geography.near"),
        ("[statistics.ramp_up]\ndays = 3", "statistics.ramp_up.charge"),
        ('[statistics.ramp_up]\ncharge = "1.00"', "statistics.ramp_up.days"),
        ('[statistics.ramp_up]\ndays = 0\ncharge = "1.00"', "statistics.ramp_up.days"),
    ],
)
def test_what_is_impossible_is_refused(text, path):
    with pytest.raises(DocumentError) as caught:
        statistics(text)
    assert caught.value.path == path


def test_every_setting_is_in_the_rule_pack():
    texts = [
        "",
        "[statistics]\nsigning_days = 3",
        '[statistics.level_of_service]\nabove_peers = "0.3"',
        '[statistics.level_of_service]\nabove_peers = "0.3"\nvisits = 31',
        '[statistics.level_of_service]\nabove_peers = "0.3"\ncodes = ["99215"]',
        "[statistics.geography]\ndigits = 3",
        '[statistics.geography]\ndigits = 3\nnear = [["100", "112"]]',
        '[statistics.ramp_up]\ndays = 30\ncharge = "1.00"',
        '[statistics.ramp_up]\ndays = 31\ncharge = "1.00"',
    ]
    assert len({rule_pack_hash(read_plan(BARE + text)) for text in texts}) == len(texts)
