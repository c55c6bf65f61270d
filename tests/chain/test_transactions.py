"""What a transaction will cost is known before it is signed, and what it may not do is told before it is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.chain.abi import encode_call
from claims.chain.client import Chain, Fees
from claims.chain.errors import GasAboveCap, InsufficientFunds, TransactionTimeout
from claims.chain.gas import TRANSACTION_GAS_CAP, calldata_floor
from claims.chain.sender import execute, follow
from claims.chain.signer import Signer
from claims.chain.transactions import UnsignedTransaction, bumped, dry_run, prepare, with_margin
from tests.chain.machine import REFUSED, STORE_ABI, creation, refused, refusing, storing
from tests.chains import funded


@pytest.fixture
def payer(chain: Chain) -> Signer:
    return funded(chain, 3)


def test_a_dry_run_says_the_cost_and_changes_nothing(chain: Chain, payer: Signer) -> None:
    address = execute(chain, payer, None, creation(storing())).contract
    data = encode_call(STORE_ABI, "store", [9])
    before = (chain.head(), chain.nonce(payer.address), chain.balance(payer.address))
    tried = dry_run(chain, payer.address, address, data)
    assert (chain.head(), chain.nonce(payer.address), chain.balance(payer.address)) == before
    assert tried.refusal is None
    receipt = execute(chain, payer, address, data)
    assert receipt.gas_used <= tried.gas <= receipt.gas_used * 1.05
    assert tried.calldata_floor == calldata_floor(data) == 21_000 + 31 * 10 + 5 * 40
    assert 0 < tried.cost <= tried.highest_cost


def test_a_dry_run_tells_the_refusal(chain: Chain, payer: Signer) -> None:
    chain.errors.add("Registry", [REFUSED])
    address = execute(chain, payer, None, creation(refusing(refused(9, 8)))).contract
    tried = dry_run(chain, payer.address, address)
    assert tried.refusal is not None
    assert tried.refusal.error_name == "Refused"
    assert tried.gas == tried.cost == 0


def test_what_was_prepared_is_mined_as_prepared(chain: Chain, payer: Signer) -> None:
    transaction = prepare(chain, payer.address, payer.address, b"\x01", value=5)
    assert transaction.chain_id == chain.chain_id
    assert transaction.nonce == chain.nonce(payer.address)
    assert transaction.max_fee >= chain.head().base_fee + transaction.max_priority_fee
    signed = payer.sign_transaction(transaction.fields)
    assert chain.send_raw(signed.raw) == signed.hash
    receipt = follow(chain, signed.hash)
    assert receipt.succeeded
    assert receipt.gas_used <= transaction.gas


def test_an_account_that_cannot_pay_is_told(chain: Chain, payer: Signer) -> None:
    transaction = prepare(chain, payer.address, payer.address, value=10**40, gas=21_000)
    with pytest.raises(InsufficientFunds):
        chain.send_raw(payer.sign_transaction(transaction.fields).raw)


def test_more_gas_than_one_transaction_may_have_is_refused_here(chain: Chain, payer: Signer) -> None:
    with pytest.raises(GasAboveCap, match="16,777,216"):
        prepare(chain, payer.address, payer.address, gas=TRANSACTION_GAS_CAP + 1)


def test_following_waits_for_confirmations(chain: Chain, payer: Signer) -> None:
    receipt = execute(chain, payer, payer.address)
    with pytest.raises(TransactionTimeout, match="not yet under 3"):
        follow(chain, receipt.transaction, confirmations=3, timeout_seconds=0)
    chain.mine()
    chain.mine()
    assert follow(chain, receipt.transaction, confirmations=3, timeout_seconds=0) == receipt
    with pytest.raises(TransactionTimeout, match="in no block"):
        follow(chain, bytes(32), timeout_seconds=0)
    with pytest.raises(TransactionTimeout, match="not mined"):
        chain.wait(bytes(32), timeout_seconds=0)


@given(estimate=st.integers(21_000, TRANSACTION_GAS_CAP))
def test_the_margin_never_passes_the_cap(estimate: int) -> None:
    assert estimate <= with_margin(estimate) <= TRANSACTION_GAS_CAP


def test_an_estimate_above_the_cap_is_refused() -> None:
    with pytest.raises(GasAboveCap) as caught:
        with_margin(TRANSACTION_GAS_CAP + 1)
    assert (caught.value.gas, caught.value.cap) == (TRANSACTION_GAS_CAP + 1, TRANSACTION_GAS_CAP)


@given(fee=st.integers(1, 10**15), tip=st.integers(1, 10**12), base=st.integers(0, 10**15))
def test_a_replacement_offers_an_eighth_more_at_the_same_nonce(fee: int, tip: int, base: int) -> None:
    old = UnsignedTransaction(1, 7, None, b"", 0, 21_000, fee, tip)
    new = bumped(old, Fees(base=base, priority=1, maximum=2 * base + 1))
    assert (new.nonce, new.data, new.gas) == (old.nonce, old.data, old.gas)
    assert new.max_fee * 8 >= fee * 9
    assert new.max_priority_fee * 8 >= tip * 9
    assert new.max_fee >= 2 * base + 1


@given(data=st.binary(max_size=500))
def test_the_calldata_floor_is_that_of_the_protocol(data: bytes) -> None:
    tokens = sum(1 if byte == 0 else 4 for byte in data)
    assert calldata_floor(data) == 21_000 + 10 * tokens
