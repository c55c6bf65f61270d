"""What an 834 does to the members that a payer knows: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from claims.adjudication.members import plain
from claims.model.enrolment import (
    ADD,
    AUDIT,
    CHANGE,
    CORRECT,
    END,
    REINSTATE,
    SUBSCRIBER,
    Cover,
    MemberMaintenance,
)
from claims.model.member import Coverage, Member
from claims.model.party import Person

ADDED, CHANGED, ENDED, REINSTATED, UNCHANGED, REFUSED = (
    "added",
    "changed",
    "ended",
    "reinstated",
    "unchanged",
    "refused",
)
ONE_DAY = timedelta(days=1)
Periods = tuple[Coverage, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one INS loop: its place in the file, the person's id (empty where refused), and why it was refused."""

    place: int
    person: str
    done: str
    why: str = ""


class _Refused(Exception):
    """This maintenance cannot be carried out; the message says why without naming anybody."""


class Roster:
    """The members that a payer knows, while a file is applied to them. `changed` are those that the file changed."""

    def __init__(self, members: Iterable[Member], new_person: Callable[[], str]) -> None:
        self._members = {member.person: member for member in members}
        self._by_number: dict[str, list[str]] = {}
        for member in self._members.values():
            self._by_number.setdefault(plain(member.member_number), []).append(member.person)
        self._new_person = new_person
        self.changed: dict[str, Member] = {}

    def under(self, member_number: str) -> list[Member]:
        """The subscriber and the dependents under one member number."""
        return [self._members[person] for person in self._by_number.get(plain(member_number), ())]

    def apply(self, maintenance: MemberMaintenance) -> Applied:
        """Carry out one INS loop, whole or not at all."""
        try:
            known = self._find(maintenance)
            if known is None:
                return self._enrol(maintenance)
            return self._maintain(known, maintenance)
        except _Refused as refusal:
            return Applied(maintenance.place, "", REFUSED, str(refusal))

    def _find(self, maintenance: MemberMaintenance) -> Member | None:
        wanted = [maintenance.person] if maintenance.formerly is None else [maintenance.person, maintenance.formerly]
        family = [m for m in self.under(maintenance.subscriber_number) if m.relationship == maintenance.relationship]
        for person in wanted:
            fitting = [member for member in family if _is(member, person)]
            if len(fitting) > 1:
                fitting = [m for m in fitting if m.birth_date is not None and m.birth_date == person.birth_date]
                if len(fitting) != 1:
                    raise _Refused("several known members fit: give the first name and the birth date")
            if fitting:
                return fitting[0]
        return None

    def _enrol(self, maintenance: MemberMaintenance) -> Applied:
        joins = maintenance.maintenance in (ADD, AUDIT) or (
            maintenance.maintenance in (CHANGE, REINSTATE)
            and any(c.begins is not None and c.maintenance in (ADD, AUDIT, REINSTATE) for c in maintenance.covers)
        )
        if not joins:
            raise _Refused("no known member fits the subscriber's number, relationship, name and birth date")
        coverage = _covered((), maintenance)
        person = maintenance.person
        member = Member(
            person=self._new_person(),
            member_number=maintenance.subscriber_number,
            relationship=maintenance.relationship,
            last_name=person.last_name,
            first_name=person.first_name,
            birth_date=person.birth_date,
            coverage=coverage,
            family=maintenance.subscriber_number,
        )
        self._put(member)
        return Applied(maintenance.place, member.person, ADDED)

    def _maintain(self, known: Member, maintenance: MemberMaintenance) -> Applied:
        named = _renamed(known, maintenance.person)
        member = replace(named, coverage=_covered(known.coverage, maintenance))
        dependents = self._ended_with(member, maintenance)
        if member == known and not dependents:
            return Applied(maintenance.place, known.person, UNCHANGED)
        for one in (member, *dependents):
            self._put(one)
        done = {END: ENDED, REINSTATE: REINSTATED}.get(maintenance.maintenance, CHANGED)
        return Applied(maintenance.place, known.person, done)

    def _ended_with(self, subscriber: Member, maintenance: MemberMaintenance) -> list[Member]:
        """The dependents whose cover ends with the subscriber's: all under the number, unless it is several subscribers'."""
        last = maintenance.through or maintenance.effective
        if maintenance.maintenance != END or not maintenance.is_subscriber or last is None or maintenance.covers:
            return []
        family = self.under(subscriber.member_number)
        if sum(member.relationship == SUBSCRIBER for member in family) != 1:
            return []
        ended = [
            (m, replace(m, coverage=_end(m.coverage, None, last))) for m in family if m.person != subscriber.person
        ]
        return [after for before, after in ended if after != before]

    def _put(self, member: Member) -> None:
        if member.person not in self._members:
            self._by_number.setdefault(plain(member.member_number), []).append(member.person)
        self._members[member.person] = self.changed[member.person] = member


def _is(member: Member, person: Person) -> bool:
    """Whether a known member can be the person named: first name and birth date count where both sides give them."""
    first, its_first = plain(person.first_name), plain(member.first_name)
    return (
        plain(member.last_name) == plain(person.last_name)
        and (not first or not its_first or first == its_first)
        and (person.birth_date is None or member.birth_date is None or person.birth_date == member.birth_date)
    )


def _renamed(member: Member, person: Person) -> Member:
    """The member under the name and birth date that the file gives; a spelling that means the same stays as it was."""
    last, first = person.last_name, person.first_name
    return replace(
        member,
        last_name=member.last_name if plain(last) == plain(member.last_name) else last,
        first_name=member.first_name if not first or plain(first) == plain(member.first_name) else first,
        birth_date=person.birth_date or member.birth_date,
    )


def _covered(periods: Periods, maintenance: MemberMaintenance) -> Periods:
    """The coverage after one INS loop."""
    eligible_from = maintenance.begins or maintenance.effective
    ends = maintenance.through or maintenance.effective
    for cover in maintenance.covers:
        periods = _maintained(periods, cover, maintenance)
    match maintenance.maintenance:
        case "024" if not maintenance.covers or maintenance.through is not None:
            if ends is None:
                raise _Refused("the last day is missing (DTP*357)")
            periods = _end(periods, None, ends)
        case "025" if not maintenance.covers:
            periods = _reinstate(periods, None, eligible_from)
        case "021" | "030" if not maintenance.covers and not periods:
            if eligible_from is None:
                raise _Refused("neither a cover (HD) nor a first day (DTP*356) is given")
            periods = _add(periods, Coverage(eligible_from, maintenance.through))
    return tuple(sorted(periods, key=lambda period: (period.begins, period.line)))


def _maintained(periods: Periods, cover: Cover, maintenance: MemberMaintenance) -> Periods:
    begins = cover.begins or maintenance.effective or maintenance.begins
    ends = cover.through or maintenance.through or maintenance.effective
    match END if maintenance.maintenance == END else cover.maintenance:
        case "021":
            if begins is None:
                raise _Refused("the first day of a cover is missing (DTP*348)")
            return _add(periods, Coverage(begins, cover.through, line=cover.line))
        case "024":
            if ends is None:
                raise _Refused("the last day of a cover is missing (DTP*349)")
            return _end(periods, cover.line, ends)
        case "025":
            return _reinstate(periods, cover.line, cover.begins or maintenance.effective)
        case "002":
            return tuple(p for p in periods if p.line != cover.line or (cover.begins and p.begins != cover.begins))
        case "032":
            return periods
        case _:
            return _set(periods, cover)


def _add(periods: Periods, new: Coverage) -> Periods:
    """Add a period. One of the line that begins on that day stands as it is: an ended one comes back by a reinstatement alone."""
    if any(p.line == new.line and p.begins == new.begins for p in periods):
        return periods
    joined, apart = new, []
    for period in periods:
        if period.line == new.line and _touch(period, joined):
            through = None if period.through is None or joined.through is None else max(period.through, joined.through)
            joined = replace(
                joined, begins=min(period.begins, joined.begins), through=through, policy=joined.policy or period.policy
            )
        else:
            apart.append(period)
    return (*apart, joined)


def _touch(one: Coverage, other: Coverage) -> bool:
    first, second = sorted((one, other), key=lambda period: period.begins)
    return first.through is None or second.begins <= first.through + ONE_DAY


def _end(periods: Periods, line: str | None, last: date) -> Periods:
    """End what is in force after the last day; a period that would only have begun then never does."""
    kept = []
    for period in periods:
        if line is not None and period.line != line:
            kept.append(period)
        elif period.begins <= last:
            kept.append(replace(period, through=last) if period.through is None or period.through > last else period)
    return tuple(kept)


def _reinstate(periods: Periods, line: str | None, begins: date | None) -> Periods:
    """Take an end back: without a gap where the first day joins what ended (or none is given), else from that day on.

    Without a line, the lines come back that ended last, together.
    """
    lines = {line} if line is not None else _ended_last(periods)
    for each in lines:
        latest = max((p for p in periods if p.line == each), key=lambda p: (p.through is None, p.begins), default=None)
        if latest is None:
            if begins is None:
                raise _Refused("there is no cover to reinstate, and no first day (DTP*348)")
            periods = (*periods, Coverage(begins, line=each))
        elif latest.through is not None:
            if begins is None or begins <= latest.through + ONE_DAY:
                periods = tuple(replace(p, through=None) if p is latest else p for p in periods)
            else:
                periods = (*periods, Coverage(begins, line=each))
    if not periods:
        raise _Refused("there is no cover to reinstate")
    return periods


def _ended_last(periods: Periods) -> set[str]:
    open_lines = {period.line for period in periods if period.through is None}
    ends = {
        line: max(p.through for p in periods if p.line == line and p.through is not None)
        for line in {period.line for period in periods} - open_lines
    }
    latest = max(ends.values(), default=None)
    return {line for line, end in ends.items() if end == latest}


def _set(periods: Periods, cover: Cover) -> Periods:
    """Put a cover's dates right: a change, a correction, or what an audit file says."""
    if cover.begins is None:
        return periods if cover.through is None else _end(periods, cover.line, cover.through)
    same = [p for p in periods if p.line == cover.line and p.begins == cover.begins]
    if same:
        through = cover.through if cover.maintenance in (AUDIT, CORRECT) else cover.through or same[0].through
        return _add(tuple(p for p in periods if p is not same[0]), replace(same[0], through=through))
    standing = [p for p in periods if p.line == cover.line and p.through is None]
    if cover.maintenance in (CHANGE, CORRECT) and len(standing) == 1:
        moved = replace(standing[0], begins=cover.begins, through=cover.through)
        return _add(tuple(p for p in periods if p is not standing[0]), moved)
    return _add(periods, Coverage(cover.begins, cover.through, line=cover.line))
