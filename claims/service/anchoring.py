"""A provider anchors what it bills: one roll of invoices for a file of claims, in one slot of the payer's book.

From then on the payer's clock runs, and whatever an attestation's last day is, it is met. Sending is the provider's consent.
"""

from __future__ import annotations

import hashlib
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claims.evidence.roots import claim_id
from claims.model.claim import Claim
from claims.model.coding import decode, encode
from claims.model.evidence import EncounterRecord
from claims.model.money import Money
from claims.model.signed import InvoiceRoll, ProviderInvoice
from claims.service.errors import UsageError
from claims.service.homes import billing_key
from claims.service.office import Office, load_abi
from claims.service.sending import Call, carry_out, enqueue
from claims.settlement.calldata import anchor_call
from claims.settlement.invoice_roll import AnchoredRoll, documents_hash
from claims.settlement.packing import MOST_RECORDS, anchoring_order
from claims.settlement.terms import build_invoice

if TYPE_CHECKING:
    from claims.store.work import UnitOfWork

MOST_INVOICES = 500
"""The most invoices of one roll: more than one transaction settles would have their hashes travel with each of several."""

ORIGINAL = "1"
MOST_POLICY = 2**64 - 1


@dataclass(frozen=True, slots=True)
class PolicySource:
    """Where a claim's policy is known from, beside SBR03: a file's members, or one policy for a file of one person.

    `members` are by member number and, where several persons share one, by their birth date in ISO form; "" is any.
    """

    one: int | None = None
    members: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RollSent:
    """A roll that was anchored, or would be: its hash, how many invoices it has, and what it cost or would cost in gas.

    `transaction` None: nothing was sent now; `fresh` is whether it was anchored by this command.
    """

    hash: bytes
    invoices: int
    billed: Money
    fresh: bool
    transaction: bytes | None = None
    gas: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Anchored:
    """What became of a file: its rolls, which of its claims are in one (by control number), and why others are in none."""

    rolls: tuple[AnchoredRoll, ...]
    sent: tuple[RollSent, ...]
    claims: Mapping[str, bytes]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Billed:
    """A claim that can be anchored."""

    control_number: str
    claim: Claim
    invoice: ProviderInvoice
    backing: tuple[EncounterRecord, ...]
    key: str


def read_policies(path: Path) -> Mapping[tuple[str, str], int]:
    """Read a TOML file of `[[policies]]`, each with `member_number`, `policy` and, where it is needed, `birth_date`.

    Raises UsageError for anything else, and where a member is named twice.
    """
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failure:
        raise UsageError(f"{path.name} cannot be read as TOML: {failure}") from None
    found: dict[tuple[str, str], int] = {}
    for number, entry in enumerate(document.get("policies", ()), 1):
        known = isinstance(entry, dict) and set(entry) <= {"member_number", "policy", "birth_date"}
        policy = entry.get("policy") if known else None
        if not known or not isinstance(policy, int) or not 0 < policy <= MOST_POLICY or not entry.get("member_number"):
            raise UsageError(
                f"{path.name}: entry {number} of [[policies]] needs member_number and policy (a number), "
                "and may have birth_date"
            )
        key = (str(entry["member_number"]), str(entry.get("birth_date", "")))
        if key in found:
            raise UsageError(
                f"{path.name}: entry {number} names a member that is named before; tell them by birth_date"
            )
        found[key] = policy
    if not found:
        raise UsageError(f"{path.name} names no policies: give [[policies]] with member_number and policy")
    return found


def anchor_claims(
    office: Office,
    backed: Sequence[tuple[str, Claim, tuple[EncounterRecord, ...]]],
    source: PolicySource,
    *,
    file: bytes,
    records: bytes,
    dry_run: bool = False,
) -> Anchored:
    """Anchor the claims of a file that are in no roll yet, a roll for each payer and billing key, and say why others stay out.

    The roll, its claims' places and the intent to send it are stored in one unit of work before anything is sent: what was
    stopped is finished by repeating it, and nothing is anchored twice. `file` and `records` are the bytes handed over.
    Raises UsageError, and Reverted as the contract refuses.
    """
    sha256 = hashlib.sha256(file).hexdigest()
    known = _known(office, sha256, dry_run=dry_run)
    placed = {control: roll.hash for roll in known for control, _ in roll.claims}
    reasons: dict[str, str] = {}
    fresh: dict[tuple[str, str], list[_Billed]] = {}
    policies = _Policies(office, source, [claim for _, claim, _ in backed])
    for control_number, claim, backing in backed:
        if control_number in placed or claim.is_encounter_report:
            continue
        book = _book_of(office, claim)
        problem, policy = _problem(claim, backing) or "", 0
        if not problem:
            problem, policy = policies.of(claim, book)
        if problem:
            reasons[control_number] = problem
            continue
        key = billing_key(office.home, claim.billing.npi)
        invoice = build_invoice(claim, provider=office.keystore.address(key), policy=policy, records=backing)
        fresh.setdefault((book, key), []).append(_Billed(control_number, claim, invoice, backing, key))
    made = [
        _roll(office, book, key, part, file, records, dry_run=dry_run)
        for (book, key), billed in fresh.items()
        for part in _parts(billed)
    ]
    if dry_run:
        tried = tuple(_tried(office, roll) for roll in made)
        placed |= {control: roll.hash for roll in made for control, _ in roll.claims}
        return Anchored((*known, *made), tried, placed, reasons)
    for roll in made:
        _keep(office, roll, sha256)
    # Another process may have anchored some of them meanwhile, in a roll of its own.
    every = _known(office, sha256, dry_run=False)
    sent = tuple(_send(office, roll, fresh=roll not in known) for roll in every)
    return Anchored(every, sent, {control: roll.hash for roll in every for control, _ in roll.claims}, reasons)


def _known(office: Office, sha256: str, *, dry_run: bool) -> tuple[AnchoredRoll, ...]:
    if dry_run and not office.home.has_store:
        return ()
    with office.store.reading() as work:
        return tuple(decode(AnchoredRoll, kept.anchored) for kept in work.invoice_rolls.of_source(sha256))


def _problem(claim: Claim, backing: Sequence[EncounterRecord]) -> str:
    """Why a claim stays out of a roll, whatever its policy is; the reasons of `claims.settlement.packing.fits` among them."""
    if claim.frequency != ORIGINAL:
        return "a replacement or void is answered by itself: it takes an earlier claim's place"
    if not backing:
        return "no encounter record backs it yet; attest the encounter, and hand the file over again"
    if len(backing) > MOST_RECORDS:
        return (
            f"{len(backing)} encounter records may back it, and a claim lists at most {MOST_RECORDS}: name them in PWK"
        )
    persons = len({record.person for record in backing})
    if persons > 1:
        return f"records of {persons} persons may back it: name its encounter records in PWK"
    if any(not record.signature for record in backing):
        return "an encounter record of it is not signed yet"
    if any(len(record.signature) != 65 for record in backing):
        return "a wallet signed for it (ERC-1271), which is checked on the single path alone"
    return ""


class _Policies:
    """Finds each claim's policy, and asks each book once which of them it knows."""

    def __init__(self, office: Office, source: PolicySource, claims: Sequence[Claim]) -> None:
        self.office = office
        self.source = source
        self.asked: dict[tuple[str, int], bool] = {}
        if source.one is not None:
            persons = {(claim.member_number, claim.patient) for claim in claims if not claim.is_encounter_report}
            if len(persons) > 1:
                raise UsageError(
                    f"the file bills for {len(persons)} persons, and a policy is one person's: give --policies FILE"
                )

    def of(self, claim: Claim, book: str) -> tuple[str, int]:
        """(why there is none, 0), or ("", the policy)."""
        written = claim.group_number
        if written.isdecimal() and 0 < int(written) <= MOST_POLICY and self._known(book, int(written)):
            return "", int(written)
        born = "" if claim.patient.birth_date is None else claim.patient.birth_date.isoformat()
        members = self.source.members
        policy = members.get((claim.member_number, born)) or members.get((claim.member_number, "")) or self.source.one
        if policy is None:
            return "its policy is not known: SBR03 holds none, and no file of policies names the member", 0
        if not self._known(book, policy):
            return f"policy {policy} is not on the chain", 0
        return "", policy

    def _known(self, book: str, policy: int) -> bool:
        key = (book, policy)
        if key not in self.asked:
            self.asked[key] = bool(
                self.office.chain.call(book, load_abi("InsurerBook"), "policyOf", (policy,))["ranks"]
            )
        return self.asked[key]


def _book_of(office: Office, claim: Claim) -> str:
    """The book of the payer that the claim names; the only one there is where a file names its payer otherwise."""
    books = office.books
    return office.book_of(claim.payer.identifier) if len(books) > 1 else next(iter(books.values()))


def _parts(billed: list[_Billed]) -> list[list[_Billed]]:
    """In the order in which they settle cheapest, no more in a roll than one transaction should carry."""
    order = anchoring_order([(each.invoice, each.backing) for each in billed])
    ordered = [billed[number] for number in order]
    return [ordered[start : start + MOST_INVOICES] for start in range(0, len(ordered), MOST_INVOICES)]


def _roll(
    office: Office, book: str, key: str, billed: Sequence[_Billed], file: bytes, records: bytes, *, dry_run: bool
) -> AnchoredRoll:
    salt = secrets.token_bytes(32)
    digests = hashlib.sha256(file).digest(), hashlib.sha256(records).digest()
    nonce = 0
    if not dry_run:
        with office.store.unit_of_work() as work:
            nonce = work.control_numbers.next("invoice roll")
    roll = InvoiceRoll(tuple(each.invoice for each in billed), documents_hash(salt, *digests), nonce)
    claims = tuple((each.control_number, each.claim.number) for each in billed)
    return AnchoredRoll(office.chain.chain_id, book, office.keystore.address(key), roll, claims, salt, *digests)


def _key(roll: AnchoredRoll) -> str:
    """The idempotency key under which a roll is anchored."""
    return f"anchor:{roll.hash.hex()}"


def _call(roll: AnchoredRoll) -> Call:
    return Call(roll.book, anchor_call(roll.roll, roll.provider))


def _keep(office: Office, roll: AnchoredRoll, sha256: str) -> None:
    """Store a roll with the intent to anchor it, unless another process anchored one of its claims meanwhile."""
    now = office.chain.head().timestamp
    with office.store.unit_of_work() as work:
        if any(work.invoice_rolls.place_of(control_number) is not None for control_number, _ in roll.claims):
            return
        keep_roll(work, roll, sha256, now)
        enqueue(work, key=_key(roll), kind="anchor", claim="", call=_call(roll), now=now)


def keep_roll(work: UnitOfWork, roll: AnchoredRoll, sha256: str, now: int) -> bool:
    """Keep a roll with its claims' places, whoever anchored it; False where it is known."""
    from claims.store.rows import StoredRoll

    kept = StoredRoll(roll.hash, roll.provider.lower(), roll.book, sha256, now, encode(roll))
    invoices = roll.roll.invoices
    places = [(control, claim_id(invoice)) for (control, _), invoice in zip(roll.claims, invoices, strict=True)]
    return work.invoice_rolls.add(kept, places)


def anchored_at(office: Office, roll: AnchoredRoll) -> int:
    """When the chain says that a roll was anchored by its provider, in Unix seconds; 0 where it was not."""
    return int(office.chain.call(roll.book, load_abi("InsurerBook"), "anchoredAt", (roll.provider, roll.hash)))


def _send(office: Office, roll: AnchoredRoll, *, fresh: bool) -> RollSent:
    told = (roll.hash, len(roll.roll.invoices), Money(sum(invoice.billed for invoice in roll.roll.invoices)))
    if not fresh and anchored_at(office, roll):
        return RollSent(*told, fresh=False, why="anchored before; nothing was sent")
    names = {office.keystore.address(name): name for name in office.keystore.names()}
    receipt = carry_out(office, office.signer(names[roll.provider]), _key(roll))
    return RollSent(*told, fresh=True, transaction=receipt.transaction, gas=receipt.gas_used)


def _tried(office: Office, roll: AnchoredRoll) -> RollSent:
    from claims.chain.transactions import dry_run

    told = (roll.hash, len(roll.roll.invoices), Money(sum(invoice.billed for invoice in roll.roll.invoices)))
    call = _call(roll)
    tried = dry_run(office.chain, roll.provider, call.to, call.data)
    if tried.refusal is not None:
        return RollSent(*told, fresh=False, why=str(tried.refusal))
    why = f"would be sent for {tried.gas:,} gas, {tried.cost} wei; calldata floor {tried.calldata_floor:,} gas"
    return RollSent(*told, fresh=False, gas=tried.gas, why=why)
