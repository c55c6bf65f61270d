"""`claims tables`: the published tables that prices and edits come from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from claims.cli.console import print_json, print_lines, print_table
from claims.cli.options import HOME, AsJson, DryRun, Home, PassphraseFile, Profile

app = typer.Typer(
    no_args_is_help=True, help="Published tables: import the official files, and see what is there for which dates."
)

TablesFolder = Annotated[
    Path | None,
    typer.Option("--tables", help="Folder of the imported tables. Default: the home's `tables`, else `tables` here."),
]


@app.command("import", short_help="Import official files; their kind is told by their content.")
def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="The files, unpacked, as they were published.")
    ],
    tables: TablesFolder = None,
    setting: Annotated[
        str, typer.Option(help="practitioner or outpatient, for NCCI pairs whose file does not say it.")
    ] = "",
    effective: Annotated[
        str, typer.Option(help="First day in force, where the file does not say it: 2025-10-01.")
    ] = "",
    name: Annotated[str, typer.Option(help="Name of a fee list; plans refer to it.")] = "",
    work_floor: Annotated[
        str, typer.Option(help="with or without: which work index holds where a GPCI file has both.")
    ] = "",
    home: Home = HOME,
    as_json: AsJson = False,
) -> None:
    """Import tables as their publishers provide them.

    CMS's relative values, geographic indices, localities, NCCI pairs and MUE; the exclusion list; code lists; your own fee lists.

    Every file is checked and kept whole, or refused with the lines that are wrong. The same file again changes nothing.

    Example: claims tables import PPRRVU2025_Oct.csv GPCI2025.csv --tables tables
    """
    from claims.service.tables import import_tables, tables_folder

    done = import_tables(
        tables_folder(tables, home), files, setting=setting, effective=effective, name=name, work_floor=work_floor
    )
    if as_json:
        print_json({"tables": done})
        return
    for each in done:
        state = "imported" if each["new"] else "there already"
        print_lines(
            [
                f"{each['file']}: {each['kind']} {each['version']}, {each['rows']} rows, {_days(each['begins'], each['through'])}: {state}"
            ]
        )
        print_lines(f"  {note}" for note in each["notes"])


@app.command("list", short_help="Say which tables are there for which dates.")
def list_(tables: TablesFolder = None, home: Home = HOME, as_json: AsJson = False) -> None:
    """Say which tables are there, in which version and for which dates. A later release of the same days supersedes an earlier.

    Example: claims tables list --tables tables
    """
    from claims.service.tables import list_tables, tables_folder

    folder = tables_folder(tables, home)
    listed = list_tables(folder)
    if as_json:
        print_json({"folder": str(folder), "tables": listed})
        return
    if not listed:
        print_lines([f"no tables in {folder}: import some with `claims tables import`"])
        return
    print_table(
        ("kind", "version", "in force", "rows", "superseded by"),
        (
            (
                each["kind"],
                each["version"],
                _days(each["begins"], each["through"]),
                str(each["rows"]),
                each["superseded_by"] or "",
            )
            for each in listed
        ),
        right=(3,),
    )


@app.command(short_help="Suspend on the chain whom an imported list excludes.")
def exclusions(
    home: Home = HOME,
    tables: TablesFolder = None,
    day: Annotated[str, typer.Option("--date", help="The day on which to look; default: today.")] = "",
    dry_run: DryRun = False,
    profile: Profile = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Suspend on the registry every party enrolled at this payer that an imported exclusion list names. It reinstates nobody.

    Example: claims tables exclusions --home payer --dry-run
    """
    from claims.service.calendar import parse_date
    from claims.service.exclusions import suspend_excluded
    from claims.service.keys import passphrase
    from claims.service.office import open_office
    from claims.service.tables import tables_folder

    on = parse_date(day, "--date") if day else datetime.now(UTC).date()
    secret = None if dry_run else passphrase(passphrase_file)
    with open_office(home, profile=profile, passphrase=secret) as office:
        acts = suspend_excluded(office, tables_folder(tables, home), on, dry_run=dry_run)
    if as_json:
        done = [
            {"done": act.what, "transaction": None if act.transaction is None else "0x" + act.transaction.hex()}
            for act in acts
        ]
        print_json({"date": on.isoformat(), "acts": done})
    else:
        print_lines(act.what for act in acts)
        if not acts:
            print_lines([f"nobody who is enrolled here is excluded on {on}"])


def _days(begins: str, through: str | None) -> str:
    return f"from {begins}" if through is None else f"{begins} to {through}"
