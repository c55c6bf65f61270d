"""`claims remit`: remittances, ours and anybody's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.cli.console import print_json, print_lines
from claims.cli.failure import REFUSED
from claims.cli.options import HOME, AsJson, DryRun, Home, Profile

if TYPE_CHECKING:
    from claims.service.remittance_reading import RemittanceFile

app = typer.Typer(no_args_is_help=True, help="Remittances (835): check whether one balances, and read one.")


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="One or more 835 files, of any payer.")],
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 for wrong syntax too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say of an 835 whether it balances, at which level and claim not, and apart from that what is wrong in its syntax.

    Exit code 3 where a file does not balance.

    Example: claims remit check payment.835
    """
    from claims.service.remittance_reading import check_document, read_remittance_file

    read = [read_remittance_file(file) for file in files]
    if as_json:
        print_json({"files": [check_document(file) for file in read]})
    else:
        for file in read:
            print_lines(_checked(file))
    if not all(file.report.balances and (file.report.syntax_ok or not strict) for file in read):
        raise typer.Exit(REFUSED)


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="An 835, of any payer.")],
    as_json: AsJson = False,
) -> None:
    """Show an 835 in plain words: who pays whom, each claim with its lines and why not all of it was paid. Names no patient.

    Example: claims remit show payment.835
    """
    from claims.service.remittance_reading import read_remittance_file, require_remittance, show_document

    read = read_remittance_file(file)
    require_remittance(read)
    document = show_document(read)
    if as_json:
        print_json(document)
        return
    for remittance in document["remittances"]:
        print_lines(_remittance(remittance))
    print_lines(_balance(read))


@app.command()
def export(
    home: Home = HOME,
    out: Annotated[Path, typer.Option(help="Folder for the 835s, one a payment.")] = Path("remittances"),
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Write an 835 for each payment that the chain made, and one that pays nothing for denials. Each is written once.

    Example: claims remit export --home payer --out to-clinic
    """
    from claims.service.office import open_office
    from claims.service.remitting import export_remittances

    with open_office(home, profile=profile) as office:
        written = export_remittances(office, out)
    if as_json:
        print_json(
            {
                "remittances": [
                    {"trace": r.trace, "paid": str(r.paid), "claims": list(r.claims), "file": str(r.path)}
                    for r in written
                ]
            }
        )
        return
    print_lines(f"{r.paid!s:>12} for {', '.join(r.claims)}: {r.path}" for r in written)
    if not written:
        print_lines(["nothing new was paid or denied"])


@app.command()
def offsets(home: Home = HOME, profile: Profile = None, as_json: AsJson = False) -> None:
    """List what corrections left to be settled with providers: to be taken from them, or due to them.

    Each was told in an 835 as PLB. The contract moves no money back and pays a claim once, so these wait.

    Example: claims remit offsets --home payer
    """
    from claims.service.office import open_office
    from claims.service.remitting import pending_offsets

    with open_office(home, profile=profile) as office:
        found = pending_offsets(office)
    if as_json:
        print_json({"offsets": found})
        return
    print_lines(
        f"{offset['amount']:>12} {offset['direction']} {offset['provider']}: claim {offset['claim']} "
        f"({offset['control_number']}) corrects {offset['corrects']}"
        for offset in found
    )
    if not found:
        print_lines(["nothing waits to be settled"])


@app.command()
def post(
    file: Annotated[Path, typer.Argument(help="The 835 that the payer sent.")],
    home: Home = HOME,
    dry_run: DryRun = False,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Mark an 835 as posted, after a check that it balances and that its BPR02 is what the chain paid.

    Repeating it posts nothing twice. Exit code 3 where the file does not balance, 1 where the chain paid another amount.

    Example: claims remit post payment.835 --home clinic
    """
    from claims.service.office import open_office
    from claims.service.posting import post_remittance

    with open_office(home, profile=profile) as office:
        posted = post_remittance(office, file, dry_run=dry_run)
    if as_json:
        print_json(
            {
                "remittances": [
                    {
                        "trace": each.trace,
                        "paid": str(each.paid),
                        "claims": list(each.claims),
                        "payment": None if each.payment is None else "0x" + each.payment.hex(),
                        "posted": each.fresh and not dry_run,
                    }
                    for each in posted
                ]
            }
        )
        return
    done = "would be posted" if dry_run else "posted"
    print_lines(
        f"{each.paid!s:>12} for {', '.join(each.claims)}: {done if each.fresh else 'posted before'}" for each in posted
    )


def _checked(file: RemittanceFile) -> Iterator[str]:
    from claims.service.intake import placed

    report = file.report
    if not report.remittances:
        yield f"{file.path}: holds no remittance"
    else:
        yield f"{file.path}: {'balances' if report.balances else 'does not balance'}"
    for remittance in report.remittances:
        count = len(remittance.claims)
        yield f"  payment {remittance.trace or '-'}: {remittance.paid} for {count} claim{'s' * (count != 1)}"
        for problem in remittance.problems:
            yield f"    unreadable: {placed(problem)}"
    for finding in report.findings:
        yield f"  {finding}"
    if report.syntax_ok:
        yield "  syntax: as the guide has it"
    else:
        yield f"  syntax: {len(report.syntax)} faults"
    for error in report.syntax:
        yield f"    {placed(error)}"


def _remittance(remittance: dict[str, Any]) -> Iterator[str]:
    on = f" on {remittance['day']}" if remittance["day"] else ""
    yield f"{remittance['payer'] or 'an unnamed payer'} pays {remittance['payee'] or 'an unnamed payee'}"
    yield f"  {remittance['paid']} {remittance['method_words']}{on}, trace number {remittance['trace'] or '-'}"
    for claim in remittance["claims"]:
        yield ""
        patient = claim["patient"] or "0.00"
        yield f"claim {claim['claim']}, {claim['words']}; the payer's number is {claim['control_number'] or '-'}"
        yield f"  charged {claim['charge']}, paid {claim['paid']}, the patient owes {patient}"
        yield from _reasons(claim, "  ")
        for line in claim["lines"]:
            units = "" if line["units"] in ("1", "1.00") else f" × {line['units']}"
            allowed = "" if line["allowed"] is None else f"allowed {line['allowed']}, "
            yield f"  line {line['line']} {line['code'] or '-'}{units}: charged {line['charge']}, {allowed}paid {line['paid']}"
            yield from _reasons(line, "    ")
    for adjustment in remittance["provider_adjustments"]:
        reference = f" ({adjustment['reference']})" if adjustment["reference"] else ""
        yield f"provider adjustment {adjustment['reason']} {adjustment['amount']}: {adjustment['words']}{reference}"
    yield ""


def _reasons(part: dict[str, Any], indent: str) -> Iterator[str]:
    for adjustment in part["adjustments"]:
        yield f"{indent}{adjustment['group']}-{adjustment['reason']} {adjustment['amount']}: {adjustment['words']}"
    if part["remarks"]:
        yield f"{indent}remarks {', '.join(part['remarks'])}"


def _balance(file: RemittanceFile) -> Iterator[str]:
    if file.report.balances:
        yield "It balances at all three levels: every service, every claim, and the payment."
        return
    yield "It does not balance:"
    for finding in file.report.findings:
        yield f"  {finding}"
    for remittance in file.report.remittances:
        yield from (f"  a figure could not be read: {problem.message}" for problem in remittance.problems)
