"""`claims claim`: check, hand over, settle and follow claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.cli.console import print_json, print_lines
from claims.cli.failure import PENDING, REFUSED
from claims.cli.inquire import inquire
from claims.cli.options import HOME, AsJson, DryRun, Home, PassphraseFile, Profile
from claims.cli.validate import validate

if TYPE_CHECKING:
    from claims.service.anchoring import RollSent
    from claims.service.rebilling import Correction
    from claims.service.submitting import Outcome

app = typer.Typer(no_args_is_help=True, help="Claims: check a file, hand it over, settle it, and follow each claim.")
app.command("validate")(validate)
app.command("inquire")(inquire)

Number = Annotated[str, typer.Argument(help="The claim's own number (CLM01), or the payer's control number.")]


@app.command()
def submit(
    file: Annotated[Path, typer.Argument(help="The 837P to submit.")],
    home: Home = HOME,
    records: Annotated[Path | None, typer.Option(help="The encounter records that back the claims.")] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="The payer's decision file: settle what it approves, one transaction a claim.")
    ] = None,
    policy: Annotated[
        int | None, typer.Option(help="Submit each claim on the chain against this policy, before it is decided.")
    ] = None,
    anchor: Annotated[
        bool,
        typer.Option("--anchor", help="Anchor the claims in one roll of invoices, which its payer settles in batches."),
    ] = False,
    policies: Annotated[
        Path | None,
        typer.Option(help="With --anchor: which member has which policy, in TOML, where SBR03 does not say it."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for what the payer gets: the 837 and the records it needs.")] = Path(
        "outbox"
    ),
    dry_run: DryRun = False,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Hand an 837 to its payer with its evidence; with --decisions, settle on the chain what the payer approved.

    With --anchor the whole file takes one slot of the payer's book: from then on the payer's clock runs, and it pays what it
    approves without another word of the provider. Sending is the provider's consent to the charge. Repeating it pays nothing
    twice. Exit code 3 where a claim was denied, rejected or refused by the contract, 5 where one is pended.

    Example: claims claim submit march.837 --home clinic --records records.json --out to-payer

    Example: claims claim submit march.837 --home clinic --records records.json --anchor --out to-payer

    Example: claims claim submit march.837 --home clinic --records records.json --decisions march.decisions.json
    """
    from claims.service import submitting
    from claims.service.anchoring import PolicySource, read_policies
    from claims.service.errors import UsageError
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    if anchor and decisions is not None:
        raise UsageError("--anchor hands a file over, and --decisions settles what came back: give one of them")
    if policies is not None and not anchor:
        raise UsageError("--policies is for --anchor; a claim that is submitted alone takes --policy")
    source = None
    if anchor:
        source = PolicySource(policy, {} if policies is None else read_policies(policies))
    signs = anchor or decisions is not None or policy is not None
    if decisions is not None and records is None:
        raise UsageError("--decisions needs --records: the contract checks the evidence again")
    with open_office(home, profile=profile, passphrase=passphrase(passphrase_file) if signs else None) as office:
        files: dict[str, str] = {}
        rolls: tuple[RollSent, ...] = ()
        if decisions is not None and records is not None:
            outcomes = submitting.settle(office, file, records=records, decisions=decisions, dry_run=dry_run)
        else:
            alone = None if anchor else policy
            handed = submitting.hand_over(
                office, file, records=records, out=out, policy=alone, anchor=source, dry_run=dry_run
            )
            outcomes, files, rolls = handed.outcomes, handed.files, handed.rolls
    if as_json:
        document: dict[str, Any] = {"claims": [_document(outcome) for outcome in outcomes], "files": files}
        print_json(document | {"rolls": [_roll_document(roll) for roll in rolls]})
    else:
        print_lines(_sentence(outcome) for outcome in outcomes)
        print_lines(_roll_sentence(roll) for roll in rolls)
        print_lines(f"wrote {path}" for path in files.values())
    _leave(outcomes)


@app.command()
def status(number: Number, home: Home = HOME, profile: Profile = None, as_json: AsJson = False) -> None:
    """Say where a claim stands: its statuses, what was sent for it, what was paid, and its remittances.

    Example: claims claim status HSFM-30388 --home clinic
    """
    from claims.service.claim_story import claim_status
    from claims.service.office import open_office

    with open_office(home, profile=profile) as office:
        found = claim_status(office, number)
    if as_json:
        print_json({"claims": found})
        return
    for claim in found:
        print_lines(_standing(claim))


@app.command()
def respond(
    number: Number,
    out: Annotated[Path, typer.Option(help="The file to write; it holds the patient's data.")],
    home: Home = HOME,
    form: Annotated[
        str, typer.Option("--format", help="claim-response for whoever billed, eob for the member.")
    ] = "claim-response",
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Write a decision in FHIR R4: a ClaimResponse, or an ExplanationOfBenefit.

    Example: claims claim respond HSFM-30388 --home payer --format eob --out eob.json
    """
    from claims.service.fhir_answers import respond as answer
    from claims.service.office import open_office

    with open_office(home, profile=profile) as office:
        written = answer(office, number, form=form, out=out)
    if as_json:
        print_json(written)
    else:
        print_lines([f"claim {written['claim']}: {written['outcome']}", f"wrote {written['file']}"])


@app.command()
def explain(number: Number, home: Home = HOME, profile: Profile = None, as_json: AsJson = False) -> None:
    """Tell each line's story in plain words, with the arithmetic, and what would cure a denial or a pend.

    Example: claims claim explain HSFM-30388 --home clinic
    """
    from claims.service.claim_story import claim_explanation
    from claims.service.office import open_office

    with open_office(home, profile=profile) as office:
        found = claim_explanation(office, number)
    if as_json:
        print_json({"claims": found})
        return
    for claim in found:
        print_lines(claim["story"])


@app.command()
def replace(
    number: Number,
    corrected: Annotated[Path, typer.Argument(help="An 837 that holds the claim as it should have been.")],
    home: Home = HOME,
    out: Annotated[Path | None, typer.Option(help="The 837 to write; default: named by the control number.")] = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Write the 837 that replaces a claim (frequency 7): the corrected claim, naming the payer's control number in REF*F8.

    Hand it over with `claims claim submit`. The payer reverses the earlier claim and decides this one in its place.

    Example: claims claim replace HSFM-30388 corrected.837 --home clinic --out replacement.837
    """
    from claims.service.office import open_office
    from claims.service.rebilling import replace_claim

    with open_office(home, profile=profile) as office:
        written = replace_claim(office, number, corrected, out)
    _corrected(written, "replaces", as_json=as_json)


@app.command()
def void(
    number: Number,
    home: Home = HOME,
    out: Annotated[Path | None, typer.Option(help="The 837 to write; default: named by the control number.")] = None,
    file: Annotated[
        Path | None, typer.Option(help="The 837 that it was billed with, where the home has it no more.")
    ] = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Write the 837 that voids a claim (frequency 8): what was billed, naming the payer's control number in REF*F8.

    Hand it over with `claims claim submit`. The payer reverses the claim; its evidence pays for no other claim.

    Example: claims claim void HSFM-30388 --home clinic --out void.837
    """
    from claims.service.office import open_office
    from claims.service.rebilling import void_claim

    with open_office(home, profile=profile) as office:
        written = void_claim(office, number, out, file=file)
    _corrected(written, "voids", as_json=as_json)


@app.command()
def eob(
    number: Number,
    out: Annotated[Path, typer.Option(help="The file to write; it names the patient and is for the member.")],
    home: Home = HOME,
    html: Annotated[bool, typer.Option("--html", help="Write an HTML page that prints well, instead of text.")] = False,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """A payer's: write the explanation of benefits that the member gets: what was charged, paid and is owed, and why.

    Exit code 5 where the claim still waits.

    Example: claims claim eob PVKQ3ZL7 --home payer --html --out explanation.html
    """
    from claims.service.benefits import write_explanation
    from claims.service.office import open_office

    with open_office(home, profile=profile) as office:
        value = write_explanation(office, number, out, html=html)
    if as_json:
        print_json(
            {
                "claim": value.number,
                "control_number": value.control_number,
                "standing": value.standing,
                "file": str(out),
            }
        )
        return
    print_lines([f"wrote {out}"])


def _corrected(written: Correction, verb: str, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "claim": written.claim,
                "control_number": written.control_number,
                "corrects": written.corrects,
                "file": str(written.path),
            }
        )
        return
    print_lines(
        [f"claim {written.claim} ({written.control_number}) {verb} {written.corrects}", f"wrote {written.path}"]
    )


def _document(outcome: Outcome) -> dict[str, Any]:
    return {
        "claim": outcome.claim,
        "status": outcome.status,
        "why": outcome.why,
        "transaction": None if outcome.transaction is None else "0x" + outcome.transaction.hex(),
        "gas": outcome.gas,
    }


def _roll_document(roll: RollSent) -> dict[str, Any]:
    return {
        "roll": "0x" + roll.hash.hex(),
        "invoices": roll.invoices,
        "billed": str(roll.billed),
        "transaction": None if roll.transaction is None else "0x" + roll.transaction.hex(),
        "gas": roll.gas,
        "why": roll.why,
    }


def _roll_sentence(roll: RollSent) -> str:
    told = f"roll 0x{roll.hash.hex()}: {roll.invoices:,} invoices of {roll.billed} in all"
    if roll.transaction is not None and roll.gas is not None:
        return f"{told}, anchored by 0x{roll.transaction.hex()} for {roll.gas:,} gas, {roll.gas // roll.invoices:,} an invoice"
    return f"{told}, {roll.why}" if roll.why else told


def _sentence(outcome: Outcome) -> str:
    told = f"claim {outcome.claim}: {outcome.status}"
    if outcome.why:
        told += f", {outcome.why}"
    if outcome.transaction is not None:
        told += f" (transaction 0x{outcome.transaction.hex()}, {outcome.gas:,} gas)"
    return told


def _leave(outcomes: Sequence[Outcome]) -> None:
    found = {outcome.status for outcome in outcomes}
    if found & {"denied", "rejected", "refused"}:
        raise typer.Exit(REFUSED)
    if "pended" in found:
        raise typer.Exit(PENDING)


def _standing(claim: dict[str, Any]) -> list[str]:
    lines = [f"claim {claim['claim']} ({claim['control_number']}): {claim['status']}, charged {claim['charge']}"]
    for change in claim["history"]:
        at = datetime.fromtimestamp(change["at"], UTC).strftime("%Y-%m-%d %H:%M UTC")
        lines.append(f"  {at} {change['status']}" + (f": {change['note']}" if change["note"] else ""))
    for transaction in claim["transactions"]:
        failure = f": {transaction['failure']}" if transaction["failure"] else ""
        lines.append(f"  {transaction['kind']} {transaction['state']} {' '.join(transaction['hashes'])}{failure}")
    for payment in claim["payments"]:
        netted = "" if payment["netted"] == "0.00" else f", kept back for debts {payment['netted']},"
        lines.append(f"  paid {payment['paid']}, credited {payment['credited']}{netted} by {payment['transaction']}")
    lines += [f"  remittance {path}" for path in claim["remittances"]]
    return lines
