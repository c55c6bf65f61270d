"""What each path of a claim costs, measured fresh and warm."""

from __future__ import annotations

from collections.abc import Iterator

from claims.service.bench.claims import PAID, Case, Shape, make_case
from claims.service.bench.stage import BenchError, Place, Row, Stage
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
        _require(stage, together, case, state == WARM, path)
        yield _settle(stage, together, case, (*path, "settle"))


def _after_two_steps(stage: Stage) -> Iterator[Row]:
    """One transaction on a policy that saw a claim in two steps: the contract then looks for a slot of the claim."""
    place = stage.place()
    list(_two_steps(stage, place, make_case(stage, place, Shape(), 1), (FRESH,)))
    case = make_case(stage, place, Shape(), 2)
    path = ("after_two_steps", WARM)
    _require(stage, place, case, True, path)
    yield _settle(stage, place, case, (*path, "settle"))


def _denied(stage: Stage) -> Iterator[Row]:
    place = stage.place()
    yield from _denial(stage, place, make_case(stage, place, Shape(), 1), FRESH)
    list(_two_steps(stage, place, make_case(stage, place, Shape(), 2), (FRESH,)))
    yield from _denial(stage, place, make_case(stage, place, Shape(), 3), WARM)


def _denial(stage: Stage, place: Place, case: Case, state: str) -> Iterator[Row]:
    path = ("denial", state)
    _require(stage, place, case, state == WARM, path)
    before = _balance(stage, place)
    submit, decide = _submit(stage, place, case, path), _decide(stage, place, case, path, approved=False)
    if _balance(stage, place) != before:
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
        if credit != first * PAID or _balance(stage, place):
            raise BenchError(f"{' '.join(path)}: {first * PAID} cents should be credited, {credit} are")
        yield row


def _two_steps(stage: Stage, place: Place, case: Case, path: tuple[str, ...]) -> Iterator[Row]:
    _require(stage, place, case, path[-1] == WARM, path)
    before = _balance(stage, place)
    submit, decide = _submit(stage, place, case, path), _decide(stage, place, case, path, approved=True)
    _require_paid(stage, place, before, path)
    yield from (submit, decide, _sum((*path, "two_steps"), submit, decide))


def _submit(stage: Stage, place: Place, case: Case, path: tuple[str, ...]) -> Row:
    return stage.send(place.provider, place.book, submit_call(case.invoice, case.records), (*path, "submit"))


def _decide(stage: Stage, place: Place, case: Case, path: tuple[str, ...], *, approved: bool) -> Row:
    signed = case.approved if approved else case.denied
    return stage.send(stage.insurer, place.book, decide_call(signed, case.records), (*path, "decide"))


def _settle(stage: Stage, place: Place, case: Case, path: tuple[str, ...]) -> Row:
    before = _balance(stage, place)
    row = _sent_settle(stage, place, case, path)
    _require_paid(stage, place, before, path)
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


def _balance(stage: Stage, place: Place) -> int:
    balance: int = stage.read("TestDollar", place.token, "balanceOf", place.provider.address)
    return balance


def _require(stage: Stage, place: Place, case: Case, warm: bool, path: tuple[str, ...]) -> None:
    """Refuse to call a figure fresh or warm that is not: balance, policy and bits are read first.

    The bits of one word are those of counters 0 to 63 (the least that any layout puts together).
    """
    policy = stage.read("InsurerBook", place.book, "policyOf", place.policy)
    spent = [
        stage.read("Registry", stage.registry, "isSpent", place.practitioner, case.invoice.rank, counter)
        for counter in range(1, case.records[0].attestation.sequence)
    ]
    found = (_balance(stage, place) > 0, policy["paid"] > 0, any(spent))
    if found != (warm, warm, warm):
        names = ("payee's balance", "policy's payments", "bitmap word")
        wrong = ", ".join(name for name, is_warm in zip(names, found, strict=True) if is_warm != warm)
        raise BenchError(f"{' '.join(path)}: {wrong} {'zero' if warm else 'not zero'} before the transaction")


def _require_paid(stage: Stage, place: Place, before: int, path: tuple[str, ...]) -> None:
    from claims.service.bench.stage import UNITS_PER_CENT

    moved = _balance(stage, place) - before
    if moved != PAID * UNITS_PER_CENT:
        raise BenchError(f"{' '.join(path)}: {moved} token units were paid, {PAID * UNITS_PER_CENT} are due")
