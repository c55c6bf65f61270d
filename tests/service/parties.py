"""A payer's and a provider's home on one chain, with the good fixture's parties enrolled and its visit signed.

    def test_something(parties): ...                          # on the embedded chain and, where Node is, on anvil

`parties` and `local` come from tests/service/conftest.py.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import text

from claims.chain.profile import profile_document
from claims.evidence.document import dump_records, load_records
from claims.formats.fhir.encounters import read_export
from claims.model.encounter import Encounter
from claims.model.evidence import EncounterRecord
from claims.model.money import Money
from claims.model.party import Address
from claims.service.adjudicating import adjudicate_for_payer
from claims.service.anchoring import PolicySource
from claims.service.calendar import noon
from claims.service.decision_file import Answer, read_decisions
from claims.service.deployment import deploy
from claims.service.encounters import Choice, Clinician, attest
from claims.service.homes import create_home, create_key
from claims.service.office import Office, open_office
from claims.service.policies import issue
from claims.service.reconciling import reconcile_books
from claims.service.registry import add_to_roster, enrol_practitioner, enrol_provider
from claims.service.remitting import Written, export_remittances
from claims.service.settling import SettleRun, settle_due
from claims.service.submitting import Handed, Outcome, hand_over, settle
from claims.settlement.reconciliation import Reconciliation
from claims.store.schema import metadata

GOOD = Path(__file__).parent.parent / "fixtures" / "good"
PASSPHRASE = "nobody else's"
PAYER, CLINIC_NPI, CLINICIAN_NPI = "NGHF1", "2460913785", "2835174600"
PERSON, OTHER_PERSON = "NGP-550917", "NGP-550918"
CLINICIAN = Clinician(1, CLINICIAN_NPI, "clinician")
DAY = date(2026, 4, 13)
START = noon(date(2026, 4, 20))
ALWAYS = (date(2020, 1, 1), date(2030, 12, 31))
ESCROW, LIMIT = Money(500_000), Money(100_000)
VISIT = (("99213", "95", 1), ("97110", "80", 2))
OTHER_MEMBER = """
[[members]]
person = "NGP-550918"
member_number = "NG0081275"
relationship = "18"
last_name = "Osgood"
first_name = "Wren"
birth_date = 1988-07-02
family = "NG-8128"
coverage = [{ from = 2025-01-01 }]
"""


@dataclass
class Parties:
    """The two homes, open. Files that pass between them lie in `folder`."""

    folder: Path
    payer: Office
    clinic: Office

    @property
    def claim(self) -> Path:
        """The good claim, as the clinic's billing system wrote it."""
        return self.folder / "claim.837"

    @property
    def records(self) -> Path:
        """What the clinician signed."""
        return self.folder / "records.json"

    @property
    def to_payer(self) -> Path:
        """Where the clinic's files reach the payer."""
        return self.folder / "to-payer"

    @property
    def to_clinic(self) -> Path:
        """Where the payer's files reach the clinic."""
        return self.folder / "to-clinic"

    @property
    def provider(self) -> str:
        """The address that the clinic bills with and is paid at."""
        return self.clinic.keystore.address("provider")

    @property
    def policy(self) -> int:
        """The number of the insured person's policy."""
        with self.payer.store.reading() as work:
            return work.policies.of_person(PERSON)[0].policy

    def tokens(self, address: str) -> Money:
        """An account's tokens in whole cents."""
        units = self.payer.read("InsurerBook", "unitsPerCent")
        return Money(self.payer.read("TestDollar", "balanceOf", address) // units)

    def balances(self) -> tuple[Money, Money]:
        """The escrow's and the clinic's tokens."""
        return self.tokens(self.payer.addresses["InsurerBook"]), self.tokens(self.provider)

    def rows(self) -> dict[str, list[str]]:
        """Every row of both stores, to see that nothing changed."""
        found = {}
        for office in (self.payer, self.clinic):
            with office.store.reading() as work:
                found[office.home.role] = [
                    f"{name}: {tuple(row)}"
                    for name in metadata.tables
                    for row in sorted(work.claims.connection.execute(text(f"SELECT * FROM {name}")), key=repr)
                ]
        return found

    def mined(self, address: str) -> int:
        """How many transactions of an account were mined."""
        return self.clinic.chain.nonce(address)

    # the flow, step by step

    def sign(self, *encounters: Encounter, choice: Choice | None = None, **options: Any) -> tuple[EncounterRecord, ...]:
        """Let the clinician sign encounters, and add their records to the clinic's document."""
        made = attest(self.clinic, encounters or self.visits(), CLINICIAN, choice=choice, **options).records
        before = {r.identifier: r for r in load_records(self.records.read_bytes())} if self.records.exists() else {}
        self.write_records(*(before | {record.identifier: record for record in made}).values())
        return made

    def visits(self, **changes: Any) -> tuple[Encounter, ...]:
        """The encounters of the good fixture's export, or what the changes make of them."""
        return tuple(replace(visit, **changes) for visit in read_export((GOOD / "ehr.json").read_bytes()))

    def write_records(self, *records: EncounterRecord) -> None:
        """Make these the clinic's records."""
        self.records.write_bytes(dump_records(records))

    def hand_over(self, file: Path | None = None, **options: Any) -> Handed:
        """The clinic hands a file to the payer."""
        return hand_over(self.clinic, file or self.claim, records=self.records, out=self.to_payer, **options)

    def anchor(self, file: Path | None = None, **options: Any) -> Handed:
        """The clinic hands a file over and anchors its claims on the insured person's policy, or as `anchor` says."""
        return self.hand_over(file, **({"anchor": PolicySource(self.policy)} | options))

    def anchored(self, file: Path | None = None, **options: Any) -> dict[str, Any]:
        """Anchor a file and adjudicate it."""
        self.anchor(file)
        return self.adjudicate(file, **options)

    def run(self, **options: Any) -> SettleRun:
        """The payer settles what is due, and writes its 835s."""
        return settle_due(self.payer, **({"remittances": self.to_clinic} | options))

    def reconciled(self) -> Reconciliation:
        """The chain's logs against the 835s that the clinic was given."""
        return reconcile_books(self.payer, self.to_clinic).outcome

    def adjudicate(self, file: Path | None = None, *, evidence: bool = True, **options: Any) -> dict[str, Any]:
        """The payer answers what was handed over, with the rolls that were anchored of it."""
        stem = (file or self.claim).stem
        given = self.to_payer / f"{stem}.records.json" if evidence else None
        rolls = self.to_payer / f"{stem}.roll.json"
        if rolls.exists():
            options = {"rolls": rolls} | options
        return adjudicate_for_payer(
            self.payer, self.to_payer / f"{stem}.837", evidence=given, out=self.to_clinic, **options
        )

    def decisions(self, file: Path | None = None) -> Path:
        """The payer's decision file."""
        return self.to_clinic / f"{(file or self.claim).stem}.decisions.json"

    def answers(self, file: Path | None = None) -> tuple[Answer, ...]:
        """What stands in it."""
        return read_decisions(self.decisions(file))[1]

    def settle(self, file: Path | None = None, **options: Any) -> tuple[Outcome, ...]:
        """The clinic settles what the payer approved."""
        given = {"records": self.records, "decisions": self.decisions(file)} | options
        return settle(self.clinic, file or self.claim, **given)

    def remit(self) -> tuple[Written, ...]:
        """The payer writes its 835s."""
        return export_remittances(self.payer, self.to_clinic)

    def decided(self, file: Path | None = None, **options: Any) -> dict[str, Any]:
        """Hand over and adjudicate."""
        self.hand_over(file)
        return self.adjudicate(file, **options)

    def reopened(self, role: str) -> Any:
        """The same home opened once more, as another process would."""
        return open_office(self.folder / role, passphrase=PASSPHRASE)

    def edit_decisions(self, change: Any, file: Path | None = None) -> Path:
        """Change the decision file's document in place, as a payer that errs or cheats would have written it."""
        path = self.decisions(file)
        document = json.loads(path.read_text())
        change(document)
        path.write_text(json.dumps(document))
        return path

    def write_claim(self, name: str, *bills: Bill, payer: str = PAYER) -> Path:
        """Write a file of claims of the insured person."""
        path = self.folder / name
        path.write_text(x12(bills, payer=payer, control=abs(hash(name)) % 10**8))
        return path


@dataclass(frozen=True)
class Bill:
    """One claim: CLM01, lines of code, charge and units; `evidence` names its record (PWK), `member` whose it is."""

    number: str
    lines: Sequence[tuple[str, str, int]] = VISIT
    evidence: str = ""
    day: date = DAY
    member: tuple[str, str, str, str] = ("HALLAM", "BRYCE", "NG0081274", "19790314")
    rank: str = "P"
    billing: str = CLINIC_NPI


WREN = ("OSGOOD", "WREN", "NG0081275", "19880702")


def x12(bills: Sequence[Bill], *, payer: str = PAYER, control: int = 319) -> str:
    """An 837P of these claims."""
    head = GOOD.joinpath("claim.837").read_text().split("~")
    segments = [segment.strip() for segment in head[2:11]] + ["REF*EI*007716203"]
    segments = [*segments[:5], "HL*1**20*1", *[s.strip() for s in head[8:12]]]
    number = 1
    for bill in bills:
        number += 1
        last, first, member, born = bill.member
        total = sum(float(charge) for _, charge, _ in bill.lines)
        segments += [
            f"HL*{number}*1*22*0",
            f"SBR*{bill.rank}*18*NG-88******CI",
            f"NM1*IL*1*{last}*{first}****MI*{member}",
            "N3*61 MILL ROAD",
            "N4*WESTERBY*VT*059999991",
            f"DMG*D8*{born}*M",
            f"NM1*PR*2*NORTHGATE HEALTH FUND*****PI*{payer}",
            f"CLM*{bill.number}*{total:g}***11:B:1*Y*A*Y*Y",
            *([f"PWK*OZ*EL***AC*{bill.evidence}"] if bill.evidence else []),
            "HI*ABK:M25511",
            f"NM1*82*1*PRYOR*ADELA****XX*{CLINICIAN_NPI}",
        ]
        for position, (code, charge, units) in enumerate(bill.lines, 1):
            segments += [
                f"LX*{position}",
                f"SV1*HC:{code}*{charge}*UN*{units}***1",
                f"DTP*472*D8*{bill.day:%Y%m%d}",
            ]
    segments.append(f"SE*{len(segments) + 1}*0001")
    isa = head[0].replace("000000318", f"{control:09d}")
    gs = head[1].strip().replace("*318*", f"*{control}*")
    return "~\n".join([isa, gs, *segments, f"GE*1*{control}", f"IEA*1*{control:09d}"]) + "~\n"


@contextmanager
def on_embedded(folder: Path) -> Iterator[Parties]:
    """Parties on the embedded chain: a copy of those that are built once a process."""
    shutil.copytree(_template(), folder)
    with _opened(folder) as parties:
        yield parties


@contextmanager
def on_anvil(folder: Path, **options: Any) -> Iterator[Parties]:
    """Parties on an anvil of their own, named in a TOML file as any node is; see `_build`."""
    from claims.chain.anvil import running_anvil

    folder.mkdir()
    with running_anvil(timestamp=START) as profile:
        (folder / "anvil.toml").write_text(profile_document(profile))
        _build(folder, profile=str(folder / "anvil.toml"), **options)
        with _opened(folder) as parties:
            yield parties


@contextmanager
def built(folder: Path, **options: Any) -> Iterator[Parties]:
    """Parties on an embedded chain, built with other terms; see `_build`."""
    folder.mkdir()
    _build(folder, **options)
    with _opened(folder) as parties:
        yield parties


@contextmanager
def _opened(folder: Path) -> Iterator[Parties]:
    with (
        open_office(folder / "payer", passphrase=PASSPHRASE) as payer,
        open_office(folder / "clinic", passphrase=PASSPHRASE) as clinic,
    ):
        yield Parties(folder, payer, clinic)


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="claims-parties-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "world").mkdir()
    _build(folder / "world")
    return folder / "world"


def _build(
    folder: Path,
    *,
    profile: str = "local",
    npis: bool = True,
    sign: bool = True,
    token: Any = None,
    stores: Callable[[], str] | None = None,
) -> None:
    """Make the homes, deploy, enrol, issue a policy, and sign the visit.

    `token` makes the book's token from the payer; `stores` names a place for each home's store, as `new_store_place` does.
    """
    for name, role, title, identifier in (
        ("payer", "payer", "Northgate Health Fund", PAYER),
        ("clinic", "provider", "Elm Court Clinic", CLINIC_NPI),
    ):
        create_home(
            folder / name,
            role=role,
            name=title,
            identifier=identifier,
            passphrase=PASSPHRASE,
            chain_folder=folder / "chain",
            profile=profile,
            tax_id="007716200",
            address=Address("1 Northgate", "", "Westerby", "VT", "059990000"),
            store="store.sqlite" if stores is None else stores(),
        )
    for document in ("plan.toml", "providers.toml"):
        shutil.copy(GOOD / document, folder / "payer" / document)
    (folder / "payer" / "members.toml").write_text((GOOD / "members.toml").read_text() + OTHER_MEMBER)
    shutil.copy(GOOD / "claim.837", folder / "claim.837")
    clinician = create_key(folder / "clinic", CLINICIAN.key, PASSPHRASE)
    with (
        open_office(folder / "payer", passphrase=PASSPHRASE, start_at=START) as payer,
        open_office(folder / "clinic", passphrase=PASSPHRASE) as clinic,
    ):
        parties = Parties(folder, payer, clinic)
        deploy(payer, claim_cap=Money(50_000), fund=ESCROW, token=None if token is None else token(payer))
        enrol_provider(payer, parties.provider, 1, *ALWAYS, npi=CLINIC_NPI if npis else "")
        enrol_practitioner(payer, 1, clinician, 2, *ALWAYS, npi=CLINICIAN_NPI if npis else "")
        add_to_roster(payer, parties.provider, 1, *ALWAYS)
        issue(payer, PERSON, year=2026, limit=LIMIT)
        if sign:
            parties.sign()
