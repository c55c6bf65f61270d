"""The bytes of a batch, read and written a second time, from the comments of contracts/Batches.sol and PackedRolls.sol.

Nothing of the project's packer is used. Every count is a field of its own, so that a test can make it lie.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from eth_utils.crypto import keccak

NARROW, WIDE, SEVERAL, HOLD, ABSENT_INVOICES = range(1, 6)
SHORT, FULL, ABSENT = range(1, 4)
MOST_AT_ONCE = 255
LONG_AMOUNT = 0xFFFFFF
_HEAD, _GROUP, _ROLL = 7, 98, 93


@dataclass
class Entry:
    """An attestation of a roll, or a run of absent ones as hashes."""

    kind: int
    sequence: int = 0
    supersedes: int = 0
    lines: int = 0
    words: tuple[bytes, ...] = ()
    says: int | None = None
    """A run begins here, and says that it holds so many; of most, runs are as long as they can be."""


@dataclass
class Item:
    """What stands among a section's claims."""

    kind: int
    policy: int = 0
    billed: int = 0
    allowed: int = 0
    other_payer: int = 0
    paid: int = 0
    patient: int = 0
    places: tuple[int, ...] = ()
    hashes: tuple[bytes, ...] = ()
    says: int | None = None
    """As of an entry."""


@dataclass
class Section:
    practitioner: int
    year: int
    evidence_class: int
    rank: int
    valid_until: int
    attestations: int
    present: int
    first: int
    signature: bytes
    entries: list[Entry] = field(default_factory=list)
    claims: list[Item] = field(default_factory=list)


@dataclass
class Group:
    provider: bytes
    roll: bytes
    documents: bytes
    nonce: int
    invoices: int
    held: int
    count: int
    sections: list[Section] = field(default_factory=list)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        assert self.at + size <= len(self.data), "the bytes end too soon"
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def words(self, count: int) -> tuple[bytes, ...]:
        return tuple(self.take(32) for _ in range(count))


def read(data: bytes) -> list[Group]:
    """The groups of a batch; its head says what they are."""
    reader = _Reader(data)
    count, parts, amounts = reader.number(2), reader.number(2), reader.number(3)
    groups = [_group(reader) for _ in range(count)]
    assert reader.at == len(data), "bytes are left"
    assert parts == len(groups) + sum(len(group.sections) for group in groups)
    assert amounts == size_of_amounts(groups)
    return groups


def size_of_amounts(groups: list[Group]) -> int:
    """How many bytes the payments' amounts take in the events, where no claim is skipped."""
    items = [item for group in groups for section in group.sections for item in section.claims]
    paid = [item.paid for item in items if item.kind in (NARROW, WIDE, SEVERAL)]
    return sum(3 if cents < LONG_AMOUNT else 9 for cents in paid)


def parts(data: bytes) -> list[bytes]:
    """The hashes that are signed: of each group's header and of each of its sections. Bytes that lie have parts too: what
    they lack is nothing."""

    def number(at: int, size: int) -> int:
        return int.from_bytes(data[at : at + size].ljust(size, b"\0"), "big")

    found: list[tuple[int, int]] = []
    here = _HEAD
    for _ in range(number(0, 2)):
        if here >= len(data):
            break
        found.append((here, _GROUP))
        sections = number(here + _GROUP - 2, 2)
        here += _GROUP
        for _ in range(sections):
            if here >= len(data):
                break
            size = _ROLL + number(here + _ROLL - 3, 3)
            size += 3 + number(here + size, 3)
            found.append((here, size))
            here += size
    return [keccak(data[at : at + size].ljust(size, b"\0")) for at, size in found]


def _group(reader: _Reader) -> Group:
    group = Group(
        reader.take(20),
        reader.take(32),
        reader.take(32),
        reader.number(8),
        reader.number(2),
        reader.number(2),
        reader.number(2),
    )
    group.sections = [_section(reader) for _ in range(group.count)]
    return group


def _section(reader: _Reader) -> Section:
    number = reader.number
    section = Section(
        number(4), number(2), number(1), number(1), number(5), number(2), number(2), number(8), reader.take(65)
    )
    end = number(3)
    end += reader.at
    sequence = section.first - 1
    while reader.at < end:
        kind = number(1)
        if kind == FULL:
            sequence, supersedes, lines = number(8), number(8), number(2)
            section.entries.append(Entry(kind, sequence, supersedes, lines, reader.words(3)))
            continue
        assert kind in (SHORT, ABSENT), f"there is no kind {kind}"
        count = number(1)
        if kind == ABSENT:
            section.entries.append(Entry(kind, words=reader.words(count)))
            sequence += count
            continue
        for _ in range(count):
            sequence = (sequence + 1) % (1 << 64)
            section.entries.append(Entry(kind, sequence, 0, number(1), reader.words(3)))
    assert reader.at == end
    end = number(3)
    end += reader.at
    while reader.at < end:
        section.claims += _items(reader)
    assert reader.at == end
    return section


def _items(reader: _Reader) -> list[Item]:
    number = reader.number
    kind = number(1)
    if kind == HOLD:
        return [Item(kind)]
    if kind == ABSENT_INVOICES:
        return [Item(kind, hashes=reader.words(number(1)))]
    if kind == NARROW:
        return [_narrow(*(number(size) for size in (4, 3, 3, 3))) for _ in range(number(1))]
    assert kind in (WIDE, SEVERAL), f"there is no kind {kind}"
    places = tuple(number(2) for _ in range(number(1))) if kind == SEVERAL else ()
    return [Item(kind, *(number(8) for _ in range(6)), places=places)]


def _narrow(policy: int, billed: int, paid: int, patient: int) -> Item:
    return Item(NARROW, policy, billed, paid + patient, 0, paid, patient)


def write(groups: list[Group], count: int | None = None, parts: int | None = None, amounts: int | None = None) -> bytes:
    """The bytes of groups, with the counts that they say."""
    sections = sum(len(group.sections) for group in groups)
    head = (
        _bytes(len(groups) if count is None else count, 2),
        _bytes(len(groups) + sections if parts is None else parts, 2),
        _bytes(size_of_amounts(groups) if amounts is None else amounts, 3),
    )
    return b"".join((*head, *(write_group(group) for group in groups)))


def write_group(group: Group) -> bytes:
    """A group."""
    return b"".join(
        (
            group.provider,
            group.roll,
            group.documents,
            _bytes(group.nonce, 8),
            _bytes(group.invoices, 2),
            _bytes(group.held, 2),
            _bytes(group.count, 2),
            *(write_section(section) for section in group.sections),
        )
    )


def write_section(section: Section) -> bytes:
    """A section: its roll and its claims."""
    claims = _write_runs(section.claims, NARROW)
    return write_roll(section) + _bytes(len(claims), 3) + claims


def write_roll(section: Section) -> bytes:
    """A roll, as `consumeRoll` and `giveBack` take it."""
    entries = _write_runs(section.entries, SHORT)
    return b"".join(
        (
            _bytes(section.practitioner, 4),
            _bytes(section.year, 2),
            _bytes(section.evidence_class, 1),
            _bytes(section.rank, 1),
            _bytes(section.valid_until, 5),
            _bytes(section.attestations, 2),
            _bytes(section.present, 2),
            _bytes(section.first, 8),
            section.signature,
            _bytes(len(entries), 3),
            entries,
        )
    )


def _write_runs(things: Sequence[Entry] | Sequence[Item], kind: int) -> bytes:
    """Neighbours of one kind share a count, as many as it has room for; one that says a count begins anew."""
    runs: list[list[Entry | Item]] = []
    for thing in things:
        last = runs[-1] if runs else []
        follows = last and last[0].kind == thing.kind == kind and len(last) < MOST_AT_ONCE and thing.says is None
        if follows:
            last.append(thing)
        else:
            runs.append([thing])
    written = []
    for run in runs:
        if run[0].kind == kind:
            written += [_bytes(kind, 1), _bytes(len(run) if run[0].says is None else run[0].says, 1)]
        written += [_write_item(thing) if isinstance(thing, Item) else _write_entry(thing) for thing in run]
    return b"".join(written)


def _write_entry(entry: Entry) -> bytes:
    """An entry of a roll, or one of a run."""
    words = b"".join(entry.words)
    if entry.kind == SHORT:
        return _bytes(entry.lines, 1) + words
    if entry.kind == ABSENT:
        return _bytes(ABSENT, 1) + _bytes(len(entry.words) if entry.says is None else entry.says, 1) + words
    head = _bytes(entry.sequence, 8) + _bytes(entry.supersedes, 8) + _bytes(entry.lines, 2)
    return _bytes(entry.kind, 1) + head + words


def _write_item(item: Item) -> bytes:
    """A claim, one of a run, or what stands beside claims."""
    head = _bytes(item.kind, 1)
    if item.kind == ABSENT_INVOICES:
        return head + _bytes(len(item.hashes) if item.says is None else item.says, 1) + b"".join(item.hashes)
    if item.kind == NARROW:
        return _bytes(item.policy, 4) + b"".join(_bytes(n, 3) for n in (item.billed, item.paid, item.patient))
    if item.kind not in (WIDE, SEVERAL):
        return head
    if item.kind == SEVERAL:
        head += _bytes(len(item.places), 1) + b"".join(_bytes(place, 2) for place in item.places)
    amounts = (item.policy, item.billed, item.allowed, item.other_payer, item.paid, item.patient)
    return head + b"".join(_bytes(amount, 8) for amount in amounts)


def _bytes(number: int, size: int) -> bytes:
    return number.to_bytes(size, "big")
