"""What invoices and decisions carry of attestations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.evidence.errors import EvidenceError
from claims.evidence.keccak import keccak256
from claims.evidence.roots import attestations_hash, claim_id, lines_root
from claims.evidence.typed_data import hash_struct
from tests.evidence.samples import HASHES, INVOICES

SEVERAL = st.lists(HASHES, min_size=2, max_size=16)


@given(HASHES)
def test_one_services_root_is_the_lines_root(one):
    assert lines_root([one]) == one


@given(SEVERAL)
def test_several_are_hashed_in_their_order(roots):
    assert lines_root(roots) == attestations_hash(roots) == keccak256(b"".join(roots))


@given(HASHES)
def test_one_attestation_digest_is_hashed_too(one):
    assert attestations_hash([one]) == keccak256(one)


@given(INVOICES)
def test_the_claim_is_named_by_its_invoice(invoice):
    assert claim_id(invoice) == hash_struct(invoice)


def test_a_claim_without_attestations_has_no_root():
    for function in (lines_root, attestations_hash):
        with pytest.raises(EvidenceError, match="at least one"):
            function([])
        with pytest.raises(EvidenceError, match="31"):
            function([bytes(31)])
