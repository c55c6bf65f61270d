"""The whole job as people do it: every step a process of its own, two homes, and files that pass between them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.service.parties import (
    CLINIC_NPI,
    CLINICIAN_NPI,
    GOOD,
    PAYER,
    PERSON,
    START,
    Bill,
    on_embedded,
    x12,
)

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent
CLAIMS = Path(sys.executable).with_name("claims")
PASSPHRASE = "of these homes alone"


@dataclass(frozen=True)
class Done:
    """What a process left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document and nothing else."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """A folder in which commands run."""

    folder: Path
    passphrase: str = PASSPHRASE

    def claims(self, *arguments: object, secret: bool = True) -> Done:
        """Run `claims` in a process of its own."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CLAIMS_PASSPHRASE")}
        if secret:
            environment["CLAIMS_PASSPHRASE_FILE"] = str(self.folder / "secret.txt")
        ran = subprocess.run(
            [str(CLAIMS), *map(str, arguments)],
            cwd=self.folder,
            env=environment | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(ran.returncode, ran.stdout, ran.stderr)

    def done(self, *arguments: object) -> Any:
        """Run a command that must succeed, and read its JSON."""
        ran = self.claims(*arguments, "--json")
        assert ran.code == 0, ran.err
        return ran.json


def test_from_two_empty_folders_to_a_balanced_remittance(tmp_path: Path) -> None:
    from claims.chain.client import open_chain
    from claims.chain.profile import LOCAL

    shell = Shell(tmp_path)
    (tmp_path / "secret.txt").write_text(PASSPHRASE + "\n")
    with open_chain(LOCAL, tmp_path / "chain", start_at=START):
        pass  # The chain's clock begins on the day on which the file came in.
    made = {}
    for home, role, name, identifier in (
        ("payer", "payer", "Northgate Health Fund", PAYER),
        ("clinic", "provider", "Elm Court Clinic", CLINIC_NPI),
    ):
        made[home] = shell.done(
            *("home", "create", "--home", home, "--role", role, "--name", name, "--identifier", identifier),
            *("--chain-folder", "chain", "--tax-id", "007716200", "--street", "1 Northgate", "--city", "Westerby"),
            *("--state", "VT", "--postal-code", "059990000"),
        )
    clinic = made["clinic"]["keys"]["provider"]
    key = shell.done("home", "key", "dr-pryor", "--home", "clinic")["address"]
    deployed = shell.done("deploy", "--home", "payer", "--fund", "5000.00", "--claim-cap", "500.00")
    assert deployed["escrow"] == "5000.00"
    payer = ("--home", "payer")
    shell.done("registry", "enrol", *payer, "--provider", clinic, "--controller", 1, "--npi", CLINIC_NPI)
    shell.done(
        "registry", "enrol", *payer, "--practitioner", 1, "--key", key, "--controller", 2, "--npi", CLINICIAN_NPI
    )
    shell.done("registry", "enrol", *payer, "--provider", clinic, "--practitioner", 1)
    for document in ("plan.toml", "members.toml", "providers.toml"):
        (tmp_path / "payer" / document).write_text((GOOD / document).read_text())
    shell.done("policy", "issue", *payer, "--person", PERSON, "--year", 2026, "--limit", "1000.00")
    shell.done(
        *("encounter", "attest", GOOD / "ehr.json", "--home", "clinic", "--practitioner", 1),
        *("--npi", CLINICIAN_NPI, "--key", "dr-pryor", "--out", "records.json"),
    )
    (tmp_path / "claim.837").write_text((GOOD / "claim.837").read_text())

    submit = ("claim", "submit", "claim.837", "--home", "clinic", "--records", "records.json")
    handed = shell.done(*submit, "--out", "to-payer")
    assert handed["claims"][0]["status"] == "presented"
    decide = ("adjudicate", "to-payer/claim.837", *payer, "--evidence", "to-payer/claim.records.json", "--out", "back")
    decided = shell.done(*decide)
    assert [claim["status"] for claim in decided["claims"]] == ["paid"]
    settle = (*submit, "--decisions", "back/claim.decisions.json")
    tried = shell.done(*settle, "--dry-run")
    assert tried["claims"][0]["gas"] > 0
    settled = shell.done(*settle)
    assert settled["claims"][0]["status"] == "settled"
    assert shell.done(*decide) == decided
    again = shell.done(*settle)
    assert again["claims"][0]["why"] == "settled before; nothing was sent"
    written = shell.done("remit", "export", *payer, "--out", "back")["remittances"]
    assert [(one["paid"], one["claims"]) for one in written] == [("175.00", ["EC-1044"])]
    assert shell.done("remit", "export", *payer, "--out", "back")["remittances"] == []
    (checked,) = shell.done("remit", "check", "--strict", written[0]["file"])["files"]
    assert checked["balances"]
    assert shell.done("deploy", "--home", "payer", "--claim-cap", "500.00")["escrow"] == "4825.00"

    statuses = [shell.done("claim", "status", "EC-1044", "--home", home)["claims"] for home in ("clinic", "payer")]
    assert [found[0]["status"] for found in statuses] == ["settled", "settled"]
    told = shell.claims("claim", "explain", "EC-1044", "--home", "clinic")
    assert told.code == 0
    assert "99213" in told.out
    assert "HALLAM" not in told.out.upper()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Two homes that are ready for work, closed, so that processes can open them."""
    from tests.service.parties import PASSPHRASE as PARTIES_PASSPHRASE

    with on_embedded(tmp_path / "world") as parties:
        folder = parties.folder
    (folder / "secret.txt").write_text(PARTIES_PASSPHRASE + "\n")
    return Shell(folder)


SUBMIT = ("claim", "submit", "--home", "clinic", "--records", "records.json")


def settle_all(shell: Shell, name: str, *, evidence: bool = True, **options: object) -> Done:
    """Hand over, adjudicate and settle a file; what the last command left."""
    extra = [part for option, value in options.items() for part in (f"--{option}", value)]
    shell.done(*SUBMIT, f"{name}.837", "--out", "to-payer")
    given = ("--evidence", f"to-payer/{name}.records.json") if evidence else ()
    shell.done("adjudicate", f"to-payer/{name}.837", "--home", "payer", *given, "--out", "back", *extra)
    return shell.claims(*SUBMIT, f"{name}.837", "--decisions", f"back/{name}.decisions.json", "--json")


def test_a_pended_claim_ends_with_5_and_a_denied_one_with_3(shell: Shell) -> None:
    pended = settle_all(shell, "claim", evidence=False)
    assert (pended.code, [claim["status"] for claim in pended.json["claims"]]) == (5, ["pended"])
    (shell.folder / "late.837").write_text(x12([Bill("EC-2044")]))
    denied = settle_all(shell, "late", received="2028-04-20")
    assert (denied.code, [claim["status"] for claim in denied.json["claims"]]) == (3, ["denied"])
    told = shell.claims("claim", "explain", "EC-2044", "--home", "clinic", "--json").json["claims"][0]
    assert told["status"] == "denied"


def test_a_rejected_file_ends_with_3_and_gets_its_999(shell: Shell) -> None:
    (shell.folder / "cut.837").write_text((GOOD / "claim.837").read_text()[:600])
    refused = shell.claims(*SUBMIT, "cut.837")
    assert refused.code == 3
    assert "no claim of it was recorded" in refused.err
    assert refused.out == ""
    answered = shell.claims("adjudicate", "cut.837", "--home", "payer", "--out", "back", "--json")
    assert answered.code == 3
    assert (shell.folder / "back" / "cut.999").exists()
    (shell.folder / "nothing.837").write_text("no X12")
    told = shell.claims("adjudicate", "nothing.837", "--home", "payer", "--out", "back")
    assert told.code == 3
    assert "this is not an X12 file" in told.err


def test_usage_errors_end_with_2_and_name_what_to_do(shell: Shell) -> None:
    shell.done(*SUBMIT, "claim.837", "--out", "to-payer")
    for said, arguments, secret in (
        ("need their passphrase", ("adjudicate", "to-payer/claim.837", "--home", "payer"), False),
        ("a payer's; clinic is a provider's", ("adjudicate", "to-payer/claim.837", "--home", "clinic"), True),
        ("--decisions needs --records", ("claim", "submit", "claim.837", "--home", "clinic", "--decisions", "x"), True),
        ("missing.json", (*SUBMIT, "claim.837", "--decisions", "missing.json"), True),
        ("is not a decision file", (*SUBMIT, "claim.837", "--decisions", "records.json"), True),
        ("is no home", ("claim", "status", "EC-1044", "--home", "nowhere"), True),
        ("knows no claim", ("claim", "status", "EC-9999", "--home", "payer"), True),
    ):
        ran = shell.claims(*arguments, secret=secret)
        assert ran.code == 2, (arguments, ran.err)
        assert said in ran.err
        assert ran.out == ""


def test_a_store_of_another_chain_ends_with_2(shell: Shell) -> None:
    shell.done(*SUBMIT, "claim.837", "--out", "to-payer")
    home = shell.folder / "clinic" / "home.toml"
    home.write_text(home.read_text().replace("../chain", "../other"))
    ran = shell.claims("claim", "status", "EC-1044", "--home", "clinic")
    assert ran.code == 2
    assert "another chain" in ran.err


def test_a_chain_that_nobody_runs_ends_with_4(shell: Shell) -> None:
    (shell.folder / "gone.toml").write_text('kind = "rpc"\nurl = "http://127.0.0.1:9"\n')
    ran = shell.claims("claim", "status", "EC-1044", "--home", "clinic", "--profile", "gone.toml")
    assert ran.code == 4
