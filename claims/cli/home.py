"""`claims home`: one party's own folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claims.cli.console import print_json, print_lines
from claims.cli.options import HOME, AsJson, Home, PassphraseFile

app = typer.Typer(no_args_is_help=True, help="One party's own folder: settings, keys and store.")


@app.command()
def create(
    role: Annotated[str, typer.Option(help="provider or payer.")],
    name: Annotated[str, typer.Option(help="The organisation's name.")],
    identifier: Annotated[str, typer.Option(help="A provider's NPI, or a payer's identifier.")],
    home: Home = HOME,
    profile: Annotated[str, typer.Option(help="Chain: local, anvil, or a TOML file that names an RPC.")] = "local",
    chain_folder: Annotated[
        Path | None,
        typer.Option(help="Folder of the embedded chain and of the deployment's record; two homes share it to meet."),
    ] = None,
    tax_id: Annotated[str, typer.Option(help="Tax number, for the 835.")] = "",
    strict_npi: Annotated[
        bool, typer.Option("--strict-npi", help="Reject claims whose NPIs fail the check digit.")
    ] = False,
    street: Annotated[str, typer.Option(help="A payer's street, for the 835.")] = "",
    city: Annotated[str, typer.Option(help="A payer's city, for the 835.")] = "",
    state: Annotated[str, typer.Option(help="A payer's state, two letters, for the 835.")] = "",
    postal_code: Annotated[str, typer.Option(help="A payer's postal code, for the 835.")] = "",
    store: Annotated[
        str,
        typer.Option(
            help="Where records are kept: a file in the home, or postgresql://USER@HOST/DATABASE?schema=NAME."
        ),
    ] = "store.sqlite",
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a home: its settings and its keys, encrypted under one passphrase.

    Example: claims home create --home clinic --role provider --name "Lake Clinic" --identifier 1234567893
    --chain-folder shared --passphrase-file secret.txt
    """
    from claims.model.party import Address
    from claims.service.homes import create_home
    from claims.service.keys import passphrase

    made = create_home(
        home,
        role=role,
        name=name,
        identifier=identifier,
        profile=profile,
        chain_folder=chain_folder,
        tax_id=tax_id,
        strict_npi=strict_npi,
        address=Address(street, "", city, state, postal_code),
        store=store,
        passphrase=passphrase(passphrase_file, fresh=True),
    )
    if as_json:
        print_json(made)
    else:
        print_lines([f"{made['role']} home {made['home']}"] + [f"  key {k}: {a}" for k, a in made["keys"].items()])


@app.command()
def key(
    name: Annotated[str, typer.Argument(help="The key's name, such as dr-lee.")],
    home: Home = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a further key in a home, for example a clinician's; a key that exists is shown.

    Example: claims home key dr-lee --home clinic --passphrase-file secret.txt
    """
    from claims.service.homes import create_key
    from claims.service.keys import passphrase

    address = create_key(home, name, passphrase(passphrase_file))
    if as_json:
        print_json({"key": name, "address": address})
    else:
        print_lines([f"key {name}: {address}"])


@app.command()
def show(home: Home = HOME, as_json: AsJson = False) -> None:
    """Show a home's settings and the addresses of its keys.

    Example: claims home show --home clinic
    """
    from claims.service.homes import show_home

    found = show_home(home)
    if as_json:
        print_json(found)
        return
    keys = found.pop("keys")
    print_lines([f"{name}: {value}" for name, value in found.items()] + [f"key {k}: {a}" for k, a in keys.items()])
