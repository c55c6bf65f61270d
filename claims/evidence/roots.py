"""What invoices and decisions carry of attestations (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Sequence

from claims.evidence.errors import EvidenceError
from claims.evidence.keccak import keccak256
from claims.evidence.typed_data import hash_struct
from claims.evidence.words import hash_word
from claims.model.signed import ProviderInvoice


def lines_root(services_roots: Sequence[bytes]) -> bytes:
    """Return ClaimDecision.linesRoot: the one services root itself, of several keccak256 of their concatenation in order."""
    joined = _joined(services_roots, "services root")
    return services_roots[0] if len(services_roots) == 1 else keccak256(joined)


def attestations_hash(attestation_digests: Sequence[bytes]) -> bytes:
    """Return ProviderInvoice.attestations: keccak256 of the concatenated attestation digests in the claim's order."""
    return keccak256(_joined(attestation_digests, "attestation digest"))


def claim_id(invoice: ProviderInvoice) -> bytes:
    """Return the id of the claim, which is the struct hash of its invoice."""
    return hash_struct(invoice)


def _joined(hashes: Sequence[bytes], what: str) -> bytes:
    if not hashes:
        raise EvidenceError(f"a claim needs at least one {what}")
    return b"".join([hash_word(one, what) for one in hashes])
