"""What a decision becomes on the chain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from claims.adjudication.engine import ASSUMED, adjudicate
from claims.evidence.roots import claim_id, lines_root
from claims.evidence.signature import recover
from claims.evidence.typed_data import digest
from claims.evidence.verify import verify
from claims.model.decision import Decision
from claims.model.plan import Plan
from claims.model.signed import BookDomain, DecisionBatch
from claims.settlement.arguments import signed_decision_argument
from claims.settlement.terms import TermsError, build_invoice, build_terms, claim_id_of, sign_decision
from tests.service.parties import GOOD
from tests.service.visits import DOMAIN, signed_records
from tests.settlement.test_selection import claim

PROVIDER = "0x" + "a1" * 20
BOOK = BookDomain(31_337, "0x" + "b0" * 20)


def plan() -> Plan:
    """The good fixture's plan."""
    from claims.adjudication.documents import read_plan

    return read_plan((GOOD / "plan.toml").read_text())


def decision(**changes: object) -> Decision:
    """The good claim, paid in full."""
    return replace(adjudicate(plan(), claim(), evidence=ASSUMED), **changes)  # type: ignore[arg-type]


def verified(**changes: object):  # type: ignore[no-untyped-def]
    """The visit, verified."""
    (record,) = signed_records(**changes)
    return verify(record, key=None, domain=DOMAIN)


def test_the_invoice_is_the_claims_identity() -> None:
    records = signed_records()
    invoice = build_invoice(claim(), provider=PROVIDER, policy=7, records=records)
    assert (invoice.billed, invoice.rank, invoice.frequency, invoice.policy) == (17_500, 0, 1, 7)
    others = [
        build_invoice(claim(), provider=PROVIDER, policy=8, records=records),
        build_invoice(claim(rank="S"), provider=PROVIDER, policy=7, records=records),
        build_invoice(claim(), provider=PROVIDER, policy=7, records=records * 2),
        build_invoice(claim(), provider="0x" + "a2" * 20, policy=7, records=records),
    ]
    assert len({claim_id(each) for each in (invoice, *others)}) == 5


@pytest.mark.parametrize("count", [0, 17])
def test_an_invoice_lists_one_to_sixteen_records(count: int) -> None:
    with pytest.raises(TermsError, match=f"backed by {count} encounter records"):
        build_invoice(claim(), provider=PROVIDER, policy=7, records=signed_records() * count)


def test_the_terms_carry_the_recomputed_root_and_the_amounts_in_cents() -> None:
    encounter = verified()
    invoice = build_invoice(claim(), provider=PROVIDER, policy=7, records=signed_records())
    terms = build_terms(decision(), invoice, [encounter], revision=1)
    assert terms.invoice == claim_id(invoice)
    assert terms.lines_root == lines_root([encounter.services_root]) == encounter.services_root
    assert (terms.allowed, terms.paid, terms.patient, terms.interest) == (17_500, 17_500, 0, 0)
    assert (terms.outcome, terms.revision) == (1, 1)
    several = build_terms(decision(), invoice, [encounter, encounter], revision=1)
    assert several.lines_root not in (terms.lines_root, encounter.services_root)


def test_evidence_of_two_classes_is_not_signed_together() -> None:
    invoice = build_invoice(claim(), provider=PROVIDER, policy=7, records=signed_records())
    mixed = [verified(), replace(verified(), evidence_class=3)]
    with pytest.raises(TermsError, match="2 evidence classes"):
        build_terms(decision(), invoice, mixed, revision=1)


def test_nothing_is_signed_of_a_rejected_claim() -> None:
    invoice = build_invoice(claim(), provider=PROVIDER, policy=7, records=signed_records())
    with pytest.raises(TermsError, match="nothing is signed"):
        build_terms(decision(status="rejected"), invoice, [verified()], revision=1)


def test_each_adjudicator_signs_the_whole_batch_and_approvals_ascend() -> None:
    from claims.evidence.signature import sign

    invoice = build_invoice(claim(), provider=PROVIDER, policy=7, records=signed_records())
    terms = build_terms(decision(), invoice, [verified()], revision=1)
    keys = [bytes(31) + bytes([number]) for number in (1, 2, 3)]
    addresses = [recover(bytes(32), sign(bytes(32), key)) for key in keys]
    signed = sign_decision(
        "A-1",
        invoice,
        terms,
        records=["V-9001"],
        traces=bytes(32),
        rule_pack=bytes(32),
        epoch=1,
        deadline=2_000_000_000,
        batch=b"\x05" * 32,
        domain=BOOK,
        adjudicators=[
            (address, lambda to_sign, key=key: sign(to_sign, key)) for address, key in zip(addresses, keys, strict=True)
        ],
    )
    batch = DecisionBatch((terms,), bytes(32), bytes(32), 1, 2_000_000_000, b"\x05" * 32)
    to_sign = digest(batch, BOOK)
    assert [recover(to_sign, approval.signature) for approval in signed.approvals] == addresses
    listed = [int(address, 16) for address, _ in signed_decision_argument(signed)[-1]]
    assert listed == sorted(listed)
    assert claim_id_of(signed) == terms.invoice
