"""An 834 applied to a payer's members, and the members as a payer lists them: by their person ids."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from claims.formats.x12.enrolment_reader import read_834
from claims.formats.x12.inquiry_sets import SetProblem
from claims.model.member import Member
from claims.service.calendar import date_at
from claims.service.errors import FileRejected, UsageError
from claims.service.home import PAYER
from claims.service.intake import placed
from claims.service.membership import REFUSED, Applied, Roster
from claims.service.office import Office
from claims.service.rules import known_members

if TYPE_CHECKING:
    from claims.model.enrolment import Enrolment
    from claims.store.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Imported:
    """What an 834 did. `repeated` says that this very file was applied before, and that nothing was done."""

    members: tuple[Applied, ...]
    repeated: bool = False

    @property
    def refused(self) -> bool:
        """Whether a part of it could not be carried out."""
        return any(applied.done == REFUSED for applied in self.members)


@dataclass(frozen=True, slots=True)
class MemberState:
    """A member without a name: person id, relationship, coverage, and the policies that stand in the store."""

    member: Member
    policies: tuple[int, ...]


def import_members(office: Office, file: Path, *, dry_run: bool = False) -> Imported:
    """Apply an 834 to the payer's members, in one unit of work; the same file again changes nothing, whatever came since.

    What cannot be carried out for one member (nobody fits, a date is missing) is refused alone and the rest is kept; only a
    file of which nothing could be carried out may come again.
    Raises FileRejected where the file is no sound 834: nothing is changed then.
    """
    office.require(PAYER)
    data = file.read_bytes()
    try:
        enrolments = read_834(data)
    except SetProblem as problem:
        raise FileRejected(_cause(problem)) from None
    sha256 = hashlib.sha256(data).hexdigest()
    if dry_run and not office.home.has_store:
        return Imported(_apply(Roster(known_members(office.home, ()), new_person), enrolments))
    if dry_run:
        with office.store.reading() as work:
            return _carried_out(office, work, enrolments, sha256)[0]
    with office.store.unit_of_work() as work:
        done, roster = _carried_out(office, work, enrolments, sha256)
        for member in roster.changed.values():
            work.members.put(member)
        if any(applied.done != REFUSED for applied in done.members):
            _remember(office, work, enrolments, sha256)
    return done


def list_members(office: Office, person: str | None = None) -> tuple[MemberState, ...]:
    """Return the members, or one of them, by person id; raises UsageError where the payer knows no such person."""
    office.require(PAYER)
    with office.store.reading() as work:
        members = known_members(office.home, work.members.all())
        found = tuple(
            MemberState(member, tuple(policy.policy for policy in work.policies.of_person(member.person)))
            for member in sorted(members, key=lambda member: member.person)
            if person in (None, member.person)
        )
    if person is not None and not found:
        raise UsageError("there is no member with that person id; `claims member list` shows them all")
    return found


def new_person() -> str:
    """Make a person id: random, so that nothing can be told from it."""
    return "M" + base64.b32encode(secrets.token_bytes(10)).decode("ascii")


def _cause(problem: SetProblem) -> str:
    more = f" (and {len(problem.errors) - 1} more)" if len(problem.errors) > 1 else ""
    return f"the file is no sound 834, nothing was changed: {placed(problem.errors[0])}{more}"


def _carried_out(
    office: Office, work: UnitOfWork, enrolments: tuple[Enrolment, ...], sha256: str
) -> tuple[Imported, Roster]:
    roster = Roster(known_members(office.home, work.members.all()), new_person)
    seen = (work.interchanges.seen(_sender(each), each.interchange_number) for each in enrolments)
    if all(any(entry.sha256 == sha256 for entry in entries) for entries in seen):
        return Imported((), repeated=True), roster
    return Imported(_apply(roster, enrolments)), roster


def _apply(roster: Roster, enrolments: tuple[Enrolment, ...]) -> tuple[Applied, ...]:
    return tuple(roster.apply(maintenance) for each in enrolments for maintenance in each.members)


def _remember(office: Office, work: UnitOfWork, enrolments: tuple[Enrolment, ...], sha256: str) -> None:
    from claims.store.rows import SeenInterchange

    today = date_at(office.chain.head().timestamp)
    for each in enrolments:
        work.interchanges.add(SeenInterchange(_sender(each), each.interchange_number, sha256, today))


def _sender(enrolment: Enrolment) -> str:
    """Sponsors number their files apart from providers: an 834's number is no claim file's."""
    return f"834 {enrolment.sender}"
