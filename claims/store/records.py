"""Encounter records with their salts: a provider's own, or those a payer was handed."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Select

from claims.model.coding import encode
from claims.model.evidence import EncounterRecord
from claims.store.rows import StoredRecord
from claims.store.schema import records
from claims.store.statements import insert_once, one, reading, rows

_COUNTER = 2**32


@dataclass(frozen=True, slots=True)
class Records:
    """Records by the digest of their content.

    Neither identifier nor sequence is a key: two record systems may name encounters alike, and a payer is handed whatever
    anybody writes, so that a forged record must not stand in the way of the true one.
    """

    connection: Connection

    def add(self, record: EncounterRecord, recorded_at: int) -> bytes:
        """Keep a record and return its digest; the same record again changes nothing."""
        digest = sha256(encode(record).encode()).digest()
        lane, counter = divmod(record.attestation.sequence, _COUNTER)
        values = {
            "digest": digest,
            "identifier": record.identifier,
            "person": record.person,
            "provider_npi": record.provider_npi,
            "practitioner": record.practitioner,
            "lane": lane,
            "counter": counter,
            "signed": record.signature != b"",
            "recorded_at": recorded_at,
            "record": record,
        }
        insert_once(self.connection, records, values)
        return digest

    def find(self, digest: bytes) -> StoredRecord | None:
        """The record with this digest, or None."""
        return one(self.connection, StoredRecord, _select().where(records.c.digest == digest))

    def by_identifier(self, identifier: str, provider_npi: str | None = None) -> tuple[StoredRecord, ...]:
        """Records of this name, best last: a signed one stands after an unsigned, a later after an earlier."""
        statement = _select().where(records.c.identifier == identifier)
        if provider_npi is not None:
            statement = statement.where(records.c.provider_npi == provider_npi)
        return rows(self.connection, StoredRecord, statement)

    def by_practitioner(self, practitioner: int) -> tuple[StoredRecord, ...]:
        """A practitioner's records, best last."""
        return rows(self.connection, StoredRecord, _select().where(records.c.practitioner == practitioner))

    def by_sequence(self, practitioner: int, sequence: int) -> tuple[StoredRecord, ...]:
        """Records that claim this bit of the practitioner (lane32‖counter32), best last."""
        lane, counter = divmod(sequence, _COUNTER)
        statement = _select().where(records.c.practitioner == practitioner)
        return rows(
            self.connection, StoredRecord, statement.where(records.c.lane == lane, records.c.counter == counter)
        )

    def by_person(self, person: str) -> tuple[StoredRecord, ...]:
        """Records of one person, best last: to match a claim that names none."""
        return rows(self.connection, StoredRecord, _select().where(records.c.person == person))

    def all(self) -> tuple[StoredRecord, ...]:
        """Every record, best last."""
        return rows(self.connection, StoredRecord, _select())


def _select() -> Select[Any]:
    order = (records.c.signed, records.c.recorded_at, records.c.lane, records.c.counter, records.c.digest)
    return reading(StoredRecord, records).order_by(*order)
