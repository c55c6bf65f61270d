"""`claims work`: what a provider has to do, in one list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.cli.console import print_json, print_lines
from claims.cli.options import HOME, AsJson, Home, Profile

if TYPE_CHECKING:
    from claims.service.worklist import Section, Task


def work(
    home: Home = HOME,
    remittances: Annotated[
        Path | None,
        typer.Option(help="Folder where the payer's 835s arrive: list what is not posted."),
    ] = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """List a provider's open work, the most urgent kind first, with what to do about it. Names no patient.

    Unsigned encounters, rejections, claims that wait and until when, denials by what cures them, approvals that are not
    settled, payments and 835s that are not posted, settled claims without an 835.

    Example: claims work --home clinic
    """
    from claims.service.office import open_office
    from claims.service.worklist import work_list

    with open_office(home, profile=profile) as office:
        sections = work_list(office, remittances=remittances)
    if as_json:
        print_json({"sections": [_document(section) for section in sections]})
        return
    print_lines(line for section in sections for line in _told(section))
    if not any(section.tasks for section in sections):
        print_lines(["nothing is to be done"])


def _document(section: Section) -> dict[str, Any]:
    return {
        "name": section.name,
        "title": section.title,
        "todo": section.todo,
        "count": len(section.tasks),
        "tasks": [
            {
                "subject": task.subject,
                "why": task.why,
                "claims": list(task.claims),
                "deadline": None if task.deadline is None else task.deadline.isoformat(),
                "amount": None if task.amount is None else str(task.amount),
            }
            for task in section.tasks
        ],
    }


def _told(section: Section) -> Iterator[str]:
    if not section.tasks:
        return
    yield f"{section.title}: {len(section.tasks)}"
    yield f"  {section.todo}"
    yield from (f"  - {_sentence(task)}" for task in section.tasks)
    yield ""


def _sentence(task: Task) -> str:
    told = task.subject
    if task.amount is not None:
        told += f", {task.amount}"
    if task.deadline is not None:
        told += f", until {task.deadline}"
    told += f": {task.why}"
    others = [number for number in task.claims if number not in task.subject]
    return f"{told} (claims {', '.join(others)})" if others else told
