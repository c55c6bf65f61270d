"""The figures as one document: the form that `--json` prints and bench/gas.json keeps, and what is held against it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from claims.chain.artefacts import load
from claims.service.bench.batch import BatchRow
from claims.service.bench.stage import FORK, Row
from claims.service.errors import UsageError

COMMITTED = Path(__file__).resolve().parents[3] / "bench" / "gas.json"
MOST_GROWTH_PERCENT = 2
TARGETS: tuple[tuple[tuple[str, ...], int], ...] = (
    (("warm", "settle"), 95_000),
    (("fresh", "settle"), 115_000),
    (("warm", "two_steps"), 190_000),
    (("fresh", "two_steps"), 190_000),
    (("batch", "1,000 claims warm", "per_claim"), 9_000),
    (("batch", "1,000 claims warm", "marginal"), 7_500),
)
"""The most that a claim of one attestation may cost, in gas, by the figure's place in the document."""
FIXED_MIX = 1_000
"""The batch for which targets are set: so many claims in 32 rolls of 4 providers, on distinct policies."""
FIGURES = (
    "fresh",
    "warm",
    "roll_of_32",
    "two_attestations",
    "four_attestations",
    "after_two_steps",
    "denial",
    "credited",
    "deploy",
    "set_up",
)
"""The document's keys that hold figures, in its order."""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """A figure and the most it may be, in gas."""

    path: tuple[str, ...]
    gas: int
    at_most: int

    @property
    def met(self) -> bool:
        """Whether the figure is within its target."""
        return self.gas <= self.at_most


def build_document(rows: Iterable[Row], batches: Iterable[BatchRow] = ()) -> Document:
    """Build the document: fork, compiler, settings, figures, the calldata and its floor beside each, batches, and the targets."""
    measured = list(rows)
    artefact = load("InsurerBook")
    figures = _tree(measured, lambda row: row.gas)
    settled = list(batches)
    if settled:
        figures["batch"] = [asdict(row) | {"per_claim": row.per_claim} for row in settled]
    return {
        "fork": FORK,
        "compiler": artefact.compiler,
        "settings": artefact.settings,
        **{name: figures[name] for name in FIGURES},
        **({"batch": figures["batch"]} if settled else {}),
        "calldata_bytes": _tree(measured, lambda row: row.calldata_bytes),
        "floors": _tree(measured, lambda row: row.floor),
        "targets": [
            {"figure": " ".join(target.path), "gas": target.gas, "at_most": target.at_most, "met": target.met}
            for target in targets(figures)
        ],
    }


def targets(document: Mapping[str, Any]) -> tuple[Target, ...]:
    """Return each target with the document's figure."""
    found = figures_of(document) | _fixed_mix(document)
    return tuple(Target(path, found[path], at_most) for path, at_most in TARGETS if path in found)


def _fixed_mix(document: Mapping[str, Any]) -> dict[tuple[str, ...], int]:
    """The figures of the batch for which targets are set, by their place; nothing where it was not measured."""
    return {
        ("batch", f"{FIXED_MIX:,} claims {row['state']}", figure): row[figure]
        for row in document.get("batch", ())
        for figure in ("per_claim", "marginal")
        if row["claims"] == FIXED_MIX and row[figure] is not None
    }


def figures_of(document: Mapping[str, Any]) -> dict[tuple[str, ...], int]:
    """Return the document's gas figures by their place."""
    return dict(_leaves({name: document[name] for name in FIGURES if name in document}))


def growth(measured: Mapping[str, Any], committed: Mapping[str, Any], percent: int = MOST_GROWTH_PERCENT) -> list[str]:
    """Say, a sentence each, which figures grew by more than `percent` above the committed ones, or have none."""
    now, before = figures_of(measured), figures_of(committed)
    sentences = [f"{' '.join(path)} is measured and not committed" for path in now if path not in before]
    sentences += [f"{' '.join(path)} is committed and no longer measured" for path in before if path not in now]
    sentences += [
        f"{' '.join(path)} grew from {before[path]:,} to {gas:,} gas, more than {percent} %"
        for path, gas in now.items()
        if path in before and 100 * gas > (100 + percent) * before[path]
    ]
    return sentences


def read_committed(file: Path = COMMITTED) -> Document | None:
    """Read the committed document, None where there is none; raises UsageError for what is not one."""
    try:
        document: Document = dict(json.loads(file.read_text(encoding="utf-8")).items())
        figures_of(document)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, AttributeError):
        raise UsageError(f"{file.name} is not a table of gas figures: write it anew with --write") from None
    return document


def write_committed(document: Mapping[str, Any], file: Path = COMMITTED) -> Path:
    """Write the document to be committed; raises UsageError outside the project's own checkout."""
    if not file.parent.is_dir():
        raise UsageError(f"there is no folder {file.parent.name}/ here: --write works in the project's checkout")
    file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return file


def _tree(rows: Iterable[Row], value: Callable[[Row], int]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for row in rows:
        branch = tree
        for name in row.path[:-1]:
            branch = branch.setdefault(name, {})
        branch[row.path[-1]] = value(row)
    return tree


def _leaves(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, name))
        else:
            yield (*path, name), int(value)
