"""The searcher finds what leaks: without this, a test that finds nothing would prove nothing."""

from __future__ import annotations

import hashlib
import logging
import warnings
from collections.abc import Callable, Iterator

import pytest

from claims.chain.client import Chain, open_chain
from claims.chain.errors import Reverted
from claims.chain.profile import load_profile
from claims.chain.sender import execute
from claims.chain.signer import Signer
from claims.evidence.keccak import keccak256
from claims.evidence.leaves import context_leaf, service_leaf
from claims.evidence.record import subject_commitment
from claims.store.store import open_store
from tests.privacy.canaries import CHILD, MOTHER, PAID, SURGEON, everything
from tests.privacy.search import Searcher, _service
from tests.privacy.watch import on_chain, watching

NAME, CODE, DAY = MOTHER.last, PAID.code, PAID.day
WORDS = {
    "text": NAME.encode(),
    "text in capitals": NAME.upper().encode(),
    "a text within another": b"\x00\x01" + MOTHER.member.encode() + b"\xff",
    "a text packed to the right": CODE.encode().rjust(32, b"\x00"),
    "a text packed to the left": CODE.encode().ljust(32, b"\x00"),
    "hexadecimal text": PAID.diagnosis.encode().hex().encode(),
    "wide characters": NAME.encode("utf-16-be"),
    "a date as text": b"20260407",
    "a date as people write it": b"April 7, 2026",
    "a date as YYYYMMDD": (20260407).to_bytes(32, "big"),
    "a date as days": (DAY.toordinal() - 719_163).to_bytes(32, "big"),
    "a date as seconds": (1_775_520_000).to_bytes(32, "big"),
    "a birth date as days": (CHILD.born.toordinal() - 719_163).to_bytes(32, "big"),
    "a packed date": b"\xab" + (20260407).to_bytes(8, "big") + b"\xcd",
    "an NPI as a number": int(SURGEON.npi).to_bytes(32, "big"),
    "keccak-256 of a text": keccak256(CODE.encode()),
    "SHA-256 of a text": hashlib.sha256(MOTHER.member.encode()).digest(),
    "SHA-256 of a text in small letters": hashlib.sha256(NAME.lower().encode()).digest(),
    "keccak-256 of a packed text": keccak256(CODE.encode().ljust(32, b"\x00")),
    "keccak-256 of a date as a word": keccak256((20260407).to_bytes(32, "big")),
    "keccak-256 of code and date": keccak256(f"{CODE}|2026-04-07".encode()),
    "SHA-256 of date and code": hashlib.sha256(f"20260407{CODE}".encode()).digest(),
    "SHA-256 of name and birth date": hashlib.sha256(b"Quentinholz|Zephyrina|1972-08-23").digest(),
    "a hash that was cut": keccak256(CODE.encode())[:20],
    "a leaf with an empty salt": service_leaf(0, _service(PAID), bytes(32)),
    "a diagnosis with an empty salt": context_leaf("context/diagnosis/1", PAID.diagnosis, bytes(32)),
    "a subject with an empty salt": subject_commitment(MOTHER.person, bytes(32)),
}


@pytest.fixture(scope="module")
def searcher() -> Searcher:
    return Searcher(everything())


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    with open_chain(load_profile("local")) as opened:
        yield opened


@pytest.fixture(scope="module")
def sender(chain: Chain) -> Signer:
    signer = Signer(bytes(31) + b"\x05")
    chain.fund(signer.address, 10**20)
    return signer


@pytest.mark.parametrize("leak", WORDS.values(), ids=WORDS)
def test_calldata_that_leaks_is_found(searcher: Searcher, chain: Chain, sender: Signer, leak: bytes) -> None:
    execute(chain, sender, sender.address, b"\x12\x34\x56\x78" + leak)
    pieces = [piece for piece in on_chain(chain, chain.head().number) if piece.data.endswith(leak)]
    assert any(searcher.in_bytes(piece.data, piece.words_from) for piece in pieces)


@pytest.mark.parametrize("leak", WORDS.values(), ids=WORDS)
def test_an_event_that_leaks_is_found(searcher: Searcher, chain: Chain, sender: Signer, leak: bytes) -> None:
    execute(chain, sender, None, _code(leak, lambda length: b"\x60" + length + bytes.fromhex("6000a000")))
    pieces = [
        piece for piece in on_chain(chain, chain.head().number) if piece.where == "event data" and piece.data == leak
    ]
    assert any(searcher.in_bytes(piece.data, piece.words_from) for piece in pieces)


@pytest.mark.parametrize("leak", WORDS.values(), ids=WORDS)
def test_a_refusal_that_leaks_is_found(searcher: Searcher, chain: Chain, leak: bytes) -> None:
    with watching() as watch, pytest.raises(Reverted):
        chain.call_raw(
            None, _code(b"\x12\x34\x56\x78" + leak, lambda length: b"\x60" + length + bytes.fromhex("6000fd"))
        )
    assert any(searcher.in_bytes(piece.data, piece.words_from) for piece in watch.refusals)


@pytest.mark.parametrize("text", [NAME, NAME.upper(), PAID.diagnosis, "2026-04-07", "datetime.date(2026, 4, 7)"])
def test_a_log_record_a_warning_and_an_error_that_leak_are_found(searcher: Searcher, text: str) -> None:
    with watching() as watch:
        logging.getLogger("somebody.else").debug("read %s", text)
        warnings.warn(f"odd {text}", stacklevel=1)
        try:
            raise ValueError(text)
        except ValueError as cause:
            failure = RuntimeError("it failed")
            failure.__cause__ = cause
            watch.errors.append(failure)
    assert all(searcher.in_text(said) for said in watch.logged)
    assert len(watch.logged) == 2
    assert any(searcher.in_text(said) for _, said in watch.told())


@pytest.mark.parametrize("leak", WORDS.values(), ids=WORDS)
def test_bytes_that_leak_are_found_in_a_log_too(searcher: Searcher, leak: bytes) -> None:
    assert searcher.in_text(f"sent 0x{leak.hex()}")


def test_the_store_keeps_its_rows_to_itself_whatever_is_logged(store_place: str) -> None:
    """Control of the loggers: what the store's own engine does not say, another engine does."""
    from sqlalchemy import create_engine, text

    from claims.store.rows import AccumulatorMove  # noqa: F401 - the room is loaded before the watch begins

    with watching() as watch:
        with open_store(store_place) as store, store.unit_of_work() as work:
            work.sequences.allocate(774190, 0, 3)
        assert not any("774190" in said for said in watch.logged)
        with create_engine("sqlite://").connect() as connection:
            connection.execute(text("SELECT 774190")).all()
        assert any("774190" in said for said in watch.logged)


def _code(data: bytes, rest: Callable[[bytes], bytes]) -> bytes:
    """Creation code that copies what stands behind it into memory and goes on with `rest`, which is given its length."""
    length = bytes([len(data)])
    tail = rest(length)
    start = bytes([7 + len(tail)])
    return b"\x60" + length + b"\x60" + start + b"\x60\x00\x39" + tail + data


def test_nothing_is_found_where_nothing_leaks(searcher: Searcher) -> None:
    for number in range(2_000):
        data = hashlib.sha256(number.to_bytes(4, "big")).digest() * 4
        assert not searcher.in_bytes(data)
        assert not searcher.in_text(data.hex())
