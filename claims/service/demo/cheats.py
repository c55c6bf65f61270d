"""Every fraud that the design names, each one change away from a claim that is otherwise paid (DESIGN §3)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from claims.adjudication.documents import read_members
from claims.adjudication.engine import adjudicate
from claims.model.claim import Claim
from claims.model.evidence import EncounterRecord, ServiceLeaf
from claims.model.member import Member
from claims.model.signed import EvidenceDomain
from claims.service.calendar import day_number
from claims.service.demo.ground import DAY, Ground, Presented
from claims.service.demo.stage import FIRST_DAY, LAST_DAY
from claims.service.deployment import RUN_OUT_DAYS
from claims.service.evidence import verify_records
from claims.service.rules import read_rules

if TYPE_CHECKING:
    from claims.chain.signer import Signer

CONTRACT, ENGINE = "contract", "engine"
OTHER_CODE, FURTHER_CODE = "99215", "99499"
OUTSIDER, STOLEN, SELF = 900_001, 900_002, 900_003
"""Registry ids of clinicians who are enrolled for an attempt alone."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One attempt: what was changed, the error that refused it (`paid` if nothing did), and who refused.

    `control` tells that the same claim without the change would be paid; `untouched` that balances, totals, the policy and
    the bits are what they were.
    """

    attempt: str
    error: str
    by: str
    control: bool
    untouched: bool

    @property
    def good(self) -> bool:
        """Whether the attempt failed, alone for its change, and left nothing behind."""
        return self.error != "paid" and self.control and self.untouched


def all_attempts(ground: Ground) -> Iterator[Refused]:
    """Try everything, one after the other."""
    for name, change in _RECORD_CHANGES:
        yield _forged(ground, name, change)
    for attempt in (
        _billed_twice,
        _second_insurer,
        _not_on_roster,
        _compromised,
        _self_attested,
        _other_year,
        _other_chain,
        _stale,
        _unsigned,
        _above_cap,
        _above_limit,
    ):
        yield attempt(ground)
    yield from _at_the_engine(ground)


def _contract(
    ground: Ground,
    attempt: str,
    presented: Presented,
    *,
    control: bool,
    policy: int | None = None,
    book: str | None = None,
) -> Refused:
    policy = policy or ground.policy
    before = ground.touched(presented.records, policy)
    error = ground.present(presented, book=book)
    return Refused(attempt, error, CONTRACT, control, ground.touched(presented.records, policy) == before)


def _honest(ground: Ground, records: Sequence[EncounterRecord]) -> bool:
    return ground.would_be_paid(ground.signed(records))


# What the thief shows the engine differs from what the clinician signed: the roots give it away.


def _forged(ground: Ground, attempt: str, change: Callable[[EncounterRecord], tuple[ServiceLeaf, ...]]) -> Refused:
    records = ground.attested_again()
    shown = (replace(records[0], services=change(records[0])), *records[1:])
    return _contract(ground, attempt, ground.signed(records, read_from=shown), control=_honest(ground, records))


def _with_phantom(record: EncounterRecord) -> tuple[ServiceLeaf, ...]:
    invented = replace(record.services[0].service, code=FURTHER_CODE)
    return (*record.services, ServiceLeaf(invented, secrets.token_bytes(32)))


def _with_other_code(record: EncounterRecord) -> tuple[ServiceLeaf, ...]:
    first = record.services[0]
    return (replace(first, service=replace(first.service, code=OTHER_CODE)), *record.services[1:])


def _with_more_units(record: EncounterRecord) -> tuple[ServiceLeaf, ...]:
    first = record.services[0]
    more = replace(first.service, units=first.service.units + Decimal(3))
    return (replace(first, service=more), *record.services[1:])


_RECORD_CHANGES = (
    ("phantom line", _with_phantom),
    ("changed code", _with_other_code),
    ("more units", _with_more_units),
)


# One visit is paid once.


def _billed_twice(ground: Ground) -> Refused:
    again = ground.signed(ground.paid_records)
    return _contract(ground, "one visit billed twice", again, control=_honest(ground, ground.attested_again()))


def _second_insurer(ground: Ground) -> Refused:
    from claims.chain.abi import encode_call
    from claims.chain.artefacts import load
    from claims.chain.deployment import deploy
    from claims.chain.sender import execute

    payer = ground.stage.payer
    insurer = payer.signer("insurer")
    artefact = load("InsurerBook")
    record = ground.stage.folder / "second-insurer" / "deployment.json"
    controls = payer.read("InsurerBook", "controls")
    arguments = (
        insurer.address,
        payer.addresses["Registry"],
        payer.addresses["TestDollar"],
        RUN_OUT_DAYS,
        controls["claimCap"],
        controls["quorumAbove"],
        1,
    )
    book = deploy(payer.chain, insurer, record, artefact, arguments)

    def act(function: str, *values: Any) -> None:
        execute(payer.chain, insurer, book, encode_call(artefact.abi, function, values))

    payer.write(payer.signer("credentialer"), "Registry", "listBook", book, True)
    limit = max(ground.answer.decision.paid.cents, 1)
    units = payer.read("InsurerBook", "unitsPerCent")
    payer.write(insurer, "TestDollar", "mint", insurer.address, limit * units)
    payer.write(insurer, "TestDollar", "approve", book, limit * units)
    act("fund", limit * units)
    act("setAdjudicator", ground.adjudicator.address, True)
    policy = secrets.randbits(63) + 1
    act("issuePolicy", policy, ground.paid_records[0].attestation.service_year, limit, limit, 1)
    elsewhere = replace(payer.book_domain, book=book)
    fresh = ground.signed(ground.attested_again(), policy=policy, domain=elsewhere)
    return _contract(
        ground,
        "the same visit at a second insurer",
        ground.signed(ground.paid_records, policy=policy, domain=elsewhere),
        control=ground.would_be_paid(fresh, book=book),
        book=book,
    )


# Who may attest.


def _enrolled(ground: Ground, practitioner: int, controller: int, *, on_roster: bool) -> Signer:
    """Enrol a clinician for an attempt, with a key that lives as long as it."""
    from claims.chain.signer import raw_key_signer

    payer = ground.stage.payer
    signer = raw_key_signer(secrets.token_bytes(32), payer.chain.profile)
    window = (day_number(FIRST_DAY), day_number(LAST_DAY))
    credentialer = payer.signer("credentialer")
    payer.write(credentialer, "Registry", "enrolPractitioner", practitioner, signer.address, controller, *window)
    if on_roster:
        payer.write(credentialer, "Registry", "addToRoster", ground.sender.address, practitioner, *window)
    return signer


def _not_on_roster(ground: Ground) -> Refused:
    signer = _enrolled(ground, OUTSIDER, OUTSIDER, on_roster=False)
    records = ground.attested_again(practitioner=OUTSIDER, signer=signer)
    return _contract(
        ground,
        "a practitioner not on the roster",
        ground.signed(records),
        control=_honest(ground, ground.attested_again()),
    )


def _compromised(ground: Ground) -> Refused:
    payer = ground.stage.payer
    signer = _enrolled(ground, STOLEN, STOLEN, on_roster=True)
    presented = ground.signed(ground.attested_again(practitioner=STOLEN, signer=signer))
    control = ground.would_be_paid(presented)
    today = payer.chain.head().timestamp // DAY
    payer.write(payer.signer("credentialer"), "Registry", "reportCompromise", STOLEN, today)
    return _contract(ground, "a compromised clinician key", presented, control=control)


def _self_attested(ground: Ground) -> Refused:
    controller = ground.stage.payer.read("Registry", "providerOf", ground.sender.address)["controller"]
    signer = _enrolled(ground, SELF, controller, on_roster=True)
    records = ground.attested_again(practitioner=SELF, signer=signer)
    return _contract(
        ground, "a provider attesting itself", ground.signed(records), control=_honest(ground, ground.attested_again())
    )


# What the policy covers.


def _issued(ground: Ground, year: int, limit: int) -> int:
    payer = ground.stage.payer
    policy = secrets.randbits(63) + 1
    payer.write(payer.signer("insurer"), "InsurerBook", "issuePolicy", policy, year, limit, limit, 1)
    return policy


def _other_year(ground: Ground) -> Refused:
    records = ground.attested_again()
    year = records[0].attestation.service_year + 1
    policy = _issued(ground, year, max(ground.answer.decision.paid.cents, 1))
    return _contract(
        ground,
        "a policy of another year",
        ground.signed(records, policy=policy),
        control=_honest(ground, records),
        policy=policy,
    )


def _above_limit(ground: Ground) -> Refused:
    records = ground.attested_again()
    policy = _issued(ground, records[0].attestation.service_year, ground.answer.decision.paid.cents - 1)
    return _contract(
        ground,
        "one above the policy's limit",
        ground.signed(records, policy=policy),
        control=_honest(ground, records),
        policy=policy,
    )


def _above_cap(ground: Ground) -> Refused:
    records = ground.attested_again()
    above = ground.stage.payer.read("InsurerBook", "controls")["claimCap"] + 1
    return _contract(
        ground,
        "one above the cap per claim",
        ground.signed(records, amounts=(above, above, above)),
        control=_honest(ground, records),
    )


# Whose signature, for what, until when.


def _other_chain(ground: Ground) -> Refused:
    here = ground.stage.payer.evidence_domain
    records = ground.attested_again(domain=EvidenceDomain(here.chain_id + 1, here.registry))
    return _contract(
        ground,
        "a signature for another chain",
        ground.signed(records),
        control=_honest(ground, ground.attested_again()),
    )


def _stale(ground: Ground) -> Refused:
    records = ground.attested_again()
    late = ground.signed(records, deadline=ground.chain.head().timestamp - 1)
    return _contract(ground, "a stale decision", late, control=_honest(ground, records))


def _unsigned(ground: Ground) -> Refused:
    records = ground.attested_again()
    return _contract(
        ground, "an unsigned decision", ground.signed(records, signs=False), control=_honest(ground, records)
    )


# What the engine refuses, before anything is signed.


def _at_the_engine(ground: Ground) -> Iterator[Refused]:
    claim, first = ground.claim, ground.claim.lines[0]
    phantom = replace(first, number=len(claim.lines) + 1, procedure=FURTHER_CODE, control_number="")
    for attempt, changed in (
        ("phantom line", replace(claim, lines=(*claim.lines, phantom), charge=claim.charge + phantom.charge)),
        ("changed code", replace(claim, lines=(replace(first, procedure=OTHER_CODE), *claim.lines[1:]))),
        ("more units", replace(claim, lines=(replace(first, units=first.units + 3), *claim.lines[1:]))),
    ):
        yield _engine(ground, attempt, changed)
    yield _engine(ground, "one visit billed twice", claim, records=ground.paid_records)
    yield _engine(ground, "another person's policy", claim, as_another=True)


def _engine(
    ground: Ground,
    attempt: str,
    claim: Claim,
    *,
    records: tuple[EncounterRecord, ...] | None = None,
    as_another: bool = False,
) -> Refused:
    """Ask the payer's engine with the payer's own documents; evidence that a claim names by id is named by fresh ids."""
    fresh = ground.attested_again()
    honest_claim = _unnamed(ground.claim)
    control = _decided(ground, honest_claim, fresh)[0] == "paid"
    changed = _unnamed(claim)
    extra: tuple[Member, ...] = ()
    if as_another:
        known = read_members(ground.stage.cast.members)
        template = next(m for m in known if m.person == fresh[0].person)
        other = replace(template, person="somebody-else", member_number="OTHER-1", family="OTHER-1")
        extra, changed = (other,), replace(changed, member_number="OTHER-1")
    before = ground.touched(fresh, ground.policy)
    status, why = _decided(ground, changed, records or fresh, extra)
    error = "paid" if status == "paid" else why
    return Refused(attempt, error, ENGINE, control, ground.touched(fresh, ground.policy) == before)


def _unnamed(claim: Claim) -> Claim:
    return replace(claim, evidence=(), lines=tuple(replace(line, evidence=()) for line in claim.lines))


def _decided(
    ground: Ground, claim: Claim, records: Sequence[EncounterRecord], extra: tuple[Member, ...] = ()
) -> tuple[str, str]:
    rules = read_rules(ground.stage.payer.home)
    with ground.stage.payer.store.reading() as work:
        enrolled = {row.provider.npi: row for row in work.providers.all()}
    decision = adjudicate(
        rules.plan,
        claim,
        members=(*rules.members, *extra),
        providers=rules.providers,
        evidence=verify_records(ground.stage.payer, records, enrolled=enrolled),
    )
    why = next((entry.why for entry in decision.trace if entry.outcome in ("pend", "deny")), "")
    return decision.status, why
