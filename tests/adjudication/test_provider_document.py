"""Providers and practitioners as TOML."""

from datetime import date

import pytest

from claims.adjudication.documents import DocumentError, read_providers

ONE = """
[[providers]]
npi = "1234567893"
name = "Harbour Clinic"
status = "out-of-network"
from = 2020-01-01
through = 2026-12-31
excluded_from = 2026-06-01
practitioner = 3
roster = ["1245319599"]
address = "0x00000000000000000000000000000000000000aa"
controller = "Harbour Holdings"
"""


def test_a_provider_is_read():
    (provider,) = read_providers(ONE)
    assert provider.npi == "1234567893"
    assert provider.status == "out-of-network"
    assert provider.excluded_from == date(2026, 6, 1)
    assert (provider.practitioner, provider.roster) == (3, ("1245319599",))
    assert provider.controller == "Harbour Holdings"


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('npi = "1234567893"', 'npi = "123"', "providers[1].npi"),
        ('npi = "1234567893"', "npi = 1234567893", "providers[1].npi"),
        ('roster = ["1245319599"]', 'roster = ["x"]', "providers[1].roster"),
        ('roster = ["1245319599"]', 'roster = "1245319599"', "providers[1].roster"),
        ('"out-of-network"', '"out"', "providers[1].status"),
        ("0x00", "0y00", "providers[1].address"),
        ("2026-12-31", "2019-12-31", "providers[1].through"),
        ("controller", "controler", "providers[1].controler"),
    ],
)
def test_a_fault_names_its_path(old, new, path):
    with pytest.raises(DocumentError) as caught:
        read_providers(ONE.replace(old, new))
    assert caught.value.path == path


def test_an_npi_stands_there_once():
    with pytest.raises(DocumentError, match="has an entry already"):
        read_providers(ONE + ONE)
