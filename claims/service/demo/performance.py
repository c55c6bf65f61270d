"""A whole demonstration: the packaged one, or any 837P, on whichever chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from claims.formats.fhir.encounters import read_export
from claims.model.encounter import Encounter
from claims.service.calendar import noon
from claims.service.demo.cast import DATA, Cast, packaged_cast, with_plan
from claims.service.demo.cheats import Refused, all_attempts
from claims.service.demo.ground import Ground
from claims.service.demo.improvised import improvised_cast, improvised_export, improvised_persons
from claims.service.demo.stage import Stage, set_up
from claims.service.demo.story import Story, run_files
from claims.service.intake import read_file


@dataclass(frozen=True, slots=True)
class Script:
    """What is to be performed. `made_up` tells that the evidence was made from the claims, for want of an export."""

    files: tuple[Path, ...]
    encounters: tuple[Encounter, ...]
    cast: Cast
    received: date
    made_up: bool


def packaged_script(plan: str | None = None) -> Script:
    """The demonstration that comes with the product: an export and an 837 that were written apart."""
    file = DATA / "claims.837"
    cast = packaged_cast()
    received = min(t.received for t in read_file(file).transactions if t.received is not None)
    encounters = read_export((DATA / "ehr-export.json").read_bytes())
    return Script((file,), encounters, cast if plan is None else with_plan(cast, plan), received, made_up=False)


def improvised_script(
    files: Sequence[Path], *, export: Path | None = None, plan: str | None = None, payer: str | None = None
) -> Script:
    """A demonstration of any 837P files, in the order in which they were received."""
    read = [(file, read_file(file)) for file in files]
    claims = [claim for _, submission in read for claim in submission.claims if not claim.is_encounter_report]
    given = () if export is None else read_export(export.read_bytes())
    persons = improvised_persons(claims, given)
    encounters = given or improvised_export(claims, persons)
    cast = improvised_cast(claims, persons, encounters, payer=payer, plan=plan)
    days = {
        file: min((t.received for t in submission.transactions if t.received is not None), default=date.max)
        for file, submission in read
    }
    ordered = sorted((file for file, _ in read), key=lambda file: days[file])
    begins = min(days.values(), default=date.max)
    return Script(
        tuple(ordered),
        encounters,
        cast,
        datetime.now(UTC).date() if begins == date.max else begins,
        made_up=export is None and bool(claims),
    )


@dataclass
class Performance:
    """What was performed: the stage, the story, and every attempt to cheat."""

    script: Script
    stage: Stage
    story: Story
    refused: tuple[Refused, ...]

    @property
    def good(self) -> bool:
        """Whether every cent is where it belongs and every attempt failed."""
        return self.story.adds_up and all(attempt.good for attempt in self.refused)

    @property
    def rejected(self) -> bool:
        """Whether all that was given was rejected: there was nothing to perform."""
        return bool(self.story.claims) and all(claim.status == "rejected" for claim in self.story.claims)


@contextmanager
def perform(
    script: Script, folder: Path, *, profile: str = "local", told: Callable[[str], None] = lambda _: None
) -> Iterator[Performance]:
    """Set the stage, tell the story, then cheat; the homes stay open for what comes after, the folder stays for a look.

    `told` hears what is going on, a sentence at a time.
    """
    begins = noon(script.received)
    with _chain(profile, begins) as chain, set_up(folder, script.cast, profile=chain, start_at=begins) as stage:
        told("the claims go from home to home ...")
        story = run_files(stage, script.files, script.encounters)
        told("and now every fraud that the design names ...")
        yield Performance(script, stage, story, tuple(_cheat(stage, story)))


@contextmanager
def _chain(profile: str, start_at: int) -> Iterator[str]:
    """The profile to perform on: `anvil` is started for the performance, on a free port, and stopped after it."""
    if profile != "anvil":
        yield profile
        return
    from claims.chain.anvil import running_anvil
    from claims.chain.profile import profile_document

    with TemporaryDirectory() as folder, running_anvil(timestamp=start_at) as running:
        file = Path(folder) / "anvil.toml"
        file.write_text(profile_document(running), encoding="utf-8")
        yield str(file)


def _cheat(stage: Stage, story: Story) -> Iterator[Refused]:
    """Attempt everything on a claim that was paid more than nothing, by one clinician's record where there is such a one."""
    paid = [settled for settled in story.settled if settled.answer.decision.paid]
    if not paid:
        return
    chosen = min(paid, key=lambda settled: (len(settled.records), -settled.answer.decision.paid.cents))
    yield from all_attempts(Ground(stage, chosen.claim, chosen.answer, chosen.records))
