"""Control numbers count by kind and end at nine digits."""

import pytest
from sqlalchemy import text

from claims.store.control_numbers import LAST_NUMBER
from claims.store.errors import NumbersExhausted
from claims.store.work import UnitOfWork


def test_each_kind_counts_from_one(work: UnitOfWork) -> None:
    assert [work.control_numbers.next(kind) for kind in ("ISA", "ISA", "GS", "ISA")] == [1, 2, 1, 3]


def test_no_number_has_ten_digits(work: UnitOfWork) -> None:
    work.control_numbers.next("ISA")
    work.control_numbers.connection.execute(text(f"UPDATE control_numbers SET number = {LAST_NUMBER - 1}"))
    assert work.control_numbers.next("ISA") == LAST_NUMBER
    with pytest.raises(NumbersExhausted, match="ISA control numbers"):
        work.control_numbers.next("ISA")
