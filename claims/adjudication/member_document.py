"""The covered persons as TOML (docs/plans.md)."""

from __future__ import annotations

from claims.adjudication.strict import Table, parse_toml
from claims.model.member import Coverage, Member

RELATIONSHIPS = {"self": "18", "spouse": "01", "child": "19", "employee": "20", "unknown": "21", "other": "G8"}


def read_members(text: str) -> tuple[Member, ...]:
    """Read members in the order of the file; raises DocumentError without quoting what belongs to a person."""
    root = Table(parse_toml(text, "members"), ("members",), document="members")
    members: list[Member] = []
    seen: set[str] = set()
    for table in root.tables(
        "members",
        (
            "person",
            "member_number",
            "relationship",
            "last_name",
            "first_name",
            "birth_date",
            "family",
            "coverage",
        ),
    ):
        member = _member(table)
        if member.person in seen:
            raise table.fault("person", "is the person id of an earlier entry")
        seen.add(member.person)
        members.append(member)
    return tuple(members)


def _member(table: Table) -> Member:
    relationship = table.text("relationship", "18")
    coverage = tuple(_coverage(item) for item in table.tables("coverage", ("from", "through", "policy")))
    if not coverage:
        raise table.fault("coverage", "needs at least one period with a from date")
    number = table.text("member_number")
    return Member(
        person=table.text("person"),
        member_number=number,
        relationship=RELATIONSHIPS.get(relationship.lower(), relationship.upper()),
        last_name=table.text("last_name"),
        first_name=table.text("first_name", ""),
        birth_date=table.day_or_none("birth_date"),
        coverage=tuple(sorted(coverage, key=lambda period: period.begins)),
        family=table.text("family", number),
    )


def _coverage(table: Table) -> Coverage:
    period = Coverage(begins=table.day("from"), through=table.day_or_none("through"), policy=table.whole("policy", 0))
    if period.through is not None and period.through < period.begins:
        raise table.fault("through", "is before its from date")
    return period
