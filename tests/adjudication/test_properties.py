"""What holds of every decision, whatever the claim, the plan and the edits."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from claims.adjudication.codes import NEEDS_REMARK
from claims.adjudication.document import canonical_bytes
from claims.adjudication.engine import adjudicate
from claims.model.money import Money, total
from claims.model.plan import Accumulators, CostShareOverride
from tests.adjudication.builders import RENDERING, claim, clinic, clinician, encounter, line, member, plan, service

CODES = ("99213", "99214", "87070", "J0696")
dollars = st.integers(0, 60_000).map(lambda cents: str(Money(cents)))
shares = st.sampled_from(["0", "0.10", "0.20", "0.3333", "0.50", "1"])
days = st.integers(-80, 420).map(lambda offset: date(2026, 1, 1) + timedelta(days=offset))


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
    return plan(
        draw(st.dictionaries(st.sampled_from(CODES), dollars, max_size=3)),
        percent=draw(st.none() | shares),
        copay=draw(dollars),
        deductible=draw(dollars),
        coinsurance=draw(shares),
        maximum=draw(st.none() | dollars),
        overrides=overrides,
    )


@st.composite
def claims(draw):
    lines = [
        line(
            number,
            draw(st.sampled_from(CODES)),
            draw(dollars),
            units=draw(st.sampled_from(["1", "2", "0.5", "7"])),
            begins=draw(days),
            modifiers=draw(st.sampled_from([(), ("25",), ("RT",), ("76",)])),
        )
        for number in range(1, draw(st.integers(1, 5)) + 1)
    ]
    return claim(*lines, received=date(2027, 1, 10))


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
        "accumulators": draw(
            st.none() | st.builds(Accumulators, dollars.map(Money.parse), dollars.map(Money.parse), st.just(2026))
        ),
        "decided": draw(st.sampled_from([None, date(2027, 6, 1)])),
    }
    return draw(plans()), billed, given


def owed(decided, *reasons):
    return total(a.amount for a in decided.adjustments if a.group == "PR" and a.reason in reasons)


@given(situations())
def test_every_decision_balances(situation):
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
        if each.allowed:
            assert each.allowed == each.paid + owed(each, "1", "2", "3")
            assert {a.reason for a in each.adjustments} <= {"45", "1", "2", "3"}
        for adjustment in each.adjustments:
            assert adjustment.reason != "45" or adjustment.amount < each.charge
            assert adjustment.reason not in NEEDS_REMARK or each.remarks
    assert decision.charge == total(each.charge for each in decision.lines)
    assert decision.paid == total(each.paid for each in decision.lines)
    assert decision.allowed == total(each.allowed for each in decision.lines)
    assert decision.patient == total(each.patient for each in decision.lines)
    assert decision.paid <= decision.allowed <= decision.charge
    assert decision.paid + decision.patient <= decision.charge


@given(situations())
def test_usage_only_grows_and_never_beyond_the_plan(situation):
    terms, billed, given_ = situation
    decision = adjudicate(terms, billed, **given_)
    before = given_["accumulators"] or Accumulators()
    for usage in decision.usage:
        used = before if usage.year == 2026 else Accumulators()
        share = terms.cost_share
        assert Money(0) <= usage.deductible <= usage.out_of_pocket
        assert used.deductible + usage.deductible <= max(share.deductible, used.deductible, key=lambda m: m.cents)
        if share.out_of_pocket is not None:
            most = max(share.out_of_pocket, used.out_of_pocket, key=lambda m: m.cents)
            assert used.out_of_pocket + usage.out_of_pocket <= most
    shared = total(owed(each, "1", "2", "3") for each in decision.lines)
    assert shared == total(usage.out_of_pocket for usage in decision.usage)


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
