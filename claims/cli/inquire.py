"""`claims claim inquire`: a payer's answer to a 276."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.cli.console import print_json, print_lines
from claims.cli.options import HOME, AsJson, Home, Profile

if TYPE_CHECKING:
    from claims.model.status import ClaimStatus


def inquire(
    file: Annotated[Path, typer.Argument(help="The 276 to answer.")],
    home: Home = HOME,
    out: Annotated[Path, typer.Option(help="Folder for the 277.")] = Path("answers"),
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Answer a 276 by a 277: where each claim stands, what was paid and when, under the provider's number and the payer's.

    A claim that is not found, or another provider's, is answered as not found. Exit code 3 where the file is rejected.

    Example: claims claim inquire monday.276 --home payer --out to-clinic
    """
    from claims.service.claim_status_inquiry import inquire as answer
    from claims.service.office import open_office

    with open_office(home, profile=profile) as office:
        inquired = answer(office, file, out)
    refused = [str(status) for status in inquired.refused]
    if as_json:
        claims = [_document(claim) for claim in inquired.claims]
        print_json({"claims": claims, "refused": refused, "file": str(inquired.path)})
        return
    print_lines(
        f"claim {claim.number or '-'} ({claim.payer_control_number or 'not found'}): {claim.status}"
        for claim in inquired.claims
    )
    print_lines(f"an inquiry as a whole: {status}" for status in refused)
    print_lines([f"wrote {inquired.path}"])


def _document(claim: ClaimStatus) -> dict[str, Any]:
    """A claim's status; it names no patient."""
    return {
        "trace": claim.trace,
        "claim": claim.number or None,
        "control_number": claim.payer_control_number or None,
        "status": str(claim.status),
        "charge": None if claim.charge is None else str(claim.charge),
        "paid": None if claim.paid is None else str(claim.paid),
        "remittance": claim.remittance or None,
    }
