"""Which chain a home works on: the embedded one (the default), a local anvil, or any node named in a TOML file.

Nothing here opens a connection or imports a chain library.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from claims.chain.errors import ProfileError

Kind = Literal["local", "rpc"]
WEI_PER_GWEI = 10**9


@dataclass(frozen=True, slots=True)
class ChainProfile:
    """A chain and how to follow it.

    `kind` "local" is the embedded chain in a file of the home, "rpc" is a node behind `urls`, asked in order until one
    answers. `chain_id` None takes the chain as it is found; a number refuses any other. `confirmations` is the
    number of blocks, its own included, that a transaction must lie under. `poll_seconds` is the pause between two
    looks. A `development` chain has a faucet and a clock that can be moved, and takes raw and lightly encrypted keys.

    A transaction that waits for `replace_after_seconds` is replaced by one with higher fees, up to `max_fee_gwei` (10^9 wei) a
    unit of gas. A process that sends with a key holds it for itself, and renews that within `lease_seconds`: so long is
    the next one kept waiting by one that was killed.
    """

    name: str
    kind: Kind
    urls: tuple[str, ...] = ()
    chain_id: int | None = None
    confirmations: int = 1
    poll_seconds: float = 2.0
    development: bool = False
    replace_after_seconds: float = 60.0
    max_fee_gwei: int = 500
    lease_seconds: int = 15

    def __post_init__(self) -> None:
        if self.kind not in ("local", "rpc"):
            raise ProfileError(f'profile {self.name}: kind is {self.kind!r}, expected "local" or "rpc"')
        if self.kind == "rpc" and not self.urls:
            raise ProfileError(f'profile {self.name}: kind "rpc" needs `url` or `urls`')
        if self.kind == "local" and self.urls:
            raise ProfileError(f'profile {self.name}: kind "local" takes no url, its chain is a file of the home')
        for url in self.urls:
            if urlsplit(url).scheme not in ("http", "https"):
                raise ProfileError(f"profile {self.name}: a url must begin with http:// or https://")
        if self.chain_id is not None and self.chain_id < 1:
            raise ProfileError(f"profile {self.name}: chain_id is {self.chain_id}, expected a positive number")
        if self.confirmations < 1:
            raise ProfileError(f"profile {self.name}: confirmations is {self.confirmations}, expected 1 or more")
        if not 0 < self.poll_seconds <= 3600:
            raise ProfileError(f"profile {self.name}: poll_seconds is {self.poll_seconds}, expected 0 to 3600")
        if not 0 < self.replace_after_seconds <= 86_400:
            raise ProfileError(
                f"profile {self.name}: replace_after_seconds is {self.replace_after_seconds}, expected 0 to 86400"
            )
        if self.max_fee_gwei < 1:
            raise ProfileError(f"profile {self.name}: max_fee_gwei is {self.max_fee_gwei}, expected 1 or more")
        if not 1 <= self.lease_seconds <= 3600:
            raise ProfileError(f"profile {self.name}: lease_seconds is {self.lease_seconds}, expected 1 to 3600")

    @property
    def max_fee(self) -> int:
        """The most that a unit of gas may cost, in wei."""
        return self.max_fee_gwei * WEI_PER_GWEI


LOCAL = ChainProfile(name="local", kind="local", poll_seconds=0.05, development=True, lease_seconds=5)
ANVIL = ChainProfile(
    name="anvil", kind="rpc", urls=("http://127.0.0.1:8545",), poll_seconds=0.1, development=True, lease_seconds=5
)
BUILT_IN = {profile.name: profile for profile in (LOCAL, ANVIL)}

_TYPES: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "kind": (str,),
    "url": (str,),
    "urls": (list,),
    "chain_id": (int,),
    "confirmations": (int,),
    "poll_seconds": (int, float),
    "development": (bool,),
    "replace_after_seconds": (int, float),
    "max_fee_gwei": (int,),
    "lease_seconds": (int,),
}


def profile_from_table(table: dict[str, Any], name: str) -> ChainProfile:
    """The profile that a TOML table describes; `name` is used where the table gives none.

    Raises ProfileError for an unknown key, a wrong type or a value out of range.
    """
    values: dict[str, Any] = {"name": name, "kind": "rpc"}
    for key, value in table.items():
        if key not in _TYPES:
            raise ProfileError(f"profile {name}: unknown key {key!r}; known are {', '.join(sorted(_TYPES))}")
        expected = _TYPES[key]
        if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
            raise ProfileError(f"profile {name}: {key} must be {' or '.join(kind.__name__ for kind in expected)}")
        values[key] = value
    url, urls = values.pop("url", None), values.pop("urls", [])
    if url is not None and urls:
        raise ProfileError(f"profile {name}: give either `url` or `urls`")
    if not all(isinstance(item, str) for item in urls):
        raise ProfileError(f"profile {name}: urls must be a list of text")
    return ChainProfile(**values, urls=(url,) if url is not None else tuple(urls))


def profile_document(profile: ChainProfile) -> str:
    """The TOML that `load_profile` reads back as the same profile."""
    lines = [f"name = {json.dumps(profile.name)}", f"kind = {json.dumps(profile.kind)}"]
    if profile.urls:
        lines.append(f"urls = {json.dumps(list(profile.urls))}")
    if profile.chain_id is not None:
        lines.append(f"chain_id = {profile.chain_id}")
    lines += [f"confirmations = {profile.confirmations}", f"poll_seconds = {profile.poll_seconds}"]
    lines.append(f"development = {str(profile.development).lower()}")
    lines.append(f"replace_after_seconds = {profile.replace_after_seconds}")
    lines += [f"max_fee_gwei = {profile.max_fee_gwei}", f"lease_seconds = {profile.lease_seconds}"]
    return "\n".join(lines) + "\n"


def load_profile(name_or_file: str | Path = "local") -> ChainProfile:
    """The built-in profile of that name ("local", "anvil"), or the one in the TOML file at that path.

    The file's keys stand at its top or under `[chain]`. Raises ProfileError.
    """
    built_in = BUILT_IN.get(str(name_or_file))
    if built_in is not None:
        return built_in
    path = Path(name_or_file)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProfileError(
            f"no profile {str(name_or_file)!r}: use one of {', '.join(BUILT_IN)} or the path of a TOML file"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as failure:
        raise ProfileError(f"profile {path.name} cannot be read: {failure}") from failure
    table = document.get("chain", document)
    if not isinstance(table, dict) or (table is not document and len(document) > 1):
        raise ProfileError(f"profile {path.name}: keys stand either at the top or under [chain], not both")
    return profile_from_table(table, name=path.stem)
