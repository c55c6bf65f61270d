"""`claims remit check` and `show`: anybody's 835, its balance apart from its syntax, and in plain words."""

from pathlib import Path

import pytest

from claims.cli.remit import app
from tests.cli.command import Run, run

FILES = ("cob-contractural-adjustment.835", "managed-care.835", "secondary-payment.835")
REMITTANCE = """\
ISA*00*          *00*          *ZZ*SOUNDPLAN      *ZZ*HARBOURDOCS    *260320*0800*^*00501*000000044*0*T*:~
GS*HP*SOUNDPLAN*HARBOURDOCS*20260320*0800*44*X*005010X221A1~
ST*835*0001~
BPR*I*51.00*C*ACH*CCP*01*123456780*DA*5550001*1912345678**01*876543210*DA*5550002*20260320~
TRN*1*T-2026-44*1912345678~
DTM*405*20260320~
N1*PR*SOUND PLAN~
N3*1 PIER~
N4*PORT ELSE*WA*98221~
PER*BL*PAYMENTS*TE*2065550144~
N1*PE*HARBOUR DOCTORS*XX*1770634511~
LX*1~
CLP*A-17*1*120*56*39*12*PX-9001*11*1~
NM1*QC*1*OKONJO*TESSA****MI*SP0040017~
SVC*HC:99214*120*56**1~
DTM*472*20260310~
CAS*CO*45*25~
CAS*PR*1*25**2*14~
AMT*B6*95~
PLB*1770634511*20261231*WO:PX-8000*5~
SE*19*0001~
GE*1*44~
IEA*1*000000044~
"""


@pytest.fixture
def remittance(tmp_path: Path) -> Path:
    """An 835 of one claim, from which an overpayment of 5.00 is taken."""
    file = tmp_path / "payment.835"
    file.write_text(REMITTANCE)
    return file


def check(*arguments: object) -> Run:
    """Run `check` as JSON."""
    return run(app, "check", *arguments, "--json")


class TestCheck:
    """Exit code 0 where it balances and 3 where not; syntax is told apart."""

    def test_a_sound_file(self, remittance: Path) -> None:
        done = check("--strict", remittance)
        (file,) = done.json["files"]
        assert (done.code, file["balances"], file["syntax_ok"], file["findings"]) == (0, True, True, [])
        assert file["remittances"] == [
            {"transaction": "0001", "trace": "T-2026-44", "paid": "51.00", "claims": 1, "unreadable": []}
        ]

    @pytest.mark.parametrize(
        ("old", "new", "levels"),
        [
            ("CAS*CO*45*25~", "CAS*CO*45*26~", ["service", "claim"]),
            ("CLP*A-17*1*120*56*39", "CLP*A-17*1*120*56*38", ["claim"]),
            ("BPR*I*51.00", "BPR*I*51.01", ["transaction"]),
            ("WO:PX-8000*5~", "WO:PX-8000*-5~", ["transaction"]),
        ],
    )
    def test_says_at_which_level_and_claim(self, remittance: Path, old: str, new: str, levels: list[str]) -> None:
        remittance.write_text(REMITTANCE.replace(old, new))
        done = check(remittance)
        (file,) = done.json["files"]
        assert (done.code, file["balances"], file["syntax_ok"]) == (3, False, True)
        assert [finding["level"] for finding in file["findings"]] == levels
        assert {finding["claim"] for finding in file["findings"]} == ({""} if levels == ["transaction"] else {"A-17"})
        told = run(app, "check", remittance)
        assert told.code == 3
        assert "does not balance" in told.out
        assert f"  {levels[0]}" in told.out

    def test_syntax_fails_it_only_where_asked(self, remittance: Path) -> None:
        remittance.write_text(REMITTANCE.replace("DTM*405*20260320~\n", "DTM*405*20260320~\nZZZ*1~\n"))
        assert check(remittance).code == 0
        assert not check(remittance).json["files"][0]["syntax_ok"]
        assert check("--strict", remittance).code == 3

    def test_a_figure_that_cannot_be_read_does_not_balance(self, remittance: Path) -> None:
        remittance.write_text(REMITTANCE.replace("AMT*B6*95~", "AMT*B6*9x5~"))
        done = check(remittance)
        assert done.code == 3
        assert len(done.json["files"][0]["remittances"][0]["unreadable"]) == 1
        assert "unreadable" in run(app, "check", remittance).out

    def test_one_of_several_is_enough(self, remittance: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.835"
        other.write_text(REMITTANCE.replace("BPR*I*51.00", "BPR*I*1.00"))
        done = check(remittance, other)
        assert done.code == 3
        assert [file["balances"] for file in done.json["files"]] == [True, False]

    @pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 99, b"hello"])
    def test_what_is_no_835(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "some.835"
        file.write_bytes(content)
        assert check(file).code == 3
        assert "holds no remittance" in run(app, "check", file).out
        shown = run(app, "show", file)
        assert (shown.code, shown.out) == (3, "")
        assert "holds no remittance" in shown.err

    def test_a_missing_file_and_a_folder(self, tmp_path: Path) -> None:
        assert check(tmp_path / "none.835").code == 2
        assert check(tmp_path).code == 2

    @pytest.mark.parametrize("name", FILES)
    def test_published_files_balance_and_fail_the_guide(self, shared: Path, name: str) -> None:
        done = check(shared / "x12" / "835_005010X221A1" / name)
        (file,) = done.json["files"]
        assert (done.code, file["balances"], file["syntax_ok"]) == (0, True, False)
        assert any("BPR16" in error["message"] for error in file["syntax"])


class TestShow:
    """Plain words; a claim is known by its numbers, and its patient by nothing."""

    def test_tells_who_pays_whom_and_why_not_all(self, remittance: Path) -> None:
        told = run(app, "show", remittance)
        assert told.code == 0
        for words in (
            "SOUND PLAN pays HARBOUR DOCTORS",
            "51.00 by bank transfer (ACH) on 2026-03-20, trace number T-2026-44",
            "claim A-17, processed as primary; the payer's number is PX-9001",
            "charged 120.00, paid 56.00, the patient owes 39.00",
            "line 1 99214: charged 120.00, allowed 95.00, paid 56.00",
            "CO-45 25.00: above the fee that is allowed (the provider writes it off)",
            "PR-1 25.00: deductible (the patient owes it)",
            "provider adjustment WO 5.00: an overpayment taken back (PX-8000)",
            "It balances at all three levels",
        ):
            assert words in told.out

    def test_names_no_patient(self, remittance: Path) -> None:
        for told in (run(app, "show", remittance), run(app, "show", remittance, "--json"), check(remittance)):
            for datum in ("OKONJO", "TESSA", "SP0040017", "2026-03-10", "20260310"):
                assert datum not in told.out + told.err

    def test_as_json(self, remittance: Path) -> None:
        (shown,) = run(app, "show", remittance, "--json").json["remittances"]
        (claim,) = shown["claims"]
        assert (shown["payer"], shown["payee"], shown["paid"], shown["day"]) == (
            "SOUND PLAN",
            "HARBOUR DOCTORS",
            "51.00",
            "2026-03-20",
        )
        assert (claim["claim"], claim["paid"], claim["patient"]) == ("A-17", "56.00", "39.00")
        assert claim["lines"][0]["adjustments"][0] == {
            "group": "CO",
            "reason": "45",
            "amount": "25.00",
            "words": "above the fee that is allowed (the provider writes it off)",
        }

    def test_says_what_does_not_balance(self, remittance: Path) -> None:
        remittance.write_text(REMITTANCE.replace("BPR*I*51.00", "BPR*I*1.00"))
        told = run(app, "show", remittance)
        assert told.code == 0
        assert "It does not balance:" in told.out
        assert "BPR02" in told.out

    def test_an_unknown_reason_is_told_by_its_code(self, remittance: Path) -> None:
        remittance.write_text(REMITTANCE.replace("CAS*CO*45", "CAS*CO*P12"))
        assert "CO-P12 25.00: reason P12 (the provider writes it off)" in run(app, "show", remittance).out

    @pytest.mark.parametrize("name", FILES)
    def test_published_files(self, shared: Path, name: str) -> None:
        told = run(app, "show", shared / "x12" / "835_005010X221A1" / name)
        assert told.code == 0
        assert "It balances at all three levels" in told.out
        for patient in ("BURCK", "BUDD", "SETTLE", "TOWNSEND", "BAKI"):
            assert patient not in told.out
