"""What a payer decides by: the plan, the members and the providers that its home keeps, or that a command names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from claims.adjudication.documents import read_members, read_plan, read_providers
from claims.model.member import Member
from claims.model.network import NetworkProvider
from claims.model.plan import Plan
from claims.service.errors import UsageError
from claims.service.home import Home

PLAN, MEMBERS, PROVIDERS = "plan.toml", "members.toml", "providers.toml"


@dataclass(frozen=True, slots=True)
class Rules:
    """The documents of one run; `providers` None leaves that edit unchecked."""

    plan: Plan
    members: tuple[Member, ...]
    providers: tuple[NetworkProvider, ...] | None


def read_rules(
    home: Home, *, plan: Path | None = None, members: Path | None = None, providers: Path | None = None
) -> Rules:
    """Read the documents; raises UsageError where the plan or the members are missing, DocumentError where one is wrong."""
    plan_file = _given(home, plan, PLAN, "--plan")
    members_file = _given(home, members, MEMBERS, "--members")
    providers_file = providers or home.document(PROVIDERS)
    return Rules(
        plan=read_plan(plan_file.read_text(encoding="utf-8")),
        members=read_members(members_file.read_text(encoding="utf-8")),
        providers=(
            read_providers(providers_file.read_text(encoding="utf-8"))
            if providers is not None or providers_file.exists()
            else None
        ),
    )


def _given(home: Home, file: Path | None, name: str, option: str) -> Path:
    path = file or home.document(name)
    if not path.exists():
        raise UsageError(f"{path} is missing: put {name} into the payer's home, or give {option}")
    return path
