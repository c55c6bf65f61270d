"""What each path of a claim costs, measured fresh and warm."""

from __future__ import annotations

from collections.abc import Iterator

from claims.service.bench.claims import PAID, Case, Shape, make_case
from claims.service.bench.stage import BenchError, Place, Row, Stage
from claims.service.bench.state import balance, require_paid, require_state
from claims.settlement.calldata import decide_call, settle_call, submit_call

FRESH, WARM = "fresh", "warm"
SHAPES = {
    "": Shape(),
    "roll_of_32": Shape(roll=32),
    "two_attestations": Shape(attestations=2),
    "four_attestations": Shape(attestations=4),
}
"""By the figures' place in the document; a claim of one attestation in a roll of one stands at its top."""


def measure(stage: Stage) -> tuple[Row, ...]:
    """Measure every path on a stage on which nothing was claimed yet; raises BenchError, Reverted."""
    paid = [row for name, shape in SHAPES.items() for row in _paid(stage, name, shape)]
    rest = [*_after_two_steps(stage), *_denied(stage), *_credited(stage)]
    return (*paid, *rest, *stage.rows)


def _paid(stage: Stage, name: str, shape: Shape) -> Iterator[Row]:
    """Two claims in one transaction each at one place, two in two steps at another: the second of each is the warm one."""
    apart, together = stage.place(), stage.place()
    for state, first in ((FRESH, 1), (WARM, 1 + shape.attestations * shape.roll)):
        path = (name, state) if name else (state,)
        yield from _two_steps(stage, apart, make_case(stage, apart, shape, first), path)
        case = make_case(stage, together, shape, first)
        require_state(stage, together, case, path, warm=state == WARM)
        yield _settle(stage, together, case, (*path, "settle"))


def _after_two_steps(stage: Stage) -> Iterator[Row]:
    """One transaction on a policy that saw a claim in two steps: the contract then looks for a slot of the claim."""
    place = stage.place()
    list(_two_steps(stage, place, make_case(stage, place, Shape(), 1), (FRESH,)))
    case = make_case(stage, place, Shape(), 2)
    path = ("after_two_steps", WARM)
    require_state(stage, place, case, path, warm=True)
    yield _settle(stage, place, case, (*path, "settle"))


def _denied(stage: Stage) -> Iterator[Row]:
    place = stage.place()
    yield from _denial(stage, place, make_case(stage, place, Shape(), 1), FRESH)
    list(_two_steps(stage, place, make_case(stage, place, Shape(), 2), (FRESH,)))
    yield from _denial(stage, place, make_case(stage, place, Shape(), 3), WARM)


def _denial(stage: Stage, place: Place, case: Case, state: str) -> Iterator[Row]:
    path = ("denial", state)
    require_state(stage, place, case, path, warm=state == WARM)
    before = balance(stage, place)
    submit, decide = _submit(stage, place, case, path), _decide(stage, place, case, path, approved=False)
    if balance(stage, place) != before:
        raise BenchError(f"{' '.join(path)}: a denial moved money")
    yield from (submit, decide, _sum((*path, "two_steps"), submit, decide))


def _credited(stage: Stage) -> Iterator[Row]:
    """The payee cannot be paid, and is credited: for the first time, and again."""
    place = stage.place(*stage.refusing_book())
    stage.shut_out(place)
    for state, first in ((FRESH, 1), (WARM, 2)):
        path = ("credited", state, "settle")
        row = _sent_settle(stage, place, make_case(stage, place, Shape(), first), path)
        credit = stage.read("InsurerBook", place.book, "creditOf", place.provider.address)
        if credit != first * PAID or balance(stage, place):
            raise BenchError(f"{' '.join(path)}: {first * PAID} cents should be credited, {credit} are")
        yield row


def _two_steps(stage: Stage, place: Place, case: Case, path: tuple[str, ...]) -> Iterator[Row]:
    require_state(stage, place, case, path, warm=path[-1] == WARM)
    before = balance(stage, place)
    submit, decide = _submit(stage, place, case, path), _decide(stage, place, case, path, approved=True)
    require_paid(stage, place, before, path)
    yield from (submit, decide, _sum((*path, "two_steps"), submit, decide))


def _submit(stage: Stage, place: Place, case: Case, path: tuple[str, ...]) -> Row:
    return stage.send(place.provider, place.book, submit_call(case.invoice, case.records), (*path, "submit"))


def _decide(stage: Stage, place: Place, case: Case, path: tuple[str, ...], *, approved: bool) -> Row:
    signed = case.approved if approved else case.denied
    return stage.send(stage.insurer, place.book, decide_call(signed, case.records), (*path, "decide"))


def _settle(stage: Stage, place: Place, case: Case, path: tuple[str, ...]) -> Row:
    before = balance(stage, place)
    row = _sent_settle(stage, place, case, path)
    require_paid(stage, place, before, path)
    return row


def _sent_settle(stage: Stage, place: Place, case: Case, path: tuple[str, ...]) -> Row:
    return stage.send(place.provider, place.book, settle_call(case.approved, case.records), path)


def _sum(path: tuple[str, ...], *rows: Row) -> Row:
    return Row(
        path,
        sum(row.gas for row in rows),
        sum(row.calldata_bytes for row in rows),
        sum(row.floor for row in rows),
        tuple(sent for row in rows for sent in row.transactions),
    )
