"""Values go into calldata and come back the same; what does not fit is told without being shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from eth_abi import encode
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st
from web3 import Web3

from claims.chain.abi import (
    AbiError,
    decode_answer,
    decode_arguments,
    decode_event,
    encode_call,
    encode_constructor,
    find,
    selector,
    signature,
)

LINE = [
    {"name": "code", "type": "bytes32"},
    {"name": "units", "type": "uint64"},
    {"name": "payee", "type": "address"},
]
ABI: list[dict[str, Any]] = [
    {
        "type": "function",
        "name": "submit",
        "stateMutability": "view",
        "inputs": [
            {"name": "lines", "type": "tuple[]", "components": LINE},
            {"name": "note", "type": "string"},
            {"name": "proof", "type": "bytes"},
        ],
        "outputs": [{"name": "lines", "type": "tuple[]", "components": LINE}, {"name": "count", "type": "uint8"}],
    },
    {"type": "function", "name": "pay", "inputs": [{"name": "id", "type": "uint64"}], "outputs": []},
    {
        "type": "function",
        "name": "pay",
        "inputs": [{"name": "id", "type": "bytes32"}],
        "outputs": [{"name": "", "type": "bool"}],
    },
    {"type": "function", "name": "pair", "inputs": [], "outputs": [{"name": "", "type": "uint8"}] * 2},
    {
        "type": "event",
        "name": "Paid",
        "anonymous": False,
        "inputs": [
            {"name": "claim", "type": "bytes32", "indexed": True},
            {"name": "amount", "type": "uint64", "indexed": False},
            {"name": "payee", "type": "address", "indexed": True},
            {"name": "memo", "type": "string", "indexed": True},
        ],
    },
    {"type": "error", "name": "Capped", "inputs": [{"name": "", "type": "uint64"}, {"name": "cap", "type": "uint64"}]},
    {"type": "constructor", "inputs": [{"name": "owner", "type": "address"}]},
]
PAYEE = "0x5B38Da6a701c568545dCfcB03FcB875f56beddC4"


@dataclass(frozen=True)
class Line:
    code: bytes
    units: int
    payee: str


lines = st.builds(
    lambda code, units, payee: Line(code, units, Web3.to_checksum_address(payee)),
    st.binary(min_size=32, max_size=32),
    st.integers(0, 2**64 - 1),
    st.binary(min_size=20, max_size=20),
)


@given(
    st.lists(lines, max_size=4), st.text(max_size=40).filter(lambda text: text.isprintable()), st.binary(max_size=70)
)
def test_calldata_is_what_web3_writes(given_lines: list[Line], note: str, proof: bytes) -> None:
    mappings = [{"code": line.code, "units": line.units, "payee": line.payee} for line in given_lines]
    tuples = [(line.code, line.units, line.payee) for line in given_lines]
    expected = Web3().eth.contract(abi=ABI[:1]).encode_abi("submit", [tuples, note, proof])
    for form in (given_lines, mappings, tuples):
        assert "0x" + encode_call(ABI, "submit", [form, note, proof]).hex() == expected


@given(st.lists(lines, max_size=4), st.integers(0, 255))
def test_answers_come_back_as_mappings(given_lines: list[Line], count: int) -> None:
    data = encode(["(bytes32,uint64,address)[]", "uint8"], [[(x.code, x.units, x.payee) for x in given_lines], count])
    assert decode_answer(ABI, "submit", 3, data) == {
        "lines": tuple({"code": x.code, "units": x.units, "payee": x.payee} for x in given_lines),
        "count": count,
    }


def test_answers_without_names_or_of_one_value_are_plain() -> None:
    assert decode_answer(ABI, "pair", 0, encode(["uint8", "uint8"], [1, 2])) == (1, 2)
    assert decode_answer(ABI, "pay(bytes32)", 1, encode(["bool"], [True])) is True
    assert decode_answer(ABI, "pay(uint64)", 1, b"") is None


def test_an_overloaded_name_asks_for_its_signature() -> None:
    with pytest.raises(AbiError, match=r"pay\(uint64\), pay\(bytes32\)"):
        encode_call(ABI, "pay", [1])
    assert encode_call(ABI, "pay(uint64)", [1])[:4] == keccak(text="pay(uint64)")[:4]


def test_a_struct_is_signed_by_its_fields() -> None:
    item = find(ABI, "function", "submit")
    assert signature(item) == "submit((bytes32,uint64,address)[],string,bytes)"
    assert selector(item) == keccak(text=signature(item))[:4]


def test_what_the_contract_does_not_have_is_told() -> None:
    with pytest.raises(AbiError, match="no function settle"):
        encode_call(ABI, "settle")
    with pytest.raises(AbiError, match="with 1 arguments"):
        encode_call(ABI, "submit", [1])


@pytest.mark.parametrize(
    "line",
    [
        {"code": b"short", "units": 1, "payee": PAYEE},
        {"code": bytes(32), "units": -1, "payee": PAYEE},
        {"code": bytes(32), "units": 2**64, "payee": PAYEE},
        {"code": bytes(32), "units": 1.5, "payee": PAYEE},
        {"code": bytes(32), "units": 1, "payee": "JANE DOE"},
        {"code": bytes(32), "units": 1},
        {"code": bytes(32), "units": 1, "payee": PAYEE, "extra": 1},
        (bytes(32), 1),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_not_shown(line: Any) -> None:
    with pytest.raises(AbiError) as caught:
        encode_call(ABI, "submit", [[line], "JANE DOE", b""])
    assert "JANE" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_bytes_that_are_no_answer_are_told() -> None:
    with pytest.raises(AbiError, match="right contract"):
        decode_answer(ABI, "submit", 3, b"\x01")


def test_constructor_arguments() -> None:
    assert encode_constructor(ABI, [PAYEE]) == encode(["address"], [PAYEE])
    assert encode_constructor([], []) == b""
    with pytest.raises(AbiError, match="takes 0 arguments, got 1"):
        encode_constructor([], [1])


def test_an_event_is_read_from_topics_and_data() -> None:
    topics = [
        keccak(text="Paid(bytes32,uint64,address,string)"),
        b"\x07" * 32,
        encode(["address"], [PAYEE]),
        keccak(text="memo"),
    ]
    event = decode_event(ABI, topics, encode(["uint64"], [56_00]))
    assert event is not None
    assert event.name == "Paid"
    assert list(event.arguments.items()) == [
        ("claim", b"\x07" * 32),
        ("amount", 56_00),
        ("payee", PAYEE),
        ("memo", keccak(text="memo")),
    ]
    assert decode_event(ABI, [bytes(32)], b"") is None
    assert decode_event(ABI, [], b"") is None


def test_an_unnamed_argument_of_an_error_gets_a_name() -> None:
    item = find(ABI, "error", "Capped")
    assert decode_arguments(item, encode(["uint64", "uint64"], [9, 5])) == {"argument0": 9, "cap": 5}
