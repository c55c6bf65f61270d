"""`claims deploy`: a payer's contracts on the chain."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from claims.cli.console import note, print_json, print_lines
from claims.cli.options import HOME, AsJson, Home, PassphraseFile, Profile

CLAIM_CAP = "50000.00"


def deploy(
    home: Home = HOME,
    claim_cap: Annotated[
        str | None, typer.Option(help="The most that one claim is paid, in dollars. Default: 50000.00.")
    ] = None,
    fund: Annotated[str | None, typer.Option(help="What the escrow shall hold at least, in dollars.")] = None,
    token: Annotated[
        str | None, typer.Option(help="Address of the token to pay in; a development chain gets test dollars.")
    ] = None,
    quorum: Annotated[int, typer.Option(min=1, help="Adjudicators that must sign a payment above --quorum-above.")] = 1,
    quorum_above: Annotated[
        str | None, typer.Option(help="Payment, in dollars, above which the quorum holds. Default: the cap.")
    ] = None,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Deploy the registry, the payer's book and, on a development chain, test dollars; then fund the escrow.

    Repeating it deploys nothing twice: what is recorded is compared with the code on the chain and kept.

    Example: claims deploy --home payer --fund 100000.00 --claim-cap 5000.00
    """
    from claims.service import deployment
    from claims.service.arguments import parse_address, parse_amount
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    wanted_cap = parse_amount(claim_cap or CLAIM_CAP, "--claim-cap")
    wanted_fund = None if fund is None else parse_amount(fund, "--fund")
    wanted_above = None if quorum_above is None else parse_amount(quorum_above, "--quorum-above")
    paid_in = None if token is None else parse_address(token, "--token")
    with open_office(home, profile=profile, passphrase=passphrase(passphrase_file)) as office:
        done = deployment.deploy(
            office,
            claim_cap=wanted_cap,
            fund=wanted_fund,
            token=paid_in,
            quorum=quorum,
            quorum_above=wanted_above,
        )
        record = os.path.normpath(office.deployment_file)
    if claim_cap is not None and done.claim_cap != wanted_cap:
        note(
            f"warning: the book was deployed with a cap of {done.claim_cap} a claim and keeps it; --claim-cap changed nothing"
        )
    if as_json:
        print_json(
            {
                "chain_id": done.chain_id,
                "contracts": done.addresses,
                "escrow": str(done.escrow),
                "claim_cap": str(done.claim_cap),
                "record": record,
            }
        )
        return
    print_lines([f"chain {done.chain_id}"])
    print_lines(f"  {name:<12} {address}" for name, address in done.addresses.items())
    print_lines(
        [
            f"  escrow       {done.escrow}",
            f"  claim cap    {done.claim_cap}",
            f"recorded in {record}; the code on the chain was compared with abi/",
        ]
    )
