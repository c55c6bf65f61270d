"""A clinician's sign-off: encounters of an export become records, signed once, kept, handed on and withdrawn (DESIGN §4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claims.evidence.addresses import same_address
from claims.evidence.document import dump_records, load_records
from claims.evidence.errors import RecordError
from claims.evidence.leaves import SIGNED_ON
from claims.evidence.record import fresh_salt, seal, sequence_number, sign_roll
from claims.formats.fhir.encounters import read_export
from claims.model.encounter import Encounter
from claims.model.evidence import EncounterRecord
from claims.model.signed import EvidenceDomain
from claims.service.calendar import date_at, day_number
from claims.service.errors import UsageError
from claims.service.home import PROVIDER
from claims.service.homes import billing_key
from claims.service.office import Office, load_abi
from claims.service.private_file import write_private
from claims.service.registry import Act
from claims.service.trial import try_call

if TYPE_CHECKING:
    from claims.store.work import UnitOfWork

VALID_DAYS = 400
"""Days after the year of signing in which an attestation may be claimed: a year of timely filing, and a month for what follows."""

SIGNED, KEPT, UNSIGNED = "signed", "kept", "unsigned"


@dataclass(frozen=True, slots=True)
class Clinician:
    """Who signs: the id in the registry, the NPI under which the record system knows the clinician, and the key's name."""

    practitioner: int
    npi: str
    key: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Which encounters of an export are meant, by identifier; `only` empty means all.

    `unsigned` are sealed and not signed. `again` are signed anew although their attestation was revoked.
    """

    only: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()
    again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attested:
    """The records in the export's order, and what was done with each: `signed` now, `kept` from before, or `unsigned`."""

    records: tuple[EncounterRecord, ...]
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a record is worth: `problem` is empty where all is well, else the word of VerifiedEncounter.problem."""

    identifier: str
    practitioner: int
    sequence: int
    services: int
    problem: str


@dataclass(frozen=True, slots=True)
class _Terms:
    """What all attestations of one run share. `now` and `valid_until` are Unix seconds."""

    practitioner: int
    provider: str
    domain: EvidenceDomain
    now: int
    valid_until: int
    supersedes: int


@dataclass(frozen=True, slots=True)
class _Task:
    """One encounter, its record as far as it is sealed, and whether a signature is still to be made."""

    encounter: Encounter
    record: EncounterRecord | None
    sign: bool


def read_encounters(file: Path, *, person_system: str = "") -> tuple[Encounter, ...]:
    """Read a record system's export; `person_system` as read_bundle takes it. Raises ExportError, OSError."""
    return read_export(file.read_bytes(), person_system=person_system)


def attest(
    office: Office,
    encounters: Sequence[Encounter],
    clinician: Clinician,
    *,
    billing_npi: str = "",
    provider: str | None = None,
    choice: Choice | None = None,
    each: bool = False,
    supersedes: int = 0,
    lane: int = 0,
    valid_days: int = VALID_DAYS,
    dry_run: bool = False,
) -> Attested:
    """Seal and sign a clinician's encounters for one billing provider, and keep their records.

    One signature covers all that is signed now, or `each` gives every encounter its own. `billing_npi` empty is the home's
    own; `provider` is the address that bills, by default that of the NPI's key. `supersedes` is the sequence that the one
    chosen encounter replaces. Repeating it signs nothing twice: what was attested with the same content is found in the
    store. Content is all that is signed, from the services to the diagnoses. `dry_run` shows and changes nothing; its
    records have provisional numbers and salts.
    Raises UsageError, naming encounters by identifier alone; RecordError, KeystoreError and its kinds.
    """
    office.require(PROVIDER)
    choice = choice or Choice()
    npi = billing_npi or office.home.identifier
    chosen = _chosen(encounters, clinician.npi, npi, choice)
    if supersedes and len(chosen) != 1:
        raise UsageError(f"one encounter replaces an attestation, {len(chosen)} are chosen: name it with --only")
    _require_registered(office, clinician)
    now = office.chain.head().timestamp
    terms = _Terms(
        practitioner=clinician.practitioner,
        provider=provider or office.keystore.address(billing_key(office.home, npi)),
        domain=_domain(office),
        now=now,
        valid_until=_valid_until(now, valid_days),
        supersedes=supersedes,
    )
    known = _known(office, chosen, terms, dry_run)
    tasks = [_task(office, encounter, known[encounter.identifier], choice, terms) for encounter in chosen]
    sealed = [task if task.record else replace(task, record=_sealed(_told(task, terms), terms)) for task in tasks]
    if dry_run:
        return Attested(tuple(_records(sealed)), tuple(map(_state, sealed)))
    fresh = [place for place, task in enumerate(tasks) if task.record is None]
    signer = office.keystore.unlock(clinician.key, office.passphrase or "") if any(t.sign for t in tasks) else None
    if fresh:
        with office.store.unit_of_work() as work:
            first = work.sequences.allocate(clinician.practitioner, lane, len(fresh))
        for counter, place in enumerate(fresh, first):
            sealed[place] = _numbered(sealed[place], sequence_number(lane, counter))
    records = _records(sealed)
    if signer is not None:
        places = [place for place, task in enumerate(sealed) if task.sign]
        for roll in [[place] for place in places] if each else [places]:
            signed = sign_roll([records[place] for place in roll], signer.sign_digest)
            for place, record in zip(roll, signed, strict=True):
                records[place] = record
    with office.store.unit_of_work() as work:
        for task, record, place in zip(tasks, records, range(len(tasks)), strict=True):
            if task.sign or place in fresh:
                _require_unchanged(work, task.encounter, known[task.encounter.identifier], terms)
                work.records.add(record, now)
    return Attested(tuple(records), tuple(map(_state, sealed)))


def write_document(file: Path, records: Sequence[EncounterRecord]) -> None:
    """Write a record document that its owner alone can read; it replaces the file at once, or not at all."""
    write_private(file, dump_records(records))


def check_document(office: Office, data: bytes) -> tuple[Checked, ...]:
    """Check every record of a document: salts, signature, and what the registry says today. Raises RecordError."""
    from claims.service.evidence import verify_records

    records = load_records(data)
    return tuple(
        Checked(record.identifier, record.practitioner, record.attestation.sequence, len(record.services), v.problem)
        for record, v in zip(records, verify_records(office, records), strict=True)
    )


def revoke(
    office: Office, identifier: str, key: str, *, practitioner: int | None = None, dry_run: bool = False
) -> tuple[Act, ...]:
    """Withdraw every signed attestation of an encounter, superseded ones too, since each could still be presented.

    `practitioner` is needed only where several clinicians have records of that identifier. What was revoked before stays
    so. Raises UsageError, and Reverted where the key is not the practitioner's.
    """
    from claims.chain.abi import encode_call
    from claims.chain.sender import execute

    office.require(PROVIDER)
    attestations = _attestations(office, identifier, practitioner)
    registry = _registry(office)
    acts = []
    for who, sequence in attestations:
        label = f"encounter {identifier}, sequence {sequence}"
        if _ask(office, "isRevoked", who, sequence):
            acts.append(Act(f"{label}: revoked already"))
        elif dry_run:
            gas = try_call(office, office.keystore.address(key), registry, "Registry", "revoke", (who, sequence))
            acts.append(Act(f"{label}: would be revoked", gas=gas))
        else:
            data = encode_call(load_abi("Registry"), "revoke", (who, sequence))
            receipt = execute(office.chain, office.signer(key), registry, data)
            acts.append(Act(f"{label}: revoked", receipt.transaction, receipt.gas_used))
    return tuple(acts)


# what is chosen


def _chosen(encounters: Iterable[Encounter], npi: str, billing_npi: str, choice: Choice) -> list[Encounter]:
    everything = list(encounters)
    own = [e for e in everything if e.practitioner_npi == npi and e.provider_npi == billing_npi]
    if not own:
        raise UsageError(
            f"the export has {len(everything)} encounters, none of practitioner NPI {npi} for billing NPI {billing_npi}; "
            "see --npi and --provider-npi"
        )
    identifiers = [encounter.identifier for encounter in own]
    twice = sorted({one for one in identifiers if identifiers.count(one) > 1})
    if twice:
        raise UsageError(f"the export names two encounters {', '.join(twice)}: each needs an identifier of its own")
    named = (*choice.only, *choice.leave_out, *choice.unsigned, *choice.again)
    unknown = sorted(set(named) - set(identifiers))
    if unknown:
        raise UsageError(f"this clinician and provider have no encounter {', '.join(unknown)} in the export")
    chosen = [
        e for e in own if e.identifier not in choice.leave_out and (not choice.only or e.identifier in choice.only)
    ]
    if not chosen:
        raise UsageError("all encounters were left out: there is nothing to attest")
    return chosen


def _require_registered(office: Office, clinician: Clinician) -> None:
    """Refuse a key whose signature nobody would accept; for a wallet (EIP-1271) that is only known afterwards."""
    registered = _ask(office, "practitionerOf", clinician.practitioner)["key"]
    if not int(registered, 16):
        raise UsageError(
            f"practitioner {clinician.practitioner} is not enrolled: the payer does it with `claims registry enrol`"
        )
    if not same_address(registered, office.keystore.address(clinician.key)) and not office.chain.code(registered):
        raise UsageError(
            f"the key {clinician.key} is not practitioner {clinician.practitioner}'s: the registry has {registered}"
        )


def _valid_until(now: int, days: int) -> int:
    """The last second of so many days after the year's end. The chain shows it: counted from now, it would tell the visit's day."""
    return (day_number(date(date_at(now).year + 1, 1, 1)) + days) * 86_400 - 1


# what was attested before


def _known(
    office: Office, chosen: Sequence[Encounter], terms: _Terms, dry_run: bool
) -> dict[str, tuple[EncounterRecord, ...]]:
    """The records that the store has of each encounter, best last; a dry run makes no store."""
    if dry_run and not office.home.has_store:
        return {encounter.identifier: () for encounter in chosen}
    with office.store.reading() as work:
        return {encounter.identifier: _stored(work, encounter, terms) for encounter in chosen}


def _stored(work: UnitOfWork, encounter: Encounter, terms: _Terms) -> tuple[EncounterRecord, ...]:
    return tuple(
        row.record
        for row in work.records.by_identifier(encounter.identifier, encounter.provider_npi)
        if row.record.practitioner == terms.practitioner
        and row.record.chain_id == terms.domain.chain_id
        and same_address(row.record.registry, terms.domain.registry)
    )


def _require_unchanged(
    work: UnitOfWork, encounter: Encounter, known: tuple[EncounterRecord, ...], terms: _Terms
) -> None:
    if _stored(work, encounter, terms) != known:
        raise UsageError(
            f"encounter {encounter.identifier} was attested by another command at this moment; repeat the command"
        )


def _task(
    office: Office, encounter: Encounter, known: tuple[EncounterRecord, ...], choice: Choice, terms: _Terms
) -> _Task:
    """Say what is to be done with an encounter; raises UsageError where it was signed with other content, or revoked."""
    name, wanted = encounter.identifier, encounter.identifier not in choice.unsigned
    signed = [record for record in known if record.signature]
    if signed:
        last = signed[-1]
        sequence = last.attestation.sequence
        if _ask(office, "isRevoked", terms.practitioner, sequence):
            if name not in choice.again:
                raise UsageError(
                    f"the attestation of encounter {name} (sequence {sequence}) was revoked: leave the encounter out with "
                    f"--leave-out {name}, or sign it anew with --again {name}"
                )
        elif _same(encounter, last, terms) and terms.supersedes in (0, last.attestation.supersedes):
            if not wanted:
                raise UsageError(
                    f"encounter {name} is signed already (sequence {sequence}); a signature is withdrawn with "
                    "`claims encounter revoke`"
                )
            return _Task(encounter, last, sign=False)
        elif not terms.supersedes:
            raise UsageError(
                f"encounter {name} was signed with other content (sequence {sequence}): replace that attestation with "
                f"--only {name} --supersedes {sequence}, or leave the encounter out with --leave-out {name}"
            )
    if terms.supersedes and terms.supersedes not in [record.attestation.sequence for record in signed]:
        raise UsageError(f"sequence {terms.supersedes} is no attestation of encounter {name} in this home")
    first = next((r.attestation.supersedes for r in signed if r.attestation.sequence == terms.supersedes), 0)
    if first:
        # The contract looks one step back: a correction of a correction would leave the first one payable again.
        raise UsageError(
            f"sequence {terms.supersedes} is itself a correction: every correction names the first attestation, "
            f"--supersedes {first}"
        )
    taken = {record.attestation.sequence for record in signed}
    for record in reversed(known):
        attestation = record.attestation
        usable = attestation.supersedes == terms.supersedes and attestation.valid_until > terms.now
        if attestation.sequence not in taken and usable and _same(encounter, record, terms):
            return _Task(encounter, record, sign=wanted)
    return _Task(encounter, None, sign=wanted)


def _same(encounter: Encounter, record: EncounterRecord, terms: _Terms) -> bool:
    """Whether the encounter, sealed with the record's own salts, would give the record's attestation."""
    salts = chain(
        [leaf.salt for leaf in record.services],
        [leaf.salt for leaf in record.context],
        [record.subject_salt],
        _endless_salts(),
    )
    attestation = record.attestation
    then = replace(terms, supersedes=attestation.supersedes, valid_until=attestation.valid_until)
    told = next((leaf.value for leaf in record.context if leaf.path == SIGNED_ON), "")
    sealed = _sealed(_signed_on(encounter, told), then, attestation.sequence, salts, attestation.evidence_class)
    return sealed.attestation == attestation


# sealing


def _told(task: _Task, terms: _Terms) -> Encounter:
    """The encounter with the day on which it is signed, where it is signed now and the export does not say."""
    return _signed_on(task.encounter, date_at(terms.now).isoformat() if task.sign else "")


def _signed_on(encounter: Encounter, day: str) -> Encounter:
    name = SIGNED_ON.removeprefix("context/")
    if not day or name in dict(encounter.context):
        return encounter
    return replace(encounter, context=(*encounter.context, (name, day)))


def _sealed(
    encounter: Encounter,
    terms: _Terms,
    sequence: int = 1,
    salts: Iterator[bytes] | None = None,
    evidence_class: int = 0,
) -> EncounterRecord:
    source = salts or _endless_salts()
    try:
        (record,) = seal(
            [encounter],
            practitioner=terms.practitioner,
            provider_address=terms.provider,
            domain=terms.domain,
            first_sequence=sequence,
            valid_until=terms.valid_until,
            evidence_class=evidence_class,
            supersedes=terms.supersedes,
            salts=lambda: next(source),
        )
    except RecordError as wrong:
        raise RecordError(f"encounter {encounter.identifier}: {str(wrong).removeprefix('encounters[0]: ')}") from None
    return record


def _endless_salts() -> Iterator[bytes]:
    while True:
        yield fresh_salt()


def _numbered(task: _Task, sequence: int) -> _Task:
    """Give a sealed record its number, which no root depends on: a number is taken only for what could be sealed."""
    if task.record is None:
        raise ValueError("what has no record is not numbered")
    return replace(task, record=replace(task.record, attestation=replace(task.record.attestation, sequence=sequence)))


def _records(tasks: Iterable[_Task]) -> list[EncounterRecord]:
    return [task.record for task in tasks if task.record is not None]


def _state(task: _Task) -> str:
    if task.sign:
        return SIGNED
    return KEPT if task.record is not None and task.record.signature else UNSIGNED


# the registry, which all books of a chain share: no payer needs to be named for it


def _registry(office: Office) -> str:
    return office.recorded["Registry"]


def _domain(office: Office) -> EvidenceDomain:
    return EvidenceDomain(office.chain.chain_id, _registry(office))


def _ask(office: Office, function: str, *arguments: Any) -> Any:
    return office.chain.call(_registry(office), load_abi("Registry"), function, arguments)


def _attestations(office: Office, identifier: str, practitioner: int | None) -> list[tuple[int, int]]:
    """Give practitioner and sequence of each signed attestation of an encounter, once each, oldest first."""
    with office.store.reading() as work:
        found = [row.record for row in work.records.by_identifier(identifier)]
    found = [r for r in found if r.signature and practitioner in (None, r.practitioner)]
    if not found:
        raise UsageError(f"this home has no signed attestation of encounter {identifier}")
    if len({record.practitioner for record in found}) > 1:
        raise UsageError(f"several clinicians attested an encounter {identifier}: say whose with --practitioner")
    return list(dict.fromkeys((record.practitioner, record.attestation.sequence) for record in found))
