"""`claims adjudicate`: decide an 837, from documents alone or as a payer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.cli.console import note, print_json, print_lines, print_table
from claims.cli.failure import REFUSED
from claims.cli.options import AsJson, DryRun, PassphraseFile, Profile

if TYPE_CHECKING:
    from claims.model.decision import Decision
    from claims.service.offline_adjudication import AdjudicatedFile

ASSUME = "assume"


def adjudicate(
    file: Annotated[Path, typer.Argument(help="The 837, or the FHIR claims, to decide.")],
    plan: Annotated[Path | None, typer.Option(help="The plan, in TOML. With --home, its own where left out.")] = None,
    accumulators: Annotated[Path | None, typer.Option(help="What members used so far, in TOML.")] = None,
    members: Annotated[Path | None, typer.Option(help="The covered persons, in TOML.")] = None,
    providers: Annotated[Path | None, typer.Option(help="The providers and clinicians, in TOML.")] = None,
    evidence: Annotated[
        str | None,
        typer.Option(help='The encounter records, in JSON; or "assume", which takes the evidence as given.'),
    ] = None,
    rolls: Annotated[
        Path | None,
        typer.Option(help="With --home: the rolls of invoices that the provider anchored of the file."),
    ] = None,
    history: Annotated[Path | None, typer.Option(help="Lines that were adjudicated before, in JSON.")] = None,
    tables: Annotated[
        Path | None, typer.Option(help="Folder of imported code tables (`claims tables import`).")
    ] = None,
    received: Annotated[
        str | None, typer.Option(help="When the file was received, such as 2026-03-16. Default: the file's BHT04.")
    ] = None,
    decided: Annotated[
        str | None,
        typer.Option(help="Day of the decision: a want of evidence is denied once the plan's days have passed."),
    ] = None,
    strict_npi: Annotated[
        bool, typer.Option("--strict-npi", help="Reject claims whose NPIs fail the check digit.")
    ] = False,
    home: Annotated[
        Path | None,
        typer.Option("--home", help="A payer's home: decide with its records, keep and sign the decisions."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="With --home: the folder for 999 and decisions.")] = None,
    fhir_out: Annotated[
        Path | None,
        typer.Option(help="Folder for each claim's ClaimResponse and ExplanationOfBenefit, in FHIR R4."),
    ] = None,
    pay: Annotated[bool, typer.Option("--pay", help="With --home: pay what was submitted on the chain.")] = False,
    dry_run: DryRun = False,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Decide the claims of an 837 to the cent. An option that is left out leaves its edit unchecked, and the claim goes on.

    Without --home nothing is kept, signed or sent. The exit code is 0 whatever was decided, and 3 where the whole file is
    rejected.

    Example: claims adjudicate claims.837 --plan plan.toml --evidence assume --json
    """
    from claims.service.calendar import parse_date
    from claims.service.errors import UsageError

    received_on = None if received is None else parse_date(received, "--received")
    decided_on = None if decided is None else parse_date(decided, "--decided")
    if home is not None:
        kept = {"--accumulators": accumulators, "--history": history, "--tables": tables}
        surplus = [option for option, value in kept.items() if value is not None]
        if strict_npi:
            surplus.append("--strict-npi")
        if surplus:
            raise UsageError(f"with --home, {' and '.join(surplus)} cannot be given: the home has its own")
        if evidence == ASSUME:
            raise UsageError(
                "with --home, evidence is verified and never assumed: give --evidence FILE, or leave it out"
            )
        _decide_as_payer(
            home,
            file,
            profile=profile,
            passphrase_file=passphrase_file,
            evidence=None if evidence is None else Path(evidence),
            rolls=rolls,
            plan=plan,
            members=members,
            providers=providers,
            received=received_on,
            decided=decided_on,
            out=out,
            fhir_out=fhir_out,
            pay=pay,
            dry_run=dry_run,
            as_json=as_json,
        )
        return
    if out is not None or pay or dry_run or profile is not None or rolls is not None:
        raise UsageError("--out, --pay, --rolls, --dry-run and --profile are for a payer: give --home with them")
    if plan is None:
        raise UsageError("give --plan PLAN.toml, or --home for a payer's own plan")

    from claims.service.offline_adjudication import adjudicate_file, document_of_file

    found = adjudicate_file(
        file,
        plan=plan,
        accumulators=accumulators,
        members=members,
        providers=providers,
        evidence=None if evidence in (None, ASSUME) else Path(evidence),
        assume_evidence=evidence == ASSUME,
        history=history,
        tables=tables,
        received=received_on,
        decided=decided_on,
        strict_npi=strict_npi,
    )
    document = document_of_file(found)
    if fhir_out is not None:
        from claims.service.fhir_answers import write_answers

        decisions = [outcome.decision for outcome in found.outcomes]
        day = decided_on or datetime.now(UTC).date()
        document["fhir"] = write_answers(file, decisions, out=fhir_out, created=day, strict_npi=strict_npi)
    if as_json:
        print_json(document)
    else:
        _tell(found)
        print_lines(f"wrote {path}" for path in document.get("fhir", ()))
    if found.rejection:
        note(f"error: {found.rejection}")
        raise typer.Exit(REFUSED)


def _tell(found: AdjudicatedFile) -> None:
    from claims.adjudication.explain import explain
    from claims.service.intake import placed

    for outcome in found.outcomes:
        if outcome.decision is None:
            print_lines([f"claim {outcome.claim}: rejected"])
            print_lines(f"  {placed(error)}" for error in outcome.errors)
        else:
            print_lines([f"claim {outcome.claim}: {outcome.decision.status}"])
            _print_claim(outcome.decision)
            print_lines(f"  {sentence}" for sentence in explain(outcome.decision, found.plan))
        print_lines([""])
    for number in found.encounter_reports:
        print_lines([f"claim {number}: an encounter report, which is recorded and never paid", ""])
    print_lines(placed(error) for error in found.errors)


def _print_claim(decision: Decision) -> None:
    def row(name: str, code: str, part: Any) -> tuple[str, ...]:
        reasons = ", ".join(f"{a.group}-{a.reason} {a.amount}" for a in part.adjustments)
        return name, code, str(part.charge), str(part.allowed), str(part.paid), str(part.patient), reasons

    rows = [row(str(line.line), " ".join((line.code, *line.modifiers)), line) for line in decision.lines]
    rows.append(row("all", "", decision))
    headings = ("line", "code", "charge", "allowed", "paid", "patient", "adjustments")
    print_table(headings, rows, right=range(2, 6))


def _decide_as_payer(
    home: Path,
    file: Path,
    *,
    profile: str | None,
    passphrase_file: Path | None,
    evidence: Path | None,
    rolls: Path | None,
    plan: Path | None,
    members: Path | None,
    providers: Path | None,
    received: date | None,
    decided: date | None,
    out: Path | None,
    fhir_out: Path | None,
    pay: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    from claims.service.adjudicating import adjudicate_for_payer
    from claims.service.keys import passphrase
    from claims.service.office import open_office

    with open_office(home, profile=profile, passphrase=passphrase(passphrase_file)) as office:
        done = adjudicate_for_payer(
            office,
            file,
            evidence=evidence,
            rolls=rolls,
            plan=plan,
            members=members,
            providers=providers,
            received=received,
            decided=decided,
            out=out,
            pay=pay,
            dry_run=dry_run,
        )
        if fhir_out is not None and not dry_run:
            from claims.service.fhir_answers import answer_home_file

            done["fhir"] = answer_home_file(office, file, out=fhir_out)
    if as_json:
        print_json(done)
    else:
        _tell_as_payer(done)
        _point_to_reasons(done, home, dry_run=dry_run)
    if not done["claims"] and not done["encounter_reports"]:
        first = f": {_placed(done['errors'][0])}" if done["errors"] else ""
        note(f"error: {file} is rejected: nothing of it could be read as a claim{first}")
        raise typer.Exit(REFUSED)
    if not done["encounter_reports"] and all(claim["status"] == "rejected" for claim in done["claims"]):
        note(f"error: {file} is rejected: the 999 says why")
        raise typer.Exit(REFUSED)


def _tell_as_payer(done: dict[str, Any]) -> None:
    rows = [
        (
            str(claim.get("control_number", "-")),
            str(claim["claim"]),
            str(claim["status"]),
            str(claim.get("paid", "-")),
            str(claim.get("patient", "-")),
        )
        for claim in done["claims"]
    ]
    if rows:
        print_table(("control number", "claim", "status", "paid", "patient"), rows, right=(3, 4))
    for claim in done["claims"]:
        print_lines(f"claim {claim['claim']}: {error['message']}" for error in claim.get("errors", ()))
    print_lines(f"claim {number}: an encounter report, recorded and never paid" for number in done["encounter_reports"])
    print_lines(_roll(roll) for roll in done["rolls"])
    print_lines(_placed(error) for error in done["errors"])
    print_lines(f"wrote {path}" for path in (*done["files"].values(), *done.get("fhir", ())))


def _roll(roll: dict[str, Any]) -> str:
    if roll["problem"]:
        return f"roll {roll['roll']} does not count, its {roll['claims']} claims are not anchored: {roll['problem']}"
    return (
        f"roll {roll['roll']}: {roll['claims']} claims are anchored; `claims settle run` pays what is approved of them"
    )


def _point_to_reasons(done: dict[str, Any], home: Path, *, dry_run: bool) -> None:
    waiting = [str(claim["claim"]) for claim in done["claims"] if claim["status"] in ("denied", "pended")]
    if waiting and not dry_run:
        note(f"why, and what cures it: claims claim explain {waiting[0]} --home {home}")


def _placed(error: dict[str, Any]) -> str:
    from claims.model.submission import IntakeError
    from claims.service.intake import placed

    told = ("level", "code", "message", "segment", "position", "transaction")
    return placed(IntakeError(**{name: error[name] for name in told}))
