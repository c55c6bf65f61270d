"""The tables as the queries name them. The migrations make them; a test holds the two together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, MetaData, Table, Text

from claims.model.claim import Claim
from claims.model.decision import Decision
from claims.model.evidence import EncounterRecord
from claims.model.history import PastLine
from claims.model.member import Member
from claims.model.network import NetworkProvider
from claims.model.review import Review
from claims.model.signed import ClaimDecision, DecisionBatch, ProviderInvoice
from claims.store.columns import Cents, Day, Document, Hexadecimal, Unsigned64

metadata = MetaData()


def _key(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _must(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _may(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, nullable=True)


store_facts = Table("store_facts", metadata, _key("name", Text), _must("value", Text))

control_numbers = Table("control_numbers", metadata, _key("kind", Text), _must("number", BigInteger))

sequences = Table(
    "sequences", metadata, _key("practitioner", BigInteger), _key("lane", BigInteger), _must("counter", BigInteger)
)

interchanges = Table(
    "interchanges",
    metadata,
    _key("sender", Text),
    _key("control_number", Text),
    _key("sha256", Text),
    _must("received", Day),
)

claims = Table(
    "claims",
    metadata,
    _key("control_number", Text),
    _must("number", Text),
    _must("billing_npi", Text),
    _may("claim_id", Hexadecimal),
    _must("source_sha256", Text),
    _must("received", Day),
    _must("status", Text),
    _must("recorded_at", BigInteger),
    _must("claim", Document(Claim)),
)

claim_statuses = Table(
    "claim_statuses",
    metadata,
    _key("control_number", Text),
    _key("position", BigInteger),
    _must("status", Text),
    _must("at", BigInteger),
    _must("note", Text),
)

records = Table(
    "records",
    metadata,
    _key("digest", Hexadecimal),
    _must("identifier", Text),
    _must("person", Text),
    _must("provider_npi", Text),
    _must("practitioner", BigInteger),
    _must("lane", BigInteger),
    _must("counter", BigInteger),
    _must("signed", Boolean),
    _must("recorded_at", BigInteger),
    _must("record", Document(EncounterRecord)),
)

decisions = Table(
    "decisions",
    metadata,
    _key("control_number", Text),
    _key("revision", BigInteger),
    _must("decided_at", BigInteger),
    _must("rule_pack", Hexadecimal),
    _must("inputs", Text),
    _must("decision", Document(Decision)),
)

decision_batches = Table(
    "decision_batches",
    metadata,
    _key("identifier", Hexadecimal),
    _must("epoch", BigInteger),
    _must("deadline", BigInteger),
    _must("signed_at", BigInteger),
    _must("signatures", Document(tuple[bytes, ...])),
    _must("batch", Document(DecisionBatch)),
)

decision_batch_entries = Table(
    "decision_batch_entries",
    metadata,
    _key("batch", Hexadecimal),
    _key("position", BigInteger),
    _must("control_number", Text),
    _must("revision", BigInteger),
)

accumulator_totals = Table(
    "accumulator_totals",
    metadata,
    _key("person", Text),
    _key("family", Text),
    _key("year", BigInteger),
    _must("deductible", Cents),
    _must("out_of_pocket", Cents),
    _must("out_of_network_deductible", Cents),
    _must("out_of_network_out_of_pocket", Cents),
)

accumulator_moves = Table(
    "accumulator_moves",
    metadata,
    _key("source", Text),
    _key("revision", BigInteger),
    _key("reversal", Boolean),
    _key("person", Text),
    _key("family", Text),
    _key("year", BigInteger),
    _must("deductible", Cents),
    _must("out_of_pocket", Cents),
    _must("at", BigInteger),
    _must("out_of_network_deductible", Cents),
    _must("out_of_network_out_of_pocket", Cents),
)

past_lines = Table(
    "past_lines",
    metadata,
    _key("control_number", Text),
    _key("position", BigInteger),
    _must("person", Text),
    _must("billing_npi", Text),
    _must("procedure_code", Text),
    _must("begins", Day),
    _must("ends", Day),
    _must("line", Document(PastLine)),
    _must("rendering_npi", Text),
    _must("taxonomy", Text),
)

policies = Table(
    "policies",
    metadata,
    _key("policy", Unsigned64),
    _must("person", Text),
    _must("plan", Text),
    _must("year", BigInteger),
    _must("benefit_limit", Cents),
    _must("reserve", Cents),
    _must("issued_at", BigInteger),
)

members = Table(
    "members", metadata, _key("person", Text), _must("member_number", Text), _must("member", Document(Member))
)

providers = Table(
    "providers",
    metadata,
    _key("npi", Text),
    _must("practitioner", BigInteger),
    _must("address", Text),
    _must("signing_key", Text),
    _must("provider", Document(NetworkProvider)),
)

intents = Table(
    "intents",
    metadata,
    _key("idempotency_key", Text),
    _must("kind", Text),
    _must("claim", Text),
    _must("payload", Text),
    _must("created_at", BigInteger),
    _must("state", Text),
    _must("failure", Text),
)

nonces = Table("nonces", metadata, _key("sender", Text), _key("nonce", BigInteger), _must("intent", Text))

transactions = Table(
    "transactions",
    metadata,
    _key("transaction_hash", Hexadecimal),
    _must("intent", Text),
    _must("sender", Text),
    _must("nonce", BigInteger),
    _must("raw", Hexadecimal),
    _must("gas", BigInteger),
    _must("max_fee", BigInteger),
    _must("max_priority_fee", BigInteger),
    _must("signed_at", BigInteger),
    _must("state", Text),
    _may("sent_at", BigInteger),
    _may("block", BigInteger),
    _must("cancels", Boolean),
)

sender_leases = Table(
    "sender_leases",
    metadata,
    _key("sender", Text),
    _must("holder", Text),
    _must("label", Text),
    _must("expires_at", BigInteger),
)

payments = Table(
    "payments",
    metadata,
    _key("identifier", Hexadecimal),
    _must("payee", Text),
    _must("paid", Cents),
    _must("credited", Cents),
    _must("transaction_hash", Hexadecimal),
    _must("block", BigInteger),
    _must("day", Day),
    _must("netted", Cents),
    _must("withdrawn", Boolean),
)

payment_parts = Table(
    "payment_parts",
    metadata,
    _key("payment", Hexadecimal),
    _key("place", BigInteger),
    _must("paid", Cents),
    _must("paid_before", Cents),
    _may("claim", Hexadecimal),
    _may("batch", Hexadecimal),
    _may("position", BigInteger),
)

payment_claims = Table(
    "payment_claims",
    metadata,
    _key("payment", Hexadecimal),
    _key("position", BigInteger),
    _must("claim_id", Hexadecimal),
)

remittances = Table(
    "remittances",
    metadata,
    _key("trace", Text),
    _may("payment", Hexadecimal),
    _must("interchange_number", BigInteger),
    _must("group_number", BigInteger),
    _must("transaction_number", BigInteger),
    _must("sha256", Text),
    _must("path", Text),
    _must("created_at", BigInteger),
)

remittance_claims = Table(
    "remittance_claims",
    metadata,
    _key("remittance", Text),
    _key("position", BigInteger),
    _must("control_number", Text),
)

evidence_uses = Table(
    "evidence_uses",
    metadata,
    _key("practitioner", BigInteger),
    _key("lane", BigInteger),
    _key("counter", BigInteger),
    _key("rank", BigInteger),
    _must("control_number", Text),
)

replacements = Table(
    "replacements",
    metadata,
    _key("control_number", Text),
    _must("replaces", Text),
    _must("lineage", Text),
    _must("at", BigInteger),
)

offsets = Table(
    "offsets",
    metadata,
    _key("control_number", Text),
    _must("billing_npi", Text),
    _must("amount", Cents),
    _must("remittance", Text),
    _must("at", BigInteger),
)

rejections = Table(
    "rejections",
    metadata,
    _key("sha256", Text),
    _key("position", BigInteger),
    _must("file", Text),
    _must("number", Text),
    _must("cause", Text),
    _must("at", BigInteger),
)

postings = Table(
    "postings",
    metadata,
    _key("trace", Text),
    _may("payment", Hexadecimal),
    _must("amount", Cents),
    _must("sha256", Text),
    _must("path", Text),
    _must("posted_at", BigInteger),
)

posting_claims = Table(
    "posting_claims",
    metadata,
    _key("trace", Text),
    _key("position", BigInteger),
    _must("control_number", Text),
)

reviews = Table(
    "reviews",
    metadata,
    _key("control_number", Text),
    _key("revision", BigInteger),
    _must("signature", Hexadecimal),
    _must("review", Document(Review)),
)

authorization_uses = Table(
    "authorization_uses",
    metadata,
    _key("control_number", Text),
    _key("line", BigInteger),
    _must("number", Text),
    _must("units", Document(Decimal)),
)

chain_cursors = Table(
    "chain_cursors",
    metadata,
    _key("contract", Text),
    _must("begun", BigInteger),
    _must("scanned", BigInteger),
    _must("acted", BigInteger),
)

chain_blocks = Table(
    "chain_blocks", metadata, _key("number", BigInteger), _must("hash", Hexadecimal), _must("parent", Hexadecimal)
)

chain_logs = Table(
    "chain_logs",
    metadata,
    _key("block_hash", Hexadecimal),
    _key("log_index", BigInteger),
    _must("block", BigInteger),
    _must("at", BigInteger),
    _must("contract", Text),
    _must("transaction_hash", Hexadecimal),
    _must("topics", Hexadecimal),
    _must("data", Hexadecimal),
    _may("payment", Hexadecimal),
)

invoice_rolls = Table(
    "invoice_rolls",
    metadata,
    _key("hash", Hexadecimal),
    _must("provider", Text),
    _must("book", Text),
    _must("source_sha256", Text),
    _must("recorded_at", BigInteger),
    _must("anchored", Text),
)

invoice_places = Table(
    "invoice_places",
    metadata,
    _key("control_number", Text),
    _key("roll", Hexadecimal),
    _must("position", BigInteger),
    _must("claim_id", Hexadecimal),
)

due_claims = Table(
    "due_claims",
    metadata,
    _key("control_number", Text),
    _key("revision", BigInteger),
    _must("claim_id", Hexadecimal),
    _must("roll", Hexadecimal),
    _must("position", BigInteger),
    _must("rule_pack", Hexadecimal),
    _must("trace", Hexadecimal),
    _must("terms", Document(ClaimDecision)),
    _must("records", Document(tuple[bytes, ...])),
    _must("due_at", BigInteger),
)

settlements = Table(
    "settlements",
    metadata,
    _key("control_number", Text),
    _key("revision", BigInteger),
    _must("state", Text),
    _may("batch", Hexadecimal),
    _may("position", BigInteger),
    _must("reason", Text),
    _must("changed_at", BigInteger),
)

settlement_batches = Table(
    "settlement_batches",
    metadata,
    _key("batch", Hexadecimal),
    _must("intent", Text),
    _must("claims", BigInteger),
    _must("providers", BigInteger),
    _must("rolls", BigInteger),
    _must("sections", BigInteger),
    _must("size", BigInteger),
    _must("floor", BigInteger),
    _must("estimate", BigInteger),
    _must("paid", Cents),
    _must("made_at", BigInteger),
)

due_revisions = Table(
    "due_revisions",
    metadata,
    _key("control_number", Text),
    _must("revision", BigInteger),
    _must("paid_control_number", Text),
    _must("claim_id", Hexadecimal),
    _must("invoice", Document(ProviderInvoice)),
    _must("first_terms", Document(ClaimDecision)),
    _must("terms", Document(ClaimDecision)),
    _must("paid_before", Cents),
    _must("rule_pack", Hexadecimal),
    _must("trace", Hexadecimal),
    _must("records", Document(tuple[bytes, ...])),
    _must("due_at", BigInteger),
)

revision_states = Table(
    "revision_states",
    metadata,
    _key("control_number", Text),
    _must("state", Text),
    _must("intent", Text),
    _must("reason", Text),
    _must("changed_at", BigInteger),
)
