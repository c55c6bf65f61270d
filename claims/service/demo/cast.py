"""Who takes part in a demonstration: the payer, the providers, the clinicians, the members and their policies."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from claims.adjudication.documents import read_members, read_providers
from claims.model.member import Member
from claims.model.money import Money
from claims.model.network import NetworkProvider
from claims.model.party import Address

DATA = Path(str(files("claims.service.demo").joinpath("data")))


@dataclass(frozen=True, slots=True)
class ActingPractitioner:
    """A clinician on stage: registry id, NPI, name of the key, number of the controller, billing NPIs signed for."""

    registry: int
    npi: str
    key: str
    controller: int
    roster: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActingProvider:
    """A billing provider on stage: NPI, name, number of the controller."""

    npi: str
    name: str
    controller: int


@dataclass(frozen=True, slots=True)
class Cover:
    """A policy to be issued: the person, the year of services, and the most that is ever paid on it."""

    person: str
    year: int
    limit: Money


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, and the payer's documents as text. `unsigned` are encounters that nobody signs."""

    payer_name: str
    payer_identifier: str
    payer_address: Address
    claim_cap: Money
    treasury: Money
    practitioners: tuple[ActingPractitioner, ...]
    providers: tuple[ActingProvider, ...]
    covers: tuple[Cover, ...]
    unsigned: tuple[str, ...]
    plan: str
    members: str
    network: str
    accumulators: str = ""


def packaged_cast() -> Cast:
    """The cast of the demonstration that comes with the product."""
    table = tomllib.loads(_text("demo.toml"))
    numbers: dict[str, int] = {}
    payer = table["payer"]
    return Cast(
        payer_name=payer["name"],
        payer_identifier=payer["identifier"],
        payer_address=Address("1 Lakeshore Plaza", "", "Port Alden", "ME", "04099"),
        claim_cap=Money(payer["cap_per_claim_cents"]),
        treasury=Money(payer["treasury_cents"]),
        practitioners=tuple(
            ActingPractitioner(
                row["registry"], row["npi"], row["key"], _number(numbers, row["controller"]), tuple(row["roster"])
            )
            for row in table["practitioners"]
        ),
        providers=tuple(
            ActingProvider(row["npi"], row["name"], _number(numbers, row["controller"])) for row in table["providers"]
        ),
        covers=tuple(Cover(row["person"], row["year"], Money(row["limit_cents"])) for row in table["policies"]),
        unsigned=tuple(table["unsigned"]["encounters"]),
        plan=_text("plan.toml"),
        members=_text("members.toml"),
        network=_text("providers.toml"),
        accumulators=_text("accumulators.toml"),
    )


def _number(numbers: dict[str, int], controller: str) -> int:
    """Give each controller a number of its own, from 1: that is all the chain is told of who stands behind whom."""
    return numbers.setdefault(controller, len(numbers) + 1)


def _text(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def members_document(members: tuple[Member, ...]) -> str:
    """Write members as the payer's document, and make sure that it reads back as written."""
    parts = []
    for member in members:
        lines = [
            "[[members]]",
            f"person = {_quoted(member.person)}",
            f"member_number = {_quoted(member.member_number)}",
            f"relationship = {_quoted(member.relationship)}",
            f"last_name = {_quoted(member.last_name)}",
            f"first_name = {_quoted(member.first_name)}",
            f"family = {_quoted(member.family)}",
        ]
        if member.birth_date is not None:
            lines.append(f"birth_date = {member.birth_date.isoformat()}")
        periods = ", ".join(
            f"{{ from = {cover.begins.isoformat()}, through = {cover.through.isoformat()} }}"
            for cover in member.coverage
            if cover.through is not None
        )
        lines.append(f"coverage = [{periods}]")
        parts.append("\n".join(lines))
    text = "\n\n".join(parts) + "\n"
    read_members(text)
    return text


def network_document(providers: tuple[NetworkProvider, ...]) -> str:
    """Write providers and clinicians as the payer's document, and make sure that it reads back as written."""
    parts = []
    for provider in providers:
        lines = ["[[providers]]", f"npi = {_quoted(provider.npi)}", f"name = {_quoted(provider.name)}"]
        lines.append(f"status = {_quoted(provider.status)}")
        if provider.practitioner:
            lines.append(f"practitioner = {provider.practitioner}")
            lines.append("roster = [" + ", ".join(map(_quoted, provider.roster)) + "]")
        if provider.controller:
            lines.append(f"controller = {_quoted(provider.controller)}")
        parts.append("\n".join(lines))
    text = "\n\n".join(parts) + "\n"
    read_providers(text)
    return text


def with_plan(cast: Cast, plan: str) -> Cast:
    """The same cast under another plan, with nothing used of it so far."""
    return replace(cast, plan=plan, accumulators="")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)
