"""What a person's review changes in a decision, and what it never does."""

from dataclasses import replace

import pytest

from claims.adjudication.findings import DENY, PASS, PEND, Finding
from claims.adjudication.pricing.priced import Priced
from claims.adjudication.review import denial, entry, passed, priced
from claims.model.money import Money
from claims.model.review import DENY as DENIES
from claims.model.review import RELEASE, Review
from tests.store.values import claim

REVIEW = Review(
    RELEASE,
    "PAYER",
    "P1",
    2,
    bytes(32),
    "m-quist",
    "0x" + "ab" * 20,
    9,
    "seen",
    ("duplicate", "evidence", "price", "statistics"),
    ((1, Money(80_00)),),
)
REFUSAL = replace(REVIEW, act=DENIES, edits=(), prices=(), carc="252", remark="N706")
PENDS = Finding(1, PEND, "looks like another", cure="say which")
LINE = claim().lines[0]


@pytest.mark.parametrize("edit", ["duplicate", "statistics"])
def test_a_pend_of_a_released_edit_passes(edit: str) -> None:
    found = passed(edit, PENDS, REVIEW)
    assert (found.outcome, found.why, found.cure) == (PASS, "looks like another; passed after review", "")
    assert passed(edit, PENDS, replace(REVIEW, edits=())) == PENDS
    assert passed(edit, PENDS, REFUSAL) == PENDS


@pytest.mark.parametrize("edit", ["evidence", "scope", "other-payer"])
def test_no_other_edit_passes_even_where_a_review_names_it(edit: str) -> None:
    assert passed(edit, PENDS, REVIEW) == PENDS


def test_a_denial_is_never_passed() -> None:
    denied = PENDS._replace(outcome=DENY)
    assert passed("duplicate", denied, REVIEW) == denied


def test_a_line_without_a_price_is_allowed_what_the_person_says() -> None:
    waits = Priced(0, PENDS)
    assert priced(LINE, waits, REVIEW).allowed == 80_00
    assert priced(LINE, waits, replace(REVIEW, prices=())) == waits
    assert priced(LINE, waits, REFUSAL) == waits
    paid = Priced(95_00, PENDS._replace(outcome=PASS))
    assert priced(LINE, paid, REVIEW) == paid


def test_a_denial_speaks_of_every_line_in_the_reviewers_codes() -> None:
    found = denial(REFUSAL)
    assert found is not None
    assert (found.line, found.outcome, found.group, found.reason, found.remarks) == (None, DENY, "CO", "252", ("N706",))
    assert denial(REVIEW) is None
    assert denial(replace(REFUSAL, remark="")).remarks == ()  # type: ignore[union-attr]


def test_the_trace_tells_what_was_done_and_why_and_not_who() -> None:
    assert entry(REVIEW).why.endswith("seen")
    assert (entry(REVIEW).outcome, entry(REFUSAL).outcome) == (PASS, DENY)
    assert "m-quist" not in str(entry(REVIEW)) + str(entry(REFUSAL))
