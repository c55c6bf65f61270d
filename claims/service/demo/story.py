"""The main job, from the clinician's sign-off to the provider's money, each party in its own home and by its own use cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from claims.formats.x12.acknowledgement import describe_999
from claims.formats.x12.remittance_check import check_835
from claims.model.claim import Claim
from claims.model.decision import Decision
from claims.model.encounter import Encounter
from claims.model.evidence import EncounterRecord
from claims.model.money import Money, total
from claims.service.adjudicating import adjudicate_for_payer
from claims.service.decision_file import Answer, read_decisions
from claims.service.demo.stage import Stage
from claims.service.encounters import Choice, Clinician, attest, write_document
from claims.service.errors import FileRejected
from claims.service.intake import read_file
from claims.service.numbering import numbered_claims
from claims.service.private_file import write_private
from claims.service.remitting import Written, export_remittances
from claims.service.submitting import hand_over, settle


@dataclass(frozen=True, slots=True)
class Shown:
    """One claim as the screen shows it: its decision, None where it was rejected for the reasons in `why`.

    `why` tells a decided claim's story, line by line. `gas` and `transaction` are None where nothing was sent for it.
    """

    claim: str
    status: str
    why: tuple[str, ...]
    decision: Decision | None = None
    gas: int | None = None
    transaction: bytes | None = None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A file and what its 999 says, in words, line by line; the last line is the verdict."""

    file: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """A claim that was settled: as billed, as answered, and the records that paid for it."""

    claim: Claim
    answer: Answer
    records: tuple[EncounterRecord, ...]


@dataclass
class Story:
    """What happened, in the order of the screen. `signed` and `unsigned` count encounters."""

    stage: Stage
    signed: int = 0
    unsigned: tuple[str, ...] = ()
    claims: list[Shown] = field(default_factory=list)
    encounter_reports: list[str] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    remittances: list[Written] = field(default_factory=list)
    balanced: list[bool] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    before: dict[str, Money] = field(default_factory=dict)
    after: dict[str, Money] = field(default_factory=dict)
    settle_gas: list[int] = field(default_factory=list)

    @property
    def paid(self) -> Money:
        """What the claims were paid in all."""
        return total(claim.decision.paid for claim in self.claims if claim.decision is not None and claim.transaction)

    @property
    def adds_up(self) -> bool:
        """Whether what left the escrow is what the providers have, what was decided, and what the 835s say."""
        received = total(self.after[name] - self.before[name] for name in self.after if name != "escrow")
        left = self.before["escrow"] - self.after["escrow"]
        return left == received == self.paid == total(r.paid for r in self.remittances) and all(self.balanced)


def attest_all(stage: Stage, encounters: Sequence[Encounter], story: Story) -> tuple[EncounterRecord, ...]:
    """Let each clinician sign a shift; what the cast leaves unsigned is sealed without a signature."""
    records: list[EncounterRecord] = []
    for clinician in stage.cast.practitioners:
        for npi in clinician.roster:
            own = [e for e in encounters if (e.practitioner_npi, e.provider_npi) == (clinician.npi, npi)]
            if not own:
                continue
            unsigned = tuple(e.identifier for e in own if e.identifier in stage.cast.unsigned)
            attested = attest(
                stage.provider,
                own,
                Clinician(clinician.registry, clinician.npi, clinician.key),
                billing_npi=npi,
                choice=Choice(unsigned=unsigned),
            )
            records += attested.records
            story.unsigned += unsigned
            story.signed += len(own) - len(unsigned)
    write_document(stage.folder / "provider" / "records.json", records)
    return tuple(records)


def run_files(stage: Stage, files: Sequence[Path], encounters: Sequence[Encounter]) -> Story:
    """Take each 837 all the way: handed over, acknowledged, decided, settled, remitted."""
    story = Story(stage)
    attest_all(stage, encounters, story)
    story.before = _balances(stage)
    for file in files:
        _run_file(stage, _billed(stage, file), story)
    story.after = _balances(stage)
    return story


def _billed(stage: Stage, file: Path) -> Path:
    """Put a copy into the provider's own folder, as its billing system would: answers are written beside what they answer."""
    copy = stage.folder / "provider" / "billed" / file.name
    copy.parent.mkdir(exist_ok=True)
    write_private(copy, file.read_bytes())
    return copy


def _run_file(stage: Stage, file: Path, story: Story) -> None:
    records = stage.folder / "provider" / "records.json"
    try:
        handed = hand_over(stage.provider, file, records=records, out=stage.to_payer)
    except FileRejected:
        _run_rejected(stage, file, story)
        return
    answered = adjudicate_for_payer(
        stage.payer, Path(handed.files["claims"]), evidence=Path(handed.files["records"]), out=stage.to_provider
    )
    _acknowledge(file, answered["files"].get("acknowledgement"), story)
    story.encounter_reports += answered["encounter_reports"]
    by_claim: dict[str, list[Shown]] = {}
    if "decisions" in answered["files"]:
        decisions = Path(answered["files"]["decisions"])
        outcomes = settle(stage.provider, file, records=Path(handed.files["records"]), decisions=decisions)
        _, answers = read_decisions(decisions)
        claims = dict(numbered_claims(read_file(file)))
        known = {record.identifier: record for record in _load(Path(handed.files["records"]))}
        for answer, outcome in zip(answers, outcomes, strict=False):
            decision = answer.decision
            by_claim.setdefault(decision.claim, []).append(
                Shown(
                    claim=decision.claim,
                    status=decision.status,
                    why=answer.story,
                    decision=decision,
                    gas=outcome.gas,
                    transaction=outcome.transaction,
                )
            )
            if outcome.gas is not None:
                story.settle_gas.append(outcome.gas)
                names = () if answer.signed is None else answer.signed.records
                claim = claims[answer.control_number]
                story.settled.append(Settled(claim, answer, tuple(known[name] for name in names)))
    for shown in by_claim.values():
        story.claims += shown
    for document in answered["claims"]:
        if document["status"] == "rejected":
            reasons = tuple(dict.fromkeys(_placed(error) for error in document["errors"]))
            story.claims.append(Shown(document["claim"], "rejected", reasons))
    for written in export_remittances(stage.payer, stage.to_provider):
        story.remittances.append(written)
        story.balanced.append(check_835(written.path.read_bytes()).balances)


def _run_rejected(stage: Stage, file: Path, story: Story) -> None:
    """A file that the provider's own check turns away goes to the payer all the same, to show the 999 that it gets."""
    stage.to_payer.mkdir(parents=True, exist_ok=True)
    sent = stage.to_payer / file.name
    write_private(sent, file.read_bytes())
    answered = adjudicate_for_payer(stage.payer, sent, out=stage.to_provider)
    _acknowledge(file, answered["files"].get("acknowledgement"), story)
    for document in answered["claims"]:
        reasons = tuple(dict.fromkeys(_placed(error) for error in document["errors"]))
        story.claims.append(Shown(document["claim"], "rejected", reasons))
    if not answered["claims"]:
        story.claims.append(Shown(file.name, "rejected", story.acknowledged[-1].words[-1:]))


def _placed(error: dict[str, object]) -> str:
    return str(error.get("message", ""))


def _acknowledge(file: Path, acknowledgement: str | None, story: Story) -> None:
    """Keep what a 999 says; text that is no X12 names nobody who could be answered."""
    words = ["nobody to answer: it is no X12"]
    if acknowledgement is not None:
        words = describe_999(Path(acknowledgement).read_bytes())
    story.acknowledged.append(Acknowledged(file.name, tuple(words)))


def _load(file: Path) -> tuple[EncounterRecord, ...]:
    from claims.evidence.document import load_records

    return load_records(file.read_bytes())


def _balances(stage: Stage) -> dict[str, Money]:
    """The escrow's tokens, and each provider's."""
    found = {"escrow": stage.balance(stage.payer.addresses["InsurerBook"])}
    for party in stage.cast.providers:
        found[party.name] = found.get(party.name, Money(0)) + stage.balance(stage.billing_address(party.npi))
    return found
