"""A payer and a clinic on one embedded chain, and the command line run upon them as a person would."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import typer

from claims.cli import deploy, doctor, encounter, home, policy, registry
from claims.model.encounter import Encounter, Service
from claims.model.money import Money
from tests.cli.command import Run
from tests.cli.command import run as run_app

START = 1_773_500_000
"""When the chain's clock begins: 14 March 2026."""

PASSPHRASE = "correct horse"  # of nobody's keys but these
PAYER_ID, CLINIC_NPI, SECOND_NPI, CLINICIAN_NPI = "PAYER01", "1234567893", "1679576722", "1588667638"
CLINICIAN = 7

app = typer.Typer(pretty_exceptions_enable=False)
app.command("deploy")(deploy.deploy)
app.command("doctor")(doctor.doctor)
for noun, part in (("home", home), ("registry", registry), ("policy", policy), ("encounter", encounter)):
    app.add_typer(part.app, name=noun)


def run(*arguments: object, env: dict[str, str] | None = None) -> Run:
    """Run a command in this process; errors become messages and exit codes as the entry point makes them."""
    return run_app(app, *arguments, env=env)


@dataclass(frozen=True)
class World:
    """Two homes on one chain: contracts deployed, escrow of 1,000.00, one clinician enrolled and on the clinic's roster."""

    folder: Path

    @property
    def payer(self) -> Path:
        """The payer's home."""
        return self.folder / "payer"

    @property
    def clinic(self) -> Path:
        """The provider's home."""
        return self.folder / "clinic"

    @property
    def secret(self) -> Path:
        """The file with the passphrase of all keys."""
        return self.folder / "secret.txt"

    @property
    def export(self) -> Path:
        """Where `write_export` writes."""
        return self.folder / "shift.json"

    def write_export(self, *encounters: Encounter) -> Path:
        """Write a shift as the documented JSON."""
        from claims.formats.fhir.encounters import dump_document

        self.export.write_bytes(dump_document(encounters))
        return self.export

    def snapshot(self) -> dict[str, bytes]:
        """Every file of both homes, but what a database keeps beside itself while it is open."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for home in (self.payer, self.clinic)
            for path in sorted(home.rglob("*"))
            if path.is_file() and not path.name.endswith(("-wal", "-shm"))
        }


def visit(identifier: str, *, person: str = "P-1", code: str = "99213", units: str = "1", **other: Any) -> Encounter:
    """An office visit of the enrolled clinician at the clinic."""
    day = date(2026, 3, 10)
    service = Service(code=code, units=Decimal(units), begins=day, ends=day, place="11")
    values = {"practitioner_npi": CLINICIAN_NPI, "provider_npi": CLINIC_NPI, "diagnoses": ("J029",), **other}
    return Encounter(identifier=identifier, person=person, services=(service,), **values)


def fresh_world(folder: Path) -> World:
    """A world of the test's own: a copy of one that is built once a process."""
    world = World(folder / "world")
    shutil.copytree(_template(), world.folder)
    return world


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="claims-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _build(World(folder / "world"))
    return folder / "world"


def _build(world: World) -> None:
    from claims.service import deployment
    from claims.service import registry as credentials
    from claims.service.homes import create_home, create_key
    from claims.service.office import open_office

    world.folder.mkdir()
    world.secret.write_text(PASSPHRASE + "\n")
    chain = world.folder / "chain"
    for place, role, name, identifier in (
        (world.payer, "payer", "Lake Mutual", PAYER_ID),
        (world.clinic, "provider", "Lake Clinic", CLINIC_NPI),
    ):
        create_home(
            place,
            role=role,
            name=name,
            identifier=identifier,
            passphrase=PASSPHRASE,
            chain_folder=chain,
            profile="local",
        )
    clinician = create_key(world.clinic, "dr-lee", PASSPHRASE)
    create_key(world.clinic, "dr-other", PASSPHRASE)
    create_key(world.clinic, f"provider-{SECOND_NPI}", PASSPHRASE)
    with open_office(world.clinic) as office:
        clinic = office.keystore.address("provider")
    with open_office(world.payer, passphrase=PASSPHRASE, start_at=START) as office:
        deployment.deploy(office, claim_cap=Money(50_000), fund=Money(100_000))
        always = (date(2000, 1, 1), date(2099, 12, 31))
        credentials.enrol_practitioner(office, CLINICIAN, clinician, CLINICIAN, *always)
        credentials.enrol_provider(office, clinic, 1, *always)
        credentials.add_to_roster(office, clinic, CLINICIAN, *always)
