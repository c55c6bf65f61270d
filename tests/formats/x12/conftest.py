"""The project's own X12 files, and a way to change one thing in them."""

from collections.abc import Callable
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def families() -> bytes:
    """Two families, a dependent, a replacement, line and claim providers, and an encounter report of a solo practitioner."""
    return (FIXTURES / "two_families.837").read_bytes()


@pytest.fixture(scope="session")
def hospital() -> bytes:
    """An institutional claim with a line that has a revenue code alone."""
    return (FIXTURES / "hospital.837").read_bytes()


Change = Callable[[str, str], bytes]


@pytest.fixture
def change(families: bytes) -> Change:
    """Replace one thing, which must be there exactly once, in the file of two families."""

    def replace(old: str, new: str) -> bytes:
        text = families.decode()
        assert text.count(old) == 1, old
        return text.replace(old, new).encode()

    return replace
