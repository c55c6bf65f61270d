"""The bytes of a batch: what the packer writes is what the comments in the contracts say, and nothing else is taken.

A reader of its own (`layout`) takes the bytes apart; what it finds is held against the claims and against what the contract
did. Then the bytes lie, in every count and at every length, and the whole is refused.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eth_tester.exceptions import TransactionFailed
from eth_utils.crypto import keccak
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contracts import layout
from tests.contracts.batches import (
    GAS,
    Anchor,
    Batch,
    anchored,
    batch,
    claim,
    day,
    enrol,
    paid_claims,
    payments,
    shift,
    skipped,
    visits,
)
from tests.contracts.layout import ABSENT, ABSENT_INVOICES, FULL, HOLD, NARROW, SEVERAL, SHORT, WIDE, Group, Item
from tests.contracts.support import (
    OTHER_PRACTITIONER,
    PRACTITIONER,
    UNITS_PER_CENT,
    Case,
    Refused,
    Stage,
    attestation_digest,
    attested,
    events,
    struct_hash,
)

MALFORMED = {"Batches_Malformed", "PackedRolls_Malformed", "Invoices_RollMismatch", "Invoices_NotAnchored"}


def rich(stage: Stage) -> Batch:
    """Every form that there is: two groups, absent ones of each kind, held ones, long and short claims and entries."""
    other = enrol(stage, "second provider", 502)
    items = shift(
        stage, *(attested(stage, n) for n in (1, 2, 3)), attested(stage, 9, supersedes=5), attested(stage, 10)
    )
    second = visits(stage, 1, other=True)
    mine = [
        claim(stage, items[0]),
        claim(stage, items[1], otherPayer=100),
        claim(stage, items[3], second[0]),
        claim(stage, items[4]),
    ]
    theirs = day(stage, 21, 22, provider=other)
    left = day(stage, 31)
    return Batch(stage, [anchored(stage, *mine, *left), anchored(stage, *theirs, provider=other)])


def taken(stage: Stage, made: Batch, packed: bytes, **terms: Any) -> str:
    """How the contract takes bytes that were signed as they are: the refusal's name, or nothing. A length that lies may want
    more memory than gas can buy."""
    try:
        stage.ask(stage.stranger, made.call(packed=packed, **terms))
    except Refused as refusal:
        return refusal.name
    except TransactionFailed as failure:
        if "Out of gas" not in str(failure):
            raise
        return "Out of gas"
    return ""


# -- The packer writes what the reader reads ---------------------------------------------------------------------------


def found(groups: list[Group]) -> dict[bytes, tuple[int, bytes]]:
    """By its place in order, each claim that the bytes hold: what was read of it, by its id."""
    claims: dict[bytes, tuple[int, bytes]] = {}
    index = 0
    for group in groups:
        invoices: list[bytes] = []
        held: list[bytes] = []
        for section in group.sections:
            hashes: list[bytes] = []
            answers: list[bytes] = []
            for entry in section.entries:
                if entry.kind == ABSENT:
                    hashes += entry.words
                    continue
                message = {
                    "provider": "0x" + group.provider.hex(),
                    "subject": entry.words[0],
                    "sequence": entry.sequence,
                    "supersedes": entry.supersedes,
                    "servicesRoot": entry.words[1],
                    "contextRoot": entry.words[2],
                    "lineCount": entry.lines,
                    "serviceYear": section.year,
                    "evidenceClass": section.evidence_class,
                    "validUntil": section.valid_until,
                }
                hashes.append(struct_hash("EncounterAttestation", message))
                answers.append(attestation_digest(section.practitioner, message))
            assert len(hashes) == section.attestations
            assert len(answers) == section.present
            for item in section.claims:
                if item.kind == HOLD:
                    held.append(answers.pop(0))
                elif item.kind == ABSENT_INVOICES:
                    invoices += item.hashes
                else:
                    listed = [held[place] for place in item.places] if item.kind == SEVERAL else [answers.pop(0)]
                    invoice = {
                        "provider": "0x" + group.provider.hex(),
                        "policy": item.policy,
                        "rank": section.rank,
                        "attestations": keccak(b"".join(listed)),
                        "billed": item.billed,
                        "replaces": bytes(32),
                        "frequency": 1,
                    }
                    invoices.append(struct_hash("ProviderInvoice", invoice))
                    claims[invoices[-1]] = (index, item.paid.to_bytes(8, "big"))
                    index += 1
            assert not answers
        assert len(invoices) == group.invoices
        assert len(held) == group.held
        assert len(group.sections) == group.count
    return claims


def checked(made: Batch, without: list[Case], receipt: Any) -> None:
    """What was packed, what was read of it, and what the contract says that it did, agree."""
    packed = made.pack(without)
    assert list(packed.parts) == layout.parts(packed.data)
    read = found(layout.read(packed.data))
    assert read == {each.claim: (n, each.paid.to_bytes(8, "big")) for n, each in enumerate(made.present(without))}
    told = sorted(each for records in payments(made.stage, receipt).values() for each in records)
    assert told == sorted((index, int.from_bytes(paid, "big")) for index, paid in read.values())


def test_a_rich_batch_is_read_and_settled_alike(stage: Stage) -> None:
    made = rich(stage)
    without = [made.claims[-1], next(each for each in made.claims if each.evidence[0].fields["sequence"] == 31)]
    kinds = {item.kind for group in layout.read(made.pack(without).data) for s in group.sections for item in s.claims}
    assert {NARROW, SEVERAL, HOLD, ABSENT_INVOICES} <= kinds
    assert layout.write(layout.read(made.pack(without).data)) == made.pack(without).data
    checked(made, without, made.send(without))


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_shape_is_read_and_settled_alike(shared_stage: Stage, data: st.DataObject) -> None:
    """Shifts of any gaps, claims of any forms, some left out."""
    stage = shared_stage
    with stage.undone():
        shapes: dict[bool, list[Any]] = {}
        for other in (False, True):
            steps = data.draw(st.lists(st.sampled_from([1, 1, 1, 2, 70]), min_size=1, max_size=5))
            start = data.draw(st.sampled_from([1, 60, 1 << 32 | 1]))
            sequences = [start + sum(steps[:n]) for n in range(len(steps))]
            items = [
                attested(
                    stage,
                    sequence,
                    other,
                    lineCount=data.draw(st.sampled_from([1, 2, 127, 128, 300])),
                    supersedes=data.draw(st.sampled_from([0, 0, 0, 500 + n])),
                    evidenceClass=data.draw(st.sampled_from([0, 0, 1])),
                )
                for n, sequence in enumerate(sequences)
            ]
            shapes[other] = shift(stage, *items)
        pool = data.draw(st.permutations([*shapes[False], *shapes[True]]))
        claims: list[Case] = []
        while pool:
            size = data.draw(st.integers(1, 3))
            evidence = [
                pool[0],
                *(each for each in pool[1:size] if each.fields["evidenceClass"] == pool[0].fields["evidenceClass"]),
            ]
            pool = [each for each in pool if not any(each is e for e in evidence)]
            parts = data.draw(st.sampled_from([{}, {"otherPayer": 5}, {"billed": 1 << 24}, {"paid": 0}, {"rank": 1}]))
            claims.append(claim(stage, *evidence, **parts))
        cut = data.draw(st.integers(0, len(claims)))
        rolls = [
            anchored(stage, *part, nonce=nonce) for nonce, part in enumerate((claims[:cut], claims[cut:]), 1) if part
        ]
        made = Batch(stage, rolls)
        without = [each for each in made.claims if data.draw(st.booleans())][: len(claims) - 1]
        receipt = made.send(without)
        assert not skipped(stage, receipt)
        checked(made, without, receipt)
        if without:
            rest = made.present(without)
            checked(made, rest, made.send(rest))
        assert stage.balance(stage.provider.address) == sum(each.paid for each in claims) * UNITS_PER_CENT


# -- Bytes that lie ----------------------------------------------------------------------------------------------------


def test_bytes_that_end_anywhere_else_are_refused(stage: Stage) -> None:
    made = rich(stage)
    data = made.pack().data
    assert taken(stage, made, data) == ""
    for length in [*range(0, 260, 3), *range(260, len(data), 37), len(data) - 1]:
        assert taken(stage, made, data[:length]), length
    for more in (b"\0", bytes(18), bytes(98), data[2:]):
        assert taken(stage, made, data + more) in MALFORMED


def lies(groups: list[Group]) -> dict[str, Callable[[int], None]]:
    """Every count that stands in the bytes, to be changed by some number."""

    def change(owner: Any, name: str) -> Callable[[int], None]:
        return lambda by: setattr(owner, name, (getattr(owner, name) + by) % (1 << 16))

    counts: dict[str, Callable[[int], None]] = {}
    for g, group in enumerate(groups):
        for name in ("invoices", "held", "count"):
            counts[f"{name} of group {g}"] = change(group, name)
        for s, section in enumerate(group.sections):
            for name in ("attestations", "present"):
                counts[f"{name} of section {g}.{s}"] = change(section, name)
    return counts


@pytest.mark.parametrize("by", [1, -1, 2, 7])
def test_counts_that_lie_are_refused(stage: Stage, by: int) -> None:
    made = rich(stage)
    data = made.pack().data
    for name in lies(layout.read(data)):
        groups = layout.read(data)
        lies(groups)[name](by)
        assert taken(stage, made, layout.write(groups)), f"{name} changed by {by}"
    groups = layout.read(data)
    assert taken(stage, made, layout.write(groups, count=(len(groups) + by) % (1 << 16)))
    size = layout.size_of_amounts(groups)
    sections = sum(len(group.sections) for group in groups)
    assert taken(stage, made, layout.write(groups, parts=(len(groups) + sections + by) % (1 << 16)))
    if by < 0:  # room for claims that may be skipped does no harm
        assert taken(stage, made, layout.write(groups, amounts=size + by))


@pytest.mark.parametrize("by", [1, -1, 100])
def test_runs_that_lie_are_refused(stage: Stage, by: int) -> None:
    """Of claims, of attestations, of hashes in either place."""
    made = rich(stage)
    data = made.pack([made.claims[-1], made.claims[0]]).data
    counted = {SHORT: "entries", ABSENT: "entries", NARROW: "claims", ABSENT_INVOICES: "claims"}
    seen = set()
    for kind, name in counted.items():
        for g, group in enumerate(layout.read(data)):
            for s, section in enumerate(group.sections):
                for n, thing in enumerate(getattr(section, name)):
                    if thing.kind != kind:
                        continue
                    groups = layout.read(data)
                    lying = getattr(groups[g].sections[s], name)[n]
                    words = lying.words if name == "entries" else lying.hashes
                    lying.says = ((len(words) if kind in (ABSENT, ABSENT_INVOICES) and words else 1) + by) % 256
                    if layout.write(groups) == data:
                        continue
                    seen.add((kind, name))
                    assert taken(stage, made, layout.write(groups)), (kind, g, s, n)
    assert len(seen) == len(counted)


def test_a_run_of_none_is_no_claim_and_no_attestation(stage: Stage) -> None:
    made = batch(stage, *day(stage, 1, 2))
    for name in ("entries", "claims"):
        groups = layout.read(made.pack().data)
        things = getattr(groups[0].sections[0], name)
        things[0].says = 0
        assert taken(stage, made, layout.write(groups)) in MALFORMED


def test_any_byte_that_was_changed_is_refused_under_the_old_signature(stage: Stage) -> None:
    """Whatever else is the matter with the bytes, nothing of them is paid."""
    made = rich(stage)
    data = made.pack().data
    made.approvals = made.signed(data)
    assert taken(stage, made, data) == ""
    for place in range(0, len(data), 29):
        other = bytearray(data)
        other[place] ^= 1
        assert taken(stage, made, bytes(other)), place


def test_what_was_signed_is_what_is_sent(stage: Stage) -> None:
    """Bytes that are in order, every check of them held, and not those that the adjudicators saw."""
    made = batch(stage, *day(stage, 1, 2))
    data = made.pack().data
    made.approvals = made.signed(data)
    more = layout.read(data)
    more[0].sections[0].claims[1].paid += 1
    wide = layout.read(data)
    wide[0].sections[0].claims[1].kind = WIDE
    long = layout.read(data)
    long[0].sections[0].entries[1].kind = FULL
    for groups in (more, wide, long):
        assert taken(stage, made, layout.write(groups)) == "Claims_SignatureInvalid"
    assert taken(stage, made, made.pack(made.claims[1:]).data) == "Claims_SignatureInvalid"
    assert taken(stage, made, data) == ""


def test_pairs_of_counts_that_lie_are_refused(stage: Stage) -> None:
    """One array could reach into the next where two counts lie together."""
    made = rich(stage)
    data = made.pack().data
    names = list(lies(layout.read(data)))
    for first in names:
        for second in names:
            if first < second and first.split()[-1] == second.split()[-1]:
                for one, other in ((1, -1), (-1, 1)):
                    groups = layout.read(data)
                    lies(groups)[first](one)
                    lies(groups)[second](other)
                    assert taken(stage, made, layout.write(groups)), (first, second)


def claims_of(groups: list[Group]) -> list[tuple[Any, int, Item]]:
    return [
        (section, n, item) for group in groups for section in group.sections for n, item in enumerate(section.claims)
    ]


@pytest.mark.parametrize("kind", [0, 6, 7, 64, 128, 255])
def test_a_claim_of_no_known_kind_is_refused(stage: Stage, kind: int) -> None:
    made = rich(stage)
    groups = layout.read(made.pack().data)
    section, place, _ = claims_of(groups)[0]
    section.claims[place] = Item(kind)
    assert taken(stage, made, layout.write(groups)) == "Batches_Malformed"


@pytest.mark.parametrize("kind", [0, 4, 0x80, 0xFF])
def test_an_entry_of_no_known_kind_is_refused(stage: Stage, kind: int) -> None:
    made = rich(stage)
    groups = layout.read(made.pack().data)
    groups[0].sections[0].entries[0].kind = kind
    assert taken(stage, made, layout.write(groups)) == "PackedRolls_Malformed"


def test_what_is_held_is_listed_once(stage: Stage) -> None:
    items = visits(stage, 1, 2, 3, 4)
    made = batch(stage, claim(stage, *items[:2]), claim(stage, *items[2:]))
    data = made.pack().data
    for places in ((0,), (0, 0), (0, 1, 2), (0, 2), (0, 4), (0, 65_535), ()):
        groups = layout.read(data)
        section, place, item = next(each for each in claims_of(groups) if each[2].kind == SEVERAL)
        section.claims[place] = replace(item, places=places)
        assert taken(stage, made, layout.write(groups)) in MALFORMED | {
            "Registry_EvidenceCount",
            "Claims_SignatureInvalid",
        }, places
    groups = layout.read(data)
    section, place, item = next(each for each in claims_of(groups) if each[2].kind == SEVERAL)
    section.claims[place] = replace(item, places=(0, 1) * 9)
    assert taken(stage, made, layout.write(groups)) == "Registry_EvidenceCount"


def test_a_claim_lists_what_is_held_already_and_not_what_is_held_later(stage: Stage) -> None:
    items = visits(stage, 1, 2)
    made = batch(stage, claim(stage, *items))
    groups = layout.read(made.pack().data)
    (section,) = groups[0].sections
    section.claims = [section.claims[0], section.claims[2], section.claims[1]]
    assert taken(stage, made, layout.write(groups)) == "Batches_Malformed"


def test_an_attestation_that_is_present_is_listed(stage: Stage) -> None:
    """Else it would be spent for nothing."""
    made = batch(stage, *day(stage, 1, 2))
    groups = layout.read(made.pack().data)
    (section,) = groups[0].sections
    dropped = section.claims.pop()
    assert taken(stage, made, layout.write(groups)) == "Batches_Malformed"
    section.claims.append(Item(ABSENT_INVOICES, hashes=(made.claims[1].claim,)))
    assert dropped.kind == NARROW
    assert taken(stage, made, layout.write(groups)) == "Batches_Malformed"
    section.claims.insert(1, Item(HOLD))
    groups[0].held = 1
    assert taken(stage, made, layout.write(groups)) == "Batches_Malformed"


def test_attestations_that_are_not_present_back_no_claim(stage: Stage) -> None:
    """Both claims want the only attestation that is there."""
    made = batch(stage, *day(stage, 1, 2))
    groups = layout.read(made.pack().data)
    (section,) = groups[0].sections
    entry = section.entries.pop()
    message = made.claims[1].evidence[0].fields
    assert entry.words[0] == message["subject"]
    section.entries.append(layout.Entry(ABSENT, words=(struct_hash("EncounterAttestation", message),)))
    section.present = 1
    assert taken(stage, made, layout.write(groups)) in MALFORMED


@pytest.mark.parametrize("field", ["practitioner", "year", "evidence_class", "rank", "valid_until", "first"])
@pytest.mark.parametrize("by", [1, -1])
def test_a_header_says_what_was_signed(stage: Stage, field: str, by: int) -> None:
    """Whoever packs another term than was signed has no claim paid, or the whole refused."""
    made = batch(stage, *day(stage, 1, 2, rank=1))
    groups = layout.read(made.pack().data)
    (section,) = groups[0].sections
    setattr(section, field, getattr(section, field) + by if field != "evidence_class" else abs(by))
    data = layout.write(groups)
    assert taken(stage, made, data) in MALFORMED | {"Registry_RankInvalid", "Claims_SignatureInvalid"}


@pytest.mark.parametrize("amount", [1 << 48, (1 << 64) - 1])
def test_an_amount_beyond_its_record_is_refused(stage: Stage, amount: int) -> None:
    """A record of a payment has room for 48 bits of cents: nothing is cut off."""
    stage.send(stage.insurer, stage.book.functions.setControls((1 << 64) - 1, (1 << 64) - 1, 1))
    made = batch(stage, *day(stage, 1), claim(stage, *visits(stage, 2), otherPayer=1))
    groups = layout.read(made.pack().data)
    section, place, item = claims_of(groups)[-1]
    section.claims[place] = replace(item, paid=amount)
    assert taken(stage, made, layout.write(groups)) == "Batches_Malformed"


def test_amounts_beyond_adding_overflow_into_nothing(stage: Stage) -> None:
    """paid + otherPayer + patient is compared without being cut to 64 bits."""
    top = (1 << 64) - 1
    stage.send(stage.insurer, stage.book.functions.setControls(top, top, 1))
    items = visits(stage, 1, 2, 3)
    claims = [
        claim(stage, items[0]),
        claim(stage, items[1], otherPayer=top, patient=1, allowed=12_000),
        claim(stage, items[2], otherPayer=top, patient=top, allowed=12_000),
    ]
    receipt = batch(stage, *claims).send()
    assert skipped(stage, receipt) == dict.fromkeys((1, 2), "Claims_SharesAboveBilled")


def test_bytes_behind_the_packed_ones_are_not_looked_at(stage: Stage) -> None:
    """The bytes end before calldata does: a last section that reaches beyond is refused all the same."""
    made = rich(stage)
    data = made.pack().data
    groups = layout.read(data)
    groups[-1].sections[-1].claims.append(Item(ABSENT_INVOICES, hashes=(bytes(32),)))
    longer = layout.write(groups)
    for cut in range(len(data), len(longer)):
        assert taken(stage, made, longer[:cut]), cut


def test_two_ways_of_writing_a_claim_are_one_claim(stage: Stage) -> None:
    """Short or long, alone or as one of several: what is anchored is the same, so it is paid once."""
    made = batch(stage, *day(stage, 1, 2))
    data = made.pack().data
    for kind in (layout.WIDE, SEVERAL):
        groups = layout.read(data)
        (section,) = groups[0].sections
        item = replace(section.claims[1], kind=kind)
        if kind == SEVERAL:
            groups[0].held = 1
            item = replace(item, places=(0,))
            section.claims[1:] = [Item(HOLD), item]
        else:
            section.claims[1] = item
        with stage.undone():
            receipt = stage.send(stage.stranger, made.call(packed=layout.write(groups)), GAS)
            assert payments(stage, receipt)[stage.provider.address] == [(0, 5_600), (1, 5_600)]
            assert len(skipped(stage, made.send())) == 2


def test_a_long_entry_says_what_a_short_one_does(stage: Stage) -> None:
    made = batch(stage, *day(stage, 1, 2, 3))
    groups = layout.read(made.pack().data)
    groups[0].sections[0].entries[1].kind = FULL
    receipt = stage.send(stage.stranger, made.call(packed=layout.write(groups)), GAS)
    assert not skipped(stage, receipt)


def test_a_group_twice_settles_nothing(stage: Stage) -> None:
    """The same roll again, signed so: its visits are spent."""
    made = batch(stage, *day(stage, 1, 2))
    groups = layout.read(made.pack().data)
    receipt = stage.send(stage.stranger, made.call(packed=layout.write([*groups, *groups])), GAS)
    assert skipped(stage, receipt) == dict.fromkeys((2, 3), "Registry_BitSpent")
    assert stage.balance(stage.provider.address) == 11_200 * UNITS_PER_CENT


def test_one_provider_in_groups_apart_is_paid_for_each_claim_once(stage: Stage) -> None:
    """Another order than the packer's: A, B, A. Two payments, of two names; debts and credits are by provider as ever."""
    other = enrol(stage, "second provider", 502)
    parts = [day(stage, 1), day(stage, 11, provider=other), day(stage, 2)]
    rolls = [
        Anchor(stage, other if n == 1 else stage.provider, part, nonce=n + 1).sent() for n, part in enumerate(parts)
    ]
    made = Batch(stage, rolls)
    groups = layout.read(made.pack().data)
    wanted = [roll.roll for roll in rolls]
    groups.sort(key=lambda group: wanted.index(group.roll))
    made.claims = [each for part in parts for each in part]
    receipt = stage.send(stage.stranger, made.call(packed=layout.write(groups)), GAS)
    told = events(stage.book, receipt, "BatchPaid")
    assert [event["provider"] for event in told] == [stage.provider.address, other.address, stage.provider.address]
    assert len({event["payment"] for event in told}) == 3
    assert [paid_claims(stage, receipt, event) for event in told] == [[(n, 5_600)] for n in range(3)]
    assert stage.balance(stage.provider.address) == 11_200 * UNITS_PER_CENT
    assert stage.policy()["paid"] == 16_800


@pytest.mark.parametrize("practitioner", [PRACTITIONER, OTHER_PRACTITIONER, 9_999])
def test_nobodys_bits_are_given_back_by_anybody(stage: Stage, practitioner: int) -> None:
    made = batch(stage, *day(stage, 1, 2))
    made.send()
    (section,) = layout.read(made.pack().data)[0].sections
    section.practitioner = practitioner
    for sender in (stage.stranger, stage.provider, stage.insurer, stage.credentialer):
        call = stage.registry.functions.giveBack(packed=layout.write_roll(section), index=0)
        error = stage.refused(sender, call)
        assert (error.name, error.arguments) == ("Registry_NotSpentHere", (practitioner, 0, 1))
    outside = stage.registry.functions.giveBack(packed=layout.write_roll(section), index=2)
    assert stage.refused(stage.stranger, outside).name == "Registry_PositionInvalid"


def test_nobody_but_a_listed_book_spends_a_roll(stage: Stage) -> None:
    made = batch(stage, *day(stage, 1, 2))
    (section,) = layout.read(made.pack().data)[0].sections
    call = stage.registry.functions.consumeRoll(
        provider=stage.provider.address, anchoredAt=stage.now, packed=layout.write_roll(section)
    )
    assert stage.refused(stage.stranger, call).name == "Registry_BookNotListed"
    assert made.send()["status"] == 1
