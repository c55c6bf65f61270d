"""A text that nests without end is told before it is parsed."""

from claims.model.nesting import DEEPEST, nests_too_deep


def test_documents_of_ours_are_within_the_bound() -> None:
    assert not nests_too_deep('{"a": [1, {"b": []}]}')


def test_the_bound_itself_is_allowed_and_one_more_is_not() -> None:
    assert not nests_too_deep("[" * DEEPEST + "]" * DEEPEST)
    assert nests_too_deep("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
    assert nests_too_deep(b'{"a":' * (DEEPEST + 1))


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert not nests_too_deep("[" + ",".join(["[]"] * 1000) + "]")


def test_brackets_in_quotes_do_not_count() -> None:
    assert not nests_too_deep('["' + "[" * 1000 + '\\"' + "{" * 1000 + '"]')
