"""`claims deploy`: a payer's contracts on the chain."""

from __future__ import annotations

from typing import Annotated

import typer

from claims.cli.console import print_json, print_lines
from claims.cli.options import HOME, AsJson, Home, PassphraseFile, Profile


def deploy(
    home: Home = HOME,
    claim_cap: Annotated[str, typer.Option(help="The most that one claim is paid, in dollars.")] = "50000.00",
    fund: Annotated[str | None, typer.Option(help="What the escrow shall hold at least, in dollars.")] = None,
    token: Annotated[
        str | None, typer.Option(help="Address of the token to pay in; a development chain gets test dollars.")
    ] = None,
    quorum: Annotated[int, typer.Option(help="Adjudicators that must sign a payment above --quorum-above.")] = 1,
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
    from claims.model.money import Money
    from claims.service import deployment
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    with open_office(home, profile=profile, passphrase=passphrase(passphrase_file)) as office:
        done = deployment.deploy(
            office,
            claim_cap=Money.parse(claim_cap),
            fund=None if fund is None else Money.parse(fund),
            token=token,
            quorum=quorum,
            quorum_above=None if quorum_above is None else Money.parse(quorum_above),
        )
        record = str(office.deployment_file)
    if as_json:
        print_json(
            {"chain_id": done.chain_id, "contracts": done.addresses, "escrow": str(done.escrow), "record": record}
        )
        return
    print_lines([f"chain {done.chain_id}"])
    print_lines(f"  {name:<12} {address}" for name, address in done.addresses.items())
    print_lines(
        [f"  escrow       {done.escrow}", f"recorded in {record}; the code on the chain was compared with abi/"]
    )
