"""Building the contracts' artefacts, and checking that the committed ones are what the sources give.

Needs Node.js and the npm packages of the project; whoever only uses the artefacts needs neither (see
`claims.chain.artefacts`). The bytes written depend on the sources, the settings and the compiler alone.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SETTINGS: dict[str, Any] = {
    "evmVersion": "prague",
    "optimizer": {"enabled": True, "runs": 3_000},
    "viaIR": True,
    "metadata": {"bytecodeHash": "none", "appendCBOR": False},
}
"""How every contract is compiled. The fork is pinned: the compiler's default is newer than the embedded chain."""

MOCKS = "mocks"
"""Folder of the contracts that stand in for others in tests, in `contracts/` and in `abi/`."""

_KNOWN = {"2394"}
"""Warnings that were weighed: transient storage is used on purpose (docs/decisions/contract-batches.md), and the compiler says
at each use that it lasts until the transaction ends."""

_LIBRARY = "@openzeppelin/"
_OUTPUT = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"]
_LAYOUT = "storageLayout"


class CompilerMissing(Exception):
    """Node.js, the compiler or the contract library is not installed."""


class CompilationFailed(Exception):
    """The compiler refused the sources; the message is the compiler's own."""


def build(root: Path) -> list[Path]:
    """Compile the contracts of the project at `root` and write their artefacts, each a file under `abi/`.

    Artefacts of contracts that are no more are removed. Returns the files written, in order. Raises `CompilerMissing`
    or `CompilationFailed`.
    """
    wanted = {root / "abi" / name: text for name, text in _artefacts(root).items()}
    for stale in _committed(root) - wanted.keys():
        stale.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(wanted)


def check(root: Path) -> list[str]:
    """Compile the contracts of the project at `root` anew and name each difference from the committed artefacts.

    An empty list means that sources and artefacts agree to the byte. Nothing is written. Raises `CompilerMissing` or
    `CompilationFailed`.
    """
    wanted = {root / "abi" / name: text for name, text in _artefacts(root).items()}
    found = _committed(root)
    differences = [f"{_name(root, path)}: missing; run `claims contracts build`" for path in wanted.keys() - found]
    differences += [f"{_name(root, path)}: no such contract in the sources" for path in found - wanted.keys()]
    for path in wanted.keys() & found:
        committed = path.read_text(encoding="utf-8")
        if committed != wanted[path]:
            differences.append(f"{_name(root, path)}: {_what_differs(committed, wanted[path])}")
    return sorted(differences)


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _committed(root: Path) -> set[Path]:
    return {path for folder in ("abi", f"abi/{MOCKS}") for path in (root / folder).glob("*.json")}


def _what_differs(committed: str, wanted: str) -> str:
    """Name the parts of an artefact that two texts do not share."""
    try:
        old = json.loads(committed)
    except json.JSONDecodeError:
        return "not a JSON document"
    new = json.loads(wanted)
    if not isinstance(old, dict):
        return "not an artefact"
    parts = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    if "sources" in parts:
        before, after = old.get("sources", {}), new["sources"]
        files = sorted(file for file in before.keys() | after.keys() if before.get(file) != after.get(file))
        parts[parts.index("sources")] = f"sources ({', '.join(files)})"
    return f"{', '.join(parts)} differ" if parts else "formatting differs"


def _sources(root: Path) -> dict[str, str]:
    """Text of every source of the project by its name for the compiler: the path from the root."""
    files = sorted((root / "contracts").rglob("*.sol"))
    return {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8") for file in files}


def _artefacts(root: Path) -> dict[str, str]:
    """Compile, and return the text of each artefact by its path under `abi/`."""
    sources = _sources(root)
    compiled, version = _compile(root, sources)
    return {
        name: _dump(_artefact(root, file, contract, output, version, sources, compiled["sources"]))
        for name, file, contract, output in _deployable(compiled["contracts"])
    }


def _compile(root: Path, sources: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    from solcx import wrapper  # here, since whoever only reads artefacts has no use for it

    program = root / "contracts" / "tools" / "solc.js"
    for needed in (root / "node_modules" / "solc", root / "node_modules" / "@openzeppelin" / "contracts"):
        if not needed.is_dir():
            raise CompilerMissing(f"{_name(root, needed)} is not there: run `make node` in the project's folder")
    if shutil.which("node") is None:
        raise CompilerMissing("Node.js is not on the PATH: install it, then run `make node` in the project's folder")
    request = {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in sources.items()},
        "settings": {**SETTINGS, "outputSelection": {"*": {"*": [*_OUTPUT, _LAYOUT, "metadata"]}}},
    }
    version = wrapper.get_version_str_from_solc_binary(program)
    text, _, _, _ = wrapper.solc_wrapper(solc_binary=program, stdin=json.dumps(request), standard_json=True)
    answer: dict[str, Any] = json.loads(text)
    problems = [
        problem["formattedMessage"]
        for problem in answer.get("errors", [])
        if problem["severity"] != "info" and problem.get("errorCode") not in _KNOWN
    ]
    if problems:
        raise CompilationFailed("\n".join(problems))
    return answer, version


def _deployable(contracts: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str, Any]]:
    """Yield (path under `abi/`, source, contract, output) of each contract of the project that has code of its own."""
    for file, outputs in contracts.items():
        if file.startswith(_LIBRARY) or "/libraries/" in file:
            continue
        folder = f"{MOCKS}/" if f"/{MOCKS}/" in file else ""
        for contract, output in outputs.items():
            if output["evm"]["bytecode"]["object"] and contract == Path(file).stem:
                yield f"{folder}{contract}.json", file, contract, output


def _artefact(
    root: Path,
    file: str,
    contract: str,
    output: Mapping[str, Any],
    version: str,
    sources: Mapping[str, str],
    units: Mapping[str, Any],
) -> dict[str, Any]:
    deployed = output["evm"]["deployedBytecode"]
    used = json.loads(output["metadata"])["sources"]
    return {
        "contract": contract,
        "source": file,
        "compiler": version,
        "settings": SETTINGS,
        "evmVersion": SETTINGS["evmVersion"],
        "sources": {
            name: hashlib.sha256(_text(root, name, sources).encode("utf-8")).hexdigest() for name in sorted(used)
        },
        "abi": output["abi"],
        "bytecode": "0x" + output["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + deployed["object"],
        "immutableReferences": _immutables(deployed.get("immutableReferences", {})),
        "storageLayout": [
            {"label": slot["label"], "slot": slot["slot"], "offset": slot["offset"]}
            for slot in output[_LAYOUT]["storage"]
        ],
    }


def _text(root: Path, name: str, sources: Mapping[str, str]) -> str:
    return sources[name] if name in sources else (root / "node_modules" / name).read_text(encoding="utf-8")


def _immutables(references: Mapping[str, list[dict[str, int]]]) -> list[dict[str, int]]:
    """Where immutables stand in the code, without the compiler's numbering of syntax nodes, which is not stable."""
    places = [place for group in references.values() for place in group]
    return sorted(({"start": p["start"], "length": p["length"]} for p in places), key=lambda p: p["start"])


def _dump(artefact: Mapping[str, Any]) -> str:
    return json.dumps(artefact, indent=1, ensure_ascii=True) + "\n"
