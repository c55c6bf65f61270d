"""An insurer, providers and claims to settle: two homes, everybody enrolled, and visits that clinicians signed.

A tenth as many persons as claims, each with a policy. Of each provider's claims 15 in 100 are for what the plan does not cover,
5 are above its fee, the others within it. Every tenth comes in a second file.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from claims.chain.abi import encode_call
from claims.chain.artefacts import load
from claims.evidence.document import dump_records
from claims.model.claim import Claim, Line
from claims.model.encounter import Encounter, Service
from claims.model.member import Coverage, Member
from claims.model.money import Money, total
from claims.model.party import Address, Payer, Person, Provider
from claims.service.bench.mix import ADDRESS, check_digit
from claims.service.bench.professional import write_837
from claims.service.deployment import deploy
from claims.service.encounters import Clinician, attest
from claims.service.home import STORE
from claims.service.homes import billing_key, create_home, create_key
from claims.service.office import Office, load_abi, open_office
from claims.service.registry import add_to_roster, enrol_practitioner, enrol_provider
from claims.service.sending import Call, carry_out_all, enqueue

if TYPE_CHECKING:
    from claims.chain.client import Receipt

YEAR = 2026
START = int(datetime(YEAR, 4, 20, 12, tzinfo=UTC).timestamp())
ALWAYS = (date(2020, 1, 1), date(2030, 12, 31))
PAYER = "BENCH01"
PASSPHRASE = "bench"  # noqa: S105 (keys of a chain that ends with the run)
VISIT, DRAW, NOT_COVERED = "99213", "36415", "S9999"
FEE, ABOVE = Money(92_00), Money(125_00)
LIMIT, CAP = Money(50_000_00), Money(5_000_00)
PERSONS_OF = 10
"""Claims a person."""

SECOND_FILE = 10
"""Every so many of a provider's claims come in its second file."""

PLAN = f"""name = "Bench"
year = {YEAR}
[coverage]
from = {YEAR}-01-01
through = {YEAR}-12-31
[[coverage.not_covered]]
codes = ["{NOT_COVERED}"]
[pricing]
method = "fee-list"
[pricing.fees]
"{VISIT}" = "{FEE}"
"{DRAW}" = "8.50"
"""


@dataclass(frozen=True, slots=True)
class Billing:
    """One provider with its clinician and its claims in the order in which they are billed."""

    provider: Provider
    clinician: Clinician
    address: str
    claims: tuple[Claim, ...]

    def part(self, second: bool) -> tuple[Claim, ...]:
        """The claims of its first or its second file."""
        return tuple(c for k, c in enumerate(self.claims) if (k % SECOND_FILE == SECOND_FILE - 1) == second)


@dataclass(frozen=True, slots=True)
class World:
    """The two homes, open, and what is to be billed. Files that pass between them lie in `folder`."""

    folder: Path
    payer: Office
    clinics: Office
    billings: tuple[Billing, ...]

    def file(self, name: str) -> Path:
        """The 837 of this name, as the billing system wrote it."""
        return self.folder / f"{name}.837"

    def bill(self, name: str, claims: tuple[Claim, ...]) -> Path:
        """Write an 837 of these claims."""
        path = self.file(name)
        path.write_bytes(write_837(claims))
        return path


@contextmanager
def open_world(
    folder: Path, *, claims: int, providers: int, profile: str, store: str | None, say: Callable[[str], None]
) -> Iterator[World]:
    """Make the homes and all that the first claim needs; `profile` names the chain, `store` the payer's own where it is elsewhere."""
    folder.mkdir(parents=True, exist_ok=True)
    npis = [check_digit(f"2{number:08d}") for number in range(1, providers + 1)]
    homes = {"payer": ("payer", PAYER, store), "clinics": ("provider", npis[0], None)}
    for name, (role, identifier, place) in homes.items():
        create_home(
            folder / name,
            role=role,
            name="BENCH PAYER" if role == "payer" else "BENCH CLINICS",
            identifier=identifier,
            passphrase=PASSPHRASE,
            chain_folder=folder / "chain",
            profile=profile,
            tax_id="007716200",
            address=Address("1 Bench Street", "", "Springfield", "IL", "627010001"),
            store=STORE if place is None else place,
        )
    (folder / "payer" / "plan.toml").write_text(PLAN, encoding="utf-8")
    with (
        open_office(folder / "payer", passphrase=PASSPHRASE, start_at=START) as payer,
        open_office(folder / "clinics", passphrase=PASSPHRASE) as clinics,
    ):
        say("contracts and escrow")
        token = _token(payer)
        members = _members(max(1, claims // PERSONS_OF))
        deploy(payer, claim_cap=CAP, fund=Money(LIMIT.cents * len(members)), token=token)
        say(f"{providers} providers")
        parties = [_enrol(payer, clinics, number, npi) for number, npi in enumerate(npis, 1)]
        say(f"{len(members):,} policies")
        policies = _issue(payer, members)
        say(f"{claims:,} visits signed")
        billings = tuple(
            _billing(parties[place], place, claims, providers, members, policies) for place in range(providers)
        )
        world = World(folder, payer, clinics, billings)
        for number, billing in enumerate(billings):
            _attest(world, number, billing)
        yield world


def _token(payer: Office) -> str:
    """A dollar whose issuer can shut an account out, in the insurer's hand."""
    from claims.chain.sender import execute

    token, insurer = load("mocks/BlacklistToken"), payer.signer("insurer")
    address = execute(payer.chain, insurer, None, token.bytecode).contract
    execute(payer.chain, insurer, address, encode_call(token.abi, "mint", (insurer.address, 10**18)))
    return str(address)


def shut_out(world: World, address: str) -> Receipt:
    """The token's issuer lets nobody pay this address any more."""
    from claims.chain.sender import execute

    call = encode_call(load("mocks/BlacklistToken").abi, "blacklist", (address, 1))
    return execute(world.payer.chain, world.payer.signer("insurer"), world.payer.addresses["TestDollar"], call)


def _enrol(payer: Office, clinics: Office, number: int, npi: str) -> tuple[Provider, Clinician, str]:
    address = create_key(clinics.home.folder, billing_key(clinics.home, npi), PASSPHRASE)
    clinician = Clinician(number, check_digit(f"1{number:08d}"), f"clinician-{number}")
    key = create_key(clinics.home.folder, clinician.key, PASSPHRASE)
    enrol_provider(payer, address, 1_000_000 + number, *ALWAYS, npi=npi)
    enrol_practitioner(payer, number, key, number, *ALWAYS, npi=clinician.npi)
    add_to_roster(payer, address, number, *ALWAYS)
    return Provider(npi, f"CLINIC {number}", tax_id=f"{number:09d}", address=ADDRESS), clinician, address


def _members(count: int) -> tuple[Member, ...]:
    return tuple(
        Member(
            person=f"P{number:07d}",
            member_number=f"M{number:08d}",
            relationship="18",
            last_name=f"FAMILY{number}",
            first_name="MEMBER",
            birth_date=date(1980, 1 + number % 12, 1 + number % 28),
            coverage=(Coverage(date(YEAR, 1, 1), date(YEAR, 12, 31)),),
            family=f"F{number}",
        )
        for number in range(count)
    )


def _issue(payer: Office, members: tuple[Member, ...]) -> list[int]:
    """Enrol the members, and issue a policy to each by the outbox, several at a time."""
    from claims.store.rows import Policy

    now, book = payer.chain.head().timestamp, payer.addresses["InsurerBook"]
    policies = [secrets.randbelow(2**63) + 1 for _ in members]
    keys = []
    with payer.store.unit_of_work() as work:
        for member, policy in zip(members, policies, strict=True):
            work.members.put(member)
            work.policies.add(Policy(policy, member.person, "Bench", YEAR, LIMIT, LIMIT, now))
            data = encode_call(load_abi("InsurerBook"), "issuePolicy", (policy, YEAR, LIMIT.cents, LIMIT.cents, 1))
            keys.append(f"policy/{policy}")
            enqueue(work, key=keys[-1], kind="issue policy", claim="", call=Call(book, data, 200_000), now=now)
    for carried in carry_out_all(payer, payer.signer("insurer"), keys, label="issue policies"):
        if carried.refusal is not None:
            raise carried.refusal
    return policies


def _billing(
    party: tuple[Provider, Clinician, str],
    place: int,
    claims: int,
    providers: int,
    members: tuple[Member, ...],
    policies: list[int],
) -> Billing:
    provider, clinician, address = party
    made = []
    for turn, number in enumerate(range(place, claims, providers)):
        person = number % len(members)
        day = date(YEAR, 1, 1) + timedelta(days=number // len(members) * 7 + person % 7)
        made.append(_claim(number, turn, provider, clinician, members[person], policies[person], day))
    return Billing(provider, clinician, address, tuple(made))


def _claim(
    number: int, turn: int, provider: Provider, clinician: Clinician, member: Member, policy: int, day: date
) -> Claim:
    kind = (7 * turn + 5) % 20
    visit = (NOT_COVERED, FEE) if kind < 3 else (VISIT, ABOVE if kind == 3 else Money(60_00 + number % 3_200))
    lines = tuple(
        Line(
            number=position,
            procedure=code,
            charge=charge,
            units=Decimal(1),
            begins=day,
            ends=day,
            place="11",
            diagnoses=(1,),
            control_number=f"{number}-{position}",
        )
        for position, (code, charge) in enumerate([visit, *([(DRAW, Money(8_50))] if number % 3 == 0 else [])], 1)
    )
    person = Person(member.last_name, member.first_name, birth_date=member.birth_date, gender="F", address=ADDRESS)
    return Claim(
        number=f"S{number:07d}",
        charge=total(line.charge for line in lines),
        lines=lines,
        billing=provider,
        payer=Payer("BENCH PAYER", PAYER),
        subscriber=person,
        patient=person,
        member_number=member.member_number,
        relationship="18",
        received=date(YEAR, 3, 16),
        place="11",
        group_number=str(policy),
        diagnoses=("M25511",),
        rendering=Provider(clinician.npi, f"CLINICIAN{clinician.practitioner}", first_name="A", is_person=True),
        evidence=(f"E{number:07d}",),
    )


def _attest(world: World, place: int, billing: Billing) -> None:
    """The clinician signs all visits at once; the records lie in a file for each of the provider's two."""
    encounters = [
        Encounter(
            identifier=claim.evidence[0],
            person=f"P{int(claim.member_number[1:]):07d}",
            practitioner_npi=billing.clinician.npi,
            provider_npi=billing.provider.npi,
            services=tuple(
                Service(each.procedure, each.units, each.begins, each.ends, each.place) for each in claim.lines
            ),
        )
        for claim in billing.claims
    ]
    done = attest(world.clinics, encounters, billing.clinician, billing_npi=billing.provider.npi)
    by_name = {record.identifier: record for record in done.records}
    for second in (False, True):
        records = [by_name[claim.evidence[0]] for claim in billing.part(second)]
        (world.folder / f"{place}-{int(second)}.records.json").write_bytes(dump_records(records))


def voiding(claim: Claim, control_number: str) -> Claim:
    """The claim that voids one (frequency 8), naming the payer's control number."""
    return replace(claim, frequency="8", payer_control_number=control_number)
