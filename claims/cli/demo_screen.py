"""The screen of the demonstration, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from claims.cli.console import print_lines, print_table

if TYPE_CHECKING:
    from claims.model.decision import Decision, LineDecision
    from claims.service.demo.performance import Performance
    from claims.service.demo.story import Shown


MOST_DETAILS = 2
"""How many findings of a 999 the screen shows of each file; the file beside it has them all."""


def document(performance: Performance) -> dict[str, Any]:
    """Return the performance as plain data; amounts are dollars as text, gas plain integers."""
    story, stage = performance.story, performance.stage
    return {
        "claims": [_claim(claim) for claim in story.claims],
        "encounter_reports": story.encounter_reports,
        "remittances": [
            {
                "trace": written.trace,
                "paid": str(written.paid),
                "claims": list(written.claims),
                "file": str(written.path),
                "balances": balances,
            }
            for written, balances in zip(story.remittances, story.balanced, strict=True)
        ],
        "gas": {**stage.gas, "settle": [claim.gas for claim in story.claims if claim.gas is not None]},
        "refused": [
            {
                "attempt": attempt.attempt,
                "error": attempt.error,
                "by": attempt.by,
                "control_paid": attempt.control,
                "untouched": attempt.untouched,
            }
            for attempt in performance.refused
        ],
        "balances": {
            "before": {name: str(amount) for name, amount in story.before.items()},
            "after": {name: str(amount) for name, amount in story.after.items()},
            "adds_up": story.adds_up,
        },
        "acknowledgements": [{"file": answer.file, "words": list(answer.words)} for answer in story.acknowledged],
        "evidence_made_from_claims": performance.script.made_up,
        "folder": str(stage.folder),
    }


def _claim(claim: Shown) -> dict[str, Any]:
    shown: dict[str, Any] = {"claim": claim.claim, "status": claim.status}
    decision = claim.decision
    if decision is not None:
        shown |= {
            "charge": str(decision.charge),
            "allowed": str(decision.allowed),
            "paid": str(decision.paid),
            "patient": str(decision.patient),
        }
    shown["why"] = list(claim.why)
    shown["transaction"] = None if claim.transaction is None else "0x" + claim.transaction.hex()
    shown["gas"] = claim.gas
    return shown


def curtain(performance: Performance) -> None:
    """Print the whole performance for a person."""
    print_lines(_opening(performance))
    print_table(
        ("claim", "line", "charged", "allowed", "paid", "patient", "why"),
        _rows(performance),
        right=(2, 3, 4, 5),
    )
    print_lines(_money(performance))
    if performance.refused:
        print_lines(
            ["", "Then we cheat: a claim that is otherwise paid, with one thing changed. No cent, bit or limit moved:"]
        )
        print_table(
            ("attempt", "refused by", "with"),
            [
                (a.attempt, a.by, a.error if a.good else f"{a.error}  <-- NOT AS IT SHOULD BE")
                for a in performance.refused
            ],
        )
        print_lines(
            [
                "What no signature stops: a clinician and a provider who lie together. Witnesses, statistics and audits are",
                "for that; here it would have been paid.",
            ]
        )
    print_lines(_closing(performance))


def _opening(performance: Performance) -> Iterator[str]:
    script, stage, story = performance.script, performance.stage, performance.story
    cast = script.cast
    yield f"chain {stage.payer.chain.chain_id}, time {script.received}: {cast.payer_name} put {story.before['escrow']} in escrow"
    yield (
        f"enrolled: {', '.join(party.name for party in cast.providers)}; {_many(len(cast.practitioners), 'clinician')}, "
        f"{_many(len(cast.covers), 'policy', 'policies')}"
    )
    unsigned = f"; not signed: {', '.join(story.unsigned)}" if story.unsigned else ""
    source = (
        "made from the claims, since no export was given: it proves nothing"
        if script.made_up
        else "from the record system"
    )
    yield f"signed by clinicians: {_many(story.signed, 'encounter')} ({source}){unsigned}"
    if story.encounter_reports:
        yield f"encounter reports, recorded and never paid: {', '.join(story.encounter_reports)}"
    for answer in story.acknowledged:
        details = [word.strip() for word in answer.words if word.strip().startswith(("segment", "element"))]
        more = "" if len(details) <= MOST_DETAILS else f"; and {len(details) - MOST_DETAILS} more"
        yield f"999 for {answer.file}: {answer.words[-1].strip()}"
        if details:
            yield f"  {'; '.join(details[:MOST_DETAILS])}{more}"


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count} {one if count == 1 else more or one + 's'}"


def _rows(performance: Performance) -> Iterator[tuple[str, ...]]:
    for claim in performance.story.claims:
        decision = claim.decision
        if decision is None:
            yield (claim.claim, "", "", "", "", "", f"rejected: {_first(claim.why)}")
            continue
        name = claim.claim
        for line in decision.lines:
            yield (
                name,
                f"{line.line} {line.code}",
                str(line.charge),
                "" if decision.status == "pended" else str(line.allowed),
                "" if decision.status == "pended" else str(line.paid),
                "" if decision.status == "pended" else str(line.patient),
                _why(decision, line),
            )
            name = ""


def _first(reasons: tuple[str, ...]) -> str:
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"{reasons[0]}{more}" if reasons else "see its 999"


def _why(decision: Decision, line: LineDecision) -> str:
    if decision.status == "pended":
        return "pended: " + _cause(decision, line, "pend")
    reasons = ", ".join(f"{a.group}-{a.reason} {a.amount}" for a in line.adjustments)
    if line.denied:
        return f"denied, {reasons}: {_cause(decision, line, 'deny')}"
    return reasons or "paid in full"


def _cause(decision: Decision, line: LineDecision, outcome: str) -> str:
    return next(
        (entry.why for entry in decision.trace if entry.outcome == outcome and entry.line in (line.line, None)), ""
    )


def _money(performance: Performance) -> Iterator[str]:
    story, stage = performance.story, performance.stage
    left = story.before["escrow"] - story.after["escrow"]
    yield f"escrow {story.before['escrow']} -> {story.after['escrow']}: {left} left it"
    for name in story.after:
        if name != "escrow":
            yield f"{name}: {story.before[name]} -> {story.after[name]}"
    for written, balances in zip(story.remittances, story.balanced, strict=True):
        told = "balances" if balances else "DOES NOT BALANCE"
        yield f"835 {written.trace[:16]}...  {written.paid!s:>9} for {', '.join(written.claims)}; {told}"
    yield f"the books {'add up to the cent' if story.adds_up else 'DO NOT ADD UP'}"
    first = next(
        (claim for claim in story.claims if claim.transaction and claim.decision and claim.decision.paid), None
    )
    if first is not None and first.transaction is not None:
        from claims.service.demo.readback import read_back

        found = read_back(stage, first.transaction)
        yield f"read back by bare eth_getTransactionReceipt {found.transaction[:18]}...:"
        yield f"  {found.units:,} token units to {found.to} in block {found.block}, for {first.claim}"
    gas = {**stage.gas}
    settle = [claim.gas for claim in story.claims if claim.gas is not None]
    if settle:
        gas["settle a claim"] = sum(settle) // len(settle)
    yield "gas: " + ", ".join(f"{step} {used:,}" for step, used in gas.items())


def _closing(performance: Performance) -> Iterator[str]:
    stage = performance.stage
    yield ""
    yield f"Everything is in {stage.folder}: try `claims claim explain NUMBER --home {stage.folder}/payer`"
