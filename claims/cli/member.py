"""`claims member`: the people that a payer covers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.cli.console import print_json, print_lines, print_table
from claims.cli.failure import REFUSED
from claims.cli.options import HOME, AsJson, Home, Profile

if TYPE_CHECKING:
    from claims.model.member import Coverage
    from claims.service.enrolment import MemberState

app = typer.Typer(no_args_is_help=True, help="A payer's members: take an 834 in, list them by their person ids.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The 834 to apply.")],
    home: Home = HOME,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what the file would do; change nothing.")] = False,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Apply an 834 to the payer's members: who joins gets a person id, who leaves keeps it. Repeating a file changes nothing.

    Exit code 3 where the file is rejected, or a part of it cannot be carried out; the rest is kept then.

    Example: claims member import march.834 --home payer
    """
    from claims.service.enrolment import import_members
    from claims.service.office import open_office

    with open_office(home, profile=profile) as office:
        imported = import_members(office, file, dry_run=dry_run)
    if as_json:
        members = [{"place": a.place, "person": a.person, "done": a.done, "why": a.why} for a in imported.members]
        print_json({"file": str(file), "repeated": imported.repeated, "members": members, "dry_run": dry_run})
    elif imported.repeated:
        print_lines([f"{file} was applied before; nothing was changed"])
    else:
        print_lines(
            f"member {applied.place}: {applied.done}" + (f", {applied.why}" if applied.why else f" {applied.person}")
            for applied in imported.members
        )
    if imported.refused:
        raise typer.Exit(REFUSED)


@app.command("list")
def list_(home: Home = HOME, profile: Profile = None, as_json: AsJson = False) -> None:
    """List the members by person id, with their coverage. No name, number or birth date is shown.

    Example: claims member list --home payer
    """
    _tell(home, profile, None, as_json)


@app.command()
def show(
    person: Annotated[str, typer.Argument(help="The payer's own id of the person.")],
    home: Home = HOME,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Show one member's coverage and policies. No name, number or birth date is shown.

    Example: claims member show P-204 --home payer
    """
    _tell(home, profile, person, as_json)


def _tell(home: Path, profile: str | None, person: str | None, as_json: bool) -> None:
    from claims.service.enrolment import list_members
    from claims.service.office import open_office

    with open_office(home, profile=profile) as office:
        found = list_members(office, person)
    if as_json:
        print_json({"members": [_document(state) for state in found]})
        return
    print_table(
        ("person", "relationship", "coverage", "policies"),
        [
            (
                state.member.person,
                state.member.relationship,
                "; ".join(map(_period, state.member.coverage)) or "-",
                ", ".join(map(str, state.policies)) or "-",
            )
            for state in found
        ],
    )


def _period(period: Coverage) -> str:
    through = "open" if period.through is None else str(period.through)
    return f"{period.begins} to {through}" + (f" {period.line}" if period.line else "")


def _document(state: MemberState) -> dict[str, Any]:
    """A member without a name; policy numbers are text, since they can exceed what JavaScript reads exactly."""
    return {
        "person": state.member.person,
        "relationship": state.member.relationship,
        "coverage": [
            {
                "begins": period.begins.isoformat(),
                "through": None if period.through is None else period.through.isoformat(),
                "line": period.line,
            }
            for period in state.member.coverage
        ],
        "policies": [str(policy) for policy in state.policies],
    }
