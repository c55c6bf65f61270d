"""`claims bench`: what the contracts cost, and how fast the engine is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from claims.cli.console import note, print_json, print_lines, print_table
from claims.cli.failure import FAILED
from claims.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

app = typer.Typer(
    no_args_is_help=True, help="Benchmarks: gas of every path of a claim, claims per second decided and settled."
)

CHAINS = ("embedded", "anvil")
HELD_FIXED = (
    "held fixed: keys, nonces, salts, ids, amounts, chain id, the signed deadlines and the first block's time",
    "one adjudicator signs a batch of one; of a roll the middle attestation is claimed; each attestation of several is signed alone",
    "fresh: bitmap word and payee's balance zero, policy never paid; warm: none of them zero, and cold in its transaction",
    "a batch: one adjudicator, distinct policies, claims of one attestation that are dealt out to the rolls, one roll of invoices a "
    "provider; marginal: a claim more in a roll that is there",
    "floor: the least that the calldata alone costs (EIP-7623); two_steps: submit and decide together",
)


@app.callback()
def benchmarks() -> None:
    """Benchmarks: gas of every path of a claim, claims per second decided and settled."""


@app.command()
def gas(
    write: Annotated[
        bool, typer.Option("--write", help="Keep the figures in bench/gas.json, to be committed.")
    ] = False,
    chain: Annotated[
        str, typer.Option("--chain", help="Chain to measure on: embedded, or anvil (needs `make node`).")
    ] = CHAINS[0],
    batch: Annotated[
        str, typer.Option("--batch", help="Settle batches of so many claims too: numbers, with commas between.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Measure each path of a claim by real transactions on a fresh chain; the same figures come out of every run.

    Example: claims bench gas --batch 1,10,100,256,1000,2000
    """
    from claims.service.bench.batch import SIZES, measure_batches
    from claims.service.bench.gas import measure
    from claims.service.bench.report import build_document, growth, read_committed, write_committed
    from claims.service.bench.stage import open_stage
    from claims.service.errors import UsageError

    if chain not in CHAINS:
        raise UsageError(f"--chain is {chain!r}; use one of {', '.join(CHAINS)}")
    if write and chain != CHAINS[0]:
        raise UsageError("--write keeps the figures of the embedded chain; leave --chain out")
    sizes = SIZES if write and not batch else _sizes(batch)
    committed = None if write else read_committed()
    with open_stage(chain) as stage:
        rows = measure(stage)
    if not sizes:
        document = build_document(rows)
    else:
        note(f"settling batches of {', '.join(f'{size:,}' for size in sizes)} claims ...")
        with open_stage(chain) as stage:
            document = build_document(rows, measure_batches(stage, sizes))
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
                "rounds": speed.rounds,
                "machine": speed.machine,
                "claims_per_second": rates,
                "ratios": _ratios(speed.rates),
                "statuses": speed.statuses,
                "reasons": speed.reasons,
            }
        )
        return
    mix = f"{speed.claims:,} claims of {speed.lines:,} lines from seed {speed.seed}"
    print_lines([f"{mix}; {speed.machine}, the quickest of {speed.rounds} rounds"])
    print_table(("step", "claims/s"), [(step, f"{rate:,}") for step, rate in rates.items()], right=(1,))
    print_lines(f"{name}: {ratio}" for name, ratio in _ratios(speed.rates).items())
    print_lines(["decided: " + ", ".join(f"{count:,} {status}" for status, count in speed.statuses.items())])


@app.command()
def settle(
    claims: Annotated[int, typer.Option("--claims", min=1, help="How many claims to bill.")] = 300,
    providers: Annotated[int, typer.Option("--providers", min=1, help="How many providers bill them.")] = 6,
    chain: Annotated[
        str, typer.Option("--chain", help="Chain to settle on: embedded, or anvil (needs `make node`).")
    ] = CHAINS[0],
    store: Annotated[
        str | None, typer.Option("--store", help="The payer's store: a postgresql:// URL; default: a file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bill, decide, settle and remit by the product's own way, and reconcile logs and 835s: claims a second, gas a claim.

    Of the claims 15 in 100 are denied, 5 short-paid, 2 voided after they were paid; meanwhile a clinician is suspended and a
    payee shut out by the token. Exit code 1 where the books differ by a cent.

    Example: claims bench settle --claims 1000 --providers 20 --chain anvil
    """
    from claims.service.bench.settle import document_of, measure
    from claims.service.errors import UsageError

    if chain not in CHAINS:
        raise UsageError(f"--chain is {chain!r}; use one of {', '.join(CHAINS)}")
    if claims < providers:
        raise UsageError(f"{claims} claims are fewer than {providers} providers: give each at least one")
    found = measure(claims, providers, chain=chain, store=store, say=note)
    document = document_of(found)
    if as_json:
        print_json(document)
    else:
        _show_settled(document)
    if not found.exact:
        raise typer.Exit(FAILED)


def _show_settled(document: Mapping[str, Any]) -> None:
    print_lines(
        [
            f"{document['claims']:,} claims of {document['providers']:,} providers on the {document['chain']} chain, "
            f"store on {document['store']}"
        ]
    )
    print_table(
        ("step", "seconds", "claims/s"),
        [
            (step, f"{seconds:,.1f}", f"{document['claims_per_second'].get(step, 0):,.1f}")
            for step, seconds in document["seconds"].items()
        ],
        right=(1, 2),
    )
    print_lines(
        [
            f"decided: {', '.join(f'{count:,} {status}' for status, count in document['statuses'].items())}",
            f"{document['batched']:,} claims in {document['batches']} batches: {document['gas_per_claim']:,} gas a claim, "
            f"the largest batch {document['largest_batch']:,}",
            f"anchored for {document['anchor_gas_per_claim']:,} gas a claim; {document['revisions']} claims decided anew for "
            f"{document['revision_gas_per_claim']:,} gas each",
            f"{document['settled']:,} settled, {document['skipped']:,} left out, {document['withdrawn']:,} withdrawn",
        ]
    )
    totals = document["totals"]
    print_lines(
        [
            f"{totals['payments']} payments: gross {totals['gross']}, netted {totals['netted']}, credited {totals['credited']}, "
            f"paid {totals['paid']}; Σ BPR02 {totals['remitted']}",
            *document["differences"],
            "all exact, to the cent" if document["exact"] else "THE BOOKS DIFFER",
        ]
    )


def _ratios(rates: Mapping[str, float]) -> dict[str, float]:
    """What holds on any machine: intake against pyx12 alone, and the fast path against the full intake."""
    return {
        "full intake, times pyx12's own time": round(rates["pyx12 alone"] / rates["intake, full validation"], 2),
        "fast path, times as fast as full intake": round(
            rates["intake, validated before"] / rates["intake, full validation"], 1
        ),
    }


def _sizes(batch: str) -> tuple[int, ...]:
    from claims.service.bench.batch import MOST_CLAIMS
    from claims.service.errors import UsageError

    words = [word.strip() for word in batch.split(",") if word.strip()]
    if not all(word.isdecimal() and 1 <= int(word) <= MOST_CLAIMS for word in words):
        raise UsageError(f"--batch is {batch!r}; write numbers from 1 to {MOST_CLAIMS:,} with commas between")
    return tuple(int(word) for word in words)


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
    if "batch" in document:
        _show_batches(document["batch"])
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


def _show_batches(rows: list[dict[str, Any]]) -> None:
    heads = ("claims", "rolls", "providers", "state", "total", "per_claim", "marginal", "per_roll", "fixed", "floor")
    print_table(
        tuple(head.replace("_", " ") for head in heads),
        [
            tuple("" if row[head] is None else f"{row[head]:,}" if head != "state" else row[head] for head in heads)
            for row in rows
        ],
        right=(0, 1, 2, 4, 5, 6, 7, 8, 9),
    )


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
