"""What holds of every decision, whatever the claim, the plan and the edits."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.adjudication.accumulation import carry, reverse
from claims.adjudication.codes import NEEDS_REMARK
from claims.adjudication.document import canonical_bytes
from claims.adjudication.engine import adjudicate
from claims.model.decision import Adjustment
from claims.model.member import Authorization
from claims.model.money import Money, total
from claims.model.other_payer import OtherLineAdjudication, OtherPayer
from claims.model.plan import (
    Accumulators,
    BenefitLimit,
    Benefits,
    CostShareOverride,
    NotCovered,
    OutOfNetworkShare,
)
from tests.adjudication.builders import RENDERING, claim, clinic, clinician, encounter, line, member, plan, service
from tests.adjudication.tables import MemoryTables

CODES = ("99213", "99214", "87070", "J0696")
dollars = st.integers(0, 60_000).map(lambda cents: str(Money(cents)))
shares = st.sampled_from(["0", "0.10", "0.20", "0.3333", "0.50", "1"])
days = st.integers(-80, 420).map(lambda offset: date(2026, 1, 1) + timedelta(days=offset))


TABLES = (
    MemoryTables().pair("99214", "99213", "1").pair("87070", "J0696", "0").limit("J0696", 4, "2").limit("87070", 2, "1")
)
BENEFITS = Benefits(
    not_covered=(NotCovered(("87070",)),),
    limits=(BenefitLimit("drugs", ("J0696",), Decimal(10), Money(30_000)),),
    authorized=("99213",),
)
GRANTED = (Authorization("AUTH-1", "P-1", ("99213",), units=Decimal(6)),)


@st.composite
def plans(draw):
    overrides = []
    if draw(st.booleans()):
        overrides.append(
            CostShareOverride(
                (draw(st.sampled_from(CODES)),),
                draw(st.none() | dollars.map(Money.parse)),
                draw(st.none() | shares.map(Decimal)),
                draw(st.none() | st.booleans()),
            )
        )
    made = plan(
        draw(st.dictionaries(st.sampled_from(CODES), dollars, max_size=3)),
        percent=draw(st.none() | shares),
        copay=draw(dollars),
        deductible=draw(dollars),
        coinsurance=draw(shares),
        maximum=draw(st.none() | dollars),
        overrides=overrides,
        benefits=draw(st.sampled_from([Benefits(), BENEFITS])),
    )
    amounts = st.none() | dollars.map(Money.parse)
    outside = st.builds(OutOfNetworkShare, *[dollars.map(Money.parse)] * 2, shares.map(Decimal), amounts)
    return replace(
        made,
        cost_share=replace(
            made.cost_share,
            family=draw(st.sampled_from(["embedded", "aggregate"])),
            family_deductible=draw(amounts),
            family_out_of_pocket=draw(amounts),
            out_of_network=draw(st.none() | outside),
        ),
    )


@st.composite
def before(draw, charge):
    """What a primary payer decided of a line: a charge that balances into paid, written off and left."""
    paid = draw(st.integers(0, charge))
    left = draw(st.integers(0, charge - paid))
    parts = (("CO", "45", charge - paid - left), ("PR", draw(st.sampled_from(["1", "2", "3", "96"])), left))
    return OtherLineAdjudication(
        "PRIM", Money(paid), tuple(Adjustment(group, reason, Money(part)) for group, reason, part in parts if part)
    )


@st.composite
def claims(draw):
    rank = draw(st.sampled_from([0, 0, 1]))
    lines = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        made = line(
            number,
            draw(st.sampled_from(CODES)),
            draw(dollars),
            units=draw(st.sampled_from(["1", "2", "0.5", "7"])),
            begins=draw(days),
            modifiers=draw(st.sampled_from([(), ("25",), ("RT",), ("76",)])),
        )
        if rank and draw(st.integers(0, 4)):
            made = replace(made, other_adjudications=(draw(before(made.charge.cents)),))
        lines.append(made)
    payers = (OtherPayer("PRIM", "Primary", 0, paid=Money(0)),) if rank else ()
    return claim(*lines, received=date(2027, 1, 10), rank=rank, other_payers=payers)


used = st.builds(
    Accumulators,
    dollars.map(Money.parse),
    dollars.map(Money.parse),
    st.just(2026),
    dollars.map(Money.parse),
    dollars.map(Money.parse),
)


@st.composite
def situations(draw):
    billed = draw(claims())
    attested = [
        service(each.procedure, str(each.units), each.begins, modifiers=each.modifiers) for each in billed.lines
    ]
    problems = st.sampled_from(["", "", "", "unsigned", "spent"])
    records = [encounter(each, identifier=f"e{k}", problem=draw(problems)) for k, each in enumerate(attested)]
    status = draw(st.sampled_from(["in-network", "out-of-network"]))
    given = {
        "members": draw(st.sampled_from([None, (member(),), ()])),
        "providers": draw(st.sampled_from([None, (clinic(status=status), clinician(npi=RENDERING))])),
        "evidence": draw(st.sampled_from([None, tuple(records), tuple(records[:1])])),
        "history": draw(st.sampled_from([None, ()])),
        "accumulators": draw(st.none() | used),
        "family_accumulators": draw(st.none() | used),
        "decided": draw(st.sampled_from([None, date(2027, 6, 1)])),
        "tables": draw(st.sampled_from([None, TABLES])),
        "authorizations": draw(st.sampled_from([None, (), GRANTED])),
    }
    return draw(plans()), billed, given


def owed(decided, *reasons):
    return total(a.amount for a in decided.adjustments if a.group == "PR" and a.reason in reasons)


def holds_every_equation(situation):
    """§4 and §6: lines, claim, and what is nobody's to owe twice."""
    terms, billed, given_ = situation
    decision = adjudicate(terms, billed, **given_)
    assert decision.status in ("paid", "denied", "pended")
    assert [each.charge for each in decision.lines] == [each.charge for each in billed.lines]
    if decision.status == "pended":
        assert {decision.allowed, decision.paid, decision.patient} == {Money(0)}
        assert decision.usage == decision.matches == ()
        assert {(each.allowed, each.paid, each.adjustments) for each in decision.lines} == {(Money(0), Money(0), ())}
        return
    for each in decision.lines:
        assert each.charge - total(a.amount for a in each.adjustments) == each.paid
        assert Money(0) <= each.paid <= each.allowed <= each.charge
        assert all(a.amount > Money(0) for a in each.adjustments)
        assert {a.group for a in each.adjustments} <= {"CO", "PR", "OA", "PI"}
        if each.allowed:
            assert each.allowed == each.paid + owed(each, "1", "2", "3") + each.other_payer
            assert {a.reason for a in each.adjustments} <= {"45", "1", "2", "3", "23", "119"}
        for adjustment in each.adjustments:
            assert adjustment.reason != "45" or adjustment.amount < each.charge
            assert adjustment.reason not in NEEDS_REMARK or each.remarks
    assert decision.charge == total(each.charge for each in decision.lines)
    for name in ("paid", "allowed", "patient", "other_payer"):
        assert getattr(decision, name) == total(getattr(each, name) for each in decision.lines)
    assert decision.paid <= decision.allowed <= decision.charge
    assert decision.paid + decision.patient <= decision.charge
    for each, line_ in zip(decision.lines, billed.lines, strict=True):
        for earlier in line_.other_adjudications:
            left = total(a.amount for a in earlier.adjustments if a.group == "PR")
            assert each.paid <= left
            if each.other_payer:
                assert each.paid + each.patient == left


@given(situations())
def test_every_decision_balances(situation):
    holds_every_equation(situation)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None)
@given(situations())
def test_thousands_of_decisions_balance(situation):
    holds_every_equation(situation)


@given(situations())
def test_usage_only_grows_and_never_beyond_the_plan(situation):
    terms, billed, given_ = situation
    decision = adjudicate(terms, billed, **given_)
    share = terms.cost_share
    for usage in decision.usage:
        before_ = (given_["accumulators"] or Accumulators()) if usage.year == 2026 else Accumulators()
        limits = ((usage.deductible, before_.deductible), (usage.out_of_pocket, before_.out_of_pocket), share)
        if usage.out_of_network_out_of_pocket:
            assert usage.out_of_pocket == Money(0)
            limits = (
                (usage.out_of_network_deductible, before_.out_of_network_deductible),
                (usage.out_of_network_out_of_pocket, before_.out_of_network_out_of_pocket),
                share.out_of_network,
            )
        (deductible, deductible_before), (pocket, pocket_before), bounds = limits
        assert Money(0) <= deductible <= pocket
        if bounds.family_deductible is None or share.family == "embedded":
            most = max(bounds.deductible, deductible_before, key=lambda m: m.cents)
            assert deductible_before + deductible <= most
        if bounds.out_of_pocket is not None:
            assert pocket_before + pocket <= max(bounds.out_of_pocket, pocket_before, key=lambda m: m.cents)
    shared = total(owed(each, "1", "2", "3") for each in decision.lines)
    counted = total(usage.out_of_pocket + usage.out_of_network_out_of_pocket for usage in decision.usage)
    assert counted == shared if billed.rank == 0 else counted <= shared


@given(situations())
def test_what_a_claim_used_is_taken_back_to_the_cent(situation):
    terms, billed, given_ = situation
    decision = adjudicate(terms, billed, **given_)
    before_ = {2026: Accumulators(Money(5), Money(7), 2026, Money(1), Money(2))}
    after = carry(carry(before_, decision.usage), reverse(decision))
    assert after[2026] == before_[2026]
    assert all(used_ == Accumulators(year=year) for year, used_ in after.items() if year != 2026)


@given(situations())
def test_a_replay_gives_the_same_bytes(situation):
    terms, billed, given_ = situation
    assert canonical_bytes(adjudicate(terms, billed, **given_)) == canonical_bytes(adjudicate(terms, billed, **given_))


@given(situations())
def test_where_evidence_is_asked_for_every_paid_line_has_a_service_of_its_own(situation):
    terms, billed, given_ = situation
    decision = adjudicate(terms, billed, **given_)
    if given_["evidence"] is not None and decision.status != "pended":
        backed = {number for number, _, _ in decision.matches}
        assert backed == {each.line for each in decision.lines if each.allowed} | (
            backed & {each.line for each in decision.lines if not each.charge}
        )
        services = [(record, position) for _, record, position in decision.matches]
        assert len(set(services)) == len(services)
