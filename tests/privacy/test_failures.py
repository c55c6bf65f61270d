"""What goes wrong inside the program says where, never what: defects, the database, wrong passphrases, open files."""

from __future__ import annotations

import os
import secrets
import stat
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from claims.chain.errors import KeystoreError
from claims.chain.keystore import LIGHT, Keystore
from claims.cli import main
from claims.formats.x12.intake import read_submission
from claims.model.claim import Claim
from claims.service.private_file import write_private
from claims.store.errors import StoreError
from claims.store.rows import StoredClaim
from claims.store.store import Store, open_store
from tests.privacy.canaries import everything
from tests.privacy.files import claims_file
from tests.privacy.search import Searcher


@pytest.fixture(scope="module")
def searcher() -> Searcher:
    return Searcher(everything())


@pytest.fixture
def claim() -> Claim:
    return read_submission(claims_file("child")).claims[0]


@pytest.fixture
def store(store_place: str) -> Iterator[Store]:
    with open_store(store_place) as opened:
        yield opened


def test_a_claim_shows_its_patient_to_whoever_prints_it(searcher: Searcher, claim: Claim) -> None:
    """Why no value of the model may reach a message: the control of all that follows."""
    assert searcher.in_text(repr(claim))


@pytest.mark.parametrize("kind", [RuntimeError, KeyError, AssertionError, TypeError, RecursionError])
def test_a_defect_is_told_by_type_and_place_alone(
    searcher: Searcher,
    claim: Claim,
    kind: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        patient = claim.patient
        raise kind(f"cannot decide {claim!r} of {patient}") from ValueError(claim)

    monkeypatch.setattr("claims.service.validating.validate_file", broken)
    monkeypatch.setattr(sys, "argv", ["claims", "claim", "validate", "some.837"])
    with pytest.raises(SystemExit) as left:
        main.run()
    said = capsys.readouterr()
    assert left.value.code == 1
    assert f"unexpected {kind.__name__}" in said.err
    assert not searcher.in_text(said.out + said.err)


@pytest.mark.parametrize(
    "wrong",
    [
        {"control_number": "CTL2", "recorded_at": object()},
        {"control_number": "CTL2", "recorded_at": None},
        {"control_number": "CTL2", "status": object()},
        {},
    ],
)
def test_the_database_s_errors_quote_no_row(
    searcher: Searcher, claim: Claim, store: Store, wrong: dict[str, Any]
) -> None:
    row = StoredClaim("CTL1", claim, "ab" * 32, claim.received, "presented", recorded_at=1)
    with store.unit_of_work() as work:
        work.claims.add(row)
    with pytest.raises((StoreError, TypeError)) as failure, store.unit_of_work() as work:
        work.claims.add(replace(row, **wrong))
    said = "".join(traceback.format_exception(failure.value)) + f"{failure.value.args!r} {vars(failure.value)!r}"
    assert not searcher.in_text(said), said


def test_a_store_and_its_log_are_its_owner_s_alone_while_they_are_open(claim: Claim, tmp_path: Path) -> None:
    with open_store(tmp_path / "store.sqlite") as store:
        with store.unit_of_work() as work:
            work.claims.add(StoredClaim("CTL1", claim, "ab" * 32, claim.received, "presented", recorded_at=1))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("store.sqlite*")}
    assert len(modes) > 1
    assert set(modes.values()) == {0o600}, modes


def test_a_private_file_takes_back_wider_permissions_and_follows_no_umask(tmp_path: Path) -> None:
    file = tmp_path / "records.json"
    file.write_bytes(b"old")
    file.chmod(0o644)
    before = os.umask(0)
    try:
        write_private(file, b"new")
    finally:
        os.umask(before)
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"new", 0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["records.json"]


def test_no_passphrase_is_repeated_and_no_key_shown(tmp_path: Path) -> None:
    right, wrong = secrets.token_hex(8), secrets.token_hex(8)
    keystore = Keystore(tmp_path, LIGHT)
    keystore.create("dr", right)
    with pytest.raises(KeystoreError) as failure:
        keystore.unlock("dr", wrong)
    said = "".join(traceback.format_exception(failure.value)) + repr(failure.value.args)
    assert right not in said
    assert wrong not in said
    (file,) = tmp_path.glob("*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = bytes(Account.decrypt(file.read_text(), right)).hex()
    assert key not in repr(keystore.unlock("dr", right)) + repr(vars(keystore))
