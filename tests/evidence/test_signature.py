"""Signatures: the same as Ethereum's, and refused for whatever a contract refuses."""

import contextlib

import pytest
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.evidence.addresses import address_bytes, checksum_address, same_address
from claims.evidence.errors import SignatureError, ValueOutOfRange
from claims.evidence.signature import ORDER, address_of_private_key, address_of_public_key, recover, sign
from tests.evidence.samples import HASHES, KEY

KEYS = st.integers(1, ORDER - 1).map(lambda number: number.to_bytes(32, "big"))


@settings(max_examples=60, deadline=None)
@given(KEYS, HASHES)
def test_signatures_and_addresses_are_those_of_eth_account(key, digest):
    account = Account.from_key(key)
    signature = sign(digest, key)
    assert signature == bytes(account.unsafe_sign_hash(digest).signature)
    assert recover(digest, signature) == account.address == address_of_private_key(key)


@given(KEYS, HASHES)
def test_s_is_low_and_v_is_27_or_28(key, digest):
    signature = sign(digest, key)
    assert len(signature) == 65
    assert int.from_bytes(signature[32:64], "big") <= ORDER // 2
    assert signature[64] in (27, 28)


@given(HASHES)
def test_the_mirrored_signature_is_refused(digest):
    """r, n − s and the other v recover to the same key: taking both would make signatures malleable."""
    signature = sign(digest, KEY)
    mirrored = ORDER - int.from_bytes(signature[32:64], "big")
    with pytest.raises(SignatureError, match="upper half"):
        recover(digest, signature[:32] + mirrored.to_bytes(32, "big") + bytes([55 - signature[64]]))


@given(HASHES, st.integers(0, 63), st.integers(1, 255))
def test_a_changed_signature_is_not_of_the_key(digest, place, change):
    signature = bytearray(sign(digest, KEY))
    signature[place] ^= change
    with contextlib.suppress(SignatureError):
        assert recover(digest, bytes(signature)) != address_of_private_key(KEY)


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_other_values_of_v_are_refused(v):
    with pytest.raises(SignatureError, match="27 or 28"):
        recover(bytes(32), sign(bytes(32), KEY)[:64] + bytes([v]))


@pytest.mark.parametrize("length", [0, 64, 66])
def test_other_lengths_are_refused(length):
    with pytest.raises(SignatureError, match=f"65 bytes, not {length}"):
        recover(bytes(32), bytes(length))


def test_values_outside_the_group_are_refused():
    good = sign(bytes(32), KEY)
    for broken in (bytes(32) + good[32:], ORDER.to_bytes(32, "big") + good[32:], good[:32] + bytes(32) + good[64:]):
        with pytest.raises(SignatureError, match="no key"):
            recover(bytes(32), broken)


def test_digests_and_keys_of_the_wrong_size_are_refused_without_the_key():
    with pytest.raises(SignatureError, match="31"):
        sign(bytes(31), KEY)
    with pytest.raises(SignatureError, match="33"):
        recover(bytes(33), bytes(65))
    for key in (bytes(32), ORDER.to_bytes(32, "big"), b"\xee" * 31):
        with pytest.raises(SignatureError) as refused:
            sign(bytes(32), key)
        assert key.hex() not in str(refused.value)
        assert refused.value.__cause__ is None


def test_public_keys_give_addresses():
    from coincurve import PrivateKey

    public = PrivateKey(KEY).public_key
    for compressed in (True, False):
        assert address_of_public_key(public.format(compressed=compressed)) == address_of_private_key(KEY)
    with pytest.raises(SignatureError, match="12 bytes"):
        address_of_public_key(bytes(12))


@pytest.mark.parametrize(
    "address",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_addresses_carry_their_checksum(address):
    """The examples of EIP-55."""
    assert checksum_address(bytes.fromhex(address[2:])) == address
    assert address_bytes(address) == address_bytes(address.lower()) == bytes.fromhex(address[2:])
    assert same_address(address, address.lower())
    with pytest.raises(ValueOutOfRange, match="EIP-55"):
        address_bytes("0x" + address[2:].swapcase())


@pytest.mark.parametrize("text", ["", "0x", "0x12", "12" * 21, "0x" + "g" * 40, "0x" + "1" * 41, " 0x" + "1" * 40])
def test_what_is_not_an_address_is_refused(text):
    with pytest.raises(ValueOutOfRange, match="not an address"):
        address_bytes(text)
