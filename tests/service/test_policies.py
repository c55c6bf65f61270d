"""Policies on the chain: issued once, never for a stranger, never above the escrow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from claims.chain.errors import Reverted
from claims.model.money import Money
from claims.service import policies
from claims.service.calendar import date_at
from claims.service.errors import UsageError
from claims.service.office import Office, open_office
from tests.cli.support import PASSPHRASE, World, fresh_world

MEMBERS = """
[[members]]
person = "P-1"
member_number = "M-1"
last_name = "Example"
coverage = [{ from = 2026-01-01 }]
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return fresh_world(tmp_path)


@pytest.fixture
def payer(world: World) -> Iterator[Office]:
    with open_office(world.payer, passphrase=PASSPHRASE) as office:
        yield office


def issue(office: Office, person: str = "P-1", **options: Any) -> policies.Issued:
    terms: dict[str, Any] = {"year": 2026, "limit": Money(20_000), **options}
    return policies.issue(office, person, **terms)


def reserved(office: Office) -> int:
    return int(office.read("InsurerBook", "totals")["reserved"])


def test_a_policy_has_a_random_number_and_locks_its_limit(payer: Office) -> None:
    one, other = issue(payer), issue(payer, "P-2", reserve=Money(500))
    assert one.policy != other.policy
    assert reserved(payer) == 20_500
    (state,) = policies.show(payer, policy=one.policy)
    assert (state.limit, state.paid, state.reserve) == (Money(20_000), Money(0), Money(20_000))
    assert (state.year, state.ranks, state.status, state.end_day) == (2026, (0,), "active", None)


def test_repeating_it_returns_the_policy_that_was_issued(payer: Office) -> None:
    first, second = issue(payer), issue(payer)
    assert second.policy == first.policy
    assert second.gas is None
    assert reserved(payer) == 20_000


def test_years_and_ranks_have_policies_of_their_own(payer: Office) -> None:
    numbers = {
        issue(payer).policy,
        issue(payer, year=2027).policy,
        issue(payer, ranks=(1,)).policy,
        issue(payer, ranks=(2, 1)).policy,
        issue(payer, ranks=(1, 2)).policy,
    }
    assert len(numbers) == 4
    assert [state.ranks for state in policies.show(payer, person="P-1") if len(state.ranks) == 2] == [(1, 2)]


def test_other_terms_than_those_issued_are_refused(payer: Office) -> None:
    issue(payer)
    for terms in ({"limit": Money(30_000)}, {"reserve": Money(1)}, {"plan": "Another"}):
        with pytest.raises(UsageError, match=r"has the limit 200\.00"):
            issue(payer, **terms)
    assert reserved(payer) == 20_000


def test_an_unknown_member_gets_no_policy(world: World, payer: Office) -> None:
    (world.payer / "members.toml").write_text(MEMBERS)
    before = world.snapshot()
    with pytest.raises(UsageError, match="unknown member") as refused:
        issue(payer, "P-77")
    assert "P-77" not in str(refused.value)
    assert world.snapshot() == before
    assert issue(payer, "P-1").policy


@pytest.mark.parametrize(
    "terms",
    [
        {"limit": Money(-1)},
        {"limit": Money(0)},
        {"reserve": Money(20_001)},
        {"reserve": Money(-1)},
        {"year": 1969},
        {"ranks": ()},
        {"ranks": (3,)},
    ],
    ids=str,
)
def test_terms_that_make_no_policy_are_refused_before_anything_is_kept(payer: Office, terms: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        issue(payer, **terms)
    assert policies.show(payer) == ()


def test_no_more_is_locked_than_the_escrow_holds(payer: Office) -> None:
    with pytest.raises(Reverted, match="Treasury_SurplusShort"):
        issue(payer, limit=Money(100_001))
    assert policies.show(payer) == ()
    assert issue(payer, limit=Money(100_000)).policy


def test_an_issue_that_was_stopped_is_finished_by_repeating_it(payer: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(policies, "_carry_out", stopped)
        with pytest.raises(KeyboardInterrupt):
            issue(payer)
    (half,) = policies.show(payer)
    assert half.status == "not on the chain"
    assert issue(payer, dry_run=True).policy == half.policy
    done = issue(payer)
    assert done.policy == half.policy
    assert [state.status for state in policies.show(payer)] == ["active"]


def test_a_dry_run_tells_the_gas_and_changes_nothing(world: World) -> None:
    before = world.snapshot()
    with open_office(world.payer) as office:
        tried = issue(office, dry_run=True)
        assert tried.policy is None
        assert tried.gas
        assert reserved(office) == 0
    assert world.snapshot() == before


def test_a_cancelled_policy_covers_nothing_from_a_day_on(payer: Office) -> None:
    number = issue(payer).policy
    assert number is not None
    today = date_at(payer.chain.head().timestamp)
    end = today + timedelta(days=30)
    assert policies.cancel(payer, number, end, dry_run=True).transaction is None
    assert policies.cancel(payer, number, end).transaction is not None
    (state,) = policies.show(payer, policy=number)
    assert (state.status, state.end_day) == ("cancelled", end)
    assert policies.cancel(payer, number, end).transaction is None
    with pytest.raises(Reverted, match="Policies_NotActive"):
        policies.cancel(payer, number, end + timedelta(days=1))
    assert issue(payer).policy != number


def test_cover_is_not_ended_in_the_past(payer: Office) -> None:
    number = issue(payer).policy
    assert number is not None
    with pytest.raises(Reverted, match="Policies_EndDayInvalid"):
        policies.cancel(payer, number, date(2026, 1, 1))


def test_a_policy_that_is_not_there(payer: Office) -> None:
    with pytest.raises(UsageError, match="not on the chain"):
        policies.cancel(payer, 5, date(2026, 12, 1))
    with pytest.raises(UsageError, match="no such policy"):
        policies.show(payer, policy=5)


def test_a_provider_issues_nothing(world: World) -> None:
    with open_office(world.clinic, passphrase=PASSPHRASE) as office, pytest.raises(UsageError, match="a payer's"):
        issue(office)
