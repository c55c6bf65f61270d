"""What members used so far, as TOML; no message names a member."""

import pytest

from claims.adjudication.documents import DocumentError, read_accumulators
from claims.model.money import Money
from claims.model.plan import Accumulators


def test_accumulators_are_read_by_member_number():
    read = read_accumulators(
        '[members."JS0011"]\ndeductible = "120.00"\nout_of_pocket = "130.00"\n[members.B2]\nyear = 2026'
    )
    assert read == {"JS0011": Accumulators(Money(12000), Money(13000)), "B2": Accumulators(year=2026)}


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ('deductable = "1.00"', "members[1].deductable"),
        ("deductible = 1.0", "members[1].deductible"),
        ('out_of_pocket = "-1.00"', "members[1].out_of_pocket"),
    ],
)
def test_a_fault_counts_the_members_and_names_none(line, path):
    with pytest.raises(DocumentError) as caught:
        read_accumulators(f'[members."SECRET77"]\n{line}')
    assert caught.value.path == path
    assert "SECRET77" not in str(caught.value)


def test_a_member_given_twice_is_refused_without_a_name():
    with pytest.raises(DocumentError) as caught:
        read_accumulators('[members."SECRET77"]\n[members."SECRET77"]\n')
    assert "SECRET77" not in str(caught.value)
    with pytest.raises(DocumentError, match="stands there already"):
        read_accumulators('[members."ab1"]\n[members."AB1"]\n')


def test_an_empty_file_knows_nobody():
    assert read_accumulators("") == {}
