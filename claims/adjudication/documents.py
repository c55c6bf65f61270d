"""The documents an operator writes for the engine, each read by a file of its own."""

from claims.adjudication.accumulator_document import read_accumulators, read_family_accumulators
from claims.adjudication.authorization_document import read_authorizations
from claims.adjudication.history_document import read_history, write_history
from claims.adjudication.member_document import read_members
from claims.adjudication.plan_document import read_plan
from claims.adjudication.provider_document import read_providers
from claims.adjudication.strict import DocumentError

__all__ = [
    "DocumentError",
    "read_accumulators",
    "read_authorizations",
    "read_family_accumulators",
    "read_history",
    "read_members",
    "read_plan",
    "read_providers",
    "write_history",
]
