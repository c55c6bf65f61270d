"""Keys at rest are encrypted files that other wallets read; keys in use never show themselves."""

from __future__ import annotations

import copy
import json
import os
import pickle
import stat
from pathlib import Path

import pytest
from coincurve import PublicKey
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from claims.chain.errors import DevelopmentOnly, KeystoreError, MissingPassphrase, WrongPassphrase
from claims.chain.keystore import (
    LIGHT,
    STANDARD,
    Keystore,
    Work,
    passphrase_from_descriptor,
    passphrase_from_file,
)
from claims.chain.profile import LOCAL, ChainProfile
from claims.chain.signer import Signer, raw_key_signer

HALF_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141 // 2
QUICK = Work(2)


@pytest.fixture
def keystore(tmp_path: Path) -> Keystore:
    return Keystore(tmp_path / "keys", QUICK)


def test_a_key_made_is_a_key_found_again(keystore: Keystore) -> None:
    made = keystore.create("insurer", "correct horse")
    assert keystore.names() == ("insurer",)
    assert keystore.address("insurer") == made.address
    assert keystore.unlock("insurer", "correct horse").address == made.address


def test_two_keys_are_different(keystore: Keystore) -> None:
    assert keystore.create("a", "x").address != keystore.create("b", "x").address
    assert keystore.names() == ("a", "b")


def test_another_wallet_opens_the_file(keystore: Keystore) -> None:
    made = keystore.create("insurer", "pässwörd")
    document = json.loads((keystore.directory / "insurer.json").read_text())
    assert Account.from_key(Account.decrypt(document, "pässwörd")).address == made.address


def test_files_are_for_their_owner_alone(keystore: Keystore) -> None:
    keystore.create("insurer", "x")
    assert stat.S_IMODE((keystore.directory / "insurer.json").stat().st_mode) == 0o600
    assert [path.name for path in keystore.directory.iterdir()] == ["insurer.json"]


def test_a_wrong_or_missing_passphrase_is_told_apart(keystore: Keystore) -> None:
    keystore.create("insurer", "right")
    with pytest.raises(WrongPassphrase, match="insurer"):
        keystore.unlock("insurer", "wrong")
    with pytest.raises(MissingPassphrase):
        keystore.unlock("insurer", "")
    with pytest.raises(MissingPassphrase):
        keystore.create("other", "")
    assert keystore.names() == ("insurer",)


def test_a_key_is_never_overwritten(keystore: Keystore) -> None:
    address = keystore.create("insurer", "x").address
    with pytest.raises(KeystoreError, match="already"):
        keystore.create("insurer", "y")
    assert keystore.unlock("insurer", "x").address == address


@pytest.mark.parametrize("name", ["", "../key", "Key", "a/b", "a.b", "x" * 65])
def test_a_name_cannot_leave_the_folder(keystore: Keystore, name: str) -> None:
    with pytest.raises(KeystoreError, match="no name"):
        keystore.create(name, "x")


def test_an_unknown_key_names_the_known_ones(keystore: Keystore) -> None:
    keystore.create("insurer", "x")
    with pytest.raises(KeystoreError, match="known: insurer"):
        keystore.unlock("provider", "x")


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"version": 3, "address": "00", "crypto": {}}', '{"version": 1}'])
def test_a_damaged_file_is_told_as_such(keystore: Keystore, content: str) -> None:
    keystore.create("insurer", "x")
    (keystore.directory / "insurer.json").write_text(content)
    with pytest.raises(KeystoreError, match="insurer"):
        keystore.unlock("insurer", "x")


def test_the_work_of_trying_a_passphrase_is_heavy_unless_asked_otherwise(tmp_path: Path) -> None:
    assert Keystore(tmp_path).work == STANDARD
    assert STANDARD.scrypt_n == 262_144 > LIGHT.scrypt_n
    light = Keystore(tmp_path, LIGHT)
    light.create("a", "x")
    document = json.loads((tmp_path / "a.json").read_text())
    assert document["crypto"]["kdfparams"]["n"] == LIGHT.scrypt_n
    assert Keystore(tmp_path).unlock("a", "x").address == light.address("a")


def test_a_passphrase_comes_from_a_file_or_a_descriptor(tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    path.write_text("  two words \nignored\n")
    assert passphrase_from_file(path) == "  two words "
    reader, writer = os.pipe()
    os.write(writer, b"from a pipe\n")
    os.close(writer)
    assert passphrase_from_descriptor(reader) == "from a pipe"
    os.close(reader)
    path.write_text("\n")
    with pytest.raises(MissingPassphrase):
        passphrase_from_file(path)
    with pytest.raises(MissingPassphrase):
        passphrase_from_file(tmp_path / "absent")
    with pytest.raises(MissingPassphrase):
        passphrase_from_descriptor(reader)


@given(key=st.integers(1, HALF_ORDER * 2 - 1), digest=st.binary(min_size=32, max_size=32))
def test_signatures_are_low_deterministic_and_recover_to_the_signer(key: int, digest: bytes) -> None:
    signer = Signer(key.to_bytes(32, "big"))
    signature = signer.sign_digest(digest)
    assert len(signature) == 65
    assert signature[64] in (27, 28)
    assert 0 < int.from_bytes(signature[32:64], "big") <= HALF_ORDER
    assert signature == signer.sign_digest(digest)
    recovered = PublicKey.from_signature_and_message(signature[:64] + bytes([signature[64] - 27]), digest, hasher=None)
    assert Signer(key.to_bytes(32, "big")).address == Account.from_key(key.to_bytes(32, "big")).address
    assert recovered.format() == signer._key.public_key.format()


def test_only_a_whole_digest_is_signed() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Signer(b"\x01" * 32).sign_digest(b"short")


def test_a_signer_never_shows_or_gives_away_its_key() -> None:
    key = bytes(range(1, 33))
    signer = Signer(key)
    assert repr(signer) == str(signer) == f"Signer({signer.address})"
    for text in (repr(signer), repr(vars(signer)), f"{signer!r}"):
        assert key.hex() not in text.lower()
        assert str(int.from_bytes(key, "big")) not in text
    for give_away in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="cannot be copied"):
            give_away(signer)


def test_a_bare_key_is_for_development_chains_alone() -> None:
    real = ChainProfile(name="real", kind="rpc", urls=("https://node.example",))
    assert raw_key_signer(b"\x01" * 32, LOCAL).address == Signer(b"\x01" * 32).address
    with pytest.raises(DevelopmentOnly, match="real"):
        raw_key_signer(b"\x01" * 32, real)
