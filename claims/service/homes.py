"""Making homes and keys."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from claims.model.party import Address
from claims.service.errors import UsageError
from claims.service.home import PARTY_KEYS, PROVIDER, STORE, Home, read_home, write_home


def create_home(
    folder: Path,
    *,
    role: str,
    name: str,
    identifier: str,
    passphrase: str,
    profile: str = "local",
    chain_folder: Path | None = None,
    tax_id: str = "",
    strict_npi: bool = False,
    address: Address = Address(),
    store: str = STORE,
) -> dict[str, Any]:
    """Make a home with its party's keys and return what `show_home` would; raises UsageError, MissingPassphrase."""
    from claims.chain.errors import MissingPassphrase
    from claims.chain.profile import load_profile

    if role not in PARTY_KEYS:
        raise UsageError(f"a home's role is one of {', '.join(PARTY_KEYS)}, not {role!r}")
    if not passphrase:
        raise MissingPassphrase("a home's keys need a passphrase that is not empty")
    load_profile(profile)
    # Kept relative to the home, so that both can be moved together.
    where = Path(os.path.relpath(chain_folder or folder, folder))
    if profile.endswith(".toml"):
        profile = os.path.relpath(profile, folder)
    write_home(
        Home(
            folder=folder,
            role=role,
            name=name,
            identifier=identifier,
            profile=profile,
            chain_folder=where,
            tax_id=tax_id,
            strict_npi=strict_npi,
            street=address.line,
            city=address.city,
            state=address.state,
            postal_code=address.postal_code,
            store=store,
        )
    )
    for key in PARTY_KEYS[role]:
        create_key(folder, key, passphrase)
    return show_home(folder)


def create_key(folder: Path, name: str, passphrase: str) -> str:
    """Make a key where there is none of that name, and return its address.

    The keys of a home have one passphrase: a further key is made only with one that opens the home's first. Raises
    WrongPassphrase otherwise, since a key under a mistyped passphrase could never be used.
    """
    from claims.chain.keystore import LIGHT, STANDARD, Keystore
    from claims.chain.profile import load_profile

    home = read_home(folder)
    keystore = Keystore(home.keys_folder, LIGHT if load_profile(home.profile_file).development else STANDARD)
    if name in keystore.names():
        return keystore.address(name)
    if keystore.names():
        keystore.unlock(keystore.names()[0], passphrase)
    return keystore.create(name, passphrase).address


def show_home(folder: Path) -> dict[str, Any]:
    """Return a home's settings and the addresses of its keys by name."""
    from claims.chain.keystore import Keystore

    home = read_home(folder)
    keystore = Keystore(home.keys_folder)
    return {
        "home": str(folder),
        "role": home.role,
        "name": home.name,
        "identifier": home.identifier,
        "profile": home.profile,
        "chain_folder": str(home.chain_folder),
        "store": home.store,
        "strict_npi": home.strict_npi,
        "keys": {name: keystore.address(name) for name in keystore.names()},
    }


def billing_key(home: Home, npi: str) -> str:
    """Name the key that bills for an NPI: `provider` for the home's own, `provider-<npi>` for a further one."""
    return PROVIDER if npi == home.identifier else f"{PROVIDER}-{npi.lower()}"
