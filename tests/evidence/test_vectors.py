"""The committed vectors: they are what the code computes, and what others compute from them."""

import json
import subprocess
from pathlib import Path

import pytest
from eth_account.messages import encode_typed_data

from claims.evidence import tree
from claims.evidence.document import load_records
from claims.evidence.keccak import keccak256
from claims.evidence.signature import recover
from claims.evidence.verify import verify
from tests.evidence import reference, samples, vectors

FILE = Path(__file__).with_name("vectors.json")
VECTORS = json.loads(FILE.read_text())


def raw(text: str) -> bytes:
    """The bytes of 0x and hexadecimal digits."""
    return bytes.fromhex(text.removeprefix("0x"))


def test_the_committed_vectors_are_what_the_code_computes():
    assert json.loads(json.dumps(vectors.vectors())) == VECTORS, (
        "a change of these breaks every signature: see vectors.py"
    )


def test_leaves_follow_from_their_bytes():
    for leaf in VECTORS["leaves"]:
        assert raw(leaf["pathBytes"]) == leaf["path"].encode() + b"\x00"
        preimage = b"\x00" + raw(leaf["salt"]) + raw(leaf["pathBytes"]) + raw(leaf["valueBytes"])
        assert keccak256(preimage) == raw(leaf["leaf"])


def test_trees_have_1_2_3_5_and_16_leaves():
    assert [len(one["leaves"]) for one in VECTORS["trees"]] == [1, 2, 3, 5, 16]
    for one in VECTORS["trees"]:
        count = len(one["leaves"])
        for index, (leaf, proof) in enumerate(zip(one["leaves"], one["proofs"], strict=True)):
            assert tree.verify_proof(raw(one["root"]), raw(leaf), index, count, [raw(step) for step in proof])


def test_every_signed_type_has_a_vector():
    assert {one["type"] for one in VECTORS["structs"]} == {kind.__name__ for kind in reference.MEMBERS}


def test_eth_account_agrees_with_the_vectors():
    separators = {one["name"]: one["separator"] for one in VECTORS["domains"]}
    for value, one in zip(vectors.values(), VECTORS["structs"], strict=True):
        domain = samples.DOMAIN if one["domain"] == "Claims Evidence" else samples.BOOK
        message = encode_typed_data(full_message=reference.typed_data(value, domain))
        assert (message.header, message.body) == (raw(separators[one["domain"]]), raw(one["hashStruct"]))
        assert keccak256(b"\x19\x01" + message.header + message.body) == raw(one["digest"])
        assert keccak256(one["encodeType"].encode()) == raw(one["typeHash"])


def test_the_signature_is_of_its_address():
    one = VECTORS["signature"]
    assert recover(raw(one["digest"]), raw(one["signature"])) == one["address"]


def test_the_document_is_of_records_that_hold():
    for record in load_records(json.dumps(VECTORS["document"]).encode()):
        assert verify(record, key=VECTORS["signature"]["address"], domain=samples.DOMAIN).signed


@pytest.mark.node
def test_cast_agrees_with_the_leaves_and_the_nodes():
    cast = Path(__file__).resolve().parents[2] / "node_modules" / ".bin" / "cast"

    def keccak(preimage: str) -> str:
        done = subprocess.run([cast, "keccak", preimage], check=True, capture_output=True, text=True, timeout=60)
        return done.stdout.strip()

    for leaf in VECTORS["leaves"]:
        assert keccak("0x00" + "".join(leaf[part][2:] for part in ("salt", "pathBytes", "valueBytes"))) == leaf["leaf"]
    two = VECTORS["trees"][1]
    assert keccak("0x01" + "".join(leaf[2:] for leaf in two["leaves"])) == two["root"]
