"""One unit of work: every repository over the same transaction."""

from __future__ import annotations

from sqlalchemy import Connection

from claims.store.accumulators import AccumulatorLedger
from claims.store.authorization_uses import AuthorizationUses
from claims.store.chain_index import ChainIndex
from claims.store.claims import Claims
from claims.store.control_numbers import ControlNumbers
from claims.store.decisions import Decisions
from claims.store.evidence_uses import EvidenceUses
from claims.store.history import History
from claims.store.interchanges import Interchanges
from claims.store.invoice_rolls import InvoiceRolls
from claims.store.leases import Leases
from claims.store.members import Members
from claims.store.offsets import Offsets
from claims.store.outbox import Outbox
from claims.store.payments import Payments
from claims.store.policies import Policies
from claims.store.postings import Postings
from claims.store.providers import Providers
from claims.store.records import Records
from claims.store.rejections import Rejections
from claims.store.remittances import Remittances
from claims.store.replacements import Replacements
from claims.store.reviews import Reviews
from claims.store.revisions import Revisions
from claims.store.sequences import Sequences
from claims.store.settlements import Settlements


class UnitOfWork:
    """What happens together or not at all. Made by Store alone; of no use once its `with` block ended."""

    def __init__(self, connection: Connection) -> None:
        self.accumulators = AccumulatorLedger(connection)
        self.authorization_uses = AuthorizationUses(connection)
        self.chain_index = ChainIndex(connection)
        self.claims = Claims(connection)
        self.control_numbers = ControlNumbers(connection)
        self.decisions = Decisions(connection)
        self.evidence_uses = EvidenceUses(connection)
        self.history = History(connection)
        self.interchanges = Interchanges(connection)
        self.invoice_rolls = InvoiceRolls(connection)
        self.leases = Leases(connection)
        self.members = Members(connection)
        self.offsets = Offsets(connection)
        self.outbox = Outbox(connection)
        self.payments = Payments(connection)
        self.policies = Policies(connection)
        self.postings = Postings(connection)
        self.providers = Providers(connection)
        self.records = Records(connection)
        self.rejections = Rejections(connection)
        self.remittances = Remittances(connection)
        self.replacements = Replacements(connection)
        self.reviews = Reviews(connection)
        self.revisions = Revisions(connection)
        self.sequences = Sequences(connection)
        self.settlements = Settlements(connection)
