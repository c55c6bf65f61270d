"""Nobody's health data leaves the files that hold it: every party's data as canaries, looked for wherever it must not be."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path

import pytest
from eth_account import Account

from claims.evidence.document import load_records
from claims.model.coding import decode
from claims.model.decision import DENIED, PENDED
from claims.service.office import open_office
from claims.service.payer_run import Inputs
from tests.privacy import canaries as of
from tests.privacy.canaries import Kind, everything
from tests.privacy.flow import World, perform
from tests.privacy.search import Searcher
from tests.privacy.watch import Piece, Watch, commands, in_state, on_chain, watching

NAMED = {Kind.CLAIM, Kind.ENCOUNTER}
"""By what a person who works with claims and visits finds them again: their numbers, which say nothing of the patient."""

PERMITTED = {
    # Lines are told by their codes: DESIGN §10 has them in the answer, and who asks has the claim.
    "adjudicate": NAMED | {Kind.PROCEDURE},
    "claim explain": NAMED | {Kind.PROCEDURE},
    # An 835 that its own receiver reads; it names the payee.
    "remit show": {Kind.CLAIM, Kind.PROCEDURE, Kind.CLINICIAN},
    "remit export": {Kind.CLAIM},
    "claim validate": {Kind.CLAIM},
    "claim submit": NAMED,
    "claim status": {Kind.CLAIM},
    # Whoever asks gave the claim's number; what is written about the patient goes into a file of its owner alone.
    "claim replace": {Kind.CLAIM},
    "claim void": {Kind.CLAIM},
    "claim eob": {Kind.CLAIM},
    "claim respond": {Kind.CLAIM},
    "claim inquire": {Kind.CLAIM},
    # A payer lists its members by its own ids of them, and by nothing else.
    "member import": {Kind.PERSON_ID},
    "member list": {Kind.PERSON_ID},
    "member show": {Kind.PERSON_ID},
    "eligibility answer": {Kind.PERSON_ID},
    "encounter attest": {Kind.ENCOUNTER},
    "encounter verify": {Kind.ENCOUNTER},
    "encounter revoke": {Kind.ENCOUNTER},
    # A home shows whose it is; whoever enrols gave the NPI, and is told whose it is already.
    # A worklist names claims and encounters; a review prints the story that `claim explain` tells.
    "work": NAMED,
    "queue": NAMED | {Kind.CLINICIAN},  # who billed, so that the payer can ask
    "queue release": {Kind.CLAIM, Kind.PROCEDURE},
    "queue deny": {Kind.CLAIM, Kind.PROCEDURE},
    "remit post": {Kind.CLAIM},
    "home show": {Kind.CLINICIAN},
    "registry enrol": {Kind.CLINICIAN},
}
"""What a command may print beside what it may always. Everything else prints nothing of the canaries."""

WITHOUT_PATIENTS = ("bench", "contracts", "tables", "price")
"""Nouns whose commands read no party's file. `demo` is performed on the canaries by a test of its own."""


def test_nobody_s_data_leaves_the_files_that_hold_it(tmp_path: Path, subtests: pytest.Subtests) -> None:
    with watching() as watch:
        world = perform(watch, tmp_path / "world")
        with open_office(world.payer) as office:
            shown = [*on_chain(office.chain), *watch.refusals]
    searcher = Searcher(everything())
    _learn_secrets(searcher, world)

    with subtests.test("the claims went the ways that were meant"):
        _require_the_flow(world, watch, shown)
    with subtests.test("calldata, topics, event data and refusals"):
        assert not _in_pieces(searcher, shown)
    with subtests.test("the state of the chain, storage among it"):
        assert not _in_pieces(searcher, in_state(world.chain_file))
    with subtests.test("requests to the node"):
        assert not _in_texts(searcher, watch.requests)
    with subtests.test("logs and warnings"):
        assert not _in_texts(searcher, watch.logged)
    with subtests.test("tracebacks, messages, arguments and fields of errors"):
        found = {each for _, said in watch.told() for each in searcher.in_text(said)}
        assert not {str(each) for each in found if each.canary.kind not in NAMED | {Kind.CLINICIAN}}
    with subtests.test("every command was run"):
        meant = {command for command in commands() if command.split()[0] not in WITHOUT_PATIENTS}
        assert {ran.command for ran in watch.ran} | {"demo"} == meant
    for command in sorted({ran.command for ran in watch.ran}):
        with subtests.test(f"what `claims {command}` prints"):
            said = "".join(ran.out + ran.err for ran in watch.ran if ran.command == command)
            allowed = PERMITTED.get(command, set())
            assert not {str(found) for found in searcher.in_text(said) if found.canary.kind not in allowed}
    with subtests.test("files that others could read"):
        for file in _readable_by_others(world.folder):
            known = {found for found in searcher.in_bytes(file.read_bytes()) if found.canary.kind is not Kind.CLINICIAN}
            assert not known, file
    with subtests.test("the record that travels to the payer keeps its context to itself"):
        for record in load_records((world.to_payer / "april.records.json").read_bytes()):
            assert record.context == ()


@pytest.mark.slow
def test_a_demonstration_of_the_canaries_claims_prints_no_patient(tmp_path: Path) -> None:
    from tests.privacy.files import write_files

    files = write_files(tmp_path / "files")
    with watching() as watch:
        for option in ((), ("--json",)):
            watch.run("demo", files["child.837"], "--folder", tmp_path / "stage", *option, codes=(0, 1))
    searcher = Searcher(everything())
    allowed = NAMED | {Kind.PROCEDURE, Kind.CLINICIAN}
    said = "".join(ran.out + ran.err for ran in watch.ran)
    assert not {str(found) for found in searcher.in_text(said) if found.canary.kind not in allowed}
    assert not _in_texts(searcher, watch.logged)
    assert not _in_texts(searcher, watch.requests)


def _in_pieces(searcher: Searcher, pieces: Iterable[Piece]) -> set[str]:
    return {f"{found} in {p.where}" for p in pieces for found in searcher.in_bytes(p.data, p.words_from)}


def _in_texts(searcher: Searcher, texts: Iterable[str]) -> set[str]:
    return {f"{found} in {text[:60]}" for text in set(texts) for found in searcher.in_text(text)}


def _learn_secrets(searcher: Searcher, world: World) -> None:
    """Keys, passphrase and salts, as they lie in the homes after the flow."""
    passphrase = world.secret.read_text().strip()
    searcher.add_secret("the passphrase", passphrase.encode())
    for file in world.folder.rglob("keys/*.json"):
        searcher.add_secret(f"the key {file.stem}", bytes(Account.decrypt(file.read_text(), passphrase)))
    for record in load_records((world.provider / "records.json").read_bytes()):
        salts = [record.subject_salt, *(leaf.salt for leaf in (*record.services, *record.context))]
        for salt in salts:
            searcher.add_secret(f"a salt of {record.identifier}", salt)
    with open_office(world.payer) as office, office.store.reading() as work:
        for visit in (of.PAID, of.PAID_CHAIN, of.DENIED_CHAIN, of.REFUSED):
            (stored,) = work.claims.by_number(visit.claim)
            latest = work.decisions.latest(stored.control_number)
            assert latest is not None
            searcher.add_secret(f"the trace's salt of {visit.claim}", decode(Inputs, latest.inputs).trace_salt)


def _require_the_flow(world: World, watch: Watch, shown: list[Piece]) -> None:
    with open_office(world.payer) as office, office.store.reading() as work:
        status = {
            visit: work.claims.by_number(visit.claim)[0].status for visit in of.VISITS if visit is not of.REJECTED
        }
    assert status[of.PAID] == status[of.PAID_CHAIN] == "settled"
    assert status[of.DENIED_FILE] == status[of.DENIED_CHAIN] == DENIED
    assert status[of.PENDED_FILE] == status[of.PENDED_CHAIN] == PENDED
    assert status[of.REFUSED] not in ("settled", DENIED, PENDED)
    assert any("Registry_AttestationRevoked" in said for _, said in watch.told())
    assert {piece.where for piece in shown} == {"calldata", "a topic", "event data", "a refusal"}
    # What the chain does show by design is found in it, so what is not found is not for want of looking.
    settled = [piece.data for piece in shown if piece.where == "calldata"]
    for visit in (of.PAID, of.PAID_CHAIN):
        assert any(visit.cents.to_bytes(32, "big") in data for data in settled)
    assert any((2026).to_bytes(32, "big") in data for data in settled)


def _readable_by_others(folder: Path) -> Iterable[Path]:
    """Files that their own permissions, and those of every folder above them, let others read."""
    for file in sorted(folder.rglob("*")):
        around = [above for above in file.parents if above.is_relative_to(folder)]
        open_to_others = all(stat.S_IMODE(above.stat().st_mode) & 0o011 for above in around)
        if file.is_file() and open_to_others and stat.S_IMODE(file.stat().st_mode) & 0o044:
            yield file
