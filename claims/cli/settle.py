"""`claims settle`: pay what was approved in batches, say where each stands, and hold the 835s against the chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.cli.console import note, print_json, print_lines, print_table
from claims.cli.failure import FAILED, PENDING
from claims.cli.options import HOME, AsJson, DryRun, Home, PassphraseFile, Profile

if TYPE_CHECKING:
    from claims.cli.progress import Stop
    from claims.service.revising import Revised
    from claims.service.settling import BatchRun, SettleRun

app = typer.Typer(
    no_args_is_help=True, help="Settlement on the chain: pay in batches, see where each stands, reconcile."
)

COLUMNS = ("block", "payment", "claims", "gross", "netted", "credited", "paid", "BPR02", "")


BATCHES = ("batch", "claims", "settled", "skipped", "providers", "rolls", "money", "gas", "a claim", "floor", "")


@app.command()
def run(
    home: Home = HOME,
    most: Annotated[int | None, typer.Option(help="Settle at most so many claims.", min=1)] = None,
    remittances: Annotated[
        Path | None,
        typer.Option(help="Folder for the 835s, one a payment. Left out, `claims remit export` writes them."),
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Take up again what the contract left out, once its reason is gone.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on until SIGINT or SIGTERM: settle whatever becomes due.")
    ] = False,
    every: Annotated[float, typer.Option(help="With --watch: seconds between two runs.", min=0.1)] = 60.0,
    dry_run: DryRun = False,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """A payer's: pay what was approved of anchored claims, thousands in a few transactions, and write an 835 a payment.

    The contract checks each claim as if it were alone, leaves out what fails (see `claims settle status`) and pays the others.
    Killed at any moment, the next run finishes and pays each claim once. Exit code 5 where claims are left that it did not
    settle. With --watch, each run prints one line, or one line of JSON.

    Example: claims settle run --home payer --remittances to-clinics
    """
    from claims.cli.progress import Bar, Stop
    from claims.service.keys import passphrase
    from claims.service.office import open_office
    from claims.service.settlement_status import run_document
    from claims.service.settling import settle_due

    secret = passphrase(passphrase_file)
    with Stop() as stop:

        def once() -> SettleRun:
            with open_office(home, profile=profile, passphrase=secret) as office, Bar() as bar:
                return settle_due(
                    office,
                    most=most,
                    remittances=remittances,
                    retry=retry,
                    dry_run=dry_run,
                    watcher=bar,
                    stopping=lambda: stop.asked,
                )

        if watch and not dry_run:
            _watch(once, stop, every, as_json=as_json)
            return
        done = once()
    if as_json:
        print_json(run_document(done))
    else:
        _show_run(done, dry_run=dry_run)
    if not dry_run and (done.left or done.stopped):
        raise typer.Exit(PENDING)


@app.command()
def status(home: Home = HOME, profile: Profile = None, as_json: AsJson = False) -> None:
    """A payer's: say of each batch whether it is queued, sent, confirmed or failed, and of each claim why it is not paid yet.

    Example: claims settle status --home payer
    """
    from claims.service.office import open_office
    from claims.service.settlement_status import settlement_status

    with open_office(home, profile=profile) as office:
        found = settlement_status(office)
    if as_json:
        print_json(found)
        return
    print_lines([", ".join(f"{count:,} {state}" for state, count in found["claims"].items())])
    if found["batches"]:
        headings = ("batch", "state", "claims", "settled", "skipped", "money", "estimate", "block")
        print_table(headings, (_batch_row(batch) for batch in found["batches"]), right=(2, 3, 4, 5, 6, 7))
    print_lines(
        f"batch {batch['batch'][:18]}… failed: {batch['failure']}" for batch in found["batches"] if batch["failure"]
    )
    for claim in found["open"]:
        why = f", {claim['reason']}: {claim['cure']}" if claim["reason"] else ""
        print_lines([f"claim {claim['claim']} ({claim['control_number']}): {claim['state']}, {claim['paid']}{why}"])
    for each in found["corrections"]:
        why = f": {each['reason']}" if each["reason"] else ""
        what = f"correction {each['claim']} ({each['control_number']}) of {each['corrects']}"
        print_lines([f"{what}: {each['state']}, {each['paid']} instead of {each['paid_before']}{why}"])


def _batch_row(batch: dict[str, Any]) -> tuple[str, ...]:
    return (
        batch["batch"][:18] + "…",
        batch["state"],
        f"{batch['claims']:,}",
        f"{batch['settled']:,}",
        f"{batch['skipped']:,}",
        batch["paid"],
        f"{batch['estimate']:,}",
        "-" if batch["block"] is None else str(batch["block"]),
    )


def _show_run(done: SettleRun, *, dry_run: bool) -> None:
    if done.batches:
        print_table(BATCHES, (_run_row(batch) for batch in done.batches), right=range(1, 10))
    print_lines(
        f"batch 0x{batch.batch.hex()[:16]}… was refused: {batch.refusal}" for batch in done.batches if batch.refusal
    )
    print_lines(f"claim {each.claim.control_number} is left out: {each.reason}" for each in done.refused)
    print_lines(_revision(revised) for revised in done.revisions)
    print_lines([f"{'would be sent: ' if dry_run else ''}{_sums(done)}"])
    print_lines(f"wrote {written.path}" for written in done.written)


def _run_row(batch: BatchRun) -> tuple[str, ...]:
    gas = batch.estimate if batch.gas is None else batch.gas
    return (
        f"0x{batch.batch.hex()[:16]}…",
        f"{batch.claims:,}",
        f"{batch.settled:,}",
        f"{batch.skipped:,}",
        f"{batch.providers:,}",
        f"{batch.rolls:,}",
        str(batch.paid),
        f"{gas:,}",
        f"{gas // batch.claims:,}",
        f"{batch.floor:,}",
        "estimated" if batch.gas is None else "confirmed",
    )


def _revision(revised: Revised) -> str:
    told = f"claim {revised.control_number}: what was paid {revised.before} is {revised.paid} now"
    return f"{told}, {revised.gas:,} gas" if revised.gas is not None else f"{told}, was refused: {revised.refusal}"


def _sums(done: SettleRun) -> str:
    gas = sum(batch.estimate if batch.gas is None else batch.gas for batch in done.batches)
    claims = sum(batch.claims for batch in done.batches)
    told = f"{_count(claims, 'claim')} in {len(done.batches)} batch{'es' * (len(done.batches) != 1)}, {gas:,} gas"
    if claims:
        told += f", {gas // claims:,} a claim"
    outcomes = done.outcomes
    told += f"; {outcomes.settled:,} settled, {outcomes.skipped:,} left out, {done.left:,} still due"
    return f"{told}; {_count(len(done.written), '835')} written, {done.paid} in all" if done.written else told


def _watch(once: Callable[[], SettleRun], stop: Stop, every: float, *, as_json: bool) -> None:
    """Settle again and again until somebody asks to stop; what may pass by itself, such as a node that is away, ends nothing."""
    from claims.chain.errors import ChainUnreachable, TransactionTimeout
    from claims.store.errors import LeaseHeld, StoreBusy

    while True:
        try:
            _one_line(once(), as_json=as_json)
        except (ChainUnreachable, TransactionTimeout, LeaseHeld, StoreBusy) as passing:
            note(f"warning: {passing}; tried again in {every:g} s")
        if stop.wait(every):
            note("stopped: what is under way is stored, and the next run goes on with it")
            return


def _one_line(done: SettleRun, *, as_json: bool) -> None:
    import json
    import sys

    from claims.service.settlement_status import run_document

    sys.stdout.write((json.dumps(run_document(done)) if as_json else _sums(done)) + "\n")
    sys.stdout.flush()


@app.command()
def reconcile(
    remittances: Annotated[Path, typer.Option(help="Folder of the 835s.")],
    home: Home = HOME,
    from_block: Annotated[
        int | None, typer.Option(help="First block to read. Default: the contract's own.", min=0)
    ] = None,
    to_block: Annotated[
        int | None, typer.Option(help="Last block to read. Default: the last confirmed one.", min=0)
    ] = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Hold the chain's payments against a folder of 835s, to the cent: BPR02 = paid + credited, payment by payment.

    Reads the book's logs and the files alone, and nothing of the home's store. Names the payment and the claim that differ,
    payments that no 835 tells of or two do, and 835s that pay what the chain did not. Exit code 1 where something differs.

    Example: claims settle reconcile --home payer --remittances to-clinic
    """
    from claims.service.office import open_office
    from claims.service.reconciling import reconcile_books, reconciliation_document

    with open_office(home, profile=profile) as office:
        books = reconcile_books(office, remittances, from_block=from_block, to_block=to_block)
    document = reconciliation_document(books)
    if as_json:
        print_json(document)
    else:
        if document["payments"]:
            print_table(COLUMNS, (_row(payment) for payment in document["payments"]), right=(0, 2, 3, 4, 5, 6, 7))
        print_lines(_verdict(document))
    if not books.outcome.exact:
        raise typer.Exit(FAILED)


def _row(payment: dict[str, Any]) -> tuple[str, ...]:
    return (
        str(payment["block"]),
        payment["trace"][:16] + "…",
        str(payment["claims"]),
        payment["gross"],
        payment["netted"],
        payment["credited"],
        payment["paid"],
        payment["remitted"] or "-",
        "exact" if payment["exact"] else "DIFFERS",
    )


def _verdict(document: dict[str, Any]) -> Iterator[str]:
    yield from (difference["what"] for difference in document["differences"])
    totals = document["totals"]
    yield (
        f"{_count(totals['claims'], 'claim')} in {_count(totals['payments'], 'payment')} of blocks {document['from_block']} to "
        f"{document['to_block']}: gross {totals['gross']}, netted {totals['netted']}, credited {totals['credited']}, "
        f"paid {totals['paid']}"
    )
    yield (
        f"{_count(totals['remittances'], '835')}, Σ BPR02 {totals['remitted']}; "
        f"{totals['remittances_that_pay_nothing']} more that pay nothing"
    )
    count = len(document["differences"])
    yield _count(count, "difference") if count else "all exact, to the cent"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
