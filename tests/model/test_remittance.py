"""A remittance balances at all three levels, or there is none."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.model.decision import Adjustment
from claims.model.money import Money
from claims.model.remittance import Imbalance, Remittance, RemittanceClaim
from tests.model.remittances import example, remittances

CENT = Money(1)


@settings(max_examples=40, deadline=None)
@given(remittances(), st.sampled_from([CENT, -CENT]))
def test_a_cent_more_or_less_anywhere_is_refused(remittance: Remittance, cent: Money) -> None:
    """Every single figure of every random remittance."""
    with pytest.raises(Imbalance):
        replace(remittance, paid=remittance.paid + cent)
    for place, adjustment in enumerate(remittance.adjustments):
        moved = list(remittance.adjustments)
        moved[place] = replace(adjustment, amount=adjustment.amount + cent)
        with pytest.raises(Imbalance):
            replace(remittance, adjustments=tuple(moved))
    for index, claim in enumerate(remittance.claims):
        for changed in every_change(claim, cent):
            claims = (*remittance.claims[:index], changed, *remittance.claims[index + 1 :])
            with pytest.raises(Imbalance):
                replace(remittance, claims=claims)


def every_change(claim: RemittanceClaim, cent: Money) -> list[RemittanceClaim]:
    changed = [replace(claim, **{name: getattr(claim, name) + cent}) for name in ("charge", "paid", "patient")]
    for place, adjustment in enumerate(claim.adjustments):
        moved = replace(adjustment, amount=adjustment.amount + cent)
        adjusted = (*claim.adjustments[:place], moved, *claim.adjustments[place + 1 :])
        changed.append(replace(claim, adjustments=adjusted))
    for place, line in enumerate(claim.lines):
        lines = [replace(line, charge=line.charge + cent), replace(line, paid=line.paid + cent)]
        for position, adjustment in enumerate(line.adjustments):
            moved = replace(adjustment, amount=adjustment.amount + cent)
            lines.append(
                replace(line, adjustments=(*line.adjustments[:position], moved, *line.adjustments[position + 1 :]))
            )
        changed += [replace(claim, lines=(*claim.lines[:place], new, *claim.lines[place + 1 :])) for new in lines]
    return changed


def test_the_error_names_level_place_and_both_figures() -> None:
    remittance = example()
    with pytest.raises(Imbalance) as caught:
        replace(remittance, paid=Money(5301))
    assert (caught.value.level, caught.value.expected, caught.value.found) == ("transaction", Money(5300), Money(5301))
    (claim,) = remittance.claims
    (line,) = claim.lines
    with pytest.raises(Imbalance) as caught:
        replace(remittance, claims=(replace(claim, lines=(replace(line, paid=Money(5599)),)),))
    assert (caught.value.level, caught.value.where) == ("service", "claim A-17 line 1")


def test_a_cent_moved_between_two_lines_is_refused() -> None:
    """Both sums of the claim still add up; each line does not."""
    (claim,) = example().claims
    (line,) = claim.lines
    twice = replace(
        claim, charge=Money(24000), paid=Money(11100), patient=Money(7800), lines=(line, replace(line, number=2))
    )
    sound = replace(example(), claims=(twice,), paid=Money(10900))
    more = replace(line, paid=line.paid + CENT)
    less = replace(line, number=2, paid=line.paid - CENT)
    with pytest.raises(Imbalance):
        replace(sound, claims=(replace(twice, lines=(more, less)),))


def test_what_is_paid_is_never_negative() -> None:
    remittance = example()
    (adjustment,) = remittance.adjustments
    with pytest.raises(Imbalance, match="carry it forward"):
        replace(remittance, paid=Money(-1), adjustments=(replace(adjustment, amount=Money(5501)),))


def test_a_group_is_one_of_four() -> None:
    remittance = example()
    (claim,) = remittance.claims
    moved = replace(claim, adjustments=(Adjustment("CR", "A2", Money(100)),))
    with pytest.raises(ValueError, match="CR"):
        replace(remittance, claims=(moved,))
