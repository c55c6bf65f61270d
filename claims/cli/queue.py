"""`claims queue`: a payer's claims that wait, and what a named person decides of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.cli.console import print_json, print_lines
from claims.cli.options import HOME, AsJson, DryRun, Home, PassphraseFile, Profile

if TYPE_CHECKING:
    from claims.model.money import Money
    from claims.service.queue import Reviewed, Waiting

app = typer.Typer()

Number = Annotated[str, typer.Argument(help="The payer's control number, or the claim's own (CLM01).")]
Key = Annotated[str, typer.Option("--key", help="The reviewer's own key in the home, never one of the payer's.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in one line. The provider reads it: name no patient.")]
Out = Annotated[Path, typer.Option(help="Folder for the decision file that the provider gets.")]
OUT = Path("outbox")


@app.callback(invoke_without_command=True)
def queue(
    context: typer.Context,
    home: Home = HOME,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """List the claims that wait: why, how long, until when, and how much is at stake. The nearest deadline comes first.

    Example: claims queue --home payer
    """
    if context.invoked_subcommand is not None:
        from claims.service.errors import UsageError

        for name in ("home", "profile", "as_json"):
            source = context.get_parameter_source(name)
            if source is not None and source.name == "COMMANDLINE":
                raise UsageError(f"give the options after the word: claims queue {context.invoked_subcommand} ...")
        return
    from claims.service.office import open_office
    from claims.service.queue import waiting_claims

    with open_office(home, profile=profile) as office:
        found = waiting_claims(office)
    if as_json:
        print_json({"claims": [_document(claim) for claim in found]})
        return
    print_lines(line for claim in found for line in _told(claim))
    print_lines([_summary(found)])


@app.command()
def release(
    number: Number,
    key: Key,
    reason: Reason,
    allow: Annotated[
        list[str] | None,
        typer.Option(help="LINE=AMOUNT: what is allowed for a line that has no price. May be repeated."),
    ] = None,
    home: Home = HOME,
    out: Out = OUT,
    dry_run: DryRun = False,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Pass what a claim waits for, under a person's own signature, and decide it anew.

    Near duplicates, statistics and lines without a price can be passed; missing evidence never, since the contract would
    refuse the claim. Exit code 3 where the claim is denied for another reason, 5 where it waits for what nobody can release.

    Example: claims queue release HSFM-30388 --home payer --key m-quist --reason "both visits are in the chart"
    """
    from claims.service import queue as use_case
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    prices = _prices(allow or [])
    with open_office(home, profile=profile, passphrase=passphrase(passphrase_file)) as office:
        done = use_case.release(office, number, key=key, reason=reason, prices=prices, out=out, dry_run=dry_run)
    _print(done, as_json=as_json, dry_run=dry_run)
    if done.answer.decision.status == "denied":
        from claims.cli.failure import REFUSED

        raise typer.Exit(REFUSED)


@app.command()
def deny(
    number: Number,
    key: Key,
    carc: Annotated[str, typer.Option(help="Claim adjustment reason code (CARC) of every line, such as 252.")],
    reason: Reason,
    remark: Annotated[str, typer.Option(help="Remittance advice remark code (RARC); some reasons need one.")] = "",
    home: Home = HOME,
    out: Out = OUT,
    dry_run: DryRun = False,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Deny every line of a claim that waits, under a person's own signature. It gets an 835 as every denial does.

    Example: claims queue deny HSFM-30388 --home payer --key m-quist --carc 252 --remark N706 --reason "no schedule was shown"
    """
    from claims.service import queue as use_case
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    with open_office(home, profile=profile, passphrase=passphrase(passphrase_file)) as office:
        done = use_case.deny(
            office, number, key=key, carc=carc.upper(), remark=remark.upper(), reason=reason, out=out, dry_run=dry_run
        )
    _print(done, as_json=as_json, dry_run=dry_run)


def _prices(texts: list[str]) -> dict[int, Money]:
    from claims.model.money import Money
    from claims.service.errors import UsageError

    prices = {}
    for text in texts:
        line, _, amount = text.partition("=")
        if not line.isdecimal() or not amount:
            raise UsageError(f"--allow is LINE=AMOUNT such as 2=80.00, not {text!r}")
        if int(line) in prices:
            raise UsageError(f"--allow names line {line} twice")
        prices[int(line)] = Money.parse(amount)
    return prices


def _document(claim: Waiting) -> dict[str, Any]:
    return {
        "claim": claim.claim,
        "control_number": claim.control_number,
        "billing_npi": claim.billing_npi,
        "charge": str(claim.charge),
        "age": claim.age,
        "deadline": claim.deadline.isoformat(),
        "overdue": claim.overdue,
        "releasable": claim.releasable,
        "reasons": [
            {"edit": entry.edit, "line": entry.line, "why": entry.why, "cure": entry.cure} for entry in claim.reasons
        ],
    }


def _told(claim: Waiting) -> Iterator[str]:
    days = f"{claim.age} day{'s' * (claim.age != 1)}"
    until = f"overdue since {claim.deadline}" if claim.overdue else f"until {claim.deadline}"
    yield f"claim {claim.claim} ({claim.control_number}): {claim.charge}, {days} old, {until}"
    said: dict[tuple[str, str], list[str]] = {}
    for entry in claim.reasons:
        where = "claim" if entry.line is None else f"line {entry.line}"
        said.setdefault((entry.edit, entry.why), []).append(where)
    for (edit, why), places in said.items():
        yield f"  {', '.join(places)}: {why} ({edit})"
    if claim.releasable:
        yield "  release it or deny it: claims queue release, claims queue deny"
    elif claim.overdue:
        yield "  its time is over: adjudicate its file again, or deny it"
    else:
        yield "  nobody can release it: wait for the provider, or deny it"


def _summary(found: tuple[Waiting, ...]) -> str:
    if not found:
        return "no claim waits"
    from claims.model.money import total

    return f"{len(found)} claim{'s' * (len(found) != 1)} wait{'s' * (len(found) == 1)}, {total(c.charge for c in found)} in all"


def _print(done: Reviewed, *, as_json: bool, dry_run: bool) -> None:
    decision, review = done.answer.decision, done.review
    if as_json:
        print_json(
            {
                "claim": decision.claim,
                "control_number": done.answer.control_number,
                "status": decision.status,
                "paid": str(decision.paid),
                "patient": str(decision.patient),
                "revision": review.revision,
                "act": review.act,
                "reviewer": review.reviewer,
                "address": review.address,
                "at": review.at,
                "reason": review.reason,
                "signature": "0x" + done.signature.hex(),
                "story": list(done.answer.story),
                "file": None if done.file is None else str(done.file),
                "dry_run": dry_run,
            }
        )
        return
    would = "would be " if dry_run else ""
    print_lines([f"claim {decision.claim}: {would}{decision.status}, signed by {review.reviewer} ({review.address})"])
    print_lines(f"  {line}" for line in done.answer.story)
    if done.file is not None:
        print_lines([f"wrote {done.file}"])
