"""Several nodes of one chain: the next one where one fails, never one of another chain, and nothing sent twice unasked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from claims.chain import http
from claims.chain.client import Chain, open_chain
from claims.chain.errors import ChainMismatch, ChainUnreachable, RateLimited
from claims.chain.profile import ChainProfile
from claims.chain.sender import broadcast, follow, sign
from claims.chain.transactions import prepare
from tests.chain.conftest import START
from tests.chains import funded
from tests.rpc_proxy import (
    BROKEN,
    BUSY,
    LOST_ANSWER,
    LOST_REQUEST,
    TWICE,
    RpcProxy,
    answering,
    delayed,
    refusing,
    rpc_proxy,
)

pytestmark = pytest.mark.node


@pytest.fixture
def doors(anvil_chain: Chain, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[RpcProxy, RpcProxy]]:
    """Two doors to one anvil."""
    monkeypatch.setattr(http, "RETRIES", 1)
    with rpc_proxy(anvil_chain.profile.urls[0]) as first, rpc_proxy(anvil_chain.profile.urls[0]) as second:
        yield first, second


def through(chain: Chain, *doors: RpcProxy, **changes: object) -> ChainProfile:
    return replace(chain.profile, urls=tuple(door.url for door in doors), **changes)


def test_the_first_node_is_kept_while_it_answers(anvil_chain: Chain, doors: tuple[RpcProxy, RpcProxy]) -> None:
    with open_chain(through(anvil_chain, *doors)) as chain:
        assert chain.head() == anvil_chain.head()
    assert not doors[1].asked


@pytest.mark.parametrize("fault", [LOST_REQUEST, LOST_ANSWER, BROKEN, BUSY], ids=["lost", "unanswered", "503", "429"])
def test_where_one_fails_the_next_takes_its_place_and_keeps_it(
    anvil_chain: Chain, doors: tuple[RpcProxy, RpcProxy], fault: object
) -> None:
    first, second = doors
    with open_chain(through(anvil_chain, first, second)) as chain:
        first.always("*", fault)  # type: ignore[arg-type]
        assert chain.head() == anvil_chain.head()
        first.heal()
        before = first.asked.total()
        chain.balance("0x" + "00" * 20)
        assert first.asked.total() == before, "the one that answered is kept"
        assert second.asked["eth_chainId"] == 1, "it showed its chain before it was asked anything"
        second.always("*", LOST_REQUEST)
        assert chain.head() == anvil_chain.head(), "and back, where that one fails"


def test_a_node_that_is_too_slow_has_failed(
    anvil_chain: Chain, doors: tuple[RpcProxy, RpcProxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.3)
    with open_chain(through(anvil_chain, *doors)) as chain:
        doors[0].next("eth_getBalance", delayed(1.0))
        assert chain.balance("0x" + "00" * 20) == anvil_chain.balance("0x" + "00" * 20)
        assert doors[1].asked["eth_getBalance"] == 1


def test_a_node_of_another_chain_is_never_asked(anvil_chain: Chain, doors: tuple[RpcProxy, RpcProxy]) -> None:
    first, second = doors
    second.always("eth_chainId", answering("0x5"))
    with open_chain(through(anvil_chain, first, second)) as chain:
        first.always("*", LOST_REQUEST)
        for _ in range(2):
            with pytest.raises(ChainUnreachable, match="this is another chain: chain id 5"):
                chain.head()
        assert set(second.asked) == {"eth_chainId"}
        assert second.asked["eth_chainId"] == 1
        first.heal()
        assert chain.head() == anvil_chain.head()


def test_a_chain_of_the_same_id_with_another_first_block_is_another_chain(
    anvil_chain: Chain, doors: tuple[RpcProxy, RpcProxy]
) -> None:
    first, second = doors
    second.next("eth_getBlockByNumber", answering({"hash": "0x" + "11" * 32}))
    with open_chain(through(anvil_chain, first, second)) as chain:
        first.always("*", LOST_REQUEST)
        with pytest.raises(ChainUnreachable, match="first block 0x1111"):
            chain.balance("0x" + "00" * 20)
        assert "eth_getBalance" not in second.asked


def test_a_first_node_of_another_chain_is_passed_over(anvil_chain: Chain, doors: tuple[RpcProxy, RpcProxy]) -> None:
    doors[0].always("eth_chainId", answering("0x5"))
    with open_chain(through(anvil_chain, *doors, chain_id=anvil_chain.chain_id)) as chain:
        assert chain.head() == anvil_chain.head()
    assert set(doors[0].asked) == {"eth_chainId"}


def test_a_node_that_comes_back_as_another_chain_is_refused(
    anvil_chain: Chain, doors: tuple[RpcProxy, RpcProxy]
) -> None:
    first, second = doors
    with open_chain(through(anvil_chain, first, second)) as chain:
        first.next("*", LOST_REQUEST)
        first.always("eth_chainId", answering("0x5"))
        first.next("*", LOST_REQUEST)
        chain.head()
        second.always("*", LOST_REQUEST)
        first.heal()
        first.always("eth_chainId", answering("0x5"))
        with pytest.raises(ChainUnreachable, match="another chain"):
            chain.head()


def test_only_other_chains_is_told_as_such(anvil_chain: Chain, doors: tuple[RpcProxy, RpcProxy]) -> None:
    for door in doors:
        door.always("eth_chainId", answering("0x5"))
    with pytest.raises(ChainMismatch, match="chain id 5"):
        open_chain(through(anvil_chain, *doors, chain_id=anvil_chain.chain_id))


def test_asked_too_often_is_told_as_such(anvil_chain: Chain, doors: tuple[RpcProxy, RpcProxy]) -> None:
    with open_chain(through(anvil_chain, *doors)) as chain:
        doors[0].always("*", BUSY)
        doors[1].always("*", refusing("daily request limit reached"))
        with pytest.raises(RateLimited, match=r"HTTP status 429; .* asked too often"):
            chain.head()


def test_every_node_is_examined(anvil_chain: Chain, doors: tuple[RpcProxy, RpcProxy]) -> None:
    with open_chain(through(anvil_chain, *doors)) as chain:
        assert [problem for _, problem in chain.nodes()] == ["", ""]
        doors[1].always("*", BROKEN)
        assert [problem for _, problem in chain.nodes()] == ["", "HTTP status 503"]
    assert all("http" not in host for host, _ in chain.nodes())


@pytest.mark.parametrize("fault", [LOST_REQUEST, LOST_ANSWER], ids=["lost", "unanswered"])
def test_what_sends_is_never_repeated_by_the_transport(
    anvil_chain: Chain, doors: tuple[RpcProxy, RpcProxy], fault: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "RETRIES", 4)
    first, second = doors
    payer = funded(anvil_chain, 31)
    with open_chain(through(anvil_chain, first, second)) as chain:
        signed = sign(payer, prepare(chain, payer.address, payer.address))
        first.next("eth_sendRawTransaction", fault)  # type: ignore[arg-type]
        with pytest.raises(ChainUnreachable):
            broadcast(chain, signed.raw)
        assert (first.asked["eth_sendRawTransaction"], second.asked["eth_sendRawTransaction"]) == (1, 0)
        assert chain.knows(signed.hash) is (fault is LOST_ANSWER)
        assert second.asked["eth_getTransactionByHash"] == 1, "the next question goes to the next node"
        assert broadcast(chain, signed.raw) == signed.hash, "its sender may, and it is mined once"
        assert follow(chain, signed.hash).succeeded


def test_a_transaction_that_arrives_twice_is_mined_once(anvil_chain: Chain, doors: tuple[RpcProxy, RpcProxy]) -> None:
    payer = funded(anvil_chain, 32)
    with open_chain(through(anvil_chain, doors[0])) as chain:
        signed = sign(payer, prepare(chain, payer.address, payer.address))
        doors[0].next("eth_sendRawTransaction", TWICE)
        assert broadcast(chain, signed.raw) == signed.hash
        assert follow(chain, signed.hash).succeeded
        assert doors[0].done["eth_sendRawTransaction"] == 2
        assert chain.head().timestamp > START
