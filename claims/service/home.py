"""One party's own folder: who it is, which chain it works on, its keys and its store."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claims.service.errors import UsageError
from claims.service.store_setting import check_store, place_of_store

SETTINGS = "home.toml"
STORE = "store.sqlite"
KEYS = "keys"
PROVIDER, PAYER = "provider", "payer"
DECISION_DAYS = 30
"""Days within which a signed decision can be used, where the home says nothing else; after them the payer signs anew."""

# Each party's own keys: a payer's insurer key owns the book and its escrow, its credentialer key the registry, its
# adjudicator key signs decisions. A provider's one key submits claims and is paid.
PARTY_KEYS = {PAYER: ("insurer", "credentialer", "adjudicator"), PROVIDER: ("provider",)}
MOST_DECISION_DAYS = 366

_TEXT = re.compile(r"[^\x00-\x1f\"\\]{0,80}")
_PATH = re.compile(r"[^\x00-\x1f\"\\]{0,4096}")
_PATHS = ("profile", "chain_folder", "store")


@dataclass(frozen=True, slots=True)
class Home:
    """The settings of one home.

    `identifier` is a provider's NPI or a payer's identifier (NM109 of loop 2010BB). `profile` names the chain;
    `chain_folder` is where an embedded chain's file and its deployment record lie, shared by the homes that meet on it.
    `tax_id` and the address go into the 835, which requires a payer's. `strict_npi` has the NPI's check digit decide at intake,
    `own_claims_only` takes claims alone that name this payer's identifier, and `refuse_repeated_interchanges` rejects an
    interchange whose control number the same sender used before (published samples all bear the same one). `store` is where
    the home's records are kept: a SQLite file beside the settings, or a schema of a PostgreSQL database by its URL.
    `decision_days` are the days for which a batch that a payer signs can be used.
    """

    folder: Path
    role: str
    name: str
    identifier: str
    profile: str = "local"
    chain_folder: Path = Path()
    tax_id: str = ""
    strict_npi: bool = False
    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    own_claims_only: bool = False
    refuse_repeated_interchanges: bool = False
    store: str = STORE
    decision_days: int = DECISION_DAYS

    @property
    def profile_file(self) -> str:
        """The profile as `load_profile` takes it: a file that is named relatively lies beside the home's settings."""
        return str(self.folder / self.profile) if self.profile.endswith(".toml") else self.profile

    @property
    def store_place(self) -> str | Path:
        """The home's store as `open_store` takes it."""
        return place_of_store(self.folder, self.store)

    @property
    def has_store(self) -> bool:
        """Whether the store was made already: the first command that needs it makes it. Raises StoreError for a server."""
        place = self.store_place
        if isinstance(place, Path):
            return place.exists()
        from claims.store.store import store_exists

        return store_exists(place)

    @property
    def keys_folder(self) -> Path:
        """Where the home's Keystore V3 files lie."""
        return self.folder / KEYS

    def document(self, name: str) -> Path:
        """A document that the home keeps, such as `plan.toml`."""
        return self.folder / name


_KEYS: dict[str, type] = {
    "role": str,
    "name": str,
    "identifier": str,
    "profile": str,
    "chain_folder": str,
    "tax_id": str,
    "strict_npi": bool,
    "street": str,
    "city": str,
    "state": str,
    "postal_code": str,
    "own_claims_only": bool,
    "refuse_repeated_interchanges": bool,
    "store": str,
    "decision_days": int,
}


def write_home(home: Home) -> None:
    """Write a new home's settings. Raises UsageError where the folder holds a home already or a value cannot be kept."""
    file = home.folder / SETTINGS
    if file.exists():
        raise UsageError(f"{home.folder} is a home already; choose another folder")
    if home.role not in PARTY_KEYS:
        raise UsageError(f"a home's role is {PROVIDER} or {PAYER}, not {home.role!r}")
    for label in ("name", "identifier"):
        if not getattr(home, label):
            raise UsageError(f"a home needs its {label}")
    for label in _KEYS:
        text = getattr(home, label)
        if label in _PATHS:
            if not _PATH.fullmatch(str(text)):
                raise UsageError(
                    f"the {label.replace('_', ' ')} cannot be kept: choose one without quotes and backslashes"
                )
        elif isinstance(text, str) and not _TEXT.fullmatch(text):
            raise UsageError(f"the {label} must have at most 80 characters, without quotes and backslashes")
    check_store(home.store)
    # Its documents name members: nobody else looks into the folder.
    home.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.keys_folder.mkdir(mode=0o700, exist_ok=True)
    lines = [f"{key} = {_toml(getattr(home, key))}" for key in _KEYS]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, bool | int):
        return str(value).lower()
    return f'"{value.as_posix() if isinstance(value, Path) else value}"'


def read_home(folder: Path) -> Home:
    """Read a home's settings; a relative chain folder counts from the home. Raises UsageError."""
    file = folder / SETTINGS
    try:
        table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{folder} is no home: make one with `claims home create --home {folder} ...`") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failure:
        raise UsageError(f"{file} cannot be read: {failure}") from None
    for key, value in table.items():
        if key not in _KEYS:
            raise UsageError(f"{file}: unknown key {key!r}; known are {', '.join(_KEYS)}")
        if type(value) is not _KEYS[key]:
            raise UsageError(f"{file}: {key} must be {_KEYS[key].__name__}")
    missing = [key for key in ("role", "name", "identifier") if key not in table]
    if missing:
        raise UsageError(f"{file} lacks {', '.join(missing)}")
    check_store(table.get("store", STORE))
    if not 1 <= table.get("decision_days", DECISION_DAYS) <= MOST_DECISION_DAYS:
        raise UsageError(f"{file}: decision_days must lie between 1 and {MOST_DECISION_DAYS}")
    chain_folder = folder / table.pop("chain_folder", ".")
    return Home(folder=folder, chain_folder=chain_folder, **table)
