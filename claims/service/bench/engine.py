"""Claims per second on one core, step by step: intake, the check of the evidence, adjudication, the writing of 835s."""

from __future__ import annotations

import gc
import math
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from claims.adjudication.accumulation import carry
from claims.adjudication.engine import adjudicate, prepare
from claims.adjudication.evidence_index import EvidenceIndex
from claims.adjudication.history import History, past_lines
from claims.adjudication.members import Members
from claims.adjudication.plan_terms import PlanTerms
from claims.adjudication.providers import Providers
from claims.evidence.verify import verify
from claims.formats.x12.remittance_writer import write_835
from claims.formats.x12.speed import measure_intake
from claims.model.claim import Claim
from claims.model.decision import PAID, Decision
from claims.model.party import Address, Payer
from claims.model.plan import Accumulators
from claims.model.tables import Tables
from claims.service.bench.mix import DOMAIN, YEAR, Mix, make_mix
from claims.service.bench.professional import write_837
from claims.service.collector import collector_stopped
from claims.service.tables import import_tables, open_tables_of
from claims.settlement.remittance import Finalised, build_remittance

PAIRS = (("99213", "36415", "1"), ("20610", "J3301", "0"), ("93015", "93000", "1"), ("80053", "85025", "9"))
"""Column one, column two and indicator of the benchmark's own NCCI table."""

LIMITS = (("J3301", 8, "3"), ("97110", 6, "3"), ("36415", 2, "2"), ("99213", 1, "2"), ("90460", 9, "1"))
"""Code, limit and adjudication indicator of the benchmark's own MUE table."""

Result = TypeVar("Result")

ROUNDS = 3
"""How often each step is run; the quickest round counts, since whatever else a machine does can only slow it."""

INTAKE_CLAIMS = 300
"""Of the mix, how many the slowest step is measured on."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured: claims per second of each step on one core, in processor time, and what the mix decided.

    Of `rounds` rounds the quickest counts.
    """

    claims: int
    seed: int
    lines: int
    rates: dict[str, float]
    statuses: dict[str, int]
    reasons: dict[str, int]
    rounds: int
    machine: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What is made ready once for many claims."""

    plans: list[PlanTerms]
    members: Members
    providers: Providers
    evidence: EvidenceIndex
    tables: Tables


def measure(count: int = 20_000, *, seed: int = 20_260_316) -> Speed:
    """Make the mix from its seed and run it through each step; the decisions are those of the product's own engine."""
    mix = make_mix(count, seed=seed)
    rates: dict[str, float] = {}
    _intake(mix, rates)
    with TemporaryDirectory() as folder, open_tables_of(_tables(Path(folder))) as tables:
        keys = {clinician.practitioner: mix.key_of(clinician.practitioner) for clinician in mix.clinicians}
        evidence, seconds = _timed(
            lambda: EvidenceIndex([verify(r, key=keys[r.practitioner], domain=DOMAIN) for r in mix.records])
        )
        rates["evidence check"] = count / seconds
        plans = [prepare(plan, tables) for plan in mix.plans]
        known = _Known(plans, Members(mix.members), Providers(mix.providers), evidence, tables)
        _adjudicate(mix, known, mix.claims[:200])  # the tables' rows come into memory once a process
        decisions, decided = _timed(lambda: _adjudicate(mix, known, mix.claims))
    rates["adjudication"] = count / decided
    rates["evidence check and adjudication"] = count / (seconds + decided)
    _, written = _timed(lambda: _remit(mix.claims, decisions))
    rates["835 writing"] = count / written
    reasons: dict[str, int] = {}
    statuses: dict[str, int] = {}
    for decision in decisions:
        statuses[decision.status] = statuses.get(decision.status, 0) + 1
        for line in decision.lines:
            for adjustment in line.adjustments:
                code = f"{adjustment.group}-{adjustment.reason}"
                reasons[code] = reasons.get(code, 0) + 1
    return Speed(
        claims=count,
        seed=seed,
        lines=sum(len(claim.lines) for claim in mix.claims),
        rates=rates,
        statuses=dict(sorted(statuses.items())),
        reasons=dict(sorted(reasons.items())),
        rounds=ROUNDS,
        machine=f"Python {platform.python_version()}, {platform.machine()}, one core",
    )


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """Run something in processor time, the collector of garbage cycles stopped, as it is where a whole file is adjudicated.

    Returns what it made and the seconds of the quickest of ROUNDS rounds.
    """
    quickest = math.inf
    for _ in range(ROUNDS):
        gc.collect()
        with collector_stopped():
            start = time.process_time()
            done = work()
            quickest = min(quickest, time.process_time() - start)
    return done, quickest


def _intake(mix: Mix, rates: dict[str, float]) -> None:
    speed = measure_intake(write_837(mix.claims[:INTAKE_CLAIMS]), rounds=2)
    rates["intake, full validation"] = speed.claims_per_second
    rates["intake, validated before"] = speed.validated_claims_per_second
    rates["pyx12 alone"] = speed.claims / speed.pyx12


def _tables(folder: Path) -> Path:
    """Import small tables of our own in the layout of CMS's files, by the same way as a payer imports the published ones."""
    pairs = folder / "pairs.txt"
    heading = "Column 1\tColumn 2\tPrior to 1996\tEffective Date\tDeletion Date\tModifier\tPTP Edit Rationale"
    rows = [f"{one}\t{two}\t\t{YEAR - 1}0101\t*\t{indicator}\tMisuse" for one, two, indicator in PAIRS]
    pairs.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    limits = folder / "limits.csv"
    title = f"Practitioner Services MUE Table Effective 01/01/{YEAR}"
    heading = "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale"
    rows = [f"{code},{limit},{indicator},Clinical" for code, limit, indicator in LIMITS]
    limits.write_text("\n".join([title, heading, *rows]) + "\n", encoding="utf-8")
    tables = folder / "tables"
    import_tables(tables, [pairs, limits], setting="practitioner")
    return tables


def _adjudicate(mix: Mix, known: _Known, claims: tuple[Claim, ...]) -> list[Decision]:
    """Decide claims in order: history, and each person's accumulators, carry from claim to claim."""
    history = History()
    used: dict[tuple[str, str], dict[int, Accumulators]] = {}
    decisions = []
    for claim in claims:
        patient = (claim.member_number, claim.patient.first_name)
        counted = used.get(patient, {})
        decision = adjudicate(
            known.plans[mix.plan_of(claim)],
            claim,
            members=known.members,
            providers=known.providers,
            evidence=known.evidence,
            history=history,
            accumulators=counted,
            decided=claim.received,
            tables=known.tables,
        )
        if decision.status == PAID:
            history.add(past_lines(claim, decision, claim.number))
            if decision.usage:
                used[patient] = carry(counted, decision.usage)
        decisions.append(decision)
    return decisions


def _remit(claims: tuple[Claim, ...], decisions: list[Decision]) -> int:
    """Write one 835 for each claim that was decided; returns the bytes written."""
    payer, address = Payer("BENCH PAYER", "BENCH01"), Address("1 Bench Street", "", "Springfield", "IL", "62701")
    now = datetime(YEAR, 3, 16, tzinfo=UTC)
    size = 0
    for number, (claim, decision) in enumerate(zip(claims, decisions, strict=True), 1):
        if decision.status not in (PAID, "denied"):
            continue
        remittance = build_remittance(
            [Finalised(claim, decision, claim.number)],
            payer=payer,
            payee=claim.billing,
            payment=number.to_bytes(32, "big"),
            day=now.date(),
            payer_address=address,
        )
        size += len(
            write_835(remittance, sender="BENCH01", receiver=claim.billing.npi, created=now, control_number=number)
        )
    return size
