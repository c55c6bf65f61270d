"""`claims registry`: who may attest and who may bill."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from claims.cli.console import print_json, print_lines
from claims.cli.options import HOME, AsJson, Home, PassphraseFile, Profile

app = typer.Typer(no_args_is_help=True, help="Who may attest and who may bill: credentials, rosters, suspensions.")

Practitioner = Annotated[int | None, typer.Option(min=1, max=2**32 - 1, help="A clinician's registry id, from 1.")]
Provider = Annotated[str | None, typer.Option(help="A billing provider's address.")]


@app.command()
def enrol(
    home: Home = HOME,
    practitioner: Practitioner = None,
    key: Annotated[str | None, typer.Option(help="The address of the clinician's key.")] = None,
    provider: Provider = None,
    controller: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=2**32 - 1,
            help="Number of whoever stands behind a clinician or provider, for an enrolment; one controller cannot attest "
            "its own services.",
        ),
    ] = None,
    npi: Annotated[
        str, typer.Option(help="NPI of the clinician or provider: the home keeps whose id or address it is.")
    ] = "",
    book: Annotated[str | None, typer.Option(help="Address of another insurer's book that may spend evidence.")] = None,
    begins: Annotated[str, typer.Option("--from", help="First day of the credential.")] = "2000-01-01",
    through: Annotated[str, typer.Option(help="Last day of the credential.")] = "2099-12-31",
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Enrol a clinician (--practitioner, --key), a provider (--provider), or list another insurer's book (--book).

    With --practitioner and --provider and no --key, the clinician is put on the provider's roster.

    Example: claims registry enrol --home payer --practitioner 7 --key 0x... --controller 7 --npi 1234567893
    """
    from claims.service import registry
    from claims.service.calendar import parse_date
    from claims.service.errors import UsageError
    from claims.service.home import PAYER
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    if book is not None and (practitioner is not None or provider is not None or key is not None or npi):
        raise UsageError("--book is listed by itself: give the others in a command of their own")
    first, last = parse_date(begins, "--from"), parse_date(through, "--through")
    if last < first:
        raise UsageError(f"--through {last} is before --from {first}")
    account, signing_key = _address(provider, "--provider"), _address(key, "--key")
    listed = _address(book, "--book")
    with open_office(home, profile=profile, passphrase=passphrase(passphrase_file)) as office:
        office.require(PAYER)
        if listed is not None:
            act = registry.list_book(office, listed)
        elif practitioner is not None and signing_key is not None:
            if account is not None:
                raise UsageError("enrol the clinician first (no --provider), then the roster (no --key)")
            act = registry.enrol_practitioner(
                office, practitioner, signing_key, _controller(controller), first, last, npi=npi
            )
        elif practitioner is not None and account is not None:
            if npi:
                raise UsageError("--npi belongs to an enrolment: a roster names an id and an address")
            act = registry.add_to_roster(office, account, practitioner, first, last)
        elif account is not None:
            act = registry.enrol_provider(office, account, _controller(controller), first, last, npi=npi)
        else:
            raise UsageError("give --practitioner with --key, --provider, both without --key, or --book")
    _told(act, as_json)


@app.command()
def suspend(
    home: Home = HOME,
    practitioner: Practitioner = None,
    provider: Provider = None,
    reinstate: Annotated[bool, typer.Option("--reinstate", help="Take a suspension back.")] = False,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Suspend a clinician or a provider at once.

    Example: claims registry suspend --home payer --practitioner 7
    """
    from claims.service import registry
    from claims.service.home import PAYER
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    account = _address(provider, "--provider")
    with open_office(home, profile=profile, passphrase=passphrase(passphrase_file)) as office:
        office.require(PAYER)
        act = registry.suspend(office, practitioner=practitioner, provider=account, suspended=not reinstate)
    _told(act, as_json)


@app.command()
def exclude(
    last_day: Annotated[str | None, typer.Option(help="The last day on which the credential counts.")] = None,
    home: Home = HOME,
    practitioner: Practitioner = None,
    provider: Provider = None,
    compromised: Annotated[
        bool,
        typer.Option("--compromised", help="The clinician's key was stolen: from --from-day on it does not count."),
    ] = False,
    from_day: Annotated[
        str | None, typer.Option(help="With --compromised: the first day on which the key does not count.")
    ] = None,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """End a credential after a day (--last-day), or declare a clinician's key compromised from a day on (--compromised --from-day).

    Example: claims registry exclude --home payer --provider 0x... --last-day 2026-06-30
    """
    from claims.service import registry
    from claims.service.calendar import parse_date
    from claims.service.errors import UsageError
    from claims.service.home import PAYER
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    account = _address(provider, "--provider")
    if compromised and practitioner is None:
        raise UsageError("--compromised is about a clinician's key: give --practitioner")
    if from_day is not None and (not compromised or last_day is not None):
        raise UsageError("--from-day is the first day that does not count, with --compromised and without --last-day")
    # --last-day with --compromised meant the first day that does not count, and still does: what is scripted goes on.
    given, option = (last_day, "--last-day") if from_day is None else (from_day, "--from-day")
    if given is None:
        raise UsageError(f"say from when: give {'--from-day' if compromised else '--last-day'} as YYYY-MM-DD")
    day = parse_date(given, option)
    with open_office(home, profile=profile, passphrase=passphrase(passphrase_file)) as office:
        office.require(PAYER)
        if compromised and practitioner is not None:
            act = registry.report_compromise(office, practitioner, day)
        else:
            act = registry.exclude(office, day, practitioner=practitioner, provider=account)
    _told(act, as_json)


@app.command()
def rotate(
    key: Annotated[str, typer.Option(help="The address of the clinician's new key.")],
    practitioner: Annotated[int, typer.Option(min=1, max=2**32 - 1, help="A clinician's registry id, from 1.")],
    home: Home = HOME,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Give a clinician another key, after a loss or a theft; what the old one signed and was not paid is signed anew.

    Example: claims registry rotate --home payer --practitioner 7 --key 0x...
    """
    from claims.service import registry
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    with open_office(home, profile=profile, passphrase=passphrase(passphrase_file)) as office:
        act = registry.rotate_key(office, practitioner, key)
    _told(act, as_json)


@app.command()
def remove(
    practitioner: Annotated[int, typer.Option(min=1, max=2**32 - 1, help="A clinician's registry id, from 1.")],
    provider: Annotated[str, typer.Option(help="A billing provider's address.")],
    home: Home = HOME,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Take a clinician off a provider's roster, for every year of service.

    Example: claims registry remove --home payer --practitioner 7 --provider 0x...
    """
    from claims.service import registry
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    with open_office(home, profile=profile, passphrase=passphrase(passphrase_file)) as office:
        act = registry.remove_from_roster(office, provider, practitioner)
    _told(act, as_json)


@app.command()
def show(
    home: Home = HOME,
    practitioner: Practitioner = None,
    provider: Provider = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Show what the registry says of a clinician, of a provider, or of the one on the other's roster.

    Example: claims registry show --home payer --practitioner 7 --provider 0x...
    """
    from claims.service import registry
    from claims.service.office import open_office

    account = _address(provider, "--provider")
    with open_office(home, profile=profile) as office:
        found = registry.show(office, practitioner=practitioner, provider=account)
    if as_json:
        print_json(found)
        return
    for noun, record in found.items():
        if noun != "roster" and not record["controller"]:
            print_lines([f"{noun} {record.get('id', record.get('address'))} is not enrolled"])
        else:
            print_lines([noun] + [f"  {name}: {'-' if value is None else value}" for name, value in record.items()])


def _address(text: str | None, option: str) -> str | None:
    from claims.service.arguments import parse_address

    return None if text is None else parse_address(text, option)


def _controller(number: int | None) -> int:
    from claims.service.errors import UsageError

    if number is None:
        raise UsageError("an enrolment needs --controller: a number that you give to whoever stands behind it, from 1")
    return number


def _told(act: Any, as_json: bool) -> None:
    if as_json:
        transaction = None if act.transaction is None else "0x" + act.transaction.hex()
        print_json({"done": act.what, "transaction": transaction, "gas": act.gas})
    else:
        print_lines([act.what if act.gas is None else f"{act.what} ({act.gas:,} gas)"])
