"""Deciding a file from documents alone: what is carried from claim to claim, and how far a record is believed."""

from dataclasses import replace
from pathlib import Path

import pytest

from claims.evidence.errors import RecordError
from claims.model.money import Money
from claims.service.errors import UsageError
from claims.service.offline_adjudication import adjudicate_file, document_of_file, read_evidence
from tests.service.visits import dump, signed_records, unsigned_records

GOOD = Path(__file__).parent.parent / "fixtures" / "good"
BAD = Path(__file__).parent.parent / "fixtures" / "bad"

PLAN = """
name = "Northgate with a deductible"
year = 2026
[pricing]
method = "fee-list"
[pricing.fees]
"99213" = "95.00"
"97110" = "40.00"
[cost_share]
deductible = "200.00"
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan whose deductible the good claim does not fill."""
    file = tmp_path / "plan.toml"
    file.write_text(PLAN)
    return file


@pytest.fixture
def twice(tmp_path: Path) -> Path:
    """The good claim, and a second one of the same member on the next day, in one transaction set."""
    return _twice(tmp_path, "20260414")


def _twice(folder: Path, day: str) -> Path:
    segments = (GOOD / "claim.837").read_text().splitlines()
    start = next(place for place, segment in enumerate(segments) if segment.startswith("CLM"))
    end = next(place for place, segment in enumerate(segments) if segment.startswith("SE"))
    again = [s.replace("EC-1044", "EC-1045").replace("20260413", day) for s in segments[start:end]]
    whole = segments[:end] + again + [f"SE*{27 + len(again)}*0001~"] + segments[end + 1 :]
    file = folder / "two.837"
    file.write_text("\n".join(whole) + "\n")
    return file


def records(folder: Path, content: bytes) -> Path:
    """A file of encounter records."""
    file = folder / "records.json"
    file.write_bytes(content)
    return file


class TestSeveralClaims:
    """Claims of one file are decided in order, each on what the ones before it used up."""

    def test_the_deductible_is_carried_forward(self, twice: Path, plan: Path) -> None:
        done = adjudicate_file(twice, plan=plan)
        assert [(o.claim, o.decision.paid) for o in done.outcomes] == [
            ("EC-1044", Money(0)),
            ("EC-1045", Money(15000)),
        ]

    def test_accumulators_are_where_it_starts(self, twice: Path, plan: Path, tmp_path: Path) -> None:
        used = tmp_path / "used.toml"
        used.write_text('[members."NG0081274"]\ndeductible = "200.00"\nout_of_pocket = "200.00"\n')
        done = adjudicate_file(twice, plan=plan, accumulators=used)
        assert [o.decision.paid for o in done.outcomes] == [Money(17500), Money(17500)]

    def test_the_history_is_carried_forward(self, plan: Path, tmp_path: Path) -> None:
        same = _twice(tmp_path, "20260413")
        history = tmp_path / "history.json"
        history.write_text('{"lines": []}')
        done = adjudicate_file(same, plan=plan, history=history)
        assert [o.decision.status for o in done.outcomes] == ["paid", "denied"]
        assert {a.reason for line in done.outcomes[1].decision.lines for a in line.adjustments} == {"18"}

    def test_a_record_pays_one_of_them(self, plan: Path, tmp_path: Path) -> None:
        same = _twice(tmp_path, "20260413")
        done = adjudicate_file(same, plan=plan, evidence=records(tmp_path, dump(signed_records())))
        assert [o.decision.status for o in done.outcomes] == ["paid", "denied"]
        assert any("billed twice" in entry.why for entry in done.outcomes[1].decision.trace)

    def test_a_rejected_claim_stands_in_its_place(self, twice: Path, plan: Path) -> None:
        text = twice.read_text()
        twice.write_text(text.replace("CLM*EC-1044*175*", "CLM*EC-1044*185*"))
        done = adjudicate_file(twice, plan=plan)
        assert [(o.claim, o.decision is None) for o in done.outcomes] == [("EC-1044", True), ("EC-1045", False)]
        assert not done.rejection
        first, second = document_of_file(done)["claims"]
        assert (first["status"], [error["snip"] for error in first["errors"]]) == ("rejected", [3])
        assert second["status"] == "paid"

    def test_an_encounter_report_is_listed_apart(self, plan: Path, tmp_path: Path) -> None:
        report = tmp_path / "report.837"
        report.write_text((GOOD / "claim.837").read_text().replace("*1030*CH~", "*1030*RP~"))
        done = adjudicate_file(report, plan=plan)
        assert (done.outcomes, done.encounter_reports, done.rejection) == ((), ("EC-1044",), "")


class TestEvidence:
    """Without a registry: salts are checked, a signature must be somebody's, and the trace says whose it was not asked."""

    def status(self, folder: Path, content: bytes) -> str:
        done = adjudicate_file(
            GOOD / "claim.837",
            plan=GOOD / "plan.toml",
            members=GOOD / "members.toml",
            evidence=records(folder, content),
        )
        return done.outcomes[0].decision.status

    def test_a_signed_record_backs_its_lines(self, tmp_path: Path) -> None:
        assert self.status(tmp_path, dump(signed_records())) == "paid"

    def test_an_unsigned_one_does_not(self, tmp_path: Path) -> None:
        assert self.status(tmp_path, dump(unsigned_records())) == "pended"

    def test_a_signature_of_nobody_does_not(self, tmp_path: Path) -> None:
        nobody = [replace(record, signature=b"\xff" * 65) for record in signed_records()]
        (found,) = read_evidence(records(tmp_path, dump(nobody)))
        assert (found.signed, found.problem) == (False, "bad-signature")
        assert self.status(tmp_path, dump(nobody)) == "pended"

    def test_a_roll_without_the_attestation_does_not(self, tmp_path: Path) -> None:
        apart = [replace(record, siblings=(b"\x01" * 32,)) for record in signed_records()]
        assert self.status(tmp_path, dump(apart)) == "pended"

    def test_another_persons_record_does_not(self, tmp_path: Path) -> None:
        assert self.status(tmp_path, dump(signed_records(person="NGP-000001"))) == "pended"

    def test_an_empty_file_pends(self, tmp_path: Path) -> None:
        assert read_evidence(records(tmp_path, b"\n")) == ()
        assert self.status(tmp_path, b"") == "pended"

    @pytest.mark.parametrize("change", [{"person": "NGP-000001"}, {"subject_salt": b"\x02" * 32}, {"services": ()}])
    def test_salts_that_do_not_open_it_are_refused(self, tmp_path: Path, change: dict[str, object]) -> None:
        altered = [replace(record, **change) for record in signed_records()]
        with pytest.raises(RecordError, match="encounter record V-9001") as refused:
            read_evidence(records(tmp_path, dump(altered)))
        assert "NGP" not in str(refused.value)

    def test_a_document_that_is_none_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(RecordError):
            read_evidence(records(tmp_path, b"{}"))


def test_a_file_of_nothing_is_rejected_with_its_cause(tmp_path: Path, plan: Path) -> None:
    empty = tmp_path / "empty.837"
    empty.touch()
    done = adjudicate_file(empty, plan=plan)
    assert done.rejection == f"{empty} is rejected: the file is empty"
    assert [error["message"] for error in document_of_file(done)["errors"]] == ["the file is empty"]


def test_tables_are_a_folder(tmp_path: Path, plan: Path) -> None:
    with pytest.raises(UsageError, match="--tables"):
        adjudicate_file(GOOD / "claim.837", plan=plan, tables=tmp_path / "none")


def test_what_was_lost_on_the_way_is_told_once(plan: Path) -> None:
    done = adjudicate_file(BAD / "wrong-delimiter.837", plan=plan)
    assert done.outcomes == ()
    assert len({error.message for error in done.errors}) == len(done.errors) == 3
