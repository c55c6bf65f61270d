"""The examples of docs/plans.md are documents that are read."""

import re
from pathlib import Path

import pytest

from claims.adjudication.documents import (
    read_accumulators,
    read_authorizations,
    read_family_accumulators,
    read_history,
    read_members,
    read_plan,
    read_providers,
)

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "plans.md").read_text(encoding="utf-8")
READERS = {
    "plan": read_plan,
    "accumulators": read_accumulators,
    "members": read_members,
    "providers": read_providers,
    "history": read_history,
    "authorizations": read_authorizations,
}


@pytest.mark.parametrize("name", READERS)
def test_the_example_is_read(name):
    examples = re.findall(rf"```(?:toml|json) {name}\n(.*?)```", PAGE, re.DOTALL)
    assert examples
    for example in examples:
        assert READERS[name](example)


def test_families_stand_beside_their_members():
    (example,) = re.findall(r"```toml accumulators\n(.*?)```", PAGE, re.DOTALL)
    assert set(read_family_accumulators(example)) == {"F-77"}
    assert set(read_accumulators(example)) == {"M100200", "P-000124"}
