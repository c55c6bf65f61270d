"""What the payer may rely on: records checked against their signatures first, against the registry second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from claims.evidence.verify import verify
from claims.model.evidence import EncounterRecord, VerifiedEncounter
from claims.service.calendar import EPOCH
from claims.service.office import Office

if TYPE_CHECKING:
    from claims.store.rows import EnrolledProvider


@dataclass
class RegistryFacts:
    """What the registry and the clock say, read once for each question of one run."""

    office: Office

    def __post_init__(self) -> None:
        self.now = self.office.chain.head().timestamp
        self._answers: dict[tuple[Any, ...], Any] = {}

    def ask(self, function: str, *arguments: Any) -> Any:
        """Ask the registry, or remember its answer."""
        question = (function, *arguments)
        if question not in self._answers:
            self._answers[question] = self.office.read("Registry", function, *arguments)
        return self._answers[question]

    @property
    def today(self) -> int:
        """The chain's day, counted as contracts count."""
        return self.now // 86_400


def verify_records(
    office: Office,
    records: Iterable[EncounterRecord],
    *,
    rank: int = 0,
    enrolled: Mapping[str, EnrolledProvider] | None = None,
) -> tuple[VerifiedEncounter, ...]:
    """Check each record in full; whatever is wrong stands in `problem`, and the engine pends what it would have backed.

    `enrolled` says by NPI which registry id a clinician and which address a billing provider was enrolled with: the chain
    knows no NPI, so that a record which names another's is found out here alone. None leaves that unchecked.
    """
    facts = RegistryFacts(office)
    return tuple(_verified(facts, record, rank, enrolled) for record in records)


def _named_rightly(record: EncounterRecord, enrolled: Mapping[str, EnrolledProvider]) -> bool:
    clinician, billing = enrolled.get(record.practitioner_npi), enrolled.get(record.provider_npi)
    return (
        clinician is not None
        and clinician.provider.practitioner == record.practitioner
        and billing is not None
        and billing.provider.address.lower() == record.attestation.provider.lower()
    )


def _verified(
    facts: RegistryFacts, record: EncounterRecord, rank: int, enrolled: Mapping[str, EnrolledProvider] | None
) -> VerifiedEncounter:
    practitioner = facts.ask("practitionerOf", record.practitioner)
    key = practitioner["key"] if int(practitioner["key"], 16) else None
    checked = verify(
        record,
        key=key,
        domain=facts.office.evidence_domain,
        is_valid_signature=lambda address, digest, signature: _wallet_accepts(facts.office, address, digest, signature),
    )
    if checked.problem:
        return checked
    if enrolled is not None and not _named_rightly(record, enrolled):
        return replace(checked, problem="credential")
    problem = _registry_problem(facts, record, practitioner, rank)
    return replace(checked, problem=problem) if problem else checked


def _registry_problem(facts: RegistryFacts, record: EncounterRecord, practitioner: dict[str, Any], rank: int) -> str:
    """Name what the contract would refuse, in the contract's own terms; empty where it would take the record."""
    attestation = record.attestation
    provider = facts.ask("providerOf", attestation.provider)
    roster = facts.ask("rosterOf", attestation.provider, record.practitioner)
    year = attestation.service_year
    if not int(practitioner["key"], 16) or practitioner["suspended"] or not _overlaps(practitioner, year):
        return "credential"
    if practitioner["compromisedFrom"] and practitioner["compromisedFrom"] <= facts.today:
        return "compromised"
    if not provider["controller"] or provider["suspended"] or not _overlaps(provider, year):
        return "credential"
    if not roster["active"] or not _overlaps(roster, year):
        return "not-on-roster"
    if provider["controller"] == practitioner["controller"]:
        return "same-controller"
    if attestation.valid_until < facts.now:
        return "expired"
    for sequence in (attestation.sequence, attestation.supersedes):
        if sequence and facts.ask("isRevoked", record.practitioner, sequence):
            return "revoked"
        if sequence and facts.ask("isSpent", record.practitioner, rank, sequence):
            return "spent"
    return ""


def _overlaps(window: dict[str, Any], year: int) -> bool:
    first = (EPOCH.replace(year=year) - EPOCH).days
    last = (EPOCH.replace(year=year + 1) - EPOCH).days - 1
    return bool(window["validFrom"] <= last and window["validUntil"] >= first)


ERC1271_VALUE = bytes.fromhex("1626ba7e")
ERC1271_ABI = (
    {
        "type": "function",
        "name": "isValidSignature",
        "stateMutability": "view",
        "inputs": [{"name": "digest", "type": "bytes32"}, {"name": "signature", "type": "bytes"}],
        "outputs": [{"name": "", "type": "bytes4"}],
    },
)


def _wallet_accepts(office: Office, address: str, digest: bytes, signature: bytes) -> bool:
    """Ask a contract wallet whether it signed (EIP-1271); an account without code never did so this way."""
    from claims.chain.errors import ChainError

    if not office.chain.code(address):
        return False
    try:
        return bool(office.chain.call(address, ERC1271_ABI, "isValidSignature", (digest, signature)) == ERC1271_VALUE)
    except ChainError:
        return False
