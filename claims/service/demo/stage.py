"""The stage of a demonstration: two homes that share nothing but a chain, with everybody enrolled and every policy issued."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from claims.adjudication.documents import read_accumulators, read_members, read_plan
from claims.model.decision import Usage
from claims.model.money import Money
from claims.service.demo.cast import Cast
from claims.service.deployment import deploy
from claims.service.errors import UsageError
from claims.service.homes import billing_key, create_home, create_key
from claims.service.office import Office, open_office
from claims.service.policies import issue
from claims.service.private_file import write_private
from claims.service.registry import add_to_roster, enrol_practitioner, enrol_provider
from claims.service.rules import MEMBERS, PLAN, PROVIDERS

MARK = "demonstration"
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
SUBSCRIBER = "18"


@dataclass
class Stage:
    """Everything that a demonstration works with. `gas` counts what each step of the setting-up used."""

    folder: Path
    cast: Cast
    payer: Office
    provider: Office
    gas: dict[str, int]

    @property
    def to_payer(self) -> Path:
        """The folder that the provider's files reach the payer in."""
        return self.folder / "to-payer"

    @property
    def to_provider(self) -> Path:
        """The folder that the payer's answers reach the provider in."""
        return self.folder / "to-provider"

    def balance(self, address: str) -> Money:
        """An account's tokens in whole cents."""
        units = self.payer.read("InsurerBook", "unitsPerCent")
        return Money(self.payer.read("TestDollar", "balanceOf", address) // units)

    def billing_address(self, npi: str) -> str:
        """The address that bills, and is paid, for an NPI."""
        return self.provider.keystore.address(billing_key(self.provider.home, npi))


@contextmanager
def set_up(folder: Path, cast: Cast, *, profile: str, start_at: int) -> Iterator[Stage]:
    """Make the two homes anew in `folder`, deploy, enrol and issue; `start_at` is the embedded chain's first time."""
    _clear(folder)
    passphrase = secrets.token_hex(16)
    secret = folder / "passphrase"
    secret.touch(mode=0o600)
    secret.write_text(passphrase + "\n", encoding="utf-8")
    create_home(
        folder / "payer",
        role="payer",
        name=cast.payer_name,
        identifier=cast.payer_identifier,
        passphrase=passphrase,
        profile=profile,
        chain_folder=folder / "chain",
        address=cast.payer_address,
    )
    create_home(
        folder / "provider",
        role="provider",
        name=cast.providers[0].name,
        identifier=cast.providers[0].npi,
        passphrase=passphrase,
        profile=profile,
        chain_folder=folder / "chain",
    )
    with (
        open_office(folder / "payer", passphrase=passphrase, start_at=start_at) as payer,
        open_office(folder / "provider", passphrase=passphrase) as provider,
    ):
        for party in cast.providers[1:]:
            create_key(folder / "provider", billing_key(provider.home, party.npi), passphrase)
        for clinician in cast.practitioners:
            create_key(folder / "provider", clinician.key, passphrase)
        stage = Stage(folder, cast, payer, provider, {})
        _write_documents(stage)
        before = payer.chain.head().number
        deploy(payer, claim_cap=cast.claim_cap, fund=cast.treasury)
        stage.gas["deploy"] = _gas_since(stage, before)
        _enrol(stage)
        for cover in cast.covers:
            issued = issue(payer, cover.person, year=cover.year, limit=cover.limit, plan=_plan_name(stage))
            if issued.gas is not None:
                stage.gas["issue policy"] = issued.gas
        yield stage


def _clear(folder: Path) -> None:
    """Begin anew where an earlier demonstration stood; leave any other folder alone."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise UsageError(f"{folder} holds something else than a demonstration: name an empty folder with --folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("Made by `claims demo`, and made anew by the next one.\n", encoding="utf-8")


def _write_documents(stage: Stage) -> None:
    home = stage.payer.home
    for name, text in ((PLAN, stage.cast.plan), (MEMBERS, stage.cast.members), (PROVIDERS, stage.cast.network)):
        write_private(home.document(name), text.encode())
    if not stage.cast.accumulators:
        return
    plan = read_plan(stage.cast.plan)
    subscribers = {m.member_number: m for m in read_members(stage.cast.members) if m.relationship == SUBSCRIBER}
    with stage.payer.store.unit_of_work() as work:
        for number, used in read_accumulators(stage.cast.accumulators).items():
            member = subscribers[number]
            usage = Usage(member.person, member.family, used.year or plan.year, used.deductible, used.out_of_pocket)
            work.accumulators.add(f"opening-{number}", 1, (usage,), stage.payer.chain.head().timestamp)


def _plan_name(stage: Stage) -> str:
    return read_plan(stage.cast.plan).name


def _enrol(stage: Stage) -> None:
    payer, provider = stage.payer, stage.provider
    for party in stage.cast.providers:
        act = enrol_provider(
            payer, stage.billing_address(party.npi), party.controller, FIRST_DAY, LAST_DAY, npi=party.npi
        )
        stage.gas["enrol provider"] = act.gas or 0
    for clinician in stage.cast.practitioners:
        act = enrol_practitioner(
            payer,
            clinician.registry,
            provider.keystore.address(clinician.key),
            clinician.controller,
            FIRST_DAY,
            LAST_DAY,
            npi=clinician.npi,
        )
        stage.gas["enrol clinician"] = act.gas or 0
        for npi in clinician.roster:
            act = add_to_roster(payer, stage.billing_address(npi), clinician.registry, FIRST_DAY, LAST_DAY)
            stage.gas["add to roster"] = act.gas or 0


def _gas_since(stage: Stage, before: int) -> int:
    """What the blocks since then used: on a chain of one's own, what one did."""
    chain = stage.payer.chain
    return sum(
        int(chain.rpc("eth_getBlockByNumber", [hex(number), False])["gasUsed"], 16)
        for number in range(before + 1, chain.head().number + 1)
    )
