"""One class, the same answers: each of these runs on the embedded chain and on anvil."""

from __future__ import annotations

import pytest

from claims.chain.abi import encode_call
from claims.chain.client import Chain
from claims.chain.errors import ChainMismatch, ChainUnreachable, NonceUsed, Reverted, RpcError, SignedForAnotherChain
from claims.chain.profile import ChainProfile
from claims.chain.sender import broadcast, execute, follow, sign
from claims.chain.signer import Signer
from claims.chain.transactions import prepare
from tests.chain.conftest import START
from tests.chain.machine import (
    REFUSED,
    STORE_ABI,
    answering,
    creation,
    forwarding,
    refused,
    refusing,
    storing,
)
from tests.chains import funded


@pytest.fixture
def payer(chain: Chain) -> Signer:
    return funded(chain, 1)


def deploy(chain: Chain, payer: Signer, runtime: bytes) -> str:
    address = execute(chain, payer, None, creation(runtime)).contract
    assert address is not None
    return address


def word(data: bytes) -> int:
    return int.from_bytes(data, "big")


def test_the_chain_id_of_the_node_is_the_one_a_contract_sees(chain: Chain, payer: Signer) -> None:
    address = deploy(chain, payer, answering(0x46))
    assert word(chain.call_raw(address, b"")) == chain.chain_id == int(chain.rpc("eth_chainId", []), 16)


def test_the_clock_starts_where_it_was_asked_to_and_runs(chain: Chain, payer: Signer) -> None:
    address = deploy(chain, payer, answering(0x42))
    now = word(chain.call_raw(address, b""))
    assert START <= now < START + 3_600_000
    assert START - 1 <= chain.head().timestamp <= now


def test_the_clock_moves_forward_by_what_was_asked(chain: Chain, payer: Signer) -> None:
    address = deploy(chain, payer, answering(0x42))
    before = chain.head().timestamp
    chain.advance(30 * 86_400)
    assert chain.head().timestamp >= before + 30 * 86_400
    assert word(chain.call_raw(address, b"")) >= chain.head().timestamp


def test_a_transaction_is_mined_and_tells_what_happened(chain: Chain, payer: Signer) -> None:
    address = deploy(chain, payer, storing())
    nonce = chain.nonce(payer.address)
    receipt = execute(chain, payer, address, encode_call(STORE_ABI, "store", [41]))
    assert receipt.succeeded
    assert chain.nonce(payer.address) == nonce + 1
    assert receipt.block == chain.head().number
    assert receipt.block_hash == chain.head().hash
    assert receipt.gas_used > 21_000
    assert receipt.gas_price > 0
    [log] = receipt.logs
    event = chain.decode_event(STORE_ABI, log)
    assert event is not None
    assert (event.name, event.arguments) == ("Stored", {"value": 41})


def test_blocks_name_their_parents(chain: Chain) -> None:
    chain.mine()
    chain.mine()
    head = chain.head()
    assert head.parent == chain.header(head.number - 1).hash
    with pytest.raises(RpcError):
        chain.header(head.number + 1000)


def test_logs_are_found_by_address_range_and_topic(chain: Chain, payer: Signer) -> None:
    first, other = deploy(chain, payer, storing()), deploy(chain, payer, storing())
    start = chain.head().number + 1
    for value in range(3):
        execute(chain, payer, first, encode_call(STORE_ABI, "store", [value]))
        execute(chain, payer, other, encode_call(STORE_ABI, "store", [100 + value]))
    end = chain.head().number
    found = list(chain.logs(first, start, end))
    assert [int.from_bytes(log.data, "big") for log in found] == [0, 1, 2]
    assert all(log.address == first and chain.header(log.block).hash == log.block_hash for log in found)
    assert all(chain.receipt(log.transaction).logs == (log,) for log in found)
    assert len(list(chain.logs([first, other], start, end))) == 6
    assert len(list(chain.logs(first, start, start))) == 1
    assert list(chain.logs(first, start, end, topics=[bytes(32)])) == []
    assert len(list(chain.logs(first, start, end, topics=[[bytes(32), found[0].topics[0]]]))) == 3
    assert len(list(chain.logs(None, start, end, topics=[found[0].topics[0]]))) == 6


def test_the_same_bytes_sent_twice_are_mined_once(chain: Chain, payer: Signer) -> None:
    address = deploy(chain, payer, storing())
    signed = sign(payer, prepare(chain, payer.address, address, encode_call(STORE_ABI, "store", [7])))
    hashes = {broadcast(chain, signed.raw) for _ in range(3)}
    assert hashes == {signed.hash}
    receipt = follow(chain, signed.hash)
    assert broadcast(chain, signed.raw) == signed.hash
    assert chain.receipt(signed.hash) == receipt


def test_a_nonce_taken_by_another_transaction_is_told(chain: Chain, payer: Signer) -> None:
    address = deploy(chain, payer, storing())
    nonce = chain.nonce(payer.address)
    first, second = (
        sign(payer, prepare(chain, payer.address, address, encode_call(STORE_ABI, "store", [value]), nonce=nonce))
        for value in (1, 2)
    )
    follow(chain, broadcast(chain, first.raw))
    with pytest.raises(NonceUsed):
        broadcast(chain, second.raw)
    assert chain.receipt(second.hash) is None


def test_a_transaction_signed_for_another_chain_is_refused(chain: Chain, payer: Signer) -> None:
    from dataclasses import replace

    foreign = replace(prepare(chain, payer.address, payer.address, gas=21_000), chain_id=chain.chain_id + 1)
    with pytest.raises(SignedForAnotherChain, match=r"(?i)chain id"):
        broadcast(chain, sign(payer, foreign).raw)


def test_custom_errors_are_told_by_name_through_another_contract(chain: Chain, payer: Signer) -> None:
    chain.errors.add("Registry", [REFUSED])
    registry = deploy(chain, payer, refusing(refused(asked=7, limit=5)))
    book = deploy(chain, payer, forwarding(registry))
    for address in (registry, book):
        with pytest.raises(Reverted) as caught:
            chain.call_raw(address, b"")
        assert caught.value.error_name == "Refused"
        assert caught.value.arguments == {"asked": 7, "limit": 5}
        assert caught.value.contract_hint == ("Registry",)
        with pytest.raises(Reverted, match="Refused"):
            chain.estimate(address, b"", payer.address)
        with pytest.raises(Reverted, match="Refused"):
            prepare(chain, payer.address, address)


@pytest.mark.parametrize(
    ("data", "name", "arguments"),
    [
        (b"", "Empty", {}),
        (
            bytes.fromhex("08c379a0" + "20".rjust(64, "0") + "02".rjust(64, "0")) + b"no".ljust(32, b"\x00"),
            "Error",
            {"message": "no"},
        ),
        (
            bytes.fromhex("4e487b71" + "11".rjust(64, "0")),
            "Panic",
            {"code": 17, "meaning": "arithmetic overflow or underflow"},
        ),
        (bytes.fromhex("4e487b71" + "77".rjust(64, "0")), "Panic", {"code": 119, "meaning": "unknown"}),
        (bytes.fromhex("01020304"), "Unknown", {"selector": "0x01020304"}),
        (bytes.fromhex("556f1830"), "Unknown", {"selector": "0x556f1830"}),
    ],
)
def test_every_kind_of_refusal_is_read(chain: Chain, payer: Signer, data: bytes, name: str, arguments: dict) -> None:
    address = deploy(chain, payer, refusing(data))
    with pytest.raises(Reverted) as caught:
        chain.call_raw(address, b"")
    assert (caught.value.error_name, caught.value.arguments) == (name, arguments)


def test_a_mined_refusal_can_be_explained(chain: Chain, payer: Signer) -> None:
    chain.errors.add("Registry", [REFUSED])
    address = deploy(chain, payer, refusing(refused(3, 2)))
    with pytest.raises(Reverted) as caught:
        execute(chain, payer, address, gas=100_000)
    assert caught.value.arguments == {"asked": 3, "limit": 2}


def test_too_little_gas_is_explained_as_such(chain: Chain, payer: Signer) -> None:
    address = deploy(chain, payer, storing())
    with pytest.raises(Reverted) as caught:
        execute(chain, payer, address, encode_call(STORE_ABI, "store", [1]), gas=25_000)
    assert caught.value.error_name == "OutOfGas"


def test_anybody_may_ask_whatever_their_balance(chain: Chain, payer: Signer) -> None:
    address = deploy(chain, payer, answering(0x33))
    penniless = "0x" + "ab" * 20
    assert chain.balance(penniless) == 0
    assert word(chain.call_raw(address, b"", sender=penniless)) == int(penniless, 16)


def test_the_faucet_gives_what_it_says(chain: Chain) -> None:
    address = "0x" + "cd" * 20
    before = chain.balance(address)
    chain.fund(address, 5 * 10**9)
    assert chain.balance(address) == before + 5 * 10**9


def test_another_chain_than_the_expected_one_is_refused(chain: Chain) -> None:
    from dataclasses import replace

    with pytest.raises(ChainMismatch, match=str(chain.chain_id)):
        Chain(replace(chain.profile, chain_id=chain.chain_id + 1), chain.web3)


def test_a_node_that_is_not_there_is_told_without_the_key_in_its_url(monkeypatch: pytest.MonkeyPatch) -> None:
    from claims.chain import http
    from claims.chain.client import open_chain

    monkeypatch.setattr(http, "RETRIES", 1)
    profile = ChainProfile(name="gone", kind="rpc", urls=("http://127.0.0.1:9/v3/secret-access-key",))
    with pytest.raises(ChainUnreachable) as caught:
        open_chain(profile)
    assert "127.0.0.1:9" in str(caught.value)
    assert "secret-access-key" not in str(caught.value)
