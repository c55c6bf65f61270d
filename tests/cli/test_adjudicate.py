"""`claims adjudicate` from documents alone: what it prints, which code it ends with, and what it refuses (DESIGN §10)."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from claims.cli.adjudicate import adjudicate
from claims.service.tables import import_tables
from tests.cli.command import BAD, FIXTURES, GOOD, Run, app_of, run
from tests.service.visits import dump, signed_records
from tests.tables.files import kept as write
from tests.tables.files import leie

APP = app_of(adjudicate)
CHARGES = FIXTURES / "charges.toml"
PROFESSIONAL = "x12/837_005010X222A2"
PAID = {
    "demo.autoaccident.837": "185.00",
    "demo.drug.example10.1.837": "103.37",
    "demo.drug.example10.2.837": "2232.93",
    "demo.drug.example10.3.837": "2232.93",
    "demo.example1.837": "100.00",
    "demo.example7.837": "520.24",
}
REJECTED = {
    "demo.ambulance.example5.837": "CLM05-2",
    "demo.example6.837": "CLM05 separates its components by another character than ISA16 declares",
    "demo.example11.837": "CLM05 separates its components by another character than ISA16 declares",
    "demo.example12.837": "CLM05 separates its components by another character than ISA16 declares",
}


def decide(file: Path, *arguments: object, plan: Path = GOOD / "plan.toml", as_json: bool = True) -> Run:
    """Run the command on a file, by default with the plan of the good claim and as JSON."""
    return run(APP, file, "--plan", plan, *arguments, *(["--json"] if as_json else []))


def covered(part: object, whole: object) -> bool:
    """Whether a document says all that another says: keys may be added, values must be equal."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and covered(part[key], whole[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(part) == len(whole) and all(map(covered, part, whole))
    return part == whole


class TestTheDesignsExample:
    """DESIGN §10: 99214 charged 120.00, fee 95.00, 25.00 of the deductible left, 20 % coinsurance."""

    LINE = json.loads(
        """{"line": 1, "code": "99214", "charge": "120.00", "allowed": "95.00", "paid": "56.00",
            "adjustments": [{"group": "CO", "reason": "45", "amount": "25.00"},
                            {"group": "PR", "reason": "1", "amount": "25.00"},
                            {"group": "PR", "reason": "2", "amount": "14.00"}], "remarks": []}"""
    )
    CLAIM = json.loads(
        """{"claim": "A-17", "status": "paid", "charge": "120.00", "allowed": "95.00", "paid": "56.00",
            "patient": "39.00", "adjustments": []}"""
    )
    PRICE = json.loads(
        """{"edit": "price", "line": 1, "outcome": "adjust", "why": "fee list 95.00 below charge 120.00"}"""
    )

    def decided(self, *arguments: object) -> Run:
        return decide(
            FIXTURES / "a-17.837",
            *("--accumulators", FIXTURES / "used.toml", *arguments),
            plan=FIXTURES / "sound.toml",
        )

    def test_is_reproduced(self) -> None:
        done = self.decided()
        (claim,) = done.json["claims"]
        assert done.code == 0
        assert covered({**self.CLAIM, "lines": [self.LINE]}, claim)
        assert covered([self.PRICE], [entry for entry in claim["trace"] if entry["edit"] == "price"])

    def test_its_keys_stand_in_the_designs_order(self) -> None:
        (claim,) = self.decided().json["claims"]
        assert list(claim)[:9] == [*self.CLAIM, "lines", "trace"]
        assert list(claim["lines"][0])[: len(self.LINE)] == list(self.LINE)
        assert next(iter(self.decided().json)) == "claims"

    def test_without_accumulators_the_deductible_takes_it_all(self) -> None:
        (claim,) = decide(FIXTURES / "a-17.837", plan=FIXTURES / "sound.toml").json["claims"]
        assert (claim["paid"], claim["patient"]) == ("0.00", "95.00")

    def test_again_gives_the_same_bytes(self) -> None:
        assert self.decided() == self.decided()

    def test_for_people_tells_the_arithmetic(self) -> None:
        told = run(
            APP,
            *(FIXTURES / "a-17.837", "--plan", FIXTURES / "sound.toml", "--accumulators", FIXTURES / "used.toml"),
            env={"NO_COLOR": "1", "COLUMNS": "120"},
        )
        assert told.code == 0
        assert "claim A-17: paid" in told.out
        assert "20 % of the remaining 70.00 is 14.00 (PR-2)" in told.out
        assert "\x1b" not in told.out

    def test_names_no_patient(self) -> None:
        for done in (self.decided(), decide(FIXTURES / "a-17.837", as_json=False, plan=FIXTURES / "sound.toml")):
            for datum in ("OKONJO", "TESSA", "SP0040017", "19880623", "1988", "J209", "20260310", "LIGHTHOUSE"):
                assert datum not in done.out + done.err


class TestSharedFiles:
    """Files that others published, unmodified, under a plan that pays what is charged."""

    def decided(self, file: Path) -> Run:
        return decide(file, "--evidence", "assume", plan=CHARGES)

    @pytest.mark.parametrize("name", PAID)
    def test_six_are_paid(self, shared: Path, name: str) -> None:
        done = self.decided(shared / PROFESSIONAL / name)
        (claim,) = done.json["claims"]
        assert (done.code, claim["status"], claim["paid"]) == (0, "paid", PAID[name])
        assert claim["charge"] == claim["allowed"] == claim["paid"]
        assumed = {"edit": "evidence", "line": None, "outcome": "pass"}
        assert any(covered(assumed, entry) and "assumed" in entry["why"] for entry in claim["trace"])

    @pytest.mark.parametrize("name", REJECTED)
    def test_four_are_rejected_for_their_cause(self, shared: Path, name: str) -> None:
        done = self.decided(shared / PROFESSIONAL / name)
        (claim,) = done.json["claims"]
        assert (done.code, claim["status"]) == (3, "rejected")
        assert "lines" not in claim
        assert REJECTED[name] in claim["errors"][0]["message"]
        assert REJECTED[name] in done.err

    def test_an_encounter_report_is_recorded(self, shared: Path) -> None:
        done = self.decided(shared / PROFESSIONAL / "demo.example2.837")
        assert (done.code, done.json["claims"], done.json["encounter_reports"]) == (0, [], ["26462967"])

    def test_there_are_no_others(self, shared: Path) -> None:
        names = {file.name for file in (shared / PROFESSIONAL).iterdir()}
        assert names == {*PAID, *REJECTED, "demo.example2.837"}

    def test_institutional_files_are_rejected(self, shared: Path) -> None:
        files = sorted((shared / "x12" / "837_005010X223A3").iterdir())
        assert len(files) == 3
        for file in files:
            done = self.decided(file)
            assert done.code == 3
            assert "N403" in done.err or "another character than ISA16 declares" in done.err
            assert {claim["status"] for claim in done.json["claims"]} == {"rejected"}

    @pytest.mark.parametrize("name", PAID)
    def test_strict_npi_rejects_those_whose_numbers_fail_the_check_digit(self, shared: Path, name: str) -> None:
        done = decide(shared / PROFESSIONAL / name, "--strict-npi", plan=CHARGES)
        (claim,) = done.json["claims"]
        if name in ("demo.autoaccident.837", "demo.example7.837"):
            assert (done.code, claim["status"]) == (3, "rejected")
            assert "check digit" in claim["errors"][0]["message"]
        else:
            assert (done.code, claim["status"]) == (0, "paid")


class TestOptions:
    """An option that is left out leaves its edit unchecked, and the claim goes on."""

    FILE = GOOD / "claim.837"

    def outcomes(self, *arguments: object) -> dict[str, set[str]]:
        (claim,) = decide(self.FILE, *arguments).json["claims"]
        found: dict[str, set[str]] = {}
        for entry in claim["trace"]:
            found.setdefault(entry["edit"], set()).add(entry["outcome"])
        return found

    def test_none_of_them(self) -> None:
        done = decide(self.FILE)
        assert done.json["claims"][0]["status"] == "paid"
        unchecked = {edit for edit, outcomes in self.outcomes().items() if "not checked" in outcomes}
        assert {"provider", "evidence", "duplicate", "cost-share"} <= unchecked

    def test_members_and_providers(self) -> None:
        found = self.outcomes("--members", GOOD / "members.toml", "--providers", GOOD / "providers.toml")
        assert (found["eligibility"], found["provider"]) == ({"pass"}, {"pass"})

    def test_received_decides_what_is_late(self) -> None:
        (claim,) = decide(self.FILE, "--received", "2028-01-01").json["claims"]
        assert claim["status"] == "denied"
        assert {a["reason"] for line in claim["lines"] for a in line["adjustments"]} == {"29"}

    def test_a_history_finds_a_duplicate(self, tmp_path: Path) -> None:
        history = tmp_path / "history.json"
        history.write_text(
            json.dumps(
                {
                    "lines": [
                        {
                            "claim": "EC-0007",
                            "member_number": "NG0081274",
                            "billing_npi": "2460913785",
                            "rendering_npi": "2835174600",
                            "code": "99213",
                            "begins": "2026-04-13",
                            "place": "11",
                            "charge": "95.00",
                        }
                    ]
                }
            )
        )
        (claim,) = decide(self.FILE, "--history", history).json["claims"]
        assert [line["adjustments"] for line in claim["lines"]] == [
            [{"group": "OA", "reason": "18", "amount": "95.00"}],
            [],
        ]

    def test_tables_are_read(self, tmp_path: Path) -> None:
        kept = tmp_path / "tables"
        import_tables(kept, [write(tmp_path, "leie.csv", leie(("2835174600", "20260101", "")))])
        (claim,) = decide(self.FILE, "--tables", kept).json["claims"]
        assert claim["status"] == "denied"
        assert {each["reason"] for line in claim["lines"] for each in line["adjustments"]} == {"B7"}
        (sound,) = decide(self.FILE).json["claims"]
        assert sound["status"] == "paid"
        assert sound["rule_pack"] != claim["rule_pack"]

    def test_an_empty_folder_of_tables_checks_nothing(self, tmp_path: Path) -> None:
        assert self.outcomes("--tables", tmp_path)["ncci"] == {"not checked"}

    @pytest.mark.parametrize("content", ["", '{"format": "claims encounter records", "version": 1, "records": []}'])
    def test_empty_evidence_pends(self, tmp_path: Path, content: str) -> None:
        records = tmp_path / "records.json"
        records.write_text(content)
        done = decide(self.FILE, "--evidence", records)
        assert (done.code, done.json["claims"][0]["status"]) == (0, "pended")

    def test_evidence_is_denied_once_the_plans_days_have_passed(self, tmp_path: Path) -> None:
        records = tmp_path / "records.json"
        records.touch()
        (claim,) = decide(self.FILE, "--evidence", records, "--decided", "2026-07-01").json["claims"]
        assert claim["status"] == "denied"
        assert claim["lines"][0]["adjustments"][0]["reason"] == "252"

    def test_signed_records_pay_and_say_what_was_not_compared(self, tmp_path: Path) -> None:
        records = tmp_path / "records.json"
        records.write_bytes(dump(signed_records()))
        (claim,) = decide(self.FILE, "--evidence", records, "--members", GOOD / "members.toml").json["claims"]
        assert (claim["status"], claim["paid"]) == ("paid", "175.00")
        assert [match[1] for match in claim["matches"]] == ["V-9001", "V-9001"]
        assert any("signature not compared with the registry" in entry["why"] for entry in claim["trace"])


class TestBadInput:
    """A clear error, exit code 2 or 3, nothing of a patient, and no word of data on standard output but JSON."""

    @pytest.mark.parametrize(
        ("name", "cause"),
        [
            ("truncated.837", "the file ends inside a segment"),
            ("wrong-delimiter.837", "the interchange has no IEA"),
            ("negative-amount.837", "the charge in SV102 is negative"),
            ("unbalanced.837", "CLM02 is 185.00 and the lines add up to 175.00"),
            ("replacement-without-original.837", "needs REF*F8"),
            ("institutional.837", "CL1 (Institutional Claim Code) is required here and missing"),
        ],
    )
    def test_a_bad_837(self, name: str, cause: str) -> None:
        done = decide(BAD / name)
        assert done.code == 3
        assert cause in done.err
        assert {claim["status"] for claim in done.json["claims"]} <= {"rejected"}
        assert cause in done.out

    def test_an_unknown_member_is_denied(self) -> None:
        done = decide(BAD / "unknown-member.837", "--members", GOOD / "members.toml")
        (claim,) = done.json["claims"]
        assert (done.code, claim["status"]) == (0, "denied")
        assert {a["reason"] for line in claim["lines"] for a in line["adjustments"]} == {"31"}

    @pytest.mark.parametrize(
        ("name", "path"),
        [
            ("plan-typo.toml", "cost_share.deductable"),
            ("plan-negative-amount.toml", "pricing.fees.99213"),
        ],
    )
    def test_a_bad_plan_names_the_key(self, name: str, path: str) -> None:
        done = decide(GOOD / "claim.837", plan=BAD / name)
        assert (done.code, done.out) == (2, "")
        assert path in done.err

    def test_a_missing_file(self, tmp_path: Path) -> None:
        done = decide(tmp_path / "none.837")
        assert (done.code, done.out) == (2, "")
        assert "No such file" in done.err
        assert "none.837" in done.err

    def test_a_missing_plan(self) -> None:
        done = run(APP, GOOD / "claim.837")
        assert done.code == 2
        assert "--plan" in done.err

    def test_a_folder(self, tmp_path: Path) -> None:
        done = decide(tmp_path)
        assert (done.code, done.out) == (2, "")

    @pytest.mark.parametrize(
        ("content", "cause"),
        [
            (b"", "the file is empty"),
            (bytes(range(256)) * 8, "not an X12 file"),
            (b"hello", "not an X12 file"),
        ],
    )
    def test_what_is_no_837(self, tmp_path: Path, content: bytes, cause: str) -> None:
        file = tmp_path / "claims.837"
        file.write_bytes(content)
        done = decide(file)
        assert done.code == 3
        assert cause in done.err
        assert cause in done.json["errors"][0]["message"]

    def test_a_binary_plan(self, tmp_path: Path) -> None:
        plan = tmp_path / "plan.toml"
        plan.write_bytes(b"\xff\xfe\x00")
        done = decide(GOOD / "claim.837", plan=plan)
        assert done.code == 2
        assert "is not text in UTF-8" in done.err

    def test_a_date_that_is_none(self) -> None:
        done = decide(GOOD / "claim.837", "--received", "yesterday")
        assert done.code == 2
        assert "--received" in done.err

    def test_a_record_whose_salts_do_not_match(self, tmp_path: Path) -> None:
        records = tmp_path / "records.json"
        document = json.loads(dump(signed_records()))
        document["records"][0]["services"][0]["salt"] = "0x" + "11" * 32
        records.write_text(json.dumps(document))
        done = decide(GOOD / "claim.837", "--evidence", records)
        assert (done.code, done.out) == (2, "")
        assert "encounter record V-9001" in done.err
        for datum in ("NGP-550917", "99213", "2026-04-13", "11" * 32):
            assert datum not in done.err

    def test_what_a_payer_alone_may_ask(self) -> None:
        done = decide(GOOD / "claim.837", "--pay")
        assert done.code == 2
        assert "--home" in done.err

    def test_a_payer_does_not_assume_evidence(self, tmp_path: Path) -> None:
        done = run(APP, GOOD / "claim.837", "--home", tmp_path, "--evidence", "assume")
        assert done.code == 2
        assert "never assumed" in done.err


class TestAsAProcess:
    """The command as it is installed."""

    def started(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "claims.cli.main", "adjudicate", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @pytest.mark.parametrize(
        ("file", "plan", "code"),
        [
            (GOOD / "claim.837", GOOD / "plan.toml", 0),
            (GOOD / "claim.837", BAD / "plan-typo.toml", 2),
            (BAD / "truncated.837", GOOD / "plan.toml", 3),
        ],
    )
    def test_ends_with_its_code(self, file: Path, plan: Path, code: int) -> None:
        done = self.started(file, "--plan", plan, "--json")
        assert done.returncode == code, done.stderr
        if code != 2:
            json.loads(done.stdout)
        assert bool(done.stderr) == (code != 0)

    def test_loads_nothing_of_the_chain(self) -> None:
        script = (
            "import sys; from pathlib import Path; from claims.service.offline_adjudication import adjudicate_file; "
            "adjudicate_file(Path(sys.argv[1]), plan=Path(sys.argv[2]), assume_evidence=True); "
            "print(sorted({name.partition('.')[0] for name in sys.modules} & {'web3', 'eth_account', 'eth_tester', 'eth'}))"
        )
        arguments = [sys.executable, "-c", script, str(GOOD / "claim.837"), str(GOOD / "plan.toml")]
        assert subprocess.run(arguments, capture_output=True, text=True, check=True).stdout == "[]\n"

    def test_changes_nothing_beside_the_file(self, tmp_path: Path) -> None:
        shutil.copy(GOOD / "claim.837", tmp_path)
        done = self.started(tmp_path / "claim.837", "--plan", GOOD / "plan.toml")
        assert done.returncode == 0, done.stderr
        assert [file.name for file in tmp_path.iterdir()] == ["claim.837"]
