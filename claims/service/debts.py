"""What providers owe the book, by the corrections that it came of: which claim each debt refers to, and what is left of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from claims.model.book_event import DebtNetted, DebtOpened
from claims.model.money import ZERO, Money
from claims.service.indexing import kept_events
from claims.service.office import Office, load_abi

if TYPE_CHECKING:
    from claims.store.work import UnitOfWork


def corrections_of_debts(work: UnitOfWork, office: Office) -> dict[tuple[str, int], str]:
    """The control number of the correction that each debt came of, by the provider's address and the debt's number.

    A claim that is paid less opens a debt each time, so the debts of a claim and its downward corrections stand in one order.
    """
    from claims.store.rows import OFFSET

    abi, book = load_abi("InsurerBook"), office.addresses["InsurerBook"]
    waiting: dict[bytes, list[str]] = {}
    found = {}
    for placed in kept_events(abi, work.chain_index.logs_of_no_payment(book)):
        event = placed.event
        if not isinstance(event, DebtOpened):
            continue
        if event.claim not in waiting:
            waiting[event.claim] = [
                due.control_number
                for due in work.revisions.of_claim(event.claim)
                if due.terms.paid < due.paid_before.cents
                and (state := work.revisions.state(due.control_number)) is not None
                and state.state != OFFSET
            ]
        if waiting[event.claim]:
            found[event.provider.lower(), event.debt] = waiting[event.claim].pop(0)
    return found


def netted_of_corrections(work: UnitOfWork, office: Office) -> dict[str, Money]:
    """What payments kept back so far for each correction's debt, by the correction's control number."""
    from claims.chain.abi import find, topic

    abi, book = load_abi("InsurerBook"), office.addresses["InsurerBook"]
    cursor = work.chain_index.cursor(book)
    corrections = corrections_of_debts(work, office)
    logs = work.chain_index.logs_of_topics(
        book, topic(find(abi, "event", "DebtNetted")), -1 if cursor is None else cursor.acted
    )
    found: dict[str, Money] = {}
    for placed in kept_events(abi, logs):
        event = placed.event
        correction = corrections.get((event.provider.lower(), event.debt)) if isinstance(event, DebtNetted) else None
        if correction is not None and isinstance(event, DebtNetted):
            found[correction] = found.get(correction, ZERO) + event.amount
    return found
