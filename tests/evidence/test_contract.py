"""The contracts hash as Python does: the same values through the harness that opens the contracts' own libraries."""

import json
from pathlib import Path

import pytest
from eth_tester import EthereumTester, PyEVMBackend
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web3 import EthereumTesterProvider, Web3

from claims.evidence import leaves, roots, tree
from claims.evidence.typed_data import attestation_digest, digest, domain_separator, hash_struct
from claims.model.signed import (
    DecisionBatch,
    EncounterRoll,
    InvoiceRoll,
    ProviderInvoice,
    SettlementBatch,
    WitnessStatement,
)
from tests.evidence import reference, samples
from tests.evidence.test_leaves import PATHS, SERVICES, TEXTS

ARTEFACT = Path(__file__).resolve().parents[2] / "abi" / "mocks" / "DigestHarness.json"
DIGESTS = {
    EncounterRoll: "rollDigest",
    WitnessStatement: "witnessDigest",
    ProviderInvoice: "invoiceDigest",
    InvoiceRoll: "invoiceRollDigest",
    DecisionBatch: "batchDigest",
    SettlementBatch: "settlementDigest",
}
QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SALTS = samples.HASHES


@pytest.fixture(scope="module")
def harness():
    """The harness on a chain in memory."""
    artefact = json.loads(ARTEFACT.read_text())
    web3 = Web3(EthereumTesterProvider(EthereumTester(PyEVMBackend())))
    contract = web3.eth.contract(abi=artefact["abi"], bytecode=artefact["bytecode"])
    sent = contract.constructor().transact({"from": web3.eth.accounts[0]})
    address = web3.eth.wait_for_transaction_receipt(sent)["contractAddress"]
    return web3.eth.contract(address=address, abi=artefact["abi"]).functions


@QUIET
@given(pair=samples.SIGNED)
def test_struct_hashes_domains_and_digests_agree(harness, pair):
    value, domain = pair
    name = type(value).__name__
    message = reference.message(value)
    separator, contract = (
        (harness.evidenceDomain, domain.registry) if hasattr(domain, "registry") else (harness.bookDomain, domain.book)
    )
    assert getattr(harness, f"hash{name}")(message).call() == hash_struct(value)
    assert separator(domain.chain_id, contract).call() == domain_separator(domain)
    assert harness.typedDataDigest(domain_separator(domain), hash_struct(value)).call() == digest(value, domain)
    if type(value) in DIGESTS:
        assert getattr(harness, DIGESTS[type(value)])(domain.chain_id, contract, message).call() == digest(
            value, domain
        )


@QUIET
@given(attestation=samples.ATTESTATIONS, practitioner=samples.unsigned(32))
def test_attestation_digests_agree(harness, attestation, practitioner):
    message = reference.message(attestation)
    expected = attestation_digest(practitioner, attestation)
    assert harness.attestationDigest(practitioner, message).call() == expected
    both = [{"practitioner": practitioner, "attestation": message}] * 2
    assert harness.attestationsHash(both).call() == roots.attestations_hash([expected, expected])


@QUIET
@given(one=SERVICES, path=PATHS, text=TEXTS, salt=SALTS)
def test_leaves_agree(harness, one, path, text, salt):
    hashed = harness.leafHash(salt, leaves.path_bytes(leaves.service_path(3)), leaves.service_bytes(one)).call()
    assert hashed == leaves.service_leaf(3, one, salt)
    hashed = harness.leafHash(salt, leaves.path_bytes(path), leaves.text_bytes(text)).call()
    assert hashed == leaves.leaf_hash(salt, leaves.path_bytes(path), leaves.text_bytes(text))


@QUIET
@given(row=st.lists(samples.HASHES, min_size=1, max_size=20))
def test_trees_and_roots_agree(harness, row):
    assert harness.merkleRoot(row).call() == tree.root(row)
    assert harness.linesRoot(row).call() == roots.lines_root(row)
    assert harness.nodeHash(row[0], row[-1]).call() == tree.root([row[0], row[-1]])
