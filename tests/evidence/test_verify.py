"""Verification: a signed record holds, and each single change is found and named."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.evidence.disclosure import disclose, verify_disclosure, without_context
from claims.evidence.errors import TreeError
from claims.evidence.record import sign_roll
from claims.evidence.signature import address_of_private_key, sign
from claims.evidence.typed_data import attestation_digest
from claims.evidence.verify import verify
from claims.model.evidence import ContextLeaf
from tests.evidence import samples
from tests.evidence.test_record import seal_many

KEY = address_of_private_key(samples.KEY)
WALLET = "0x" + "d4" * 20
SHIFT = sign_roll(seal_many([samples.encounter(f"V-{n}") for n in range(3)]), lambda digest: sign(digest, samples.KEY))
RECORD = SHIFT[1]
FACTS = [leaf.path for leaf in RECORD.context]


def problem(record, key=KEY, domain=samples.DOMAIN, **more):
    """What is wrong with the record."""
    verified = verify(record, key=key, domain=domain, **more)
    assert verified.signed == (not verified.problem)
    return verified.problem


def with_service(**changes):
    """The record with another first service under the salt of the true one."""
    first, *others = RECORD.services
    return replace(RECORD, services=(replace(first, service=replace(first.service, **changes)), *others))


def with_attestation(**changes):
    """The record with another attestation."""
    return replace(RECORD, attestation=replace(RECORD.attestation, **changes))


def test_every_record_of_a_signed_shift_holds():
    for record in SHIFT:
        verified = verify(record, key=KEY.lower(), domain=samples.DOMAIN)
        assert (verified.signed, verified.problem) == (True, "")
        assert verified.services == tuple(leaf.service for leaf in record.services)
        assert verified.services_root == record.attestation.services_root
        assert verified.digest == attestation_digest(7, record.attestation)
        assert (verified.identifier, verified.person, verified.practitioner) == (record.identifier, "P-4711", 7)
        assert (verified.practitioner_npi, verified.provider_npi) == ("1234567893", "1093817465")


@pytest.mark.parametrize(
    "changed",
    [
        with_service(code="99215"),
        with_service(units=Decimal(2)),
        with_service(modifiers=("51",)),
        with_service(place="22"),
        with_service(begins=date(2026, 3, 1)),
        with_service(ends=date(2026, 3, 3)),
        with_service(ends=date(2027, 3, 3)),
        with_service(code="not a code"),
        replace(RECORD, services=RECORD.services[:1]),
        replace(RECORD, services=RECORD.services[::-1]),
        replace(RECORD, services=(*RECORD.services, RECORD.services[0])),
        replace(RECORD, services=()),
        replace(RECORD, services=(replace(RECORD.services[0], salt=bytes(32)), RECORD.services[1])),
        replace(RECORD, services=(replace(RECORD.services[0], salt=bytes(31)), RECORD.services[1])),
        replace(RECORD, person="P-4712"),
        replace(RECORD, subject_salt=bytes(32)),
        replace(RECORD, subject_salt=b""),
        replace(RECORD, context=RECORD.context[:-1]),
        replace(RECORD, context=RECORD.context[::-1]),
        replace(RECORD, context=(*RECORD.context, ContextLeaf("context/consent", "yes", bytes(32)))),
        replace(RECORD, practitioner_npi="1999999984"),
        with_attestation(services_root=bytes(32)),
        with_attestation(context_root=bytes(32)),
        with_attestation(subject=bytes(32)),
        with_attestation(line_count=3),
        with_attestation(service_year=2025),
    ],
)
def test_values_that_do_not_open_the_attestation_are_a_salt_mismatch(changed):
    assert problem(changed) == "salt-mismatch"


@pytest.mark.parametrize(
    "changed",
    [
        with_attestation(provider="0x" + "a2" * 20),
        with_attestation(sequence=1),
        with_attestation(supersedes=1),
        with_attestation(evidence_class=1),
        with_attestation(valid_until=samples.VALID_UNTIL + 1),
        replace(RECORD, practitioner=8),
        replace(RECORD, index=0),
        replace(RECORD, index=3),
        replace(RECORD, index=-2),
        replace(RECORD, siblings=RECORD.siblings[::-1], index=1),
        replace(RECORD, siblings=RECORD.siblings[1:], index=0),
        replace(RECORD, siblings=()),
        replace(RECORD, signature=RECORD.signature[:-1]),
        replace(RECORD, signature=RECORD.signature[:-1] + b"\x00"),
        replace(RECORD, signature=bytes(65)),
        replace(RECORD, signature=sign(bytes(32), samples.KEY)),
    ],
)
def test_what_the_key_did_not_sign_is_a_bad_signature(changed):
    assert problem(changed) == "bad-signature"


def test_a_record_without_a_signature_is_unsigned():
    assert problem(replace(RECORD, signature=b"", siblings=(), index=0)) == "unsigned"


@pytest.mark.parametrize("domain", [replace(samples.DOMAIN, chain_id=1), replace(samples.DOMAIN, registry=WALLET)])
def test_a_record_for_another_chain_or_registry_is_of_the_wrong_domain(domain):
    assert problem(RECORD, domain=domain) == "wrong-domain"
    renamed = replace(RECORD, chain_id=domain.chain_id, registry=domain.registry)
    assert problem(renamed, domain=domain) == "bad-signature", "writing our domain into the record does not help"


def test_an_unknown_practitioner_has_no_credential():
    assert problem(RECORD, key=None) == "credential"


def test_another_key_is_a_bad_signature():
    assert problem(RECORD, key=address_of_private_key(samples.OTHER_KEY)) == "bad-signature"


def test_a_contract_is_asked_about_what_does_not_recover():
    asked = []

    def accepts(answer):
        return lambda *question: asked.append(question) or answer

    wallet = replace(RECORD, signature=b"whatever the wallet takes")
    assert problem(wallet, key=WALLET) == "bad-signature"
    assert problem(wallet, key=WALLET, is_valid_signature=accepts(False)) == "bad-signature"
    assert problem(wallet, key=WALLET, is_valid_signature=accepts(True)) == ""
    (address, digest, signature), again = asked
    assert (address, signature) == (WALLET, b"whatever the wallet takes")
    assert again[1] == digest
    assert sign(digest, samples.KEY) == RECORD.signature, "it is asked about the digest of the roll"
    assert problem(RECORD, is_valid_signature=accepts(False)) == "", "an ordinary key needs nobody to ask"
    assert len(asked) == 2


def test_a_record_without_its_context_still_holds():
    assert problem(without_context(RECORD)) == ""


@given(st.sampled_from(FACTS), st.sampled_from(FACTS))
def test_single_facts_can_be_disclosed(path, other):
    root = RECORD.attestation.context_root
    shown = disclose(RECORD, path)
    assert verify_disclosure(shown, root)
    assert not verify_disclosure(replace(shown, value=shown.value + "x"), root)
    assert not verify_disclosure(replace(shown, value=""), root)
    assert not verify_disclosure(replace(shown, salt=bytes(32)), root)
    assert not verify_disclosure(replace(shown, path="context/consent"), root)
    assert not verify_disclosure(shown, bytes(32))
    if other != path:
        assert not verify_disclosure(replace(disclose(RECORD, other), path=path, value=shown.value), root)


def test_a_fact_that_is_not_there_cannot_be_disclosed():
    with pytest.raises(TreeError, match="context/consent"):
        disclose(RECORD, "context/consent")
    with pytest.raises(TreeError, match="withheld"):
        disclose(without_context(RECORD), "context/person")


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("2026-03-09T23:10:00-05:00", date(2026, 3, 9)),
        ("2026-03-09", date(2026, 3, 9)),
        ("next week", None),
    ],
)
def test_the_day_of_the_signature_is_what_the_context_says(told, day):
    (record,) = sign_roll(
        seal_many([samples.encounter(context=(("signed", told),))]), lambda digest: sign(digest, samples.KEY)
    )
    assert verify(record, key=KEY, domain=samples.DOMAIN).signed_on == day
    withheld = without_context(record)
    assert verify(withheld, key=KEY, domain=samples.DOMAIN).signed_on == day
    assert verify(replace(withheld, disclosed=()), key=KEY, domain=samples.DOMAIN).signed_on is None
    (fact,) = withheld.disclosed
    other = replace(withheld, disclosed=(replace(fact, value="2026-03-02"),))
    assert verify(other, key=KEY, domain=samples.DOMAIN).problem == "salt-mismatch"
    assert without_context(withheld) == withheld
    backdated = tuple(
        replace(leaf, value="2026-03-02") if leaf.path == "context/signed" else leaf for leaf in record.context
    )
    assert verify(replace(record, context=backdated), key=KEY, domain=samples.DOMAIN).signed_on is None
