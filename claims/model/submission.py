"""What came in as one file: its envelope, its claims, and what was wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from claims.model.claim import Claim
from claims.model.money import ZERO, Money
from claims.model.party import Payer, Person, Provider


@dataclass(frozen=True, slots=True)
class IntakeError:
    """One thing wrong in a file, where, and in whose opinion.

    `level` is `interchange`, `group`, `transaction`, `segment`, `element` or `claim`. `position` is the segment's place in
    its transaction set (ST = 1). `element` and `component` count from 1; 0 where the whole segment is meant.
    `code` is the 999's own (IK304, IK403 or IK502), `snip` the SNIP type 1–7. `claim` is CLM01 where one claim is meant.
    `data_element` is the X12 data element's number (IK402) where the guide tells it. `status` is what the 277CA says of it:
    category and status code, with an entity where the code asks for one (`A7:178`, `A7:562:85`).
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
    data_element: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Who submitted an 837 or is to receive it (loops 1000A and 1000B): name and identifier (NM109)."""

    name: str = ""
    identifier: str = ""
    first_name: str = ""
    is_person: bool = False


@dataclass(frozen=True, slots=True)
class RejectedClaim:
    """A claim that goes no further though its transaction set was accepted: what a 277CA repeats of it, and its errors.

    `place` counts the claims of the transaction set from 0. `charge` is zero where CLM02 cannot be read; `begins` and `ends`
    are None where no date of service can be. `type_of_bill` is an institutional claim's, with its frequency.
    """

    place: int
    number: str
    errors: tuple[IntakeError, ...]
    charge: Money = ZERO
    billing: Provider = Provider("", "")
    payer: Payer = Payer("", "")
    patient: Person = Person("")
    member_number: str = ""
    begins: date | None = None
    ends: date | None = None
    clearinghouse_number: str = ""
    type_of_bill: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One ST–SE: control number, what it is, the claims that may be adjudicated, in order, and its errors.

    An error of level `claim` turns away the one claim it names (a 277CA's business); any other rejects the whole
    transaction set, and `claims` is then empty. `claim_numbers` are the CLM01 of everything that was sent, good or bad;
    `identifier` is ST01. `rejected` are the claims turned away one by one, in order.
    """

    control_number: str
    version: str
    purpose: str
    received: date | None
    claims: tuple[Claim, ...]
    errors: tuple[IntakeError, ...]
    segments: int
    reference: str = ""
    claim_numbers: tuple[str, ...] = ()
    identifier: str = "837"
    rejected: tuple[RejectedClaim, ...] = ()
    submitter: Correspondent = Correspondent()
    receiver: Correspondent = Correspondent()

    @property
    def verdict(self) -> str:
        """IK501: `R` rejected as a whole, `E` accepted though claims in it break the guide (SNIP 1 and 2), else `A`.

        A claim that breaks SNIP 3 to 7 is for the 277CA to reject: the transaction set that holds it stays accepted.
        """
        if any(error.level != "claim" for error in self.errors):
            return "R"
        return "E" if any(error.snip <= 2 for error in self.errors) else "A"

    @property
    def accepted(self) -> bool:
        """Whether its good claims go on to adjudication."""
        return self.verdict != "R"

    @property
    def rejected_claims(self) -> tuple[str, ...]:
        """CLM01 of the claims that go no further: those with errors, or all where the transaction set is rejected."""
        if not self.accepted:
            return self.claim_numbers
        return tuple(dict.fromkeys(error.claim for error in self.errors))


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
    """One ISA–IEA: parties (qualifier and identifier), control number, usage (T or P), groups, envelope errors.

    `date` and `time` are ISA09 and ISA10 as they stand; `acknowledge` is ISA14: the sender asks for a TA1 in any case.
    """

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
    acknowledge: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """One file, read: its interchanges in order and the SHA-256 of its bytes.

    `unread` is what was wrong with text that is no interchange at all: nobody can be told by a TA1, for there is no ISA.
    """

    interchanges: tuple[Interchange, ...]
    sha256: str
    unread: tuple[IntakeError, ...] = ()

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """All transactions of the file, in order."""
        return tuple(t for i in self.interchanges for g in i.groups for t in g.transactions)

    @property
    def accepted(self) -> tuple[Transaction, ...]:
        """The transactions that go on: accepted themselves, in a sound group of a sound interchange."""
        return tuple(
            transaction
            for interchange in self.interchanges
            if not interchange.errors
            for group in interchange.groups
            if not group.errors
            for transaction in group.transactions
            if transaction.accepted
        )

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims of all accepted transactions, in order; encounter reports among them."""
        return tuple(claim for transaction in self.accepted for claim in transaction.claims)

    @property
    def errors(self) -> tuple[IntakeError, ...]:
        """Everything wrong, from the envelope inwards."""
        found: list[IntakeError] = list(self.unread)
        for interchange in self.interchanges:
            found += interchange.errors
            for group in interchange.groups:
                found += group.errors
                for transaction in group.transactions:
                    found += transaction.errors
        return tuple(found)
