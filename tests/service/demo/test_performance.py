"""The whole way of a claim, and every fraud one change away from a paid one, on both chains."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from claims.service.demo.ground import Ground
from claims.service.demo.performance import Performance, improvised_script, packaged_script, perform

EXPECTED = {
    ("phantom line", "contract"): "Claims_RootMismatch",
    ("changed code", "contract"): "Claims_RootMismatch",
    ("more units", "contract"): "Claims_RootMismatch",
    ("one visit billed twice", "contract"): "Registry_BitSpent",
    ("the same visit at a second insurer", "contract"): "Registry_BitSpent",
    ("a practitioner not on the roster", "contract"): "Registry_NotOnRoster",
    ("a compromised clinician key", "contract"): "Registry_KeyCompromised",
    ("a provider attesting itself", "contract"): "Registry_SameController",
    ("a policy of another year", "contract"): "Policies_YearMismatch",
    ("a signature for another chain", "contract"): "Registry_SignatureInvalid",
    ("a stale decision", "contract"): "Claims_DeadlinePassed",
    ("an unsigned decision", "contract"): "Claims_QuorumMissing",
    ("one above the cap per claim", "contract"): "Claims_CapExceeded",
    ("one above the policy's limit", "contract"): "Policies_LimitExceeded",
    ("phantom line", "engine"): "no attested service stands behind this line",
    ("changed code", "engine"): "changed code: the service was attested under another procedure code",
    ("more units", "engine"): "more units: 4 billed, 1 attested",
    ("one visit billed twice", "engine"): "billed twice: the attested visit already paid another claim",
    ("another person's policy", "engine"): "the attested service was another person's",
}

CHAINS = ["local", pytest.param("anvil", marks=pytest.mark.node)]


@pytest.fixture(scope="module", params=CHAINS)
def performance(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Performance]:
    """The packaged demonstration, performed once on each chain."""
    folder = tmp_path_factory.mktemp("demo") / "stage"
    with perform(packaged_script(), folder, profile=request.param) as performed:
        yield performed


def test_every_claim_ends_as_it_was_worked_out_by_hand(performance: Performance) -> None:
    ended = {
        claim.claim: (claim.status, claim.decision and str(claim.decision.paid)) for claim in performance.story.claims
    }
    assert ended == {
        "HSFM-30388": ("paid", "179.50"),
        "HSFM-30602": ("paid", "88.50"),
        "HSFM-30401": ("paid", "72.00"),
        "HSFM-30455": ("paid", "193.20"),
        "HSFM-30490": ("paid", "346.00"),
        "HSFM-30577": ("pended", "0.00"),
        "HSFM-30472": ("denied", "0.00"),
        "RC-0719": ("pended", "0.00"),
        "HSFM-30611": ("rejected", None),
    }


def test_the_money_adds_up_from_escrow_to_835(performance: Performance) -> None:
    story = performance.story
    assert story.adds_up
    assert str(story.before["escrow"] - story.after["escrow"]) == "879.20"
    assert [str(written.paid) for written in story.remittances] == [
        "179.50",
        "88.50",
        "72.00",
        "193.20",
        "346.00",
        "0.00",
    ]


def test_each_attempt_is_refused_by_the_error_that_names_its_cause(performance: Performance) -> None:
    assert {(attempt.attempt, attempt.by): attempt.error for attempt in performance.refused} == EXPECTED


def test_each_attempt_would_have_been_paid_without_its_change(performance: Performance) -> None:
    assert [attempt.attempt for attempt in performance.refused if not attempt.control] == []


def test_no_attempt_moves_a_cent_a_bit_or_a_limit(performance: Performance) -> None:
    assert [attempt.attempt for attempt in performance.refused if not attempt.untouched] == []


def test_the_claim_that_every_attempt_changes_is_paid_when_nothing_is_changed(performance: Performance) -> None:
    chosen = next(settled for settled in performance.story.settled if settled.answer.decision.paid)
    ground = Ground(performance.stage, chosen.claim, chosen.answer, chosen.records)
    records = ground.attested_again()
    before = ground.touched(records, ground.policy)
    assert ground.present(ground.signed(records)) == "paid"
    escrow, provider, *_, spent = ground.touched(records, ground.policy)
    paid = chosen.answer.decision.paid
    assert (escrow, provider) == (before[0] - paid, before[1] + paid)  # type: ignore[operator]
    assert spent == (True,) * len(records)


def test_the_same_claim_is_not_paid_a_second_time_after_the_control(performance: Performance) -> None:
    chosen = next(settled for settled in performance.story.settled if settled.answer.decision.paid)
    ground = Ground(performance.stage, chosen.claim, chosen.answer, chosen.records)
    presented = ground.signed(ground.attested_again())
    assert [ground.present(presented), ground.present(presented)] == ["paid", "Registry_BitSpent"]


PAID = {
    "demo.autoaccident.837": "148.00",
    "demo.drug.example10.1.837": "82.70",
    "demo.drug.example10.2.837": "1786.35",
    "demo.drug.example10.3.837": "1786.35",
    "demo.example1.837": "80.00",
    "demo.example7.837": "416.19",
}
REJECTED = {
    "demo.ambulance.example5.837": "CLM05-2",
    "demo.example6.837": "ISA16",
    "demo.example11.837": "ISA16",
    "demo.example12.837": "ISA16",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAID)
def test_a_published_claim_is_paid_to_a_balanced_835(shared: Path, tmp_path: Path, name: str) -> None:
    script = improvised_script([shared / "x12" / "837_005010X222A2" / name])
    with perform(script, tmp_path / "stage") as performed:
        assert [str(written.paid) for written in performed.story.remittances] == [PAID[name]]
        assert performed.story.balanced == [True]
        assert performed.good
        assert len(performed.refused) == len(EXPECTED)


@pytest.mark.parametrize("name", REJECTED)
def test_a_published_claim_with_a_fault_is_rejected_by_a_999_that_names_it(
    shared: Path, tmp_path: Path, name: str
) -> None:
    script = improvised_script([shared / "x12" / "837_005010X222A2" / name])
    with perform(script, tmp_path / "stage") as performed:
        assert performed.rejected
        assert REJECTED[name] in performed.story.claims[0].why[0]
        assert any("CLM" in word for word in performed.story.acknowledged[0].words)
        assert performed.story.remittances == []
        assert performed.story.paid.cents == 0


def test_an_encounter_report_is_recorded_and_pays_nothing(shared: Path, tmp_path: Path) -> None:
    script = improvised_script([shared / "x12" / "837_005010X222A2" / "demo.example2.837"])
    with perform(script, tmp_path / "stage") as performed:
        assert performed.story.encounter_reports == ["26462967"]
        assert performed.story.claims == []
        assert performed.story.remittances == []


def test_the_published_institutional_claims_are_rejected_clearly(shared: Path, tmp_path: Path) -> None:
    files = sorted((shared / "x12" / "837_005010X223A3").iterdir())
    with perform(improvised_script(files), tmp_path / "stage") as performed:
        assert performed.rejected
        causes = [
            "does not have the form",
            "another character than ISA16 declares",
            "another character than ISA16 declares",
        ]
        assert all(cause in claim.why[0] for cause, claim in zip(causes, performed.story.claims, strict=True))


@pytest.mark.slow
def test_all_published_claims_in_one_store_pay_the_second_of_a_pair_but_for_its_duplicate_line(
    shared: Path, tmp_path: Path
) -> None:
    files = sorted((shared / "x12" / "837_005010X222A2").iterdir())
    with perform(improvised_script(files), tmp_path / "stage") as performed:
        pair = [claim.decision for claim in performed.story.claims if claim.claim == "CLMNO12345"]
        assert [decision and str(decision.paid) for decision in pair] == ["1786.35", "666.35", "82.70"]
        assert sum(claim.status == "paid" for claim in performed.story.claims) == 6
        assert performed.story.adds_up


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Exception, match="holds something else"), perform(packaged_script(), tmp_path):
        pass
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"
