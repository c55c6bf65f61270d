"""A payer's policies: a random number and amounts on the chain; which person it is for stays in the payer's store."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from claims.model.money import Money
from claims.service.calendar import day_number, day_of
from claims.service.errors import UsageError
from claims.service.home import PAYER
from claims.service.office import Office, load_abi
from claims.service.registry import Act
from claims.service.trial import try_call

if TYPE_CHECKING:
    from claims.store.rows import Policy

FIRST_YEAR, LAST_YEAR = 1970, 2147
STATUSES = ("not on the chain", "active", "cancelled", "expired")
"""PolicyStatus of the contract, by its number."""
ACTIVE = STATUSES[1]
MEMBERS, PLAN = "members.toml", "plan.toml"
_MOST = 2**64 - 1


@dataclass(frozen=True, slots=True)
class PolicyState:
    """A policy as store and chain have it. `ranks` are payer ranks (0 primary); `end_day` the first day without cover.

    `limit` is the most that is ever paid, `paid` what was paid, `reserve` what is still locked. `person` is the payer's own
    id, which the chain never sees.
    """

    policy: int
    person: str
    plan: str
    year: int
    limit: Money
    paid: Money
    reserve: Money
    ranks: tuple[int, ...]
    status: str
    end_day: date | None


@dataclass(frozen=True, slots=True)
class Issued:
    """The policy's number, and what was done: `policy` is None in a dry run that would issue one; `gas` None where nothing was sent."""

    policy: int | None
    what: str
    transaction: bytes | None = None
    gas: int | None = None


def issue(
    office: Office,
    person: str,
    *,
    year: int,
    limit: Money,
    reserve: Money | None = None,
    plan: str | None = None,
    ranks: Iterable[int] = (0,),
    dry_run: bool = False,
) -> Issued:
    """Issue a policy and lock its reserve (None: the whole limit), or return the one of this person, year and ranks.

    A cancelled policy is not returned: after it another is issued. Row and intent are stored before anything is sent, so
    that an issue that was stopped is finished by repeating it; what the contract refuses is refused before that.
    Raises UsageError for an unknown member or other terms than those issued, Reverted as the contract refuses
    (Treasury_SurplusShort where the escrow does not cover the reserve).
    """
    office.require(PAYER)
    bits = _bits(ranks)
    locked = limit if reserve is None else reserve
    _require_terms(year, limit, locked)
    _require_member(office, person)
    name = plan if plan is not None else _plan_name(office)
    rows = _rows(office, person, year, dry_run)
    standing = _standing(office, rows, bits)
    if standing is not None:
        _require_same_terms(standing, limit, locked, plan)
        if _on_chain(office, standing.policy)["ranks"]:
            return Issued(standing.policy, f"policy {standing.policy} is issued already")
        if dry_run:
            return Issued(standing.policy, f"policy {standing.policy} would be issued: an earlier command was stopped")
        return _carry_out(office, standing.policy, bits)
    # Never 0, and nothing that another number or a person could be told from.
    policy = secrets.randbelow(_MOST) + 1
    arguments = (policy, year, limit.cents, locked.cents, bits)
    insurer = office.keystore.address("insurer") if dry_run else office.signer("insurer").address
    gas = try_call(office, insurer, office.addresses["InsurerBook"], "InsurerBook", "issuePolicy", arguments)
    if dry_run:
        return Issued(None, "a policy would be issued", gas=gas)
    _store(office, rows, policy, person, name, year, limit, locked, bits)
    return _carry_out(office, policy, bits)


def show(office: Office, *, policy: int | None = None, person: str | None = None) -> tuple[PolicyState, ...]:
    """Return one policy, a person's, or all, oldest first; raises UsageError where there is none."""
    office.require(PAYER)
    with office.store.reading() as work:
        if policy is not None:
            found = work.policies.find(policy)
            rows: tuple[Policy, ...] = () if found is None or person not in (None, found.person) else (found,)
        else:
            rows = work.policies.all() if person is None else work.policies.of_person(person)
    if not rows and (policy is not None or person is not None):
        raise UsageError("there is no such policy in this home; `claims policy show` lists them all")
    return tuple(_state(office, row) for row in rows)


def cancel(office: Office, policy: int, end_day: date, *, dry_run: bool = False) -> Act:
    """End a policy's cover: `end_day` is the first day without it, not before today. Raises UsageError, Reverted."""
    office.require(PAYER)
    record = _on_chain(office, policy)
    if not record["ranks"]:
        raise UsageError(f"policy {policy} is not on the chain; `claims policy show` lists what is")
    if record["endDay"] == day_number(end_day):
        return Act(f"policy {policy} is cancelled already")
    arguments = (policy, day_number(end_day))
    if dry_run:
        insurer = office.keystore.address("insurer")
        gas = try_call(office, insurer, office.addresses["InsurerBook"], "InsurerBook", "cancelPolicy", arguments)
        return Act(f"policy {policy} would be cancelled", gas=gas)
    receipt = office.write(office.signer("insurer"), "InsurerBook", "cancelPolicy", *arguments)
    return Act(f"policy {policy} covers nothing from {end_day} on", receipt.transaction, receipt.gas_used)


# what is asked for


def _bits(ranks: Iterable[int]) -> int:
    wanted = set(ranks)
    if not wanted or not wanted <= {0, 1, 2}:
        raise UsageError("ranks are 0 (primary), 1 (secondary) and 2 (tertiary payer); give at least one")
    return sum(1 << rank for rank in wanted)


def _require_terms(year: int, limit: Money, reserve: Money) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UsageError(f"a policy's year lies within {FIRST_YEAR} to {LAST_YEAR}, not {year}")
    if not 0 < limit.cents <= _MOST:
        raise UsageError(f"the limit must be more than 0.00 and at most {Money(_MOST)}, not {limit}")
    if not 0 <= reserve.cents <= limit.cents:
        raise UsageError(f"the reserve must lie between 0.00 and the limit {limit}, not {reserve}")


def _require_member(office: Office, person: str) -> None:
    """Where the home knows its members, a policy is for one of them."""
    from claims.service.rules import enrolled_members, known_members

    if not person:
        raise UsageError("a policy is for a person: give --person with the payer's person id")
    enrolled, file = enrolled_members(office), office.home.document(MEMBERS)
    known = {member.person for member in known_members(office.home, enrolled)}
    if (enrolled or file.exists()) and person not in known:
        raise UsageError(
            f"unknown member: neither {file} nor an 834 that was imported has anybody with that person id, so no policy was "
            "issued; correct --person, or add the member with `claims member import`"
        )


def _plan_name(office: Office) -> str:
    from claims.adjudication.documents import read_plan

    file = office.home.document(PLAN)
    return read_plan(file.read_text(encoding="utf-8")).name if file.exists() else ""


def _require_same_terms(row: Policy, limit: Money, reserve: Money, plan: str | None) -> None:
    asked = (limit, reserve, row.plan if plan is None else plan)
    if asked != (row.benefit_limit, row.reserve, row.plan):
        raise UsageError(
            f"policy {row.policy} of that person, year and ranks has the limit {row.benefit_limit}, the reserve "
            f"{row.reserve} and the plan {row.plan!r}: repeat the command with these, or cancel that policy first"
        )


# what stands


def _rows(office: Office, person: str, year: int, dry_run: bool) -> tuple[Policy, ...]:
    """The person's policies of the year as stored; a dry run makes no store."""
    if dry_run and not office.home.has_store:
        return ()
    with office.store.reading() as work:
        return work.policies.of_person(person, year)


def _standing(office: Office, rows: Iterable[Policy], bits: int) -> Policy | None:
    """The policy of these ranks that is in force, has run out, or was begun and not finished."""
    for row in rows:
        record = _on_chain(office, row.policy)
        if record["ranks"] == bits and not record["endDay"]:
            return row
        if not record["ranks"]:
            with office.store.reading() as work:
                if work.outbox.find(_intent(row.policy, bits)) is not None:
                    return row
    return None


def _on_chain(office: Office, policy: int) -> dict[str, Any]:
    record: dict[str, Any] = office.read("InsurerBook", "policyOf", policy)
    return record


def _state(office: Office, row: Policy) -> PolicyState:
    record = _on_chain(office, row.policy)
    known = bool(record["ranks"])
    return PolicyState(
        policy=row.policy,
        person=row.person,
        plan=row.plan,
        year=row.year,
        limit=Money(record["limit"]) if known else row.benefit_limit,
        paid=Money(record["paid"]),
        reserve=Money(record["reserve"]),
        ranks=tuple(rank for rank in range(3) if record["ranks"] >> rank & 1),
        status=STATUSES[office.read("InsurerBook", "statusOf", row.policy)],
        end_day=day_of(record["endDay"]) if record["endDay"] else None,
    )


# carrying it out


def _intent(policy: int, bits: int) -> str:
    """The idempotency key of an issue; it tells the ranks of one that is not on the chain yet."""
    return f"policy/{policy}/ranks/{bits}"


def _store(
    office: Office,
    seen: tuple[Policy, ...],
    policy: int,
    person: str,
    plan: str,
    year: int,
    limit: Money,
    reserve: Money,
    bits: int,
) -> None:
    """Keep the row and the intent together; raises UsageError where another command did so since they were looked for."""
    from claims.chain.abi import encode_call
    from claims.service.sending import Call, enqueue
    from claims.store.rows import Policy

    now = office.chain.head().timestamp
    data = encode_call(load_abi("InsurerBook"), "issuePolicy", (policy, year, limit.cents, reserve.cents, bits))
    with office.store.unit_of_work() as work:
        if work.policies.of_person(person, year) != seen:
            raise UsageError("another command is issuing a policy to that person at this moment; repeat the command")
        work.policies.add(Policy(policy, person, plan, year, limit, reserve, issued_at=now))
        call = Call(office.addresses["InsurerBook"], data)
        enqueue(work, key=_intent(policy, bits), kind="issue policy", claim="", call=call, now=now)


def _carry_out(office: Office, policy: int, bits: int) -> Issued:
    from claims.service.sending import carry_out

    receipt = carry_out(office, office.signer("insurer"), _intent(policy, bits))
    return Issued(policy, f"policy {policy} issued", receipt.transaction, receipt.gas_used)
