"""What came in as one file: its envelope, its claims, and what was wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claims.model.claim import Claim


@dataclass(frozen=True, slots=True)
class IntakeError:
    """One thing wrong in a file, where, and in whose opinion.

    `level` is `interchange`, `group`, `transaction`, `segment`, `element` or `claim`. `position` is the segment's place in
    its transaction set (ST = 1). `element` and `component` count from 1; 0 where the whole segment is meant.
    `code` is the 999's own (IK304, IK403 or IK502), `snip` the SNIP type 1–7. `claim` is CLM01 where one claim is meant.
    `message` says what failed in words and never quotes the file's health data.
    """

    level: str
    code: str
    message: str
    segment: str = ""
    position: int = 0
    element: int = 0
    component: int = 0
    loop: str = ""
    snip: int = 1
    claim: str = ""
    transaction: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One ST–SE: control number, what it is, its claims in order, and its errors; accepted where there are none.

    `rejected` holds claims of an otherwise sound transaction that our own checks turned away, each beside its errors.
    """

    control_number: str
    version: str
    purpose: str
    received: date | None
    claims: tuple[Claim, ...]
    errors: tuple[IntakeError, ...]
    segments: int
    reference: str = ""

    @property
    def accepted(self) -> bool:
        """Whether nothing in it was wrong."""
        return not self.errors


@dataclass(frozen=True, slots=True)
class Group:
    """One GS–GE: functional identifier, control number, version, parties, transactions."""

    functional: str
    control_number: str
    version: str
    sender: str
    receiver: str
    transactions: tuple[Transaction, ...]
    errors: tuple[IntakeError, ...] = ()


@dataclass(frozen=True, slots=True)
class Interchange:
    """One ISA–IEA: parties (qualifier and identifier), control number, usage (T or P), groups, envelope errors."""

    sender_qualifier: str
    sender: str
    receiver_qualifier: str
    receiver: str
    control_number: str
    usage: str
    date: str
    time: str
    groups: tuple[Group, ...]
    errors: tuple[IntakeError, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """One file, read: its interchanges in order and the SHA-256 of its bytes."""

    interchanges: tuple[Interchange, ...]
    sha256: str

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """All transactions of the file, in order."""
        return tuple(t for i in self.interchanges for g in i.groups for t in g.transactions)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims of all accepted transactions, in order; encounter reports among them."""
        return tuple(c for t in self.transactions if t.accepted for c in t.claims)

    @property
    def errors(self) -> tuple[IntakeError, ...]:
        """Everything wrong, from the envelope inwards."""
        found: list[IntakeError] = []
        for interchange in self.interchanges:
            found += interchange.errors
            for group in interchange.groups:
                found += group.errors
                for transaction in group.transactions:
                    found += transaction.errors
        return tuple(found)
