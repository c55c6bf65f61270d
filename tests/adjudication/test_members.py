"""Names as they are compared."""

import pytest

from claims.adjudication.members import Members, plain
from tests.adjudication.builders import claim, member


@pytest.mark.parametrize(
    ("written", "compared"),
    [("Doe", "DOE"), ("O'Neil", "ONEIL"), ("de la Cruz", "DELACRUZ"), ("Müller", "MULLER"), ("ß", "SS"), ("", "")],
)
def test_case_accents_and_punctuation_mean_nothing(written, compared):
    assert plain(written) == compared


def test_a_member_number_is_compared_in_the_same_way():
    assert Members((member(member_number="m-100"),)).find(claim(member_number="M100")) is not None


def test_two_who_fit_are_both_told_and_neither_is_found():
    twins = Members((member(), member(person="P-2")))
    assert len(twins.fitting(claim())) == 2
    assert twins.find(claim()) is None
