"""835s against the chain's payments: to the cent, and what differs is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from claims.model.money import ZERO, Money, total
from claims.model.payment import PaidClaim, Payment
from claims.settlement.reconciliation import (
    AMOUNT,
    CLAIM,
    EVENTS,
    MISSING,
    NETTED,
    TWICE,
    UNPAID,
    UNSOUND,
    ToldClaim,
    ToldPayment,
    reconcile,
)
from claims.settlement.remittance import trace_number

BATCH = b"\x0b" * 32


def payment(number: int, *cents: int, netted: int = 0, credited: int = 0) -> Payment:
    """A payment of a batch's claims, of these cents each."""
    parts = tuple(PaidClaim(Money(each), batch=BATCH, position=place) for place, each in enumerate(cents))
    paid = Money(sum(cents) - netted - credited)
    return Payment(
        bytes([number]) * 32,
        "0x00",
        paid,
        Money(credited),
        b"",
        number,
        date(2026, 4, 20),
        (),
        netted=Money(netted),
        parts=parts,
    )


def told(of: Payment, file: str = "one.835") -> ToldPayment:
    """The 835 that rightly tells of it."""
    claims = tuple(
        ToldClaim(f"A-{place}", f"C-{place}", "1", part.paid) for place, part in enumerate(of.parts, start=1)
    )
    return ToldPayment(trace_number(of.identifier), of.told, claims, of.netted, file)


def with_claim(remittance: ToldPayment, place: int, cents: int) -> ToldPayment:
    """One CLP04 changed by so much, and BPR02 with it."""
    claims = list(remittance.claims)
    claims[place] = replace(claims[place], paid=claims[place].paid + Money(cents))
    return replace(remittance, claims=tuple(claims), paid=remittance.paid + Money(cents))


ONE, TWO = payment(1, 100_00, 50_00, 25_00), payment(2, 70_00, netted=20_00, credited=50_00)


def test_books_that_agree_to_the_cent() -> None:
    found = reconcile([ONE, TWO], [told(TWO), told(ONE)])
    assert found.exact
    assert [row.exact for row in found.payments] == [True, True]
    assert (found.totals.claims, found.totals.payments, found.totals.remittances) == (4, 2, 2)
    assert found.totals.gross == Money(245_00)
    assert (found.totals.netted, found.totals.credited, found.totals.paid) == (
        Money(20_00),
        Money(50_00),
        Money(175_00),
    )
    assert found.totals.told == found.totals.paid + found.totals.credited == Money(225_00)


def test_a_payment_without_an_835_and_an_835_without_a_payment() -> None:
    (missing, unpaid) = reconcile([ONE], [told(TWO)]).differences
    assert (missing.kind, missing.by) == (MISSING, Money(-175_00))
    assert (unpaid.kind, unpaid.by, unpaid.files) == (UNPAID, Money(50_00), ("one.835",))
    assert missing.trace == trace_number(ONE.identifier)


def test_an_835_that_pays_nothing_needs_no_payment() -> None:
    denial = ToldPayment("DENIALS", ZERO, (ToldClaim("A-9", "C-9", "1", ZERO),), ZERO, "denied.835")
    found = reconcile([ONE], [told(ONE), denial])
    assert found.exact
    assert (found.totals.remittances, found.totals.nothing_paid) == (1, 1)


def test_a_payment_that_is_told_twice() -> None:
    (difference,) = reconcile([ONE], [told(ONE), told(ONE, "again.835")]).differences
    assert (difference.kind, difference.files) == (TWICE, ("one.835", "again.835"))


def test_the_first_claim_that_differs_is_named_with_its_cents() -> None:
    (difference,) = reconcile([ONE], [with_claim(told(ONE), 1, -7)]).differences
    assert (difference.kind, difference.claim, difference.control_number) == (AMOUNT, "A-2", "C-2")
    assert difference.by == Money(-7)
    assert str(difference).endswith(
        "BPR02 is 174.93, the chain paid 175.00 and credited 0.00; "
        "claim A-2 (C-2) is told as 49.93, the chain says 50.00: 7 cents less"
    )


def test_claims_that_differ_and_leave_the_sum_are_named_too() -> None:
    (difference,) = reconcile([ONE], [with_claim(with_claim(told(ONE), 1, 5), 2, -5)]).differences
    assert (difference.kind, difference.claim, difference.by) == (CLAIM, "A-2", Money(5))


def test_an_amount_that_differs_where_every_claim_agrees() -> None:
    (difference,) = reconcile([ONE], [replace(told(ONE), paid=Money(1))]).differences
    assert (difference.kind, difference.claim) == (AMOUNT, "")


def test_a_claim_too_many_is_named_and_one_too_few_by_its_place_in_the_batch() -> None:
    right = told(ONE)
    more = replace(right, claims=(*right.claims, ToldClaim("A-4", "C-4", "1", Money(1))))
    (difference,) = reconcile([ONE], [more]).differences
    assert (difference.kind, difference.claim) == (CLAIM, "A-4")
    (difference,) = reconcile([ONE], [replace(right, claims=right.claims[:2])]).differences
    assert (difference.kind, difference.by) == (CLAIM, Money(-25_00))
    assert f"position 2 of batch 0x{BATCH.hex()}" in str(difference)


def test_a_reversal_stands_beside_its_correction() -> None:
    revised = PaidClaim(Money(95_00), Money(90_00), claim=b"\x01" * 32)
    one = replace(payment(1, 5_00), parts=(revised,))
    claims = (ToldClaim("A-1", "C-1", "22", Money(-90_00)), ToldClaim("A-1", "C-1", "1", Money(95_00)))
    assert reconcile([one], [replace(told(one), claims=claims)]).exact
    (difference,) = reconcile(
        [one], [replace(told(one), claims=(claims[0], replace(claims[1], paid=Money(5_00))))]
    ).differences
    assert (difference.kind, difference.claim) == (CLAIM, "A-1")


def test_what_was_kept_back_for_debts_is_what_plb_takes() -> None:
    (difference,) = reconcile([TWO], [replace(told(TWO), taken=Money(19_99))]).differences
    assert (difference.kind, difference.by) == (NETTED, Money(-1))


def test_events_that_differ_among_themselves_and_an_unsound_835() -> None:
    odd = replace(ONE, paid=ONE.paid + Money(1))
    found = reconcile([odd], [replace(told(odd), faults=("claim A-1: CLP04 is odd",))])
    assert [difference.kind for difference in found.differences] == [EVENTS, UNSOUND]
    assert not found.exact
    assert "claim A-1: CLP04 is odd" in str(found.differences[1])


amounts = st.lists(st.integers(0, 10**6), min_size=1, max_size=6)


@given(st.lists(amounts, min_size=1, max_size=5), st.data())
def test_one_cent_anywhere_is_found_and_its_claim_named(payments: list[list[int]], data: st.DataObject) -> None:
    paid = [payment(number, *cents) for number, cents in enumerate(payments, start=1)]
    remittances = [told(each) for each in paid]
    assert reconcile(paid, data.draw(st.permutations(remittances))).exact
    which = data.draw(st.integers(0, len(paid) - 1))
    place = data.draw(st.integers(0, len(payments[which]) - 1))
    cent = data.draw(st.sampled_from([-1, 1]))
    remittances[which] = with_claim(remittances[which], place, cent)
    (difference,) = reconcile(paid, remittances).differences
    assert (difference.trace, difference.claim) == (trace_number(paid[which].identifier), f"A-{place + 1}")
    assert difference.by == Money(cent)


@given(st.lists(amounts, max_size=5))
def test_the_totals_are_the_sums(payments: list[list[int]]) -> None:
    paid = [payment(number, *cents) for number, cents in enumerate(payments, start=1)]
    totals = reconcile(paid, map(told, paid)).totals
    assert totals.told == totals.paid + totals.credited == total(each.told for each in paid)
    assert totals.claims == sum(map(len, payments))


def test_nothing_against_nothing_is_exact() -> None:
    assert reconcile([], []).exact
