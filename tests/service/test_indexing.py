"""The store after any number of reorganisations, kills and restarts is the store of the chain as it is."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.model.book_event import (
    BatchPaid,
    BookEvent,
    ClaimPaid,
    ClaimRevised,
    DebtNetted,
    DebtOpened,
    PaymentCredited,
    Skipped,
)
from claims.model.money import Money
from claims.model.payment import Payment
from claims.service.indexing import TAKEN_BACK, Follower, Progress, follow_chain
from claims.settlement.indexer import KEPT_BLOCKS, ChainMoved
from claims.settlement.remittance import trace_number
from claims.store.chain_index import ChainIndex
from claims.store.payments import Payments
from claims.store.store import Store, open_store
from tests.book import ABI, tell_on
from tests.chains import anvil, embedded, funded
from tests.forked_chain import BOOK, ForkedChain
from tests.service.parties import PASSPHRASE, Parties
from tests.store.values import remittance, signed_batch, stored_claim, stored_decision

CLINIC, OTHER = "0x" + "11" * 20, "0x" + "22" * 20


def digest(number: int) -> bytes:
    """32 bytes that differ from the first on, as those of a hash do: a trace number holds the first 30."""
    return bytes([number]) * 32


BATCH = digest(90)
CLAIMS = 4
"""Claims of the store: C1 and C2 are known by their ids, C3 and C4 by their places in the batch too."""

FULL = Money(95_00)


def claim_id(number: int) -> bytes:
    return digest(100 + number)


def fill(store: Store) -> None:
    """Decide the claims, and sign the batch of the last two."""
    with store.unit_of_work() as work:
        for number in range(1, CLAIMS + 1):
            name = f"C{number}"
            work.claims.add(stored_claim(name, status="paid", claim_id=claim_id(number)))
            work.decisions.add(stored_decision(name))
        signed = signed_batch(0, ("C3", 1), ("C4", 1))
        decisions = tuple(
            replace(each, invoice=claim_id(number)) for number, each in zip((3, 4), signed.batch.decisions, strict=True)
        )
        work.decisions.add_batch(replace(signed, batch=replace(signed.batch, decisions=decisions, batch=BATCH)))


@contextmanager
def filled_store() -> Iterator[Store]:
    """A payer's store with the claims, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="claims-index-"))
    try:
        shutil.copy(_template(), folder / "store.sqlite")
        with open_store(folder / "store.sqlite") as store:
            yield store
    finally:
        shutil.rmtree(folder)


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="claims-index-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with open_store(folder / "store.sqlite") as store:
        fill(store)
    return folder / "store.sqlite"


@pytest.fixture
def store(store_place: str) -> Iterator[Store]:
    """The same, on either database."""
    with open_store(store_place) as opened:
        fill(opened)
        yield opened


def follower(store: Store, chain: Any, own: frozenset[str] | None = None) -> Follower:
    return Follower(store, chain, ABI, {BOOK: 1}, own)


def known(store: Store) -> tuple[tuple[Payment, ...], list[str]]:
    """Payments, and the claims' statuses."""
    with store.reading() as work:
        return work.payments.all(), [work.claims.get(f"C{number}").status for number in range(1, CLAIMS + 1)]


def paid(number: int, payment: int) -> ClaimPaid:
    return ClaimPaid(claim_id(number), digest(payment), CLINIC, FULL)


BATCH_PAID = BatchPaid(BATCH, digest(50), CLINIC, Money(190_00), 0, (FULL, FULL))


def batch_paid(first: int) -> BatchPaid:
    """One claim of the batch was paid."""
    return replace(BATCH_PAID, paid=FULL, first=first, amounts=(FULL,))


# what is told


def test_payments_are_kept_and_their_claims_settled(store: Store) -> None:
    chain = ForkedChain([[paid(1, 40)], [], [BATCH_PAID, PaymentCredited(digest(50), CLINIC, Money(190_00))]])
    assert follower(store, chain).follow() == Progress(3, 3, read=3, payments=2, settled=3)
    (single, batch), statuses = known(store)
    assert statuses == ["settled", "paid", "settled", "settled"]
    assert (single.paid, single.claims, single.block) == (FULL, (claim_id(1),), 1)
    assert (batch.paid, batch.credited, batch.gross) == (Money(0), Money(190_00), Money(190_00))
    # The batch that this home signed says which claims they are, so that each finds its payment.
    assert batch.claims == (claim_id(3), claim_id(4))
    with store.reading() as work:
        assert work.payments.of_claim(claim_id(4)) == (batch,)
    assert follower(store, chain).follow() == Progress(3, 3)


def test_what_was_netted_skipped_and_opened_is_kept(store: Store) -> None:
    opened = DebtOpened(CLINIC, 3, claim_id(2), Money(40_00))
    skipped = Skipped(BATCH, 1, b"\x01\x02\x03\x04")
    netted = DebtNetted(digest(50), CLINIC, 3, Money(40_00))
    chain = ForkedChain([[opened], [skipped, netted, batch_paid(0)]])
    follower(store, chain).follow()
    (payment,), statuses = known(store)
    assert (payment.gross, payment.netted, payment.told) == (FULL, Money(40_00), Money(55_00))
    assert statuses == ["paid", "paid", "settled", "paid"]
    with store.reading() as work:
        assert len(work.chain_index.logs_of_no_payment(BOOK)) == 2


def test_a_claim_that_was_skipped_before_another_is_not_taken_for_it(store: Store) -> None:
    """One amount from position 0 on, which was skipped: it is the claim at position 1 that was paid."""
    chain = ForkedChain([[Skipped(BATCH, 0, b"1234"), batch_paid(0)]], confirmations=2)
    follower(store, chain).follow()
    chain.grow(batch_paid(0))  # Sent again, and nothing is skipped.
    follower(store, chain).follow()
    (payment,), statuses = known(store)
    assert payment.claims == (claim_id(4),)
    assert statuses == ["paid", "paid", "paid", "settled"]
    chain.grow()
    follower(store, chain).follow()
    assert known(store)[0][0].claims == (claim_id(4), claim_id(3))


def test_a_payment_counts_under_its_confirmations_and_not_before(store: Store) -> None:
    chain = ForkedChain([[paid(1, 40)]], confirmations=3)
    for above in (0, 1):
        progress = follower(store, chain).follow()
        assert (progress.head, progress.confirmed, progress.payments) == (1 + above, above - 1, 0)
        assert known(store) == ((), ["paid"] * CLAIMS)
        chain.grow()
    assert follower(store, chain).follow().payments == 1
    assert known(store)[1][0] == "settled"


def test_fewer_confirmations_are_enough_without_a_new_block(store: Store) -> None:
    chain = ForkedChain([[paid(1, 40)]], confirmations=3)
    follower(store, chain).follow()
    chain.profile = replace(chain.profile, confirmations=1)
    assert follower(store, chain).follow() == Progress(1, 1, payments=1, settled=1)


def test_a_payment_that_goes_on_in_a_later_block_is_told_whole(store: Store) -> None:
    chain = ForkedChain([[batch_paid(0)]])
    follower(store, chain).follow()
    chain.grow(batch_paid(1))
    follower(store, chain).follow()
    (payment,), _ = known(store)
    assert (payment.paid, payment.claims, payment.block) == (Money(190_00), (claim_id(3), claim_id(4)), 1)


def test_a_provider_keeps_what_concerns_its_own_addresses(store: Store) -> None:
    mine, theirs = paid(1, 40), ClaimPaid(claim_id(2), digest(41), OTHER, FULL)
    with store.unit_of_work() as work:
        work.claims.change_status("C1", "presented", 1)
    chain = ForkedChain([[mine, theirs, Skipped(BATCH, 0, b"1234")]])
    assert follower(store, chain, frozenset({CLINIC})).follow() == Progress(1, 1, read=1, payments=1, settled=1)
    (payment,), statuses = known(store)
    assert (payment.payee, statuses[:2]) == (CLINIC, ["settled", "paid"])
    with store.reading() as work:
        assert work.chain_index.logs_of_no_payment(BOOK) == ()


def test_a_provider_keeps_what_was_skipped_beside_its_own_payments_alone(store: Store) -> None:
    """One amount from position 0 on, which was skipped: it is position 1 that was paid, also in the provider's books."""
    theirs = replace(batch_paid(0), batch=digest(91), payment=digest(51), provider=OTHER)
    chain = ForkedChain(
        [
            [Skipped(BATCH, 0, b"1234"), Skipped(digest(91), 0, b"1234"), batch_paid(0), theirs],
            [Skipped(BATCH, 1, b"1234")],
        ]
    )
    follower(store, chain, frozenset({CLINIC})).follow()
    ((payment,), _) = known(store)
    assert [part.position for part in payment.parts] == [1]
    with store.reading() as work:
        assert [log.block for log in work.chain_index.logs_of_no_payment(BOOK)] == [1]


# what is taken back


def test_a_reorganisation_takes_payments_and_settled_claims_back(store: Store) -> None:
    chain = ForkedChain([[paid(1, 40)], [paid(2, 41)], []])
    follower(store, chain).follow()
    chain.become(2, [[], [], []])
    progress = follower(store, chain).follow()
    assert (progress.rewound_to, progress.head) == (1, 4)
    payments, statuses = known(store)
    assert [payment.identifier for payment in payments] == [digest(40)]
    assert statuses[:2] == ["settled", "paid"]
    with store.reading() as work:
        assert [change.note for change in work.claims.statuses("C2")] == ["", "", TAKEN_BACK]
    chain.grow(paid(2, 41))
    follower(store, chain).follow()
    assert known(store)[0][1].block == 5
    assert known(store)[1][:2] == ["settled", "settled"]


def test_an_835_that_told_of_a_payment_stays_and_is_its_835_when_it_is_mined_again(store: Store) -> None:
    chain = ForkedChain([[paid(1, 40)]])
    follower(store, chain).follow()
    told = remittance(trace_number(digest(40)), payment=digest(40), claims=("C1",))
    with store.unit_of_work() as work:
        work.remittances.add(told)
    chain.become(1, [[], []])
    follower(store, chain).follow()
    assert known(store) == ((), ["paid"] * CLAIMS)
    chain.grow(paid(1, 40))
    follower(store, chain).follow()
    (payment,), statuses = known(store)
    assert (payment.block, statuses[0]) == (3, "settled")
    with store.reading() as work:
        assert work.payments.unremitted() == ()
        assert work.remittances.of_payment(digest(40)) == told


def test_a_claim_that_an_earlier_payment_paid_stays_settled(store: Store) -> None:
    more = ClaimRevised(claim_id(1), digest(60), CLINIC, FULL, Money(100_00))
    chain = ForkedChain([[paid(1, 40)], [more]])
    follower(store, chain).follow()
    assert len(known(store)[0]) == 2
    chain.become(2, [[]])
    follower(store, chain).follow()
    assert (len(known(store)[0]), known(store)[1][0]) == (1, "settled")


def test_a_chain_that_became_shorter_is_followed_back(store: Store) -> None:
    chain = ForkedChain([[paid(1, 40)], [paid(2, 41)], [], []])
    follower(store, chain).follow()
    chain.become(2, [])
    assert follower(store, chain).follow().rewound_to == 1
    assert known(store)[1][:2] == ["settled", "paid"]


def test_what_a_shorter_chain_confirms_no_more_waits_again(store: Store) -> None:
    chain = ForkedChain([[paid(1, 40)], [paid(2, 41)], [], []], confirmations=2)
    follower(store, chain).follow()
    assert known(store)[1][:2] == ["settled", "settled"]
    chain.become(3, [])
    assert follower(store, chain).follow() == Progress(2, 1, rewound_to=2)
    payments, statuses = known(store)
    assert ([payment.identifier for payment in payments], statuses[:2]) == ([digest(40)], ["settled", "paid"])
    chain.grow()
    assert follower(store, chain).follow() == Progress(3, 2, read=1, payments=1, settled=1)
    assert known(store)[1][:2] == ["settled", "settled"]


def test_what_lost_its_confirmations_while_it_was_taken_back_waits_too(store: Store) -> None:
    """The chain is forked, and becomes shorter between the head and the logs: the fork alone is met at once."""
    chain = ForkedChain([[], [], [paid(1, 40)], [], []], confirmations=3)
    follower(store, chain).follow()
    chain.become(4, [[], [], []])
    start = chain.answers

    def shorter(answer: int) -> None:
        if answer == start + 4:
            chain.become(4, [])

    chain.before = shorter
    follower(store, chain).follow()
    assert known(store) == ((), ["paid"] * CLAIMS)


def test_who_sees_an_older_head_takes_nothing_back(store: Store) -> None:
    chain = ForkedChain([[paid(1, 40)], [], []], confirmations=2)
    follower(store, chain).follow()
    behind, chain.head = chain.headers[1], lambda: behind  # type: ignore[method-assign]
    assert follower(store, chain).follow() == Progress(1, 0)
    assert known(store)[1][0] == "settled"


def test_a_reorganisation_deeper_than_what_is_remembered_is_read_from_the_deployment_on(store: Store) -> None:
    chain = ForkedChain([[paid(1, 40)], [paid(2, 41)], *[()] * (2 * KEPT_BLOCKS)])
    follower(store, chain).follow()
    with store.reading() as work:
        assert len(work.chain_index.blocks()) == KEPT_BLOCKS
    chain.become(2, [(), [BATCH_PAID], *[()] * (2 * KEPT_BLOCKS)])
    progress = follower(store, chain).follow()
    assert (progress.rewound_to, progress.read) == (-1, chain.headers[-1].number)
    payments, statuses = known(store)
    assert [payment.identifier for payment in payments] == [digest(40), digest(50)]
    assert statuses == ["settled", "paid", "settled", "settled"]


def test_a_refusal_of_the_node_is_no_reorganisation(store: Store) -> None:
    from claims.chain.errors import RpcError

    chain = ForkedChain([[paid(1, 40)], []])
    follower(store, chain).follow()

    def refused(answer: int) -> None:
        if answer % 2 == 0:
            raise RpcError("eth_getBlockByNumber", -32005, "limit exceeded")

    chain.answers, chain.before = 0, refused
    with pytest.raises(RpcError, match="limit exceeded"):
        follower(store, chain).follow()
    chain.before = lambda _: None
    assert known(store)[1][0] == "settled"
    assert follower(store, chain).follow() == Progress(2, 2)


@pytest.mark.parametrize("answer", range(1, 8))
def test_a_fork_between_any_two_answers_leaves_nothing_of_the_blocks_that_went(store: Store, answer: int) -> None:
    """The head, the headers one by one, the logs, and the last header again: whichever comes first from the new fork."""
    chain = ForkedChain([[paid(1, 40)], [paid(2, 41)], []])

    def forks(count: int) -> None:
        if count == answer:
            chain.become(1, [[], [paid(2, 41)], [paid(1, 40)], [BATCH_PAID]])

    chain.before = forks
    follower(store, chain).follow()
    follower(store, chain).follow()
    payments, statuses = known(store)
    assert [(payment.identifier, payment.block) for payment in payments] == [
        (digest(41), 2),
        (digest(40), 3),
        (digest(50), 4),
    ]
    assert statuses == ["settled"] * CLAIMS
    with store.reading() as work:
        assert [kept.hash for kept in work.chain_index.blocks()] == [h.hash for h in reversed(chain.headers[1:])]


def test_a_chain_that_never_holds_still_ends_in_a_word_and_not_in_a_loop(store: Store) -> None:
    chain = ForkedChain([[paid(1, 40)], []])

    def moves(answer: int) -> None:
        chain.become(2, [[]])

    chain.before = moves
    with pytest.raises(ChainMoved, match="reorganised 10 times"):
        follower(store, chain).follow()
    chain.before = lambda _: None
    follower(store, chain).follow()
    assert known(store)[1][0] == "settled"


# whatever happens

single_events = st.builds(paid, st.sampled_from([1, 2]), st.sampled_from([40, 41]))
batch_events = st.sampled_from([BATCH_PAID, batch_paid(0), batch_paid(1)])
other_events = st.sampled_from(
    [
        PaymentCredited(digest(50), CLINIC, Money(10_00)),
        DebtNetted(digest(40), CLINIC, 1, Money(5_00)),
        ClaimRevised(claim_id(2), digest(60), CLINIC, FULL, Money(99_00)),
        DebtOpened(CLINIC, 1, claim_id(1), Money(5_00)),
        Skipped(BATCH, 1, b"1234"),
    ]
)
blocks = st.lists(st.one_of(single_events, batch_events, other_events), max_size=2)
forks = st.tuples(st.integers(1, 8), st.lists(blocks, max_size=5))


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


@given(
    first=st.lists(blocks, max_size=6),
    later=st.lists(st.tuples(forks, st.booleans(), st.booleans(), st.integers(0, 12)), max_size=5),
    confirmations=st.integers(1, 3),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_after_any_forks_the_store_is_that_of_the_final_chain_read_afresh(
    first: list[list[BookEvent]],
    later: list[tuple[tuple[int, list[list[BookEvent]]], bool, bool, int]],
    confirmations: int,
) -> None:
    """Forks between two runs and in the midst of one, kills at any request, 835s written meanwhile."""
    chain = ForkedChain(first, confirmations)
    with filled_store() as store, filled_store() as afresh:
        follower(store, chain).follow()
        tallest = len(chain.headers)
        for (fork, new), midst, kills, at in later:
            start = chain.answers

            def happens(
                answer: int, fork: int = fork, new: Sequence[Any] = new, kills: bool = kills, when: int = start + at
            ) -> None:
                if answer == when:
                    if kills:
                        raise Killed
                    chain.become(min(fork, len(chain.headers)), new)

            if midst:
                chain.before = happens
            else:
                chain.become(min(fork, len(chain.headers)), new)
            with suppress(Killed):
                follower(store, chain).follow()
            chain.before = lambda _: None
            with store.unit_of_work() as work:
                for payment in work.payments.unremitted()[:1]:
                    if work.remittances.of_payment(payment.identifier) is None:
                        trace = trace_number(payment.identifier)
                        work.remittances.add(remittance(trace, payment=payment.identifier))
            tallest = max(tallest, len(chain.headers))
        # A fork wins by being longer. What was confirmed once, and stands, is not taken back while it has yet to grow.
        while len(chain.headers) < tallest:
            chain.grow()
        follower(store, chain).follow()
        follower(afresh, chain).follow()
        assert known(store) == known(afresh)
        with store.reading() as ours, afresh.reading() as theirs:
            assert ours.chain_index.cursor(BOOK) == theirs.chain_index.cursor(BOOK)
            assert ours.chain_index.blocks() == theirs.chain_index.blocks()


STEPS = [(ChainIndex, "extend"), (ChainIndex, "act"), (ChainIndex, "rewind"), (Payments, "put"), (Payments, "withdraw")]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("place", "name"), STEPS, ids=[name for _, name in STEPS])
def test_killed_in_a_unit_of_work_nothing_of_it_stands(
    store: Store, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, after: bool
) -> None:
    chain = ForkedChain([[paid(1, 40)], [paid(2, 41)]])
    follower(store, chain).follow()
    before = known(store)
    chain.become(2, [[BATCH_PAID]])
    true = getattr(place, name)

    def fatal(*arguments: Any) -> Any:
        if after:
            true(*arguments)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(place, name, fatal)
        with pytest.raises(Killed):
            follower(store, chain).follow()
    taken_back = (before[0][:1], ["settled", "paid", "paid", "paid"])
    assert known(store) == (before if name in ("rewind", "withdraw", "act") else taken_back)
    follower(store, chain).follow()
    assert known(store)[1] == ["settled", "paid", "settled", "settled"]


def test_two_that_follow_at_once_keep_everything_once(store: Store, store_place: str) -> None:
    chain = ForkedChain([[paid(1, 40)], [BATCH_PAID], []])
    answers: list[int] = []

    def overtaken(answer: int) -> None:
        if not answers and answer == 5:
            answers.append(answer)
            with open_store(store_place) as other:
                Follower(other, chain, ABI, {BOOK: 1}).follow()

    chain.before = overtaken
    start = chain.answers
    assert start < 5
    progress = follower(store, chain).follow()
    assert answers
    assert progress.payments == 0
    assert len(known(store)[0]) == 2
    with store.reading() as work:
        assert [change.status for change in work.claims.statuses("C3")] == ["paid", "settled"]


# chains that are real


@pytest.mark.parametrize("kind", ["embedded", pytest.param("anvil", marks=pytest.mark.node)])
def test_a_book_is_followed_on_a_real_chain(kind: str, store: Store, tmp_path: Path) -> None:
    with embedded(tmp_path) if kind == "embedded" else anvil() as chain:
        book = tell_on(chain, funded(chain, 1))
        follow = Follower(store, chain, ABI, {book.address: book.block})
        book.tell(paid(1, 40))
        netted, credited = (
            DebtNetted(digest(50), CLINIC, 3, Money(40_00)),
            PaymentCredited(digest(50), CLINIC, Money(1)),
        )
        mined = book.tell(Skipped(BATCH, 9, b"1234"), netted, BATCH_PAID, credited)
        assert follow.follow() == Progress(mined.block, mined.block, read=3, payments=2, settled=3)
        (_, batch), statuses = known(store)
        assert (batch.transaction_hash, batch.block) == (mined.transaction, mined.block)
        assert (batch.gross, batch.netted, batch.credited, batch.paid) == (
            Money(190_00),
            Money(40_00),
            Money(1),
            Money(149_99),
        )
        assert statuses == ["settled", "paid", "settled", "settled"]


@pytest.mark.node
def test_a_reorganisation_on_a_node_is_followed(store: Store) -> None:
    """`anvil_reorg` replaces the last blocks by empty ones, and forgets their transactions."""
    with anvil() as chain, filled_store() as afresh:
        book = tell_on(chain, funded(chain, 1))
        book.tell(paid(1, 40))
        fork = chain.head().number
        book.tell(paid(2, 41))
        book.tell(BATCH_PAID)
        follow = Follower(store, chain, ABI, {book.address: book.block})
        follow.follow()
        assert known(store)[1] == ["settled"] * CLAIMS
        chain.rpc("anvil_reorg", [2, []])
        assert follow.follow().rewound_to == fork
        assert known(store)[1] == ["settled", "paid", "paid", "paid"]
        book.tell(BATCH_PAID)
        follow.follow()
        Follower(afresh, chain, ABI, {book.address: book.block}).follow()
        assert known(store) == known(afresh)
        assert known(store)[1] == ["settled", "paid", "settled", "settled"]


# in a home


def test_a_payer_learns_of_what_a_clinic_settled_and_the_clinic_of_what_the_payer_did(local: Parties) -> None:
    local.decided()
    assert follow_chain(local.payer).payments == 0
    local.settle()
    head = local.payer.chain.head().number
    assert replace(follow_chain(local.payer), read=0) == Progress(head, head, payments=1, settled=1)
    # The clinic took the payment from its own transaction: the log says the same.
    assert follow_chain(local.clinic).payments == 0
    with local.payer.store.reading() as ours, local.clinic.store.reading() as theirs:
        assert ours.payments.all() == theirs.payments.all()


KILL = """
    import os, signal, sys
    from pathlib import Path
    from claims.service.indexing import follow_chain
    from claims.service.office import open_office
    from claims.store.chain_index import ChainIndex
    true = ChainIndex.act
    def act(*arguments):
        true(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)
    ChainIndex.act = act
    with open_office(Path(sys.argv[1]), passphrase=sys.argv[2]) as office:
        follow_chain(office)
"""


def test_a_process_that_is_killed_while_it_keeps_leaves_nothing_half(local: Parties) -> None:
    local.decided()
    local.settle()
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILL), str(local.folder / "payer"), PASSPHRASE],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent.parent)},
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL
    with local.payer.store.reading() as work:
        assert work.payments.all() == ()
    assert follow_chain(local.payer).payments == 1
    assert len(local.remit()) == 1
