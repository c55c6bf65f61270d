"""What becomes of a file before anybody decides on it: which claims go on, and for what the others do not."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from claims.model.submission import IntakeError, Transaction
from claims.service.intake import (
    Received,
    first_cause,
    goes_on,
    loose_errors,
    placed,
    read_claims,
    read_file,
    received,
)

GOOD = Path(__file__).parent.parent / "fixtures" / "good" / "claim.837"
BAD = Path(__file__).parent.parent / "fixtures" / "bad"


def test_a_good_file_goes_on_without_errors() -> None:
    submission = read_file(GOOD)
    (only,) = received(submission)
    assert (only.rejected, only.errors) == (False, ())
    assert [(number, claim.number) for number, claim in only.in_order()] == [("EC-1044", "EC-1044")]
    assert goes_on(submission)
    assert loose_errors(submission) == ()


def test_an_institutional_file_that_breaks_its_guide_is_rejected() -> None:
    submission = read_file(BAD / "institutional.837")
    (only,) = received(submission)
    assert (only.rejected, only.claims) == (True, ())
    assert not goes_on(submission)


def test_a_broken_envelope_rejects_the_claims_within() -> None:
    (only,) = received(read_file(BAD / "truncated.837"))
    assert only.rejected
    assert [claim for _, claim in only.in_order()] == [None]
    assert {error.level for error in only.errors_of("EC-1044")} == {"interchange", "group", "transaction"}


def test_a_repeated_interchange_is_rejected() -> None:
    submission = read_file(GOOD, seen_interchanges=lambda key: key == "ZZ:ELMCOURT|ZZ:NORTHGATE|000000318")
    assert not goes_on(submission)
    assert "came before" in first_cause(submission)


def test_a_claims_own_errors_are_not_its_neighbours() -> None:
    own = IntakeError("claim", "7", "wrong", claim="B")
    every = IntakeError("element", "1", "missing")
    transaction = Transaction("1", "", "CH", None, (), (own, every), 0, claim_numbers=("A", "B"))
    both = Received(transaction, (), transaction.errors, True)
    assert both.errors_of("A") == (every,)
    assert both.errors_of("B") == (own, every)


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.booleans()), max_size=8))
def test_every_claim_that_was_sent_is_told_once(sent: list[tuple[str, bool]]) -> None:
    (good,) = read_file(GOOD).claims
    claims = tuple(replace(good, number=number) for number, goes in sent if goes)
    numbers = tuple(number for number, _ in sent)
    told = list(
        Received(Transaction("1", "", "CH", None, claims, (), 0, claim_numbers=numbers), claims, (), False).in_order()
    )
    assert [claim for _, claim in told if claim is not None] == list(claims)
    assert all(claim is None or claim.number == number for number, claim in told)
    assert len(told) == len(sent)


def test_text_that_is_no_interchange_has_its_errors_apart() -> None:
    submission = read_claims(b"hello")
    assert list(received(submission)) == []
    assert [placed(error) for error in loose_errors(submission)] == [first_cause(submission)]


def test_an_error_is_told_with_its_place() -> None:
    placed_error = IntakeError("element", "1", "CLM02 is missing", segment="CLM", position=18, transaction="0001")
    assert placed(placed_error) == "transaction set 0001, segment 18 CLM: CLM02 is missing"
    assert placed(IntakeError("interchange", "023", "the file is empty")) == "the file is empty"
