"""The signed types once more, as the JSON that wallets take (eth_signTypedData_v4), written by hand from the design."""

from claims.model.signed import (
    ClaimDecision,
    DecisionBatch,
    EncounterAttestation,
    EncounterRoll,
    EvidenceDomain,
    InvoiceRoll,
    ProviderInvoice,
    SettlementBatch,
    WitnessStatement,
)

MEMBERS = {
    EncounterAttestation: (
        ("address", "provider", "provider"),
        ("bytes32", "subject", "subject"),
        ("uint64", "sequence", "sequence"),
        ("uint64", "supersedes", "supersedes"),
        ("bytes32", "servicesRoot", "services_root"),
        ("bytes32", "contextRoot", "context_root"),
        ("uint16", "lineCount", "line_count"),
        ("uint32", "serviceYear", "service_year"),
        ("uint8", "evidenceClass", "evidence_class"),
        ("uint40", "validUntil", "valid_until"),
    ),
    EncounterRoll: (
        ("uint32", "practitioner", "practitioner"),
        ("EncounterAttestation[]", "attestations", "attestations"),
    ),
    WitnessStatement: (
        ("bytes32", "attestation", "attestation"),
        ("uint8", "role", "role"),
        ("uint8", "statement", "statement"),
        ("uint8", "capacity", "capacity"),
        ("bytes32", "evidence", "evidence"),
        ("uint40", "validUntil", "valid_until"),
    ),
    ProviderInvoice: (
        ("address", "provider", "provider"),
        ("uint64", "policy", "policy"),
        ("uint8", "rank", "rank"),
        ("bytes32", "attestations", "attestations"),
        ("uint64", "billed", "billed"),
        ("bytes32", "replaces", "replaces"),
        ("uint8", "frequency", "frequency"),
    ),
    InvoiceRoll: (
        ("ProviderInvoice[]", "invoices", "invoices"),
        ("bytes32", "documents", "documents"),
        ("uint64", "nonce", "nonce"),
    ),
    ClaimDecision: (
        ("bytes32", "invoice", "invoice"),
        ("uint32", "revision", "revision"),
        ("uint8", "outcome", "outcome"),
        ("bytes32", "linesRoot", "lines_root"),
        ("uint8", "evidenceClass", "evidence_class"),
        ("uint64", "allowed", "allowed"),
        ("uint64", "otherPayer", "other_payer"),
        ("uint64", "paid", "paid"),
        ("uint64", "patient", "patient"),
        ("uint64", "interest", "interest"),
    ),
    DecisionBatch: (
        ("ClaimDecision[]", "decisions", "decisions"),
        ("bytes32", "traces", "traces"),
        ("bytes32", "rulePack", "rule_pack"),
        ("uint32", "epoch", "epoch"),
        ("uint40", "deadline", "deadline"),
        ("bytes32", "batch", "batch"),
    ),
    SettlementBatch: (
        ("bytes32[]", "parts", "parts"),
        ("bytes32", "traces", "traces"),
        ("bytes32", "rulePack", "rule_pack"),
        ("uint32", "epoch", "epoch"),
        ("uint40", "deadline", "deadline"),
        ("bytes32", "batch", "batch"),
    ),
}
PARTS = {EncounterRoll: EncounterAttestation, InvoiceRoll: ProviderInvoice, DecisionBatch: ClaimDecision}


def message(value):
    """The value as a JSON object."""
    return {name: _plain(getattr(value, attribute)) for _, name, attribute in MEMBERS[type(value)]}


def typed_data(value, domain):
    """The whole JSON document that a wallet would be asked to sign."""
    kind = type(value)
    types = {
        "EIP712Domain": [
            {"name": "name", "type": "string"},
            {"name": "version", "type": "string"},
            {"name": "chainId", "type": "uint256"},
            {"name": "verifyingContract", "type": "address"},
        ]
    }
    for one in (kind, PARTS.get(kind)):
        if one is not None:
            types[one.__name__] = [{"name": name, "type": written} for written, name, _ in MEMBERS[one]]
    evidence = isinstance(domain, EvidenceDomain)
    return {
        "types": types,
        "primaryType": kind.__name__,
        "domain": {
            "name": "Claims Evidence" if evidence else "Claims Book",
            "version": "1",
            "chainId": domain.chain_id,
            "verifyingContract": domain.registry if evidence else domain.book,
        },
        "message": message(value),
    }


def tuple_type(kind):
    """The ABI type of a struct as `cast abi-encode` takes it, its name and the type words in order."""
    return [written for written, _, _ in MEMBERS[kind]]


def _plain(value):
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple):
        return [_plain(item) if isinstance(item, bytes) else message(item) for item in value]
    return value
