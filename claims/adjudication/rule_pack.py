"""What a decision was made by, and what it was, as bytes that are the same wherever they are made again."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal

from claims.adjudication.edits import EDITS
from claims.adjudication.pricing.rules import pricing_rules
from claims.model.money import Money
from claims.model.plan import Plan, Statistics
from claims.model.tables import Tables

ENGINE = 2
"""The version of what is not an edit: the fold of findings, cost share and the decision's shape."""


def canonical_json(value: object) -> bytes:
    """Write plain data as JSON with sorted keys and no spaces, in UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _fraction(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _whole(amount: Money | None) -> int | None:
    return None if amount is None else amount.cents


def rule_pack_bytes(plan: Plan, tables: Tables | None = None) -> bytes:
    """Return the canonical bytes of plan, edits, pricing method and table versions; orders that mean nothing are sorted."""
    share = plan.cost_share
    return canonical_json(
        {
            "engine": ENGINE,
            "edits": [[edit.name, edit.version] for edit in EDITS],
            "pricing": pricing_rules(plan.pricing),
            "tables": [] if tables is None else [list(version) for version in tables.versions],
            "plan": {
                "name": plan.name,
                "year": plan.year,
                "covers_from": plan.covers_from and plan.covers_from.isoformat(),
                "covers_through": plan.covers_through and plan.covers_through.isoformat(),
                "filing_years": plan.timely_filing_years,
                "filing_days": plan.timely_filing_days,
                "evidence_days": plan.evidence_days,
                "benefits": {
                    "not_covered": {
                        code: [each.reason, each.group] for each in plan.benefits.not_covered for code in each.codes
                    },
                    "limits": [
                        [
                            each.name,
                            sorted(each.codes),
                            _fraction(each.units),
                            None if each.amount is None else each.amount.cents,
                        ]
                        for each in sorted(plan.benefits.limits, key=lambda limit: limit.name)
                    ],
                    "capitated": {
                        code: sorted(each.providers) for each in plan.benefits.capitated for code in each.codes
                    },
                    "authorized": sorted(plan.benefits.authorized),
                },
                "edits": [plan.edits.bundled_reason, plan.edits.units_reason, plan.edits.clinician_minutes],
                "statistics": _statistics(plan.statistics),
                "copay": share.copay.cents,
                "deductible": share.deductible.cents,
                "coinsurance": _fraction(share.coinsurance),
                "out_of_pocket": None if share.out_of_pocket is None else share.out_of_pocket.cents,
                "family": [
                    share.family,
                    _whole(share.family_deductible),
                    _whole(share.family_out_of_pocket),
                ],
                "out_of_network": None
                if share.out_of_network is None
                else [
                    share.out_of_network.copay.cents,
                    share.out_of_network.deductible.cents,
                    _fraction(share.out_of_network.coinsurance),
                    _whole(share.out_of_network.out_of_pocket),
                    _whole(share.out_of_network.family_deductible),
                    _whole(share.out_of_network.family_out_of_pocket),
                ],
                "overrides": {
                    code: [
                        None if override.copay is None else override.copay.cents,
                        _fraction(override.coinsurance),
                        override.deductible_applies,
                    ]
                    for override in share.overrides
                    for code in override.codes
                },
            },
        }
    )


def _statistics(asked: Statistics) -> list[object]:
    level, geography, ramp_up = asked.level_of_service, asked.geography, asked.ramp_up
    return [
        None if level is None else [_fraction(level.above_peers), level.visits, sorted(level.codes)],
        None if geography is None else [geography.digits, sorted(sorted(group) for group in geography.near)],
        None if ramp_up is None else [ramp_up.days, ramp_up.charge.cents],
        asked.signing_days,
    ]


def rule_pack_hash(plan: Plan, tables: Tables | None = None) -> bytes:
    """Return the SHA-256 of the rule pack: 32 bytes that name by what rules a decision was made."""
    return hashlib.sha256(rule_pack_bytes(plan, tables)).digest()
