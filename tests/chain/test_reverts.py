"""Nodes tell refusals in different shapes; they are read to the same words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.chain.errors import RpcError
from claims.chain.reverts import ErrorCatalogue, refusal
from tests.chain.machine import REFUSED, refused

CATALOGUE = ErrorCatalogue({"Registry": [REFUSED], "InsurerBook": [REFUSED]})
DATA = "0x" + refused(7, 5).hex()


@pytest.mark.parametrize(
    ("message", "data"),
    [
        ("execution reverted", DATA),
        ("VM Exception while processing transaction: revert", DATA),
        ("Reverted", f"Reverted {DATA}"),
        ("Internal error", {"data": DATA, "message": "revert"}),
        ("execution reverted: custom error", DATA),
    ],
)
def test_the_shapes_of_a_refusal_are_one(message: str, data: object) -> None:
    reason = refusal(RpcError("eth_call", 3, message, data), CATALOGUE)
    assert reason is not None
    assert (reason.error_name, reason.arguments) == ("Refused", {"asked": 7, "limit": 5})
    assert reason.contract_hint == ("Registry", "InsurerBook")
    assert str(reason) == "refused by the contract: Refused(asked=7, limit=5) of Registry or InsurerBook"


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("execution reverted", "Empty"),
        ("OutOfGas: Out of gas: needed 5", "OutOfGas"),
        ("out of gas: not enough", "OutOfGas"),
        ("gas required exceeds allowance (16777216)", "OutOfGas"),
        ("EVM error InvalidFEOpcode", "MachineError"),
        ("InvalidInstruction: Invalid opcode 0xfe", "MachineError"),
    ],
)
def test_a_machine_that_stopped_without_data_is_told(message: str, name: str) -> None:
    reason = refusal(RpcError("eth_call", -32000, message), CATALOGUE)
    assert reason is not None
    assert reason.error_name == name


@pytest.mark.parametrize("message", ["rate limit exceeded", "header not found", "insufficient funds for gas"])
def test_a_node_that_failed_is_no_refusal(message: str) -> None:
    assert refusal(RpcError("eth_call", -32005, message), CATALOGUE) is None


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_read_without_failing(data: bytes) -> None:
    assert CATALOGUE.decode(data).error_name
    assert CATALOGUE.decode(refused(1, 2)[:4] + data[:60]).error_name in ("Unknown", "Refused")
