"""`claims policy`: a payer's policies on the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.cli.console import print_json, print_lines, print_table
from claims.cli.options import HOME, AsJson, DryRun, Home, PassphraseFile, Profile

if TYPE_CHECKING:
    from claims.service.policies import PolicyState

app = typer.Typer(no_args_is_help=True, help="A payer's policies: issue, show, cancel. The chain knows no person.")


@app.command()
def issue(
    person: Annotated[str, typer.Option(help="The payer's own id of the person; it stays in the home.")],
    year: Annotated[int, typer.Option(help="The calendar year whose services it covers.")],
    limit: Annotated[str, typer.Option(help="The most that is ever paid on it, in dollars.")],
    home: Home = HOME,
    reserve: Annotated[
        str | None, typer.Option(help="What is locked for it, in dollars; payments come from it. Default: the limit.")
    ] = None,
    plan: Annotated[str | None, typer.Option(help="The plan's name. Default: that of the home's plan.toml.")] = None,
    ranks: Annotated[str, typer.Option(help="Ranks it pays in: 0 primary, 1 secondary, 2 tertiary.")] = "0",
    dry_run: DryRun = False,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Issue a policy under a random number and lock its reserve; repeating it returns the one that was issued.

    Example: claims policy issue --home payer --person P-204 --year 2026 --limit 20000.00
    """
    from claims.service import policies
    from claims.service.arguments import parse_amount
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    most = parse_amount(limit, "--limit")
    locked = None if reserve is None else parse_amount(reserve, "--reserve")
    wanted = _ranks(ranks)
    secret = None if dry_run else passphrase(passphrase_file)
    with open_office(home, profile=profile, passphrase=secret) as office:
        done = policies.issue(
            office, person, year=year, limit=most, reserve=locked, plan=plan, ranks=wanted, dry_run=dry_run
        )
    if as_json:
        print_json(
            {
                "policy": None if done.policy is None else str(done.policy),
                "done": done.what,
                "transaction": None if done.transaction is None else "0x" + done.transaction.hex(),
                "gas": done.gas,
                "dry_run": dry_run,
            }
        )
    else:
        print_lines([done.what if done.gas is None else f"{done.what} ({done.gas:,} gas)"])


@app.command()
def show(
    policy: Annotated[int | None, typer.Argument(help="A policy's number. Default: all.")] = None,
    person: Annotated[str | None, typer.Option(help="The policies of this person id.")] = None,
    home: Home = HOME,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Show policies as the chain has them: limit, paid, reserve, status.

    Example: claims policy show --home payer --person P-204
    """
    from claims.service import policies
    from claims.service.office import open_office

    with open_office(home, profile=profile) as office:
        found = policies.show(office, policy=policy, person=person)
    if as_json:
        print_json({"policies": [_document(one) for one in found]})
        return
    print_table(
        ("policy", "year", "plan", "ranks", "limit", "paid", "reserve", "status"),
        [
            (
                str(one.policy),
                str(one.year),
                one.plan,
                ",".join(map(str, one.ranks)) or "-",
                str(one.limit),
                str(one.paid),
                str(one.reserve),
                one.status if one.end_day is None else f"{one.status} from {one.end_day}",
            )
            for one in found
        ],
        right=(0, 1, 4, 5, 6),
    )


@app.command()
def cancel(
    policy: Annotated[int, typer.Argument(help="The policy's number.")],
    end_day: Annotated[str, typer.Option(help="First day without cover: today at the earliest.")],
    home: Home = HOME,
    dry_run: DryRun = False,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """End a policy's cover from a day on; claims for the days before still run out.

    Example: claims policy cancel 8412337 --home payer --end-day 2026-07-01
    """
    from claims.service import policies
    from claims.service.calendar import parse_date
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    day = parse_date(end_day, "--end-day")
    secret = None if dry_run else passphrase(passphrase_file)
    with open_office(home, profile=profile, passphrase=secret) as office:
        act = policies.cancel(office, policy, day, dry_run=dry_run)
    if as_json:
        transaction = None if act.transaction is None else "0x" + act.transaction.hex()
        print_json({"done": act.what, "transaction": transaction, "gas": act.gas, "dry_run": dry_run})
    else:
        print_lines([act.what if act.gas is None else f"{act.what} ({act.gas:,} gas)"])


def _ranks(text: str) -> tuple[int, ...]:
    from claims.service.errors import UsageError

    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise UsageError(f"--ranks is a list such as 0 or 0,1, not {text!r}")
    return tuple(int(part) for part in parts)


def _document(one: PolicyState) -> dict[str, Any]:
    """A policy without its person; its number is text, since it can exceed what JavaScript reads exactly."""
    return {
        "policy": str(one.policy),
        "year": one.year,
        "plan": one.plan,
        "ranks": list(one.ranks),
        "limit": str(one.limit),
        "paid": str(one.paid),
        "reserve": str(one.reserve),
        "status": one.status,
        "end_day": None if one.end_day is None else one.end_day.isoformat(),
    }
