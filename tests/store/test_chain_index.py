"""What was read of the chain is kept once, and goes with the blocks that the chain takes back."""

from __future__ import annotations

from dataclasses import replace

from claims.model.money import Money
from claims.model.payment import PaidClaim
from claims.store.rows import Cursor, KeptBlock, KeptLog
from claims.store.work import UnitOfWork
from tests.store.values import hash_of, payment, remittance

BOOK, OTHER = "0x" + "0b" * 20, "0x" + "0c" * 20


def block(number: int) -> KeptBlock:
    return KeptBlock(number, hash_of(number), hash_of(number - 1))


def log(number: int, index: int = 0, paid: int | None = 1, contract: str = BOOK) -> KeptLog:
    identifier = None if paid is None else hash_of(paid)
    return KeptLog(hash_of(number), index, number, 50, contract, hash_of(77), hash_of(1), b"\x01", identifier)


def test_a_contract_is_followed_from_its_first_block_on(work: UnitOfWork) -> None:
    assert work.chain_index.cursor(BOOK) is None
    assert work.chain_index.begin(BOOK, 7) == Cursor(BOOK, 7, 6, 6)
    work.chain_index.extend(BOOK, [block(7)], [log(7)], 7)
    work.chain_index.act(BOOK, 7)
    assert work.chain_index.begin(BOOK, 3) == Cursor(BOOK, 7, 7, 7)


def test_a_log_that_is_read_again_is_kept_once(work: UnitOfWork) -> None:
    work.chain_index.begin(BOOK, 1)
    for _ in range(2):
        work.chain_index.extend(BOOK, [block(1), block(2)], [log(2, 1, paid=None), log(2), log(1)], 2)
    assert work.chain_index.logs_of_payment(BOOK, hash_of(1)) == (log(1), log(2))
    assert work.chain_index.logs_of_payment(BOOK, hash_of(1), 1) == (log(1),)
    assert work.chain_index.logs_of_no_payment(BOOK) == (log(2, 1, paid=None),)
    assert work.chain_index.logs_of_no_payment(OTHER) == ()
    assert work.chain_index.blocks() == (block(2), block(1))


def test_payments_are_listed_in_the_order_of_their_logs(work: UnitOfWork) -> None:
    work.chain_index.begin(BOOK, 1)
    work.chain_index.extend(BOOK, [], [log(3, 2, paid=9), log(3, 0, paid=4), log(2, 0, paid=9), log(4, paid=5)], 4)
    assert work.chain_index.payments_between(BOOK, 2, 3) == (hash_of(9), hash_of(4))
    assert work.chain_index.payments_between(BOOK, 3, 3) == (hash_of(4), hash_of(9))


def test_only_the_last_blocks_are_remembered(work: UnitOfWork) -> None:
    work.chain_index.begin(BOOK, 1)
    work.chain_index.extend(BOOK, map(block, (1, 6, 7, 8, 9)), [], 9)
    work.chain_index.forget_blocks(3)
    assert [kept.number for kept in work.chain_index.blocks()] == [9, 8, 7]
    assert (work.chain_index.block(8), work.chain_index.block(6)) == (block(8), None)


def test_rewinding_forgets_what_lies_above_and_moves_every_cursor_back(work: UnitOfWork) -> None:
    for contract, begun in ((BOOK, 1), (OTHER, 5)):
        work.chain_index.begin(contract, begun)
    work.chain_index.extend(BOOK, map(block, range(1, 9)), [log(3), log(4)], 8)
    work.chain_index.act(BOOK, 6)
    work.chain_index.extend(OTHER, [], [log(6, contract=OTHER)], 8)
    work.chain_index.act(OTHER, 2)
    work.chain_index.rewind(3)
    assert [kept.number for kept in work.chain_index.blocks()] == [3, 2, 1]
    assert work.chain_index.logs_of_payment(BOOK, hash_of(1)) == (log(3),)
    assert work.chain_index.logs_of_payment(OTHER, hash_of(1)) == ()
    assert work.chain_index.cursor(BOOK) == Cursor(BOOK, 1, 3, 3)
    assert work.chain_index.cursor(OTHER) == Cursor(OTHER, 5, 4, 2)


PARTS = (
    PaidClaim(Money(60_00), claim=hash_of(12)),
    PaidClaim(Money(45_00), Money(5_00), hash_of(11), hash_of(3), 70),
)


def test_a_payment_is_kept_with_its_parts_and_what_was_netted(work: UnitOfWork) -> None:
    whole = payment(netted=Money(5_00), parts=PARTS)
    assert work.payments.add(whole)
    assert work.payments.find(hash_of(1)) == whole
    assert (whole.told, whole.gross) == (Money(95_00), Money(100_00))


def test_a_payment_is_put_in_the_place_of_what_was_known_of_it(work: UnitOfWork) -> None:
    work.payments.add(payment())
    mined_again = payment(block=5, claims=(hash_of(12),), parts=PARTS)
    assert work.payments.put(mined_again)
    assert not work.payments.put(mined_again)
    assert work.payments.all() == (mined_again,)
    assert work.payments.of_claim(hash_of(11)) == ()
    assert work.payments.above(4) == (mined_again,)
    assert work.payments.above(5) == ()


def test_a_payment_that_the_chain_took_back_is_gone_until_it_is_mined_again(work: UnitOfWork) -> None:
    for number in (1, 2):
        work.payments.add(payment(number, parts=PARTS))
    work.remittances.add(remittance())
    for number in (1, 2, 3):
        work.payments.withdraw(hash_of(number))
    assert work.payments.all() == work.payments.of_claim(hash_of(11)) == ()
    assert work.payments.find(hash_of(1)) is None
    assert work.remittances.of_payment(hash_of(1)) == remittance()
    again = replace(payment(1), block=8)
    assert work.payments.add(again)
    assert work.payments.put(payment(2))
    assert work.payments.all() == (payment(2), again)
    assert work.payments.unremitted() == (payment(2),)
