"""`claims settle`: what the chain paid, against what was told of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from claims.cli.console import print_json, print_lines, print_table
from claims.cli.failure import FAILED
from claims.cli.options import HOME, AsJson, Home, Profile

app = typer.Typer(no_args_is_help=True, help="Settlement on the chain: whether the 835s say what was paid.")

COLUMNS = ("block", "payment", "claims", "gross", "netted", "credited", "paid", "BPR02", "")


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
