"""The contracts' digests against eth_account's encoder, and trees against a plain reading of the design."""

from datetime import date
from typing import Any

import pytest
from eth_utils.crypto import keccak
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web3.contract import Contract

from tests.contracts.support import TYPES, Stage, struct_hash, typed, values

SOME = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def harness(shared_stage: Stage) -> Contract:
    return shared_stage.deploy("mocks/DigestHarness")


def words(kind: str) -> st.SearchStrategy[Any]:
    """Values of a type, its bounds among them."""
    if kind.startswith("uint"):
        return st.integers(0, 2 ** int(kind[4:]) - 1)
    if kind == "bytes32":
        return st.binary(min_size=32, max_size=32)
    if kind == "address":
        return st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
    if kind == "bytes32[]":
        return st.lists(words("bytes32"), max_size=4)
    return st.lists(messages(kind.removesuffix("[]")), max_size=4)


def messages(primary: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: words(kind) for kind, name in TYPES[primary]})


def argument(primary: str, message: dict[str, Any]) -> tuple[Any, ...]:
    """A message as a call takes it, checksums left aside."""
    made = []
    for kind, name in TYPES[primary]:
        value = message[name]
        if kind[:-2] in TYPES:
            made.append([argument(kind[:-2], item) for item in value])
        else:
            made.append(bytes.fromhex(value[2:]) if kind == "address" else value)
    return tuple(made)


@pytest.mark.parametrize("primary", TYPES)
def test_struct_hashes_are_those_of_eip_712(harness: Contract, primary: str) -> None:
    @SOME
    @given(messages(primary))
    def agree(message: dict[str, Any]) -> None:
        ours = harness.functions[f"hash{primary}"](argument(primary, message)).call()
        assert ours == struct_hash(primary, message)

    agree()


@SOME
@given(
    st.integers(1, 2**64 - 1),
    words("address"),
    messages("EncounterRoll"),
    messages("DecisionBatch"),
    messages("SettlementBatch"),
)
def test_digests_bind_chain_and_contract(
    harness: Contract,
    chain_id: int,
    contract: str,
    roll: dict[str, Any],
    batch: dict[str, Any],
    settlement: dict[str, Any],
) -> None:
    for name, call, primary, message in (
        ("Claims Evidence", harness.functions.rollDigest, "EncounterRoll", roll),
        ("Claims Book", harness.functions.batchDigest, "DecisionBatch", batch),
        ("Claims Book", harness.functions.settlementDigest, "SettlementBatch", settlement),
    ):
        domain = {"name": name, "version": "1", "chainId": chain_id, "verifyingContract": contract}
        signable = typed(domain, primary, message)
        digest = keccak(b"\x19\x01" + signable.header + signable.body)
        assert call(chain_id, bytes.fromhex(contract[2:]), argument(primary, message)).call() == digest


@SOME
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=8), st.data())
def test_an_array_with_one_element_computed_is_the_array(
    harness: Contract, hashes: list[bytes], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(hashes) - 1))
    others = hashes[:place] + hashes[place + 1 :]
    assert harness.functions.hashArrayWith(hashes[place], place, others).call() == keccak(b"".join(hashes))


def plain_root(level: list[bytes]) -> bytes:
    while len(level) > 1:
        paired = [keccak(b"\1" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0]


@SOME
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=17))
def test_an_odd_node_is_promoted(harness: Contract, leaves: list[bytes]) -> None:
    assert harness.functions.merkleRoot(leaves).call() == plain_root(leaves)


@SOME
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40), st.binary(max_size=40))
def test_a_leaf_is_salted(harness: Contract, salt: bytes, path: bytes, value: bytes) -> None:
    assert harness.functions.leafHash(salt, path, value).call() == keccak(b"\0" + salt + path + value)


def test_an_empty_tree_has_no_root(harness: Contract) -> None:
    with pytest.raises(Exception, match="revert"):
        harness.functions.merkleRoot([]).call()


def test_years_begin_on_their_first_day(harness: Contract) -> None:
    for year in (1970, 1971, 1972, 1973, 2000, 2001, 2024, 2025, 2026, 2099, 2100):
        expected = (date(year, 1, 1) - date(1970, 1, 1)).days
        assert harness.functions.firstDayOf(year).call() == expected


def test_values_follow_the_order_of_their_type() -> None:
    assert values("EncounterRoll", {"attestations": [], "practitioner": 3}) == (3, [])
