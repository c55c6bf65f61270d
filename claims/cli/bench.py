"""`claims bench`: what the contracts cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.cli.console import note, print_json, print_lines, print_table
from claims.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

app = typer.Typer(no_args_is_help=True, help="Benchmarks: gas of every path of a claim.")

CHAINS = ("embedded", "anvil")
HELD_FIXED = (
    "held fixed: keys, nonces, salts, ids, amounts, chain id, the signed deadlines and the first block's time",
    "one adjudicator signs a batch of one; of a roll the middle attestation is claimed; each attestation of several is signed alone",
    "fresh: bitmap word and payee's balance zero, policy never paid; warm: none of them zero, and cold in its transaction",
    "floor: the least that the calldata alone costs (EIP-7623); two_steps: submit and decide together",
)


@app.callback()
def benchmarks() -> None:
    """Benchmarks: gas of every path of a claim."""


@app.command()
def gas(
    write: Annotated[
        bool, typer.Option("--write", help="Keep the figures in bench/gas.json, to be committed.")
    ] = False,
    chain: Annotated[
        str, typer.Option("--chain", help="Chain to measure on: embedded, or anvil (needs `make node`).")
    ] = CHAINS[0],
    as_json: AsJson = False,
) -> None:
    """Measure each path of a claim by real transactions on a fresh chain; the same figures come out of every run.

    Example: claims bench gas
    """
    from claims.service.bench.gas import measure
    from claims.service.bench.report import build_document, growth, read_committed, write_committed
    from claims.service.bench.stage import open_stage
    from claims.service.errors import UsageError

    if chain not in CHAINS:
        raise UsageError(f"--chain is {chain!r}; use one of {', '.join(CHAINS)}")
    if write and chain != CHAINS[0]:
        raise UsageError("--write keeps the figures of the embedded chain; leave --chain out")
    committed = None if write else read_committed()
    with open_stage(chain) as stage:
        document = build_document(measure(stage))
    if as_json:
        print_json(document)
    else:
        _show(document, chain)
    if write:
        note(f"wrote bench/{write_committed(document).name}")
    elif committed is not None:
        for sentence in growth(document, committed):
            note(f"warning: {sentence}")


def _show(document: Mapping[str, Any], chain: str) -> None:
    from claims.service.bench.report import targets

    optimizer = document["settings"]["optimizer"]
    print_lines(
        [
            f"fork {document['fork']} ({chain} chain), solc {document['compiler']}, optimizer "
            f"{'on' if optimizer['enabled'] else 'off'} with {optimizer['runs']:,} runs, "
            f"{'via IR' if document['settings'].get('viaIR') else 'legacy code generator'}"
        ]
    )
    print_table(
        ("claim", "state", "transaction", "gas", "calldata bytes", "floor"), list(_rows(document)), right=(3, 4, 5)
    )
    print_table(
        ("target", "gas", "at most", ""),
        [
            (
                ", ".join(reversed(target.path)),
                f"{target.gas:,}",
                f"{target.at_most:,}",
                "met" if target.met else "MISSED",
            )
            for target in targets(document)
        ],
        right=(1, 2),
    )
    print_lines(HELD_FIXED)


def _rows(document: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    from claims.service.bench.report import figures_of

    sizes, floors = figures_of(document["calldata_bytes"]), figures_of(document["floors"])
    for path, figure in figures_of(document).items():
        what, state, step = ("roll_of_1", *path) if path[0] in ("fresh", "warm") else (path[0], *path[-2:])
        if len(path) == 2 and path[0] not in ("fresh", "warm"):
            state = ""
        yield (
            what.replace("_", " "),
            state,
            step.replace("_", " "),
            f"{figure:,}",
            f"{sizes[path]:,}",
            f"{floors[path]:,}",
        )
