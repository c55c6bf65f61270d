"""Which claims a batch takes, in which order, and what the packer refuses. The bytes are held to the contracts elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.evidence.roots import attestations_hash, claim_id
from claims.evidence.typed_data import attestation_digest, hash_struct
from claims.model.evidence import EncounterRecord
from claims.model.signed import ClaimDecision, EncounterAttestation, InvoiceRoll, ProviderInvoice
from claims.settlement.packing import BatchClaim, PackingError, anchoring_order, arrange, fits, pack
from tests.contracts import layout

PROVIDER, OTHER = "0x" + "ab" * 20, "0x" + "0C" * 20


def records(*sequences: int, practitioner: int = 7, provider: str = PROVIDER, **fields: Any) -> list[EncounterRecord]:
    """A shift; nobody checks its signature here."""
    made = [
        EncounterAttestation(
            **(
                {
                    "provider": provider,
                    "subject": bytes([n % 256]) * 32,
                    "sequence": n,
                    "supersedes": 0,
                    "services_root": bytes([n % 256, 1]) * 16,
                    "context_root": bytes([n % 256, 2]) * 16,
                    "line_count": 1,
                    "service_year": 2040,
                    "evidence_class": 0,
                    "valid_until": 2**32,
                }
                | fields
            )
        )
        for n in sequences
    ]
    siblings = tuple(hash_struct(each) for each in made)
    signature = bytes([practitioner, *(n % 256 for n in sequences)]).ljust(65, b"\1")[:65]
    return [
        EncounterRecord("", "", bytes(32), practitioner, "", "", (), (), each, siblings, n, signature, 1, PROVIDER)
        for n, each in enumerate(made)
    ]


def invoice(
    *evidence: EncounterRecord, provider: str = PROVIDER, rank: int = 0, billed: int = 1_000
) -> ProviderInvoice:
    digests = [attestation_digest(each.practitioner, each.attestation) for each in evidence]
    return ProviderInvoice(provider, 5, rank, attestations_hash(digests), billed, bytes(32), 1)


def decision(of: ProviderInvoice, paid: int = 600, patient: int = 200) -> ClaimDecision:
    return ClaimDecision(claim_id(of), 1, 1, bytes(32), 0, paid + patient, 0, paid, patient, 0)


def claims(*evidence: tuple[EncounterRecord, ...], nonce: int = 1, provider: str = PROVIDER) -> list[BatchClaim]:
    """The claims of one roll of invoices."""
    invoices = tuple(invoice(*each, provider=provider) for each in evidence)
    roll = InvoiceRoll(invoices, bytes(32), nonce)
    return [BatchClaim(roll, n, decision(invoices[n]), each) for n, each in enumerate(evidence)]


def alone(*evidence: EncounterRecord) -> list[tuple[EncounterRecord, ...]]:
    return [(each,) for each in evidence]


# -- What goes alone ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"outcome": 2}, "approvals"),
        ({"revision": 2}, "first revision"),
        ({"interest": 1}, "approvals"),
        ({"paid": 1 << 48}, "2^48"),
    ],
)
def test_decisions_that_a_batch_does_not_take(change: dict[str, int], why: str) -> None:
    (made,) = claims(*alone(*records(1)))
    assert fits(made) == ""
    other = replace(made, decision=replace(made.decision, **change))
    assert why in fits(other)
    with pytest.raises(PackingError, match=claim_id(made.invoice).hex()):
        pack([other])


@pytest.mark.parametrize("change", [{"frequency": 7}, {"replaces": b"\1" * 32}])
def test_corrections_go_alone(change: dict[str, Any]) -> None:
    (made,) = claims(*alone(*records(1)))
    roll = replace(made.roll, invoices=(replace(made.invoice, **change),))
    assert "original" in fits(replace(made, roll=roll))


@pytest.mark.parametrize("count", [0, 17])
def test_a_claim_lists_one_to_sixteen(count: int) -> None:
    (made,) = claims(*alone(*records(1)))
    assert "1 to 16" in fits(replace(made, records=tuple(records(*range(1, count + 1)))))


@pytest.mark.parametrize("length", [0, 64, 66])
def test_wallets_go_alone(length: int) -> None:
    (record,) = records(1)
    (made,) = claims((replace(record, signature=bytes(length)),))
    assert "account" in fits(made)


def test_a_batch_has_claims() -> None:
    with pytest.raises(PackingError, match="at least one"):
        pack([])


def test_claims_stand_in_the_order_of_their_roll() -> None:
    first, second = claims(*alone(*records(1, 2)))
    pack([first, second])
    for wrong in ([second, first], [first, first]):
        with pytest.raises(PackingError, match="order"):
            pack(wrong)


def test_the_parts_are_those_that_another_reader_finds() -> None:
    """What is signed: each group's header, then each of its sections."""
    made = [*claims(*alone(*records(1, 2))), *claims(*alone(*records(3)), nonce=2)]
    packed = pack(arrange(made))
    assert list(packed.parts) == layout.parts(packed.data)
    assert len(packed.parts) == packed.groups + packed.sections == 4
    assert b"".join(layout.write_group(group) for group in layout.read(packed.data)) == packed.data[7:]


@pytest.mark.parametrize(
    ("policy", "paid", "billed", "kind"),
    [
        ((1 << 32) - 1, 600, 1_000, layout.NARROW),
        (1 << 32, 600, 1_000, layout.WIDE),
        (5, (1 << 24) - 1, (1 << 24) - 1, layout.NARROW),
        (5, 600, 1 << 24, layout.WIDE),
        (5, 1 << 24, 1 << 25, layout.WIDE),
    ],
)
def test_a_claim_takes_the_short_form_where_it_fits(policy: int, paid: int, billed: int, kind: int) -> None:
    (record,) = records(1)
    of = replace(invoice(record, billed=billed), policy=policy)
    made = BatchClaim(InvoiceRoll((of,), bytes(32), 1), 0, decision(of, paid=paid, patient=0), (record,))
    data = pack([made]).data
    (item,) = layout.read(data)[0].sections[0].claims
    assert (item.kind, item.policy, item.billed, item.paid) == (kind, policy, billed, paid)
    assert int.from_bytes(data[4:7], "big") == (3 if paid < 0xFFFFFF else 9)


# -- Order -------------------------------------------------------------------------------------------------------------


def test_claims_are_arranged_by_provider_then_roll_then_place() -> None:
    """The case of an address says nothing; neighbouring groups of one provider are one payment."""
    mine = claims(*alone(*records(1, 2, 3)))
    more = claims(*alone(*records(4, 5)), nonce=2)
    theirs = claims(*alone(*records(6, provider=OTHER)), provider=OTHER)
    ordered = arrange([more[1], mine[2], theirs[0], mine[0], more[0], mine[1]])
    assert ordered[0] == theirs[0]
    rolls = sorted((mine, more), key=lambda part: hash_struct(part[0].roll))
    assert list(ordered[1:]) == [*rolls[0], *rolls[1]]


@given(st.permutations(range(6)))
def test_the_order_of_asking_does_not_matter(order: list[int]) -> None:
    made = [*claims(*alone(*records(1, 2, 3))), *claims(*alone(*records(4, 5, 6)), nonce=2)]
    assert arrange([made[n] for n in order]) == arrange(made)


@given(st.permutations(range(8)))
def test_invoices_are_anchored_as_their_attestations_were_signed(order: list[int]) -> None:
    """Each shift is then one section, whatever order they came in."""
    evidence = [*records(1, 2, 3, 4), *records(1, 2, 3, 4, practitioner=8)]
    pairs = [(invoice(evidence[n]), (evidence[n],)) for n in order]
    places = anchoring_order(pairs)
    assert sorted(places) == list(range(8))
    made = claims(*(tuple(pairs[place][1]) for place in places))
    packed = pack(made)
    assert (packed.claims, packed.groups, packed.sections) == (8, 1, 2)


# -- Sections ----------------------------------------------------------------------------------------------------------


def sections(made: list[BatchClaim]) -> list[layout.Section]:
    data = pack(made).data
    return [section for group in layout.read(data) for section in group.sections]


def test_a_shift_is_one_section_and_a_step_back_begins_another() -> None:
    evidence = records(1, 2, 3)
    assert len(sections(claims(*alone(*evidence)))) == 1
    assert len(sections(claims(*alone(evidence[1], evidence[0], evidence[2])))) == 2


def test_an_attestation_is_not_taken_with_one_that_it_supersedes() -> None:
    """A section spends all its attestations before it judges its claims. Where the first claim turns out not to be payable, its
    visit is given back, and the one that supersedes it is to be paid, as it would be alone: it needs a section after."""
    first, second = records(1, 2)
    later = records(1, 2)
    attestation = replace(second.attestation, supersedes=1)
    siblings = (first.siblings[0], hash_struct(attestation))
    evidence = [replace(later[0], siblings=siblings), replace(later[1], siblings=siblings, attestation=attestation)]
    assert len(sections(claims(*alone(*evidence)))) == 2


def test_one_visit_in_two_claims_of_several_is_held_twice() -> None:
    """The payer's error, or two rolls of one provider; the second claim is skipped, and the bytes are whole."""
    evidence = records(1, 2, 3)
    made = claims((evidence[0], evidence[1]), (evidence[1], evidence[2]), (evidence[2], evidence[0]))
    data = pack(made).data
    (group,) = layout.read(data)
    items = [item for section in group.sections for item in section.claims]
    assert group.held == sum(item.kind == layout.HOLD for item in items) == 6
    held: list[int] = []
    for item in items:
        if item.kind == layout.HOLD:
            held.append(len(held))
        assert all(place < len(held) for place in item.places)
    assert sorted(place for item in items for place in item.places) == list(range(6))


def test_ranks_and_terms_have_sections_of_their_own() -> None:
    evidence = records(1, 2)
    invoices = (invoice(evidence[0]), invoice(evidence[0], rank=1))
    roll = InvoiceRoll(invoices, bytes(32), 1)
    made = [BatchClaim(roll, n, decision(each), (evidence[0],)) for n, each in enumerate(invoices)]
    assert [section.rank for section in sections(made)] == [0, 1]


def test_many_hashes_travel_in_runs() -> None:
    evidence = records(*range(1, 601))
    made = claims(*alone(*evidence))
    data = pack([made[0], made[599]]).data
    (group,) = layout.read(data)
    (section,) = group.sections
    absent = [item for item in section.claims if item.kind == layout.ABSENT_INVOICES]
    assert [h for item in absent for h in item.hashes] == [hash_struct(each.invoice) for each in made[1:599]]
    entries = [entry for entry in section.entries if entry.kind == layout.ABSENT]
    assert [h for entry in entries for h in entry.words] == list(evidence[0].siblings[1:599])
    assert (group.invoices, section.attestations, section.present) == (600, 600, 2)
