"""What a user would want checked: the installation, and a home with its keys, store, chain and money. Nothing is changed."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from claims.service.artefacts import ROOT
from claims.service.errors import UsageError
from claims.service.home import PARTY_KEYS, PAYER, PROVIDER, SETTINGS, Home, read_home
from claims.service.office import BOOK, CONTRACTS, Office, load_abi, open_chain_of

if TYPE_CHECKING:
    from claims.chain.client import Chain

DISTRIBUTION = "claims"
PYTHON_FROM, PYTHON_BELOW = (3, 11), (3, 14)
OK, WRONG, ABSENT = "ok", "wrong", "absent"
LEAST_GAS = 500_000
"""Gas that a key should be able to pay for: two steps of a claim and a policy, with room."""

_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*(?:(?P<relation>==|>=)\s*(?P<version>[^\s,;]+))?.*"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `state` is ok, wrong, or absent for what only some commands need; `remedy` says what to do.

    `unreachable` is whether it is wrong because no node answered.
    """

    name: str
    state: str
    found: str
    remedy: str = ""
    unreachable: bool = False


class _Fault(Exception):
    """A finding and what to do about it."""

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(found)
        self.remedy = remedy


def examine(folder: Path | None = None, *, profile: str | None = None) -> tuple[Check, ...]:
    """Check the installation and, where a folder is given, the home in it; never raises for what it finds."""
    checks = [*_installation()]
    if folder is not None:
        checks += _home(folder, profile)
    return tuple(checks)


def is_well(checks: tuple[Check, ...]) -> bool:
    """Whether nothing is wrong; what is absent and optional does not count."""
    return all(check.state != WRONG for check in checks)


def only_unreachable(checks: tuple[Check, ...]) -> bool:
    """Whether the one thing that is wrong is that no node answers."""
    wrong = [check for check in checks if check.state == WRONG]
    return bool(wrong) and all(check.unreachable for check in wrong)


def _look(name: str, remedy: str, look: Callable[[], str]) -> Check:
    from claims.chain.artefacts import ArtefactMissing
    from claims.chain.errors import ChainError, ChainUnreachable
    from claims.store.errors import StoreError

    try:
        return Check(name, OK, look())
    except _Fault as fault:
        return Check(name, WRONG, str(fault), fault.remedy)
    except OSError as failure:
        return Check(name, WRONG, f"{failure.strerror or type(failure).__name__}: {failure.filename}", remedy)
    except (
        UsageError,
        ChainError,
        StoreError,
        sqlite3.Error,
        ArtefactMissing,
        metadata.PackageNotFoundError,
    ) as failure:
        return Check(name, WRONG, str(failure), remedy, isinstance(failure, ChainUnreachable))


# the installation


def _installation() -> Iterator[Check]:
    yield _look("python", "install Python 3.11, 3.12 or 3.13", _python)
    yield _look("packages", "run `make` in the project's folder", _packages)
    yield _look("artefacts", "restore abi/, or run `claims contracts build`", _artefacts)
    yield _tool("node", "Node.js", shutil.which("node"), "`claims contracts` needs it")
    yield _tool(
        "compiler", "solc", _existing(ROOT / "node_modules" / "solc"), "`claims contracts` needs it: `make node`"
    )
    yield _tool("anvil", "anvil", _anvil(), "profile anvil needs a running one: `make node`")


def _python() -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    if not PYTHON_FROM <= sys.version_info[:2] < PYTHON_BELOW:
        raise _Fault(f"{version} is not supported", "install Python 3.11, 3.12 or 3.13")
    return version


def _packages() -> str:
    """Compare what is installed with what the project asks for, without importing any of it."""
    wrong = []
    wanted = [line for line in metadata.requires(DISTRIBUTION) or () if "extra ==" not in line]
    for line in wanted:
        parts = _REQUIREMENT.fullmatch(line)
        if parts is None:
            continue
        try:
            found = metadata.version(parts["name"])
        except metadata.PackageNotFoundError:
            wrong.append(f"{parts['name']} is missing")
            continue
        if not _satisfies(found, parts["relation"], parts["version"]):
            wrong.append(f"{parts['name']} is {found}, needed is {parts['relation']}{parts['version']}")
    if wrong:
        raise _Fault("; ".join(wrong), "run `make` in the project's folder: it installs the locked versions")
    return f"{len(wanted)} as the project asks"


def _satisfies(found: str, relation: str | None, version: str | None) -> bool:
    if relation is None or version is None:
        return True
    return found == version if relation == "==" else _numbers(found) >= _numbers(version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", re.split(r"[a-z+]", version, maxsplit=1)[0]))


def _artefacts() -> str:
    from claims.chain.artefacts import load

    compilers = sorted({load(name).compiler for name in CONTRACTS})
    return f"{', '.join(CONTRACTS)} built with {', '.join(compilers)}"


def _anvil() -> str | None:
    from claims.chain.anvil import find_anvil
    from claims.chain.errors import AnvilError

    try:
        return str(find_anvil())
    except AnvilError:
        return None


def _existing(path: Path) -> str | None:
    return str(path) if path.exists() else None


def _tool(name: str, label: str, place: str | None, need: str) -> Check:
    if place is None:
        return Check(name, ABSENT, f"{label} is not installed", f"optional: {need}")
    return Check(name, OK, f"{label} is installed")


# a home


def _home(folder: Path, profile: str | None) -> Iterator[Check]:
    yield _look("home", "make one with `claims home create`", lambda: _settings(folder))
    try:
        home = read_home(folder)
    except UsageError:
        return
    if profile is not None:
        home = replace(home, profile=profile)
    yield _look("keys", "make the key with `claims home key`, or restore it", lambda: _keys(home))
    yield _look("store", "restore a copy of the store", lambda: _store(home))
    unreached = "start the node, or see the home's profile"
    made = _look("chain", unreached, lambda: _require_chain(home))
    if made.state == WRONG:
        yield made
        return
    opened: list[Chain] = []
    yield _look("chain", unreached, lambda: _reach(home, opened))
    for chain in opened:
        with chain:
            if len(chain.profile.urls) > 1:
                yield _look("nodes", unreached, partial(_nodes, chain))
            yield from _on_chain(Office(home, chain))


def _settings(folder: Path) -> str:
    home = read_home(folder)
    return f"{folder / SETTINGS}: a {home.role}'s, profile {home.profile}"


def _keys(home: Home) -> str:
    from claims.chain.keystore import Keystore

    names = Keystore(home.keys_folder).names()
    missing = [name for name in PARTY_KEYS[home.role] if name not in names]
    if missing:
        raise _Fault(
            f"there is no key {', '.join(missing)}", f"make it with `claims home key NAME --home {home.folder}`"
        )
    open_to_others = [
        str(path)
        for path in (home.keys_folder, *(home.keys_folder / f"{name}.json" for name in names))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_to_others and os.name == "posix":
        raise _Fault(f"others can read {', '.join(open_to_others)}", f"chmod go= {' '.join(open_to_others)}")
    return f"{', '.join(names)}: readable by you alone"


def _store(home: Home) -> str:
    from claims.store.migration import migrations
    from claims.store.place import StoreFile, place_of
    from claims.store.store import open_store

    place = place_of(home.store_place)
    name = place.file.name if isinstance(place, StoreFile) else str(place)
    if not home.has_store:
        return f"{name} is not made yet: the first command that needs it makes it"
    with open_store(home.store_place) as store:
        bound, risks = store.chain, store.risks()
    if risks:
        raise _Fault(
            f"{name}: a crash of its server may lose what was paid, since {' and '.join(risks)}",
            "have the server write through to its disk: postgresql.conf",
        )
    where = "bound to no chain yet" if bound is None else f"bound to {bound}"
    return f"{name} at migration {len(migrations())}, {where}"


def _require_chain(home: Home) -> str:
    """An embedded chain is made on first use; a check must not be that."""
    from claims.chain.client import CHAIN_FILE
    from claims.chain.profile import load_profile

    if home.profile == "local" and load_profile(home.profile).kind == "local":
        file = home.chain_folder / CHAIN_FILE
        if not file.exists():
            raise _Fault(f"there is no chain at {file} yet", "run `claims deploy` in the payer's home")
    return ""


def _reach(home: Home, opened: list[Chain]) -> str:
    from claims.service.calendar import date_at

    chain = open_chain_of(home)
    opened.append(chain)
    head = chain.head()
    return f"chain id {chain.chain_id}, block {head.number}, its date {date_at(head.timestamp)}"


def _nodes(chain: Chain) -> str:
    """Every node of the profile, since one that is not in use fails unseen until it is needed."""
    nodes = chain.nodes()
    broken = [f"{host}: {problem}" for host, problem in nodes if problem]
    if broken:
        raise _Fault(
            f"{len(broken)} of {len(nodes)} cannot take another's place: {'; '.join(broken)}",
            "start it, or take it out of the profile's urls",
        )
    return f"{len(nodes)} on this chain: {', '.join(host for host, _ in nodes)}"


def _on_chain(office: Office) -> Iterator[Check]:
    yield _look("store's chain", "use the profile that the home was made with", lambda: _same_chain(office))
    deployment = _look("deployment", "run `claims deploy` in the payer's home", lambda: _deployment(office))
    yield deployment
    if deployment.state == OK:
        for label in sorted(_books(office)):
            payer = label.removeprefix(BOOK)
            remedy = "stop paying from this book and find out why"
            yield _look(f"money of {payer}", remedy, partial(_money, office, label))
    yield _look("gas", "send the key some of the chain's own coin", lambda: _gas(office))
    yield _look("outbox", "repeat the command that was stopped", lambda: _outbox(office))


def _same_chain(office: Office) -> str:
    from claims.store.rows import ChainBinding
    from claims.store.store import open_store

    if not office.home.has_store:
        return "no store yet"
    here = ChainBinding(office.chain.chain_id, office.chain.header(0).hash)
    with open_store(office.home.store_place) as store:
        bound = store.chain
    if bound is not None and bound != here:
        raise _Fault(
            f"the store was made for {bound}, the profile's chain is {here}",
            "choose the profile that the home was made with, or start a new home",
        )
    return "the one that the profile names" if bound else "none yet"


def _books(office: Office) -> dict[str, str]:
    """The books that concern this home: a payer's own, or all that a provider can be paid from."""
    books = {label: address for label, address in office.recorded.items() if label.startswith(BOOK)}
    return {office.book_label: books[office.book_label]} if office.home.role == PAYER else books


def _deployment(office: Office) -> str:
    if office.home.role == PAYER and office.book_label not in office.recorded:
        raise _Fault(f"payer {office.home.identifier} has no book on this chain", "run `claims deploy` in this home")
    return f"{len(office.recorded)} contracts, each compared with its artefact: {', '.join(sorted(office.recorded))}"


def _money(office: Office, label: str) -> str:
    """The book's first rule: its token balance covers the policies' reserves, the credits and the surplus (DESIGN §6).

    A book cannot add up its policies; a payer's home knows them all, and a provider's checks the rest.
    """
    from claims.model.money import Money

    book, abi = office.recorded[label], load_abi("InsurerBook")
    units = office.chain.call(book, abi, "unitsPerCent")
    token = office.chain.call(book, abi, "token")
    totals = office.chain.call(book, abi, "totals")
    escrow = office.chain.call(token, load_abi("TestDollar"), "balanceOf", (book,)) // units
    reserves = sum(office.chain.call(book, abi, "policyOf", (policy,))["reserve"] for policy in _policies(office))
    held = {"reserved": max(reserves, totals["reserved"]), "credited": totals["credited"], "surplus": totals["surplus"]}
    parts = ", ".join(f"{name} {Money(cents)}" for name, cents in held.items())
    if escrow < sum(held.values()):
        raise _Fault(
            f"escrow {Money(escrow)} does not cover {Money(sum(held.values()))}: {parts}",
            "fund the book at once, and do not pay from it before its token was examined",
        )
    return f"escrow {Money(escrow)}: {parts}"


def _policies(office: Office) -> list[int]:
    from claims.store.store import open_store

    if office.home.role != PAYER or not office.home.has_store:
        return []
    with open_store(office.home.store_place) as store, store.reading() as work:
        return [row.policy for row in work.policies.all()]


def _gas(office: Office) -> str:
    """Keys that send need coin; a development chain gives it on first use."""
    if office.chain.profile.development:
        return "a development chain gives each key what it needs"
    price = office.chain.fees().maximum
    senders = [
        name
        for name in office.keystore.names()
        if name in ("insurer", "credentialer") or name == PROVIDER or name.startswith(f"{PROVIDER}-")
    ]
    short = [
        f"{name} ({address})"
        for name in senders
        if office.chain.balance(address := office.keystore.address(name)) < LEAST_GAS * price
    ]
    if short:
        raise _Fault(
            f"{', '.join(short)} cannot pay for {LEAST_GAS:,} gas", f"send each {LEAST_GAS * price:,} wei or more"
        )
    return f"{', '.join(senders)} can each pay for {LEAST_GAS:,} gas"


def _outbox(office: Office) -> str:
    from claims.store.rows import QUEUED, SENT, SIGNED
    from claims.store.store import open_store

    if not office.home.has_store:
        return "empty"
    with open_store(office.home.store_place) as store, store.reading() as work:
        waiting = work.outbox.in_state(QUEUED, SIGNED, SENT)
    if waiting:
        kinds = ", ".join(sorted({intent.kind for intent in waiting}))
        raise _Fault(
            f"{len(waiting)} not carried out yet: {kinds}", "repeat the command that was stopped; nothing is done twice"
        )
    return "nothing waits"
