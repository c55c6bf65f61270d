"""Prior authorisations as the payer writes them down."""

from datetime import date
from decimal import Decimal

import pytest

from claims.adjudication.documents import DocumentError, read_authorizations
from claims.model.member import Authorization

WHOLE = """
[[authorizations]]
number = "PA-77"
person = "NGP-1"
codes = ["97110", "g0283"]
provider = "1234567893"
from = 2026-01-01
through = 2026-06-30
units = "12"
used = "4"
"""


def test_everything_that_can_be_said() -> None:
    (found,) = read_authorizations(WHOLE)
    assert found == Authorization(
        "PA-77",
        "NGP-1",
        ("97110", "G0283"),
        "1234567893",
        date(2026, 1, 1),
        date(2026, 6, 30),
        Decimal(12),
        Decimal(4),
    )


def test_number_and_person_are_enough() -> None:
    (found,) = read_authorizations('[[authorizations]]\nnumber = "PA-1"\nperson = "NGP-1"\n')
    assert found == Authorization("PA-1", "NGP-1", ())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (WHOLE + WHOLE, "number"),
        (WHOLE.replace("2026-06-30", "2025-06-30"), "through"),
        (WHOLE.replace("units =", "unit ="), "unit"),
        (WHOLE.replace('person = "NGP-1"\n', ""), "person"),
    ],
)
def test_what_is_wrong_is_named_without_the_person(text: str, fault: str) -> None:
    with pytest.raises(DocumentError, match=fault) as raised:
        read_authorizations(text)
    assert "NGP-1" not in str(raised.value)
