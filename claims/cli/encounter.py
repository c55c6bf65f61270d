"""`claims encounter`: what a clinician signs of what was done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claims.cli.console import note, print_json, print_lines, print_table
from claims.cli.failure import REFUSED
from claims.cli.options import HOME, AsJson, DryRun, Home, PassphraseFile, Profile

app = typer.Typer(no_args_is_help=True, help="Evidence: sign what was done, check what was signed, withdraw it.")

Key = Annotated[str, typer.Option(help="Name of the clinician's key in the home, such as dr-lee.")]
Names = list[str] | None

CURES = {
    "unsigned": "have the clinician sign, with `claims encounter attest`",
    "bad-signature": "sign with the key that is enrolled; `claims registry show` has its address",
    "credential": "a credential is missing, suspended or out of its dates; ask the payer",
    "not-on-roster": "ask the payer to put the clinician on the billing provider's roster",
    "same-controller": "clinician and billing provider are under one controller; this needs an independent witness",
    "compromised": "the clinician's key was reported stolen; have another enrolled, and sign again",
    "expired": "its last day for a claim has passed; sign anew",
    "revoked": "hand over the attestation that replaces it, or sign anew with `claims encounter attest --again`",
    "wrong-domain": "it was signed for another chain or registry; attest in a home on this chain",
    "salt-mismatch": "the document was changed; take it as it was written",
}
"""What to do about what is wrong with a record, by the word of the check."""


@app.command()
def attest(
    export: Annotated[
        Path, typer.Argument(help="The record system's export: a FHIR R4 Bundle or the documented JSON.")
    ],
    practitioner: Annotated[int, typer.Option(min=1, max=2**32 - 1, help="The clinician's registry id.")],
    npi: Annotated[str, typer.Option(help="The clinician's NPI, by which the export's encounters are theirs.")],
    key: Key,
    home: Home = HOME,
    provider_npi: Annotated[str, typer.Option(help="NPI that bills. Default: the home's own.")] = "",
    provider: Annotated[
        str | None, typer.Option(help="Address that bills. Default: that of the key `provider`, or `provider-<npi>`.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Record document to write, replaced where it exists. Default: records.json in the home."),
    ] = None,
    valid_days: Annotated[
        int, typer.Option(min=1, max=36_500, help="Days after this year in which it may be claimed.")
    ] = 400,
    each: Annotated[bool, typer.Option("--each", help="Sign each encounter by itself, not the shift in one.")] = False,
    supersedes: Annotated[int, typer.Option(min=0, help="Sequence that the one chosen encounter replaces.")] = 0,
    only: Annotated[Names, typer.Option(help="Attest this encounter alone; repeat it for several.")] = None,
    leave_out: Annotated[Names, typer.Option(help="Leave this encounter out; repeat it for several.")] = None,
    unsigned: Annotated[Names, typer.Option(help="Write this encounter's record without a signature.")] = None,
    again: Annotated[Names, typer.Option(help="Sign this encounter anew although it was revoked.")] = None,
    lane: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Lane of the sequence numbers.")] = 0,
    person_system: Annotated[
        str, typer.Option(help="System of the payer's person ids in a Bundle. Default: the identifier of type MB.")
    ] = "",
    dry_run: DryRun = False,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Seal and sign a clinician's encounters, all with one signature; repeating it signs nothing twice.

    The record document holds patients' data and its salts: it goes to the payer with the claim, and to nobody else.

    Example: claims encounter attest shift.json --home clinic --practitioner 7 --npi 1234567893 --key dr-lee
    """
    from claims.service import encounters
    from claims.service.arguments import parse_address
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    billing = None if provider is None else parse_address(provider, "--provider")
    exported = encounters.read_encounters(export, person_system=person_system)
    secret = None if dry_run else passphrase(passphrase_file)
    file = out or home / "records.json"
    with open_office(home, profile=profile, passphrase=secret) as office:
        done = encounters.attest(
            office,
            exported,
            encounters.Clinician(practitioner, npi, key),
            billing_npi=provider_npi,
            provider=billing,
            choice=encounters.Choice(
                tuple(only or ()), tuple(leave_out or ()), tuple(unsigned or ()), tuple(again or ())
            ),
            each=each,
            supersedes=supersedes,
            lane=lane,
            valid_days=valid_days,
            dry_run=dry_run,
        )
    if not dry_run:
        encounters.write_document(file, done.records)
    rows = []
    for record, state in zip(done.records, done.states, strict=True):
        # A dry run takes no number: what is not kept from before has none yet.
        sequence = None if dry_run and state != encounters.KEPT else str(record.attestation.sequence)
        rows.append((record.identifier, sequence, len(record.services), state))
    if as_json:
        print_json(
            {
                "encounters": [
                    {"encounter": identifier, "sequence": sequence, "services": services, "state": state}
                    for identifier, sequence, services, state in rows
                ],
                "file": None if dry_run else str(file),
                "dry_run": dry_run,
            }
        )
        return
    print_table(
        ("encounter", "sequence", "services", "would be" if dry_run else "state"),
        [(identifier, sequence or "-", str(services), state) for identifier, sequence, services, state in rows],
        right=(1, 2),
    )
    note("nothing was signed or written" if dry_run else f"wrote {file}, readable by you alone")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A record document.")],
    home: Home = HOME,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Check each record: its salts, its signature, and what the registry says today; exit code 3 where one fails.

    Example: claims encounter verify records.json --home payer
    """
    from claims.service import encounters
    from claims.service.office import open_office

    data = file.read_bytes()
    with open_office(home, profile=profile) as office:
        checked = encounters.check_document(office, data)
    if as_json:
        print_json(
            {
                "encounters": [
                    {
                        "encounter": one.identifier,
                        "practitioner": one.practitioner,
                        "sequence": str(one.sequence),
                        "services": one.services,
                        "valid": not one.problem,
                        "problem": one.problem,
                    }
                    for one in checked
                ]
            }
        )
    else:
        print_table(
            ("encounter", "practitioner", "sequence", "services", "verdict"),
            [
                (one.identifier, str(one.practitioner), str(one.sequence), str(one.services), one.problem or "valid")
                for one in checked
            ],
            right=(1, 2, 3),
        )
        for problem in dict.fromkeys(one.problem for one in checked if one.problem in CURES):
            note(f"{problem}: {CURES[problem]}")
    if any(one.problem for one in checked):
        raise typer.Exit(REFUSED)


@app.command()
def revoke(
    identifier: Annotated[str, typer.Argument(help="The encounter's identifier.")],
    key: Key,
    home: Home = HOME,
    practitioner: Annotated[
        int | None, typer.Option(help="Registry id, where several clinicians have such an encounter.")
    ] = None,
    dry_run: DryRun = False,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Withdraw all attestations of an encounter on the chain; what they paid already stays paid.

    Example: claims encounter revoke V-1041 --home clinic --key dr-lee
    """
    from claims.service import encounters
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    secret = None if dry_run else passphrase(passphrase_file)
    with open_office(home, profile=profile, passphrase=secret) as office:
        acts = encounters.revoke(office, identifier, key, practitioner=practitioner, dry_run=dry_run)
    if as_json:
        print_json(
            {
                "encounter": identifier,
                "acts": [
                    {
                        "done": act.what,
                        "transaction": None if act.transaction is None else "0x" + act.transaction.hex(),
                        "gas": act.gas,
                    }
                    for act in acts
                ],
                "dry_run": dry_run,
            }
        )
    else:
        print_lines(act.what if act.gas is None else f"{act.what} ({act.gas:,} gas)" for act in acts)
