"""The whole way of the canaries' claims, and every command that a party can give on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from claims.chain.errors import Reverted
from claims.service.calendar import noon
from claims.service.demo.stage import set_up
from claims.service.office import Office, open_office
from tests.formats.x12.inquiries import wrapped
from tests.privacy import canaries as of
from tests.privacy.files import CLINICIAN, KEY, UNSIGNED, cast, write_files
from tests.privacy.watch import Watch

USAGE, REFUSED, PENDING = 2, 3, 5


@dataclass(frozen=True)
class World:
    """The folders after the flow."""

    folder: Path

    @property
    def payer(self) -> Path:
        return self.folder / "payer"

    @property
    def provider(self) -> Path:
        return self.folder / "provider"

    @property
    def to_payer(self) -> Path:
        return self.folder / "to-payer"

    @property
    def to_provider(self) -> Path:
        return self.folder / "to-provider"

    @property
    def secret(self) -> Path:
        return self.folder / "passphrase"

    @property
    def chain_file(self) -> Path:
        return self.folder / "chain" / "chain.sqlite"


def perform(watch: Watch, folder: Path) -> World:
    """Set up two homes and take three files through them: paid, denied, pended, rejected, refused, revoked."""
    world = World(folder)
    with set_up(folder, cast(), profile="local", start_at=noon(date(2026, 5, 11))):
        pass
    files = write_files(folder / "files")
    payer, provider = ("--home", world.payer), ("--home", world.provider)
    keys = ("--passphrase-file", world.secret)

    _sign(watch, world, files["shift.json"])
    records = world.provider / "records.json"

    # one transaction
    april = files["april.837"]
    watch.run("claim", "validate", april, codes=(REFUSED,))
    watch.run("claim", "validate", april, "--json", codes=(REFUSED,))
    handed = ("claim", "submit", april, *provider, "--records", records, "--out", world.to_payer)
    watch.run(*handed, "--dry-run", codes=(REFUSED,))
    watch.run(*handed, "--json", codes=(REFUSED,))
    watch.run(*handed, codes=(REFUSED,))
    _decide(watch, world, "april", json_too=True)
    settled = ("claim", "submit", april, *provider, *keys, "--records", world.to_payer / "april.records.json")
    settled += ("--decisions", world.to_provider / "april.decisions.json")
    watch.run(*settled, "--dry-run", codes=(REFUSED,))
    watch.run(*settled, codes=(REFUSED,))
    watch.run(*settled, "--json", codes=(REFUSED,))

    # two steps
    shown = watch.run("policy", "show", *payer, "--person", of.CHILD.person, "--json").json
    number = shown["policies"][0]["policy"]
    child = files["child.837"]
    submitted = ("claim", "submit", child, *provider, *keys, "--records", records, "--out", world.to_payer)
    watch.run(*submitted, "--policy", number)
    _decide(watch, world, "child", "--pay")

    # refused by the contract
    refused = files["refused.837"]
    watch.run("claim", "submit", refused, *provider, "--records", records, "--out", world.to_payer)
    _decide(watch, world, "refused")
    revoked = ("encounter", "revoke", of.REFUSED.identifier, *provider, "--key", KEY)
    watch.run(*revoked, "--dry-run")
    watch.run(*revoked, *keys, "--json")
    watch.run(*revoked, *keys)
    answer = ("--records", world.to_payer / "refused.records.json")
    answer += ("--decisions", world.to_provider / "refused.decisions.json")
    watch.run("claim", "submit", refused, *provider, *keys, *answer, codes=(REFUSED,))
    watch.run("claim", "submit", refused, *provider, *keys, *answer, "--dry-run", codes=(REFUSED,))
    _send_what_is_refused(watch, world)

    _follow(watch, world)
    _work_through(watch, world)
    _ask_the_payer(watch, world)
    _offline(watch, files)
    _afterwards(watch, world, april)
    _run_a_house(watch, world)
    return world


def _sign(watch: Watch, world: World, export: Path) -> None:
    signing = ("encounter", "attest", export, "--home", world.provider, "--practitioner", CLINICIAN)
    signing += ("--npi", of.SURGEON.npi, "--key", KEY, "--unsigned", UNSIGNED)
    secret = ("--passphrase-file", world.secret)
    watch.run(*signing, "--dry-run", "--json")
    watch.run(*signing, *secret)
    watch.run(*signing, *secret, "--json")
    watch.run(*signing, *secret, "--only", "NO-SUCH-VISIT", codes=(USAGE,))
    changed = export.with_name("changed.json")
    changed.touch(mode=0o600)
    changed.write_bytes(export.read_bytes().replace(of.PAID.code.encode(), of.REJECTED.code.encode()))
    watch.run("encounter", "attest", changed, *signing[3:], *secret, codes=(USAGE,))
    records = world.provider / "records.json"
    for home in (world.provider, world.payer):
        watch.run("encounter", "verify", records, "--home", home, codes=(REFUSED,))
        watch.run("encounter", "verify", records, "--home", home, "--json", codes=(REFUSED,))


def _decide(watch: Watch, world: World, name: str, *options: str, json_too: bool = False) -> None:
    deciding = ("adjudicate", world.to_payer / f"{name}.837", "--home", world.payer)
    deciding += ("--evidence", world.to_payer / f"{name}.records.json", "--out", world.to_provider)
    deciding += ("--passphrase-file", world.secret, *options)
    watch.run(*deciding, "--dry-run")
    watch.run(*deciding)
    if json_too:
        watch.run(*deciding, "--json")


def _send_what_is_refused(watch: Watch, world: World) -> None:
    """Mine the refused claim all the same, as a sender would who estimates nothing: what is refused is on the chain too."""
    from claims.chain.sender import execute
    from claims.model.coding import decode
    from claims.service.homes import billing_key
    from claims.service.sending import Call

    with open_office(world.provider, passphrase=world.secret.read_text().strip()) as office:
        call = decode(Call, _intent(office, of.REFUSED.claim))
        signer = office.signer(billing_key(office.home, of.PRACTICE.npi))
        try:
            execute(office.chain, signer, call.to, call.data, gas=1_000_000)
        except Reverted as reason:
            watch.errors.append(reason)
        else:
            raise AssertionError("the contract took a revoked attestation")


def _intent(office: Office, claim: str) -> str:
    with office.store.reading() as work:
        (stored,) = work.claims.by_number(claim)
        (intent,) = work.outbox.of_claim(stored.control_number)
        return intent.payload


def _follow(watch: Watch, world: World) -> None:
    exported = ("remit", "export", "--home", world.payer, "--out", world.to_provider)
    watch.run(*exported)
    watch.run(*exported, "--json")
    remittances = sorted(world.to_provider.glob("*.835"))
    assert len(remittances) >= 3
    for option in ((), ("--json",)):
        watch.run("settle", "run", "--home", world.payer, "--passphrase-file", world.secret, "--dry-run", *option)
        watch.run("settle", "status", "--home", world.payer, *option)
        watch.run("settle", "reconcile", "--home", world.payer, "--remittances", world.to_provider, *option)
    watch.run("remit", "check", *remittances)
    watch.run("remit", "check", *remittances, "--json")
    for remittance in remittances:
        watch.run("remit", "show", remittance)
        watch.run("remit", "show", remittance, "--json")
    for visit in (of.PAID, of.DENIED_FILE, of.PENDED_FILE):
        watch.run("claim", "explain", visit.claim, "--home", world.provider)
        watch.run("claim", "explain", visit.claim, "--home", world.provider, "--json")
    watch.run("claim", "status", of.REFUSED.claim, "--home", world.provider)
    watch.run("claim", "status", of.REJECTED.claim, "--home", world.provider, codes=(USAGE,))
    for visit in (of.PAID_CHAIN, of.DENIED_CHAIN, of.PENDED_CHAIN):
        watch.run("claim", "status", visit.claim, "--home", world.payer)
        watch.run("claim", "status", visit.claim, "--home", world.payer, "--json")
        watch.run("claim", "explain", visit.claim, "--home", world.payer)


def _work_through(watch: Watch, world: World) -> None:
    """The lists of both parties, the 835s posted, and a person's word on a claim that waits, tried and not kept."""
    provider, payer, secret = ("--home", world.provider), ("--home", world.payer), ("--passphrase-file", world.secret)
    for option in ((), ("--json",)):
        watch.run("work", *provider, "--remittances", world.to_provider, *option)
        watch.run("queue", *payer, *option)
    for remittance in sorted(world.to_provider.glob("*.835")):
        watch.run("remit", "post", remittance, *provider, "--dry-run")
        watch.run("remit", "post", remittance, *provider, "--json")
    watch.run("home", "key", "reviewer", *payer, *secret)
    by = ("--key", "reviewer", "--reason", "looked at", *payer, *secret)
    watch.run("queue", "release", of.PENDED_FILE.claim, *by, codes=(PENDING,))
    watch.run("queue", "deny", of.PENDED_FILE.claim, "--carc", "252", "--remark", "N706", *by, "--dry-run")
    watch.run("queue", "deny", of.PENDED_FILE.claim, "--carc", "252", "--remark", "N706", *by, "--dry-run", "--json")


def _ask_the_payer(watch: Watch, world: World) -> None:
    """An 834, a 270 and a 276 about the mother, each once as it should be and once broken off."""
    mother, payer = of.MOTHER, ("--home", world.payer)
    who = f"NM1*IL*1*{mother.last}*{mother.first}****MI*{mother.member}\nDMG*D8*{mother.born:%Y%m%d}*F\n"
    top = "HL*1**20*1\nNM1*PR*2*ANY*****PI*1\nHL*2*1*21*1\n"
    asking = f"NM1*1P*2*ANY*****XX*{of.CLINICIANS[0].npi}\n"
    bodies = {
        "834": "BGN*00*1*20260502*0915****2\nN1*P5**FI*1\nN1*IN**FI*2\nINS*Y*18*001*20*A\n"
        f"REF*0F*{mother.member}\n{who}HD*021**DEN\nDTP*348*D8*20260501",
        "270": f"BHT*0022*13*1*20260502*0915\n{top}{asking}HL*3*2*22*0\nTRN*1*1\n{who}EQ*30",
        "276": f"BHT*0010*13*1*20260502*0915\n{top}NM1*41*2*ANY*****46*1\nHL*3*2*19*1\n{asking}HL*4*3*22*0\n{who}"
        f"TRN*1*1\nREF*EJ*{of.PAID.claim}",
    }
    commands = {"834": ("member", "import"), "270": ("eligibility", "answer"), "276": ("claim", "inquire")}
    for kind, body in bodies.items():
        file, broken = (world.payer / f"{name}.{kind}" for name in ("inquiry", "broken"))
        file.write_bytes(wrapped(kind, body))
        broken.write_bytes(file.read_bytes()[:-60])
        for each in (file, broken):
            each.chmod(0o600)
        out = () if kind == "834" else ("--out", world.to_provider)
        watch.run(*commands[kind], file, *payer, *out)
        watch.run(*commands[kind], file, *payer, *out, "--json")
        watch.run(*commands[kind], broken, *payer, *out, codes=(REFUSED,))
    for verb in (("list",), ("show", mother.person)):
        watch.run("member", *verb, *payer)
        watch.run("member", *verb, *payer, "--json")
    watch.run("member", "show", mother.member, *payer, codes=(USAGE,))


def _offline(watch: Watch, files: dict[str, Path]) -> None:
    deciding = ("adjudicate", files["april.837"], "--plan", files["plan.toml"])
    known = ("--members", files["members.toml"], "--providers", files["providers.toml"])
    known += ("--accumulators", files["accumulators.toml"], "--history", files["history.json"])
    watch.run(*deciding, *known, "--evidence", "assume")
    watch.run(*deciding, *known, "--evidence", "assume", "--json")
    watch.run(*deciding, "--json")


def _afterwards(watch: Watch, world: World, april: Path) -> None:
    """Correct and take back what was paid, write to the member and in FHIR, and recompute all that was decided."""
    provider, payer, letters = ("--home", world.provider), ("--home", world.payer), world.folder / "letters"
    letters.mkdir(mode=0o700)
    for option in ((), ("--json",)):
        name = "again" if option else "once"
        watch.run(
            "claim", "replace", of.PAID.claim, april, *provider, "--out", letters / f"{name}.replace.837", *option
        )
        watch.run("claim", "void", of.PAID.claim, *provider, "--out", letters / f"{name}.void.837", *option)
        watch.run("claim", "eob", of.PAID.claim, *payer, "--out", letters / f"{name}.txt", *option)
        watch.run("claim", "eob", of.PAID.claim, *payer, "--html", "--out", letters / f"{name}.html", *option)
        for form in ("claim-response", "eob"):
            out = letters / f"{name}.{form}.json"
            watch.run("claim", "respond", of.PAID.claim, *payer, "--format", form, "--out", out, *option)
        watch.run("remit", "offsets", *payer, *option)
        watch.run("audit", "verify", *payer, *option)
        watch.run("audit", "export", *payer, "--out", letters / f"{name}.audit.json", *option)


def _run_a_house(watch: Watch, world: World) -> None:
    """The commands that keep the registry, the policies and the homes."""
    payer, keys = ("--home", world.payer), ("--passphrase-file", world.secret)
    third = world.folder / "third"
    watch.run(
        *("home", "create", "--home", third, "--role", "provider", "--name", of.PRACTICE.last, *keys),
        *("--identifier", of.NEWCOMER.npi, "--tax-id", of.PRACTICE.tax, "--chain-folder", world.folder / "chain"),
    )
    watch.run("home", "key", "newcomer", "--home", third, *keys)
    watch.run("home", "show", "--home", third)
    shown = watch.run("home", "show", "--home", third, "--json").json
    watch.run(
        "home", "create", "--home", third, "--role", "provider", "--name", "x", *keys, "--identifier", "1", codes=(2,)
    )

    clinician = ("--practitioner", "9")
    enrolling = ("registry", "enrol", *payer, *keys, "--npi", of.NEWCOMER.npi, "--controller", "9")
    watch.run(*enrolling, *clinician, "--key", shown["keys"]["newcomer"], "--json")
    watch.run(*enrolling, *clinician, "--key", shown["keys"]["newcomer"])
    watch.run(*enrolling, "--practitioner", "10", "--key", shown["keys"]["provider"], codes=(USAGE,))
    watch.run(
        "registry", "enrol", *payer, *keys, "--provider", shown["keys"]["provider"], "--controller", "8", "--json"
    )
    watch.run("registry", "suspend", *payer, *keys, *clinician, "--json")
    watch.run("registry", "suspend", *payer, *keys, *clinician, "--reinstate")
    watch.run("registry", "exclude", *payer, *keys, *clinician, "--last-day", "2026-12-01")
    watch.run("registry", "show", *payer, *clinician)
    watch.run("registry", "show", *payer, *clinician, "--json")
    rotating = ("registry", "rotate", *payer, *keys, *clinician, "--key", shown["keys"]["provider"])
    watch.run(*rotating)
    watch.run(*rotating, "--json")
    leaving = ("registry", "remove", *payer, *keys, *clinician, "--provider", shown["keys"]["provider"])
    watch.run(*leaving)
    watch.run(*leaving, "--json")

    issuing = ("policy", "issue", *payer, "--year", "2026", "--limit", "900.00")
    watch.run(*issuing, "--person", of.FATHER.person, "--dry-run")
    number = watch.run(*issuing, "--person", of.FATHER.person, *keys, "--json").json["policy"]
    watch.run(*issuing, "--person", of.FATHER.person, *keys)
    watch.run(*issuing, "--person", of.FATHER.member, *keys, codes=(USAGE,))
    watch.run("policy", "show", *payer)
    watch.run("policy", "show", *payer, "--json")
    watch.run("policy", "show", *payer, "--person", of.FATHER.last, codes=(USAGE,))
    watch.run("policy", "cancel", number, *payer, *keys, "--end-day", "2026-12-01", "--json")

    watch.run("deploy", *payer, *keys)
    watch.run("deploy", *payer, *keys, "--json")
    for home in (world.provider, world.payer):
        watch.run("doctor", "--home", home, codes=(0, 1))
        watch.run("doctor", "--home", home, "--json", codes=(0, 1))
