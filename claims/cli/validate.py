"""`claims claim validate`: check an 837 before it is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claims.cli.console import print_json, print_lines
from claims.cli.failure import REFUSED
from claims.cli.options import AsJson


def validate(
    file: Annotated[Path, typer.Argument(help="The 837 to check.")],
    strict_npi: Annotated[
        bool, typer.Option("--strict-npi", help="Reject claims whose NPIs fail the check digit.")
    ] = False,
    payer: Annotated[str, typer.Option(help="Reject claims that are sent to another payer identifier.")] = "",
    write: Annotated[
        bool, typer.Option("--write/--no-write", help="Write TA1, 999 and 277CA beside the file, as NAME.checked.…")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Check an 837 as a payer's intake does, and say of each error where it is. Exit code 3 where anything is turned away.

    Example: claims claim validate claims.837 --strict-npi
    """
    from claims.service.intake import placed
    from claims.service.validating import ACCEPTED, document_of_check, validate_file

    checked = validate_file(file, strict_npi=strict_npi, payer=payer, write=write)
    if as_json:
        print_json(document_of_check(checked))
    else:
        print_lines([f"{file}: {checked.verdict}"])
        print_lines(f"  {placed(error)} (SNIP {error.snip})" for error in checked.errors)
        for transaction in checked.transactions:
            print_lines([f"transaction set {transaction.control_number}: {transaction.verdict}"])
            print_lines(f"  claim {number}: accepted" for number in transaction.accepted_claims)
            print_lines(f"  claim {number}: rejected" for number in transaction.rejected_claims)
            for error in transaction.errors:
                claim = f"claim {error.claim}, " if error.claim else ""
                code = f"277CA {error.status}" if error.status else f"999 code {error.code}"
                print_lines([f"  {claim}{placed(error)} ({code}, SNIP {error.snip})"])
        written = (checked.acknowledgement, checked.claim_acknowledgement)
        print_lines(f"wrote {path}" for path in written if path is not None)
    if checked.verdict != ACCEPTED:
        raise typer.Exit(REFUSED)
