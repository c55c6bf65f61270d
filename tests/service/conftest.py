"""The parties that the use cases are tested with."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.book import Teller, tell_on
from tests.chains import funded
from tests.service.parties import Parties, built, on_anvil, on_embedded


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Parties]:
    """A payer and a clinic on the embedded chain."""
    with on_embedded(tmp_path / "world") as parties:
        yield parties


@pytest.fixture(params=["local", pytest.param("anvil", marks=pytest.mark.node)])
def parties(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Parties]:
    """A payer and a clinic, on the embedded chain and on anvil, by the same code."""
    with (on_embedded if request.param == "local" else on_anvil)(tmp_path / "world") as found:
        yield found


@pytest.fixture
def parties_on_either(new_store_place: Callable[[], str], tmp_path: Path) -> Iterator[Parties]:
    """A payer and a clinic on the embedded chain, with their stores on SQLite and on PostgreSQL, by the same code."""
    with built(tmp_path / "world", stores=new_store_place) as found:
        yield found


@pytest.fixture
def book(local: Parties) -> Teller:
    """In the place of the payer's book, one that tells what the test has it tell."""
    payer = local.payer
    teller = tell_on(payer.chain, funded(payer.chain, 1))
    payer.addresses["InsurerBook"] = payer.recorded[payer.book_label] = teller.address
    local.to_clinic.mkdir(exist_ok=True)
    return teller
