"""What a payer decides by: the plan, the members and the providers that its home keeps, or that a command names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from claims.adjudication.documents import read_authorizations, read_members, read_plan, read_providers
from claims.model.enrolment import is_medical
from claims.model.member import Authorization, Member
from claims.model.network import NetworkProvider
from claims.model.plan import Plan
from claims.service.errors import UsageError
from claims.service.home import Home

if TYPE_CHECKING:
    from claims.service.office import Office

PLAN, MEMBERS, PROVIDERS = "plan.toml", "members.toml", "providers.toml"
AUTHORIZATIONS = "authorizations.toml"


@dataclass(frozen=True, slots=True)
class Rules:
    """The documents of one run; `providers` or `authorizations` None leaves that edit unchecked."""

    plan: Plan
    members: tuple[Member, ...]
    providers: tuple[NetworkProvider, ...] | None
    authorizations: tuple[Authorization, ...] | None = None


def read_rules(
    home: Home,
    *,
    plan: Path | None = None,
    members: Path | None = None,
    providers: Path | None = None,
    enrolled: Iterable[Member] = (),
) -> Rules:
    """Read the documents; raises UsageError where the plan or the members are missing, DocumentError where one is wrong.

    `enrolled` are members that came by an 834: they count beside the home's document, but not beside a file that is named.
    """
    plan_file = _given(home, plan, PLAN, "--plan")
    kept = () if members is not None else tuple(enrolled)
    if not kept:
        _given(home, members, MEMBERS, "--members")
    providers_file = providers or home.document(PROVIDERS)
    authorizations_file = home.document(AUTHORIZATIONS)
    return Rules(
        plan=read_plan(plan_file.read_text(encoding="utf-8")),
        members=tuple(
            replace(member, coverage=tuple(period for period in member.coverage if is_medical(period.line)))
            for member in known_members(home, kept, members)
        ),
        providers=(
            read_providers(providers_file.read_text(encoding="utf-8"))
            if providers is not None or providers_file.exists()
            else None
        ),
        authorizations=(
            read_authorizations(authorizations_file.read_text(encoding="utf-8"))
            if authorizations_file.exists()
            else None
        ),
    )


def known_members(home: Home, enrolled: Iterable[Member], document: Path | None = None) -> tuple[Member, ...]:
    """The members of the home's document (or of the one named), and those enrolled: the later word of a person id holds."""
    file = document or home.document(MEMBERS)
    written = read_members(file.read_text(encoding="utf-8")) if file.exists() else ()
    return tuple({member.person: member for member in (*written, *enrolled)}.values())


def enrolled_members(office: Office) -> tuple[Member, ...]:
    """The members that came by an 834; a home that has no store yet is given none for this."""
    if not office.home.has_store:
        return ()
    with office.store.reading() as work:
        return work.members.all()


def _given(home: Home, file: Path | None, name: str, option: str) -> Path:
    path = file or home.document(name)
    if not path.exists():
        raise UsageError(f"{path} is missing: put {name} into the payer's home, or give {option}")
    return path
