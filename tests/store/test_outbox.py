"""What is to happen on the chain happens once: one intent a key, one nonce at a time, every hash kept."""

from dataclasses import replace

import pytest

from claims.store.errors import NotStored, StoreConflict
from claims.store.rows import CONFIRMED, FAILED, QUEUED, REPLACED, SENT, SIGNED
from claims.store.work import UnitOfWork
from tests.store.values import SENDER, hash_of, intent, transaction

KEY = "settle:C1"


@pytest.fixture
def queued(work: UnitOfWork) -> UnitOfWork:
    """One intent that waits."""
    work.outbox.enqueue(intent())
    return work


def state(work: UnitOfWork, number: int) -> str:
    return work.outbox.get_transaction(hash_of(number)).state


def test_the_same_key_again_gives_the_stored_intent(work: UnitOfWork) -> None:
    assert work.outbox.enqueue(intent()) == (intent(), True)
    work.outbox.sign(transaction())
    stored, created = work.outbox.enqueue(intent(payload='{"to":"0x01"}', created_at=99))
    assert not created
    assert stored == replace(intent(), state=SIGNED), "its own payload, its state of now"


def test_an_intent_begins_queued_whatever_it_says(work: UnitOfWork) -> None:
    assert work.outbox.enqueue(intent(state=CONFIRMED, failure="x"))[0] == intent()


def test_intents_are_found_by_state_and_claim_oldest_first(work: UnitOfWork) -> None:
    first, second, other = intent("b"), intent("a", created_at=9), intent("c", claim="C2", created_at=7)
    for one in (second, other, first):
        work.outbox.enqueue(one)
    assert work.outbox.in_state(QUEUED) == (first, other, second)
    assert work.outbox.in_state(SENT, FAILED) == ()
    assert work.outbox.of_claim("C1") == (first, second)


def test_a_transaction_is_kept_before_it_is_sent_and_followed_to_its_block(queued: UnitOfWork) -> None:
    queued.outbox.sign(transaction())
    assert queued.outbox.transactions(KEY) == (transaction(),)
    assert queued.outbox.get(KEY).state == SIGNED
    queued.outbox.sent(hash_of(1), at=200)
    queued.outbox.sent(hash_of(1), at=300)
    assert queued.outbox.get_transaction(hash_of(1)).sent_at == 200
    assert queued.outbox.get(KEY).state == SENT
    queued.outbox.confirmed(hash_of(1), block=12)
    assert queued.outbox.get_transaction(hash_of(1)) == transaction(state=CONFIRMED, sent_at=200, block=12)
    assert queued.outbox.get(KEY).state == CONFIRMED
    queued.outbox.sent(hash_of(1), at=400)
    assert queued.outbox.get(KEY).state == CONFIRMED, "late news changes nothing"


def test_the_same_bytes_are_kept_once(queued: UnitOfWork) -> None:
    queued.outbox.sign(transaction())
    queued.outbox.sent(hash_of(1), at=200)
    queued.outbox.sign(transaction())
    assert state(queued, 1) == SENT
    assert len(queued.outbox.transactions(KEY)) == 1


def test_a_replacement_keeps_the_nonce_and_every_hash(queued: UnitOfWork) -> None:
    queued.outbox.sign(transaction(1))
    queued.outbox.sent(hash_of(1), at=200)
    queued.outbox.sign(transaction(2, max_fee=40 * 10**9))
    assert [row.transaction_hash for row in queued.outbox.unresolved(SENDER)] == [hash_of(1), hash_of(2)]
    queued.outbox.confirmed(hash_of(1), block=12)
    assert (state(queued, 1), state(queued, 2)) == (CONFIRMED, REPLACED)
    assert queued.outbox.unresolved(SENDER) == ()


def test_an_intent_under_way_is_not_signed_with_another_nonce(queued: UnitOfWork) -> None:
    queued.outbox.sign(transaction(1))
    with pytest.raises(StoreConflict, match=r"under way with nonce 0 .* nonce 1 would do it twice"):
        queued.outbox.sign(transaction(2, nonce=1))
    with pytest.raises(StoreConflict, match="would do it twice"):
        queued.outbox.sign(transaction(2, sender="0x" + "cd" * 20))
    queued.outbox.confirmed(hash_of(1), block=1)
    with pytest.raises(StoreConflict, match="is confirmed: nothing more is signed"):
        queued.outbox.sign(transaction(2, nonce=1))


def test_a_nonce_belongs_to_one_intent_for_good(queued: UnitOfWork) -> None:
    queued.outbox.enqueue(intent("settle:C2"))
    queued.outbox.sign(transaction(1))
    for sender in (SENDER, SENDER.upper().replace("X", "x")):
        with pytest.raises(StoreConflict, match=r"nonce 0 .* belongs to intent settle:C1; take the next nonce"):
            queued.outbox.sign(transaction(2, "settle:C2", sender=sender))
    queued.outbox.failed(hash_of(1), "Reverted", block=3)
    with pytest.raises(StoreConflict, match="belongs to intent settle:C1"):
        queued.outbox.sign(transaction(2, "settle:C2"))
    queued.outbox.sign(transaction(2, "settle:C2", nonce=1))


def test_what_reverted_is_tried_again_under_a_new_nonce(queued: UnitOfWork) -> None:
    queued.outbox.sign(transaction(1))
    queued.outbox.sign(transaction(2))
    queued.outbox.failed(hash_of(2), "Registry_Spent", block=3)
    assert (state(queued, 1), state(queued, 2)) == (REPLACED, FAILED)
    assert queued.outbox.get(KEY) == intent(state=FAILED, failure="Registry_Spent")
    with pytest.raises(StoreConflict, match="is failed: nothing more is signed"):
        queued.outbox.sign(transaction(3, nonce=1))
    queued.outbox.requeue(KEY)
    assert queued.outbox.get(KEY) == intent()
    queued.outbox.sign(transaction(3, nonce=1))
    queued.outbox.confirmed(hash_of(3), block=4)
    assert [row.state for row in queued.outbox.transactions(KEY)] == [REPLACED, FAILED, CONFIRMED]


def test_an_intent_fails_with_the_last_transaction_that_could_carry_it_out(queued: UnitOfWork) -> None:
    """Of two with one nonce, one can never be mined once the other was: that the first is out says nothing of the other."""
    queued.outbox.sign(transaction(1))
    queued.outbox.sign(transaction(2))
    queued.outbox.failed(hash_of(1), "the nonce is used")
    assert queued.outbox.get(KEY).state == SIGNED
    with pytest.raises(StoreConflict, match="would do it twice"):
        queued.outbox.sign(transaction(3, nonce=1))
    queued.outbox.failed(hash_of(2), "the nonce is used")
    assert queued.outbox.get(KEY) == intent(state=FAILED, failure="the nonce is used")


def test_late_news_of_a_failure_does_not_touch_a_new_attempt(queued: UnitOfWork) -> None:
    queued.outbox.sign(transaction(1))
    queued.outbox.failed(hash_of(1), "the nonce is used")
    queued.outbox.requeue(KEY)
    queued.outbox.sign(transaction(2, nonce=1))
    queued.outbox.failed(hash_of(1), "the nonce is used")
    assert queued.outbox.get(KEY).state == SIGNED


def test_a_block_that_was_taken_back_makes_it_sent_again(queued: UnitOfWork) -> None:
    queued.outbox.sign(transaction(1))
    with pytest.raises(StoreConflict, match="is signed, not confirmed"):
        queued.outbox.unconfirmed(hash_of(1))
    queued.outbox.confirmed(hash_of(1), block=12)
    with pytest.raises(StoreConflict, match="is confirmed and cannot fail"):
        queued.outbox.failed(hash_of(1), "x")
    queued.outbox.unconfirmed(hash_of(1))
    assert queued.outbox.get_transaction(hash_of(1)).block is None
    assert queued.outbox.get(KEY).state == SENT
    assert [row.transaction_hash for row in queued.outbox.unresolved(SENDER)] == [hash_of(1)]


def test_only_what_was_never_signed_is_given_up(queued: UnitOfWork) -> None:
    queued.outbox.enqueue(intent("settle:C2"))
    queued.outbox.give_up("settle:C2", "Book_OverLimit")
    assert queued.outbox.get("settle:C2").failure == "Book_OverLimit"
    queued.outbox.sign(transaction(1))
    with pytest.raises(StoreConflict, match="is signed, no longer queued"):
        queued.outbox.give_up(KEY, "x")
    with pytest.raises(StoreConflict, match="only what failed is tried again"):
        queued.outbox.requeue(KEY)


def test_nonces_are_known_by_sender_in_any_letters(queued: UnitOfWork) -> None:
    assert queued.outbox.last_nonce(SENDER) is None
    queued.outbox.sign(transaction(1, nonce=41))
    assert queued.outbox.last_nonce("0x" + "AB" * 20) == 41
    assert len(queued.outbox.unresolved("0x" + "AB" * 20)) == 1
    assert queued.outbox.last_nonce("0x" + "cd" * 20) is None


def test_what_was_never_asked_for_is_named(work: UnitOfWork) -> None:
    assert work.outbox.find(KEY) is None
    assert work.outbox.find_transaction(hash_of(1)) is None
    for ask in (work.outbox.get, work.outbox.requeue, lambda key: work.outbox.give_up(key, "x")):
        with pytest.raises(NotStored, match="settle:C1 was ever queued"):
            ask(KEY)
    with pytest.raises(NotStored, match="was ever queued"):
        work.outbox.sign(transaction())
    with pytest.raises(NotStored, match="was not signed by this home"):
        work.outbox.confirmed(hash_of(1), 1)


def test_what_reverted_in_a_block_that_was_taken_back_is_sent_again(queued: UnitOfWork) -> None:
    queued.outbox.sign(transaction(1))
    queued.outbox.failed(hash_of(1), "Registry_Spent", block=3)
    queued.outbox.unconfirmed(hash_of(1))
    assert (state(queued, 1), queued.outbox.get(KEY)) == (SENT, intent(state=SENT))
    queued.outbox.failed(hash_of(1), "the nonce is used")
    with pytest.raises(StoreConflict, match="is failed, not confirmed"):
        queued.outbox.unconfirmed(hash_of(1))


def test_what_reverted_is_not_sent_again_beside_a_new_attempt(queued: UnitOfWork) -> None:
    queued.outbox.sign(transaction(1))
    queued.outbox.failed(hash_of(1), "Registry_Spent", block=3)
    queued.outbox.requeue(KEY)
    queued.outbox.sign(transaction(2, nonce=1))
    with pytest.raises(StoreConflict, match="tried anew"):
        queued.outbox.unconfirmed(hash_of(1))


def test_a_nonce_that_is_no_longer_needed_is_cancelled_without_a_word_to_its_intent(queued: UnitOfWork) -> None:
    queued.outbox.sign(transaction(1))
    with pytest.raises(StoreConflict, match="under way with nonce 0: it is not cancelled"):
        queued.outbox.sign(transaction(2, cancels=True))
    queued.outbox.failed(hash_of(1), "too little gas")
    queued.outbox.sign(transaction(2, cancels=True))
    queued.outbox.sent(hash_of(2), at=200)
    assert queued.outbox.get(KEY) == intent(state=FAILED, failure="too little gas")
    queued.outbox.requeue(KEY)
    queued.outbox.sign(transaction(3, nonce=1))
    queued.outbox.confirmed(hash_of(2), block=7)
    assert (state(queued, 1), state(queued, 2), queued.outbox.get(KEY).state) == (REPLACED, CONFIRMED, SIGNED)
    queued.outbox.failed(hash_of(3), "Registry_Spent", block=8)
    assert queued.outbox.get(KEY).state == FAILED, "what cancels keeps no intent alive"
    with pytest.raises(StoreConflict, match="does not belong"):
        queued.outbox.sign(transaction(4, nonce=9, cancels=True))


def test_what_is_looked_after_is_what_may_be_mined_and_what_should_have_been(queued: UnitOfWork) -> None:
    for number in range(1, 5):
        queued.outbox.enqueue(intent(f"settle:{number}"))
        queued.outbox.sign(transaction(number, f"settle:{number}", nonce=number))
    queued.outbox.sign(transaction(22, "settle:2", nonce=2))
    queued.outbox.confirmed(hash_of(1), block=5)
    queued.outbox.confirmed(hash_of(22), block=5)
    queued.outbox.confirmed(hash_of(3), block=6)

    def hashes(mined: int) -> list[bytes]:
        return [row.transaction_hash for row in queued.outbox.following(SENDER.upper().replace("X", "x"), mined)]

    assert hashes(4) == [hash_of(4)]
    assert hashes(2) == [hash_of(2), hash_of(22), hash_of(3), hash_of(4)], "with every hash of the nonce"
    assert queued.outbox.owner(SENDER, 2) == "settle:2"
    assert queued.outbox.owner(SENDER, 9) is None
    assert [row.transaction_hash for row in queued.outbox.of_nonce(SENDER, 2)] == [hash_of(2), hash_of(22)]
