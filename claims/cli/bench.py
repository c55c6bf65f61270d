"""`claims bench`: what the contracts cost, and how fast the engine is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.cli.console import note, print_json, print_lines, print_table
from claims.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

app = typer.Typer(
    no_args_is_help=True, help="Benchmarks: gas of every path of a claim, claims per second of the engine."
)

CHAINS = ("embedded", "anvil")
HELD_FIXED = (
    "held fixed: keys, nonces, salts, ids, amounts, chain id, the signed deadlines and the first block's time",
    "one adjudicator signs a batch of one; of a roll the middle attestation is claimed; each attestation of several is signed alone",
    "fresh: bitmap word and payee's balance zero, policy never paid; warm: none of them zero, and cold in its transaction",
    "floor: the least that the calldata alone costs (EIP-7623); two_steps: submit and decide together",
)


@app.callback()
def benchmarks() -> None:
    """Benchmarks: gas of every path of a claim, claims per second of the engine."""


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


@app.command()
def engine(
    claims: Annotated[int, typer.Option("--claims", min=200, help="How many claims to make.")] = 20_000,
    seed: Annotated[
        int, typer.Option("--seed", help="The mix that is made; the same seed makes the same claims.")
    ] = 20_260_316,
    as_json: AsJson = False,
) -> None:
    """Measure claims per second on one core: intake, evidence check, adjudication with every edit, and the writing of 835s.

    The mix (families, three plans, 1 to 8 lines, coded pairs and unit limits that are hit) comes from the seed.

    Example: claims bench engine --claims 20000
    """
    from claims.service.bench.engine import measure

    if not as_json:
        note("making the mix, then measuring in processor time ...")
    speed = measure(claims, seed=seed)
    rates = {step: round(rate) for step, rate in speed.rates.items()}
    if as_json:
        print_json(
            {
                "claims": speed.claims,
                "lines": speed.lines,
                "seed": speed.seed,
                "machine": speed.machine,
                "claims_per_second": rates,
                "ratios": _ratios(speed.rates),
                "statuses": speed.statuses,
                "reasons": speed.reasons,
            }
        )
        return
    print_lines([f"{speed.claims:,} claims of {speed.lines:,} lines from seed {speed.seed}; {speed.machine}"])
    print_table(("step", "claims/s"), [(step, f"{rate:,}") for step, rate in rates.items()], right=(1,))
    print_lines(f"{name}: {ratio}" for name, ratio in _ratios(speed.rates).items())
    print_lines(["decided: " + ", ".join(f"{count:,} {status}" for status, count in speed.statuses.items())])


def _ratios(rates: Mapping[str, float]) -> dict[str, float]:
    """What holds on any machine: intake against pyx12 alone, and the fast path against the full intake."""
    return {
        "full intake, times pyx12's own time": round(rates["pyx12 alone"] / rates["intake, full validation"], 2),
        "fast path, times as fast as full intake": round(
            rates["intake, validated before"] / rates["intake, full validation"], 1
        ),
    }


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
