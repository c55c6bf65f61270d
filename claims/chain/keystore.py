"""Named keys in a folder, each an encrypted Keystore V3 file that other wallets read too."""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claims.chain.errors import KeystoreError, MissingPassphrase, WrongPassphrase
from claims.chain.signer import Signer

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True, slots=True)
class Work:
    """How much work it is to try a passphrase: scrypt's N, a power of two. 262,144 takes a second and 256 MB."""

    scrypt_n: int


STANDARD = Work(262_144)
LIGHT = Work(4_096)
"""For development chains and tests alone: the work a guesser saves is the work a test saves."""


class Keystore:
    """The keys of one home. Files are readable by their owner alone."""

    def __init__(self, directory: Path, work: Work = STANDARD) -> None:
        self.directory = directory
        self.work = work

    def __repr__(self) -> str:
        return f"Keystore({str(self.directory)!r})"

    def names(self) -> tuple[str, ...]:
        """The names of the keys, sorted."""
        if not self.directory.is_dir():
            return ()
        return tuple(sorted(path.stem for path in self.directory.glob("*.json") if _NAME.fullmatch(path.stem)))

    def address(self, name: str) -> str:
        """A key's checksummed address, without its passphrase. Raises KeystoreError."""
        from eth_utils.address import to_checksum_address

        return to_checksum_address("0x" + str(self._read(name)["address"]))

    def create(self, name: str, passphrase: str) -> Signer:
        """Make a new key. Raises KeystoreError where the name is taken, MissingPassphrase for an empty passphrase."""
        return self.store(name, (secrets.randbelow(_ORDER - 1) + 1).to_bytes(32, "big"), passphrase)

    def store(self, name: str, key: bytes, passphrase: str) -> Signer:
        """Encrypt and keep a key that exists already. Raises as `create` does."""
        from eth_keyfile.keyfile import create_keyfile_json

        path = self._path(name)
        if not passphrase:
            raise MissingPassphrase(f"the key {name} needs a passphrase that is not empty")
        document = create_keyfile_json(
            key, passphrase.encode("utf-8"), version=3, kdf="scrypt", iterations=self.work.scrypt_n
        )
        signer = Signer(key)
        document["address"] = signer.address[2:].lower()
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written aside and linked into place: a reader never sees half a key, and no key is ever overwritten.
        draft = self.directory / f".{name}.{secrets.token_hex(8)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(document, file)
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except FileExistsError:
            raise KeystoreError(f"there is a key named {name} already; choose another name") from None
        finally:
            draft.unlink()
        return signer

    def unlock(self, name: str, passphrase: str) -> Signer:
        """Decrypt a key. Raises MissingPassphrase, WrongPassphrase, KeystoreError."""
        from eth_keyfile.keyfile import decode_keyfile_json

        document = self._read(name)
        if not passphrase:
            raise MissingPassphrase(
                f"the key {name} needs its passphrase: name a file, a descriptor, or answer the prompt"
            )
        try:
            key = decode_keyfile_json(document, passphrase.encode("utf-8"))
        except ValueError as failure:
            # eth_keyfile tells a wrong passphrase by its checksum alone; every other failure is the file's.
            if "MAC" in str(failure):
                raise WrongPassphrase(f"the passphrase does not open the key {name}") from None
            raise KeystoreError(f"the key {name} cannot be read: its file is damaged") from None
        except (KeyError, TypeError):
            raise KeystoreError(f"the key {name} cannot be read: its file is damaged") from None
        return Signer(key)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise KeystoreError(f"{name!r} is no name for a key: small letters, digits, - and _, at most 64")
        return self.directory / f"{name}.json"

    def _read(self, name: str) -> dict[str, Any]:
        path = self._path(name)
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            known = ", ".join(self.names()) or "none"
            raise KeystoreError(f"there is no key named {name}; known: {known}") from None
        except (OSError, ValueError):
            raise KeystoreError(f"the key {name} cannot be read: its file is damaged") from None
        if not isinstance(document, dict) or document.get("version") != 3 or "address" not in document:
            raise KeystoreError(f"the key {name} is no Keystore V3 file with an address")
        return document


def passphrase_from_file(path: Path) -> str:
    """The first line of a file. Raises MissingPassphrase."""
    try:
        with path.open(encoding="utf-8") as file:
            line = file.readline()
    except (OSError, UnicodeDecodeError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else "it is not text"
        raise MissingPassphrase(f"the passphrase file {path.name} cannot be read: {reason}") from None
    return _passphrase(line, f"the passphrase file {path.name}")


def passphrase_from_descriptor(descriptor: int) -> str:
    """The first line that an open file descriptor gives; it is left open. Raises MissingPassphrase."""
    try:
        with os.fdopen(descriptor, encoding="utf-8", closefd=False) as file:
            line = file.readline()
    except (OSError, UnicodeDecodeError):
        raise MissingPassphrase(f"the passphrase cannot be read from descriptor {descriptor}") from None
    return _passphrase(line, f"descriptor {descriptor}")


def _passphrase(line: str, source: str) -> str:
    passphrase = line.rstrip("\r\n")
    if not passphrase:
        raise MissingPassphrase(f"{source} holds no passphrase")
    return passphrase
