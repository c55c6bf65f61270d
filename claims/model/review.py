"""A named person's decision about a claim that waits."""

from __future__ import annotations

from dataclasses import dataclass

from claims.model.money import Money

RELEASE, DENY = "release", "deny"

RELEASABLE = frozenset({"duplicate", "statistics", "price"})
"""Edits whose pends a person may pass: near duplicates, statistics, and lines without a price. Evidence is never among them:
what no clinician signed is not paid on anybody's word, and the contract would refuse it (ADJUDICATION §2)."""


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decided, as it is signed: everything that makes the act this one and no other.

    `act` is `release` or `deny`; `claim` the payer's control number and `revision` the version of the decision that comes of
    it; `considered` the SHA-256 of the pended decision's canonical bytes. `reviewer` is the key's name in the payer's home and
    `address` its address; `at` Unix seconds. A release names the `edits` that are passed and, where a line had no price, what
    is allowed for it, by line number. A denial carries `carc` and `remark` (empty: none).
    """

    act: str
    payer: str
    claim: str
    revision: int
    considered: bytes
    reviewer: str
    address: str
    at: int
    reason: str
    edits: tuple[str, ...] = ()
    prices: tuple[tuple[int, Money], ...] = ()
    carc: str = ""
    remark: str = ""
