"""Struct hashes and digests: the fast path says what everybody else says, and every field counts."""

import json
import subprocess
from dataclasses import fields, replace
from pathlib import Path

import pytest
from eth_account.messages import encode_typed_data
from hypothesis import given, settings

from claims.evidence.errors import EvidenceError, ValueOutOfRange
from claims.evidence.keccak import keccak256
from claims.evidence.signature import sign
from claims.evidence.struct_types import STRUCT_TYPES
from claims.evidence.typed_data import attestation_digest, digest, domain_separator, hash_struct, roll_digest
from claims.model.signed import EncounterRoll
from tests.evidence import reference, samples

CAST = Path(__file__).resolve().parents[2] / "node_modules" / ".bin" / "cast"


def cast(*arguments: str) -> str:
    """What cast answers to these arguments."""
    return subprocess.run([CAST, *arguments], check=True, capture_output=True, text=True, timeout=60).stdout.strip()


@settings(max_examples=300, deadline=None)
@given(samples.SIGNED)
def test_the_fast_path_agrees_with_eth_account(pair):
    value, domain = pair
    message = encode_typed_data(full_message=reference.typed_data(value, domain))
    assert domain_separator(domain) == message.header
    assert hash_struct(value) == message.body
    assert digest(value, domain) == keccak256(b"\x19" + message.version + message.header + message.body)


@pytest.mark.node
@settings(max_examples=30, deadline=None)
@given(samples.SIGNED)
def test_the_fast_path_agrees_with_cast(pair):
    """Signatures are deterministic on both sides, so an equal signature is an equal digest."""
    value, domain = pair
    if domain.chain_id >> 64:  # cast reads the chain id of typed data into 64 bits
        domain = replace(domain, chain_id=domain.chain_id >> 192)
    document = json.dumps(reference.typed_data(value, domain))
    signature = cast("wallet", "sign", "--private-key", "0x" + samples.KEY.hex(), "--data", document)
    assert signature == "0x" + sign(digest(value, domain), samples.KEY).hex()


@pytest.mark.node
@settings(max_examples=10, deadline=None)
@given(samples.ATTESTATIONS, samples.unsigned(32))
def test_attestation_digest_is_what_cast_encodes_and_hashes(attestation, practitioner):
    words = reference.message(attestation)
    struct = STRUCT_TYPES[type(attestation)]
    kinds = ",".join(["bytes32", *reference.tuple_type(type(attestation))])
    encoded = cast("abi-encode", f"f({kinds})", "0x" + struct.type_hash.hex(), *(str(word) for word in words.values()))
    assert cast("keccak", encoded) == "0x" + hash_struct(attestation).hex()
    pair = cast("abi-encode", "f(uint32,bytes32)", str(practitioner), "0x" + hash_struct(attestation).hex())
    assert cast("keccak", pair) == "0x" + attestation_digest(practitioner, attestation).hex()


@pytest.mark.parametrize("kind", STRUCT_TYPES, ids=lambda kind: kind.__name__)
def test_type_text_is_that_of_the_design(kind):
    part = reference.PARTS.get(kind)
    written = "".join(
        f"{one.__name__}({','.join(f'{type_} {name}' for type_, name, _ in reference.MEMBERS[one])})"
        for one in (kind, part)
        if one is not None
    )
    assert STRUCT_TYPES[kind].encoding == written
    assert STRUCT_TYPES[kind].type_hash == keccak256(written.encode())


@given(samples.SIGNED, samples.SIGNED)
def test_every_field_changes_the_digest(pair, other):
    value, domain = pair
    twin, twin_domain = other
    for field in fields(value):
        if type(twin) is type(value) and getattr(twin, field.name) != getattr(value, field.name):
            changed = replace(value, **{field.name: getattr(twin, field.name)})
            assert digest(changed, domain) != digest(value, domain)
    for field in fields(domain):
        if type(twin_domain) is type(domain) and getattr(twin_domain, field.name) != getattr(domain, field.name):
            changed = replace(domain, **{field.name: getattr(twin_domain, field.name)})
            assert digest(value, changed) != digest(value, domain)


@given(samples.ATTESTATIONS)
def test_each_number_of_an_attestation_counts_to_its_last_bit(attestation):
    for kind, _, attribute in reference.MEMBERS[type(attestation)]:
        if kind.startswith("uint"):
            changed = replace(attestation, **{attribute: getattr(attestation, attribute) ^ 1})
            assert hash_struct(changed) != hash_struct(attestation)


@given(samples.ROLLS, samples.EVIDENCE_DOMAINS)
def test_a_roll_can_be_checked_from_struct_hashes_alone(roll, domain):
    hashes = [hash_struct(attestation) for attestation in roll.attestations]
    assert roll_digest(roll.practitioner, hashes, domain) == digest(roll, domain)


@given(samples.ATTESTATIONS, samples.unsigned(32))
def test_an_attestation_is_named_together_with_its_practitioner(attestation, practitioner):
    expected = keccak256(practitioner.to_bytes(32, "big") + hash_struct(attestation))
    assert attestation_digest(practitioner, attestation) == expected
    assert attestation_digest(practitioner, hash_struct(attestation)) == expected
    assert attestation_digest(practitioner ^ 1, attestation) != expected


@given(samples.EVIDENCE_VALUES, samples.BOOK_VALUES)
def test_a_value_of_one_domain_is_refused_in_the_other(evidence, book):
    with pytest.raises(EvidenceError, match="Claims Evidence"):
        digest(evidence, samples.BOOK)
    with pytest.raises(EvidenceError, match="Claims Book"):
        digest(book, samples.DOMAIN)


@pytest.mark.parametrize(
    ("strategy", "kind"),
    [
        (samples.ATTESTATIONS, "EncounterAttestation"),
        (samples.STATEMENTS, "WitnessStatement"),
        (samples.INVOICES, "ProviderInvoice"),
        (samples.DECISIONS, "ClaimDecision"),
        (samples.BATCHES, "DecisionBatch"),
        (samples.SETTLEMENTS, "SettlementBatch"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_numbers_outside_their_type_are_refused_by_name(strategy, kind):
    @settings(max_examples=20)
    @given(strategy)
    def each(value):
        for written, name, attribute in reference.MEMBERS[type(value)]:
            if written.startswith("uint"):
                for wrong in (1 << int(written[4:]), -1, True, 1.0, "1", None):
                    with pytest.raises(ValueOutOfRange, match=rf"{kind}\.{name}"):
                        hash_struct(replace(value, **{attribute: wrong}))
            elif written in ("bytes32", "address"):
                for wrong in (b"\x00" * 31, b"\x00" * 33, "0x00", 0, None):
                    with pytest.raises(ValueOutOfRange, match=rf"{kind}\.{name}"):
                        hash_struct(replace(value, **{attribute: wrong}))

    each()


def test_a_practitioner_beyond_32_bits_is_refused():
    with pytest.raises(ValueOutOfRange, match="practitioner: 4294967296 does not fit in uint32"):
        attestation_digest(1 << 32, bytes(32))
    with pytest.raises(ValueOutOfRange, match=r"EncounterRoll\.practitioner"):
        hash_struct(EncounterRoll(1 << 32, ()))
    with pytest.raises(EvidenceError, match=r"EncounterRoll\.attestations is a tuple"):
        hash_struct(EncounterRoll(1, []))


def test_an_address_of_a_domain_may_be_written_in_any_case():
    lower = replace(samples.DOMAIN, registry=samples.DOMAIN.registry.lower())
    assert domain_separator(lower) == domain_separator(samples.DOMAIN)
