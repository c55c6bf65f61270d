"""A quick constructor takes, sets and refuses what the generated one does."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from claims.model.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2
    name: str = ""


def test_fields_are_set_by_place_by_name_and_by_default() -> None:
    assert Point(1) == Point(1, 2, "") == Point(x=1, y=2, name="")
    assert (Point(1, name="a").x, Point(1, name="a").y, Point(1, name="a").name) == (1, 2, "a")
    assert replace(Point(1), y=5) == Point(1, 5)
    assert repr(Point(3)).endswith("Point(x=3, y=2, name='')")
    assert hash(Point(1)) == hash(Point(1, 2))


def test_it_stays_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Point(1).x = 2  # type: ignore[misc]


def test_what_the_generated_one_refuses_is_refused() -> None:
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Point(1, z=3)  # type: ignore[call-arg]


def test_a_class_with_a_default_factory_is_none_for_it() -> None:
    @dataclass(frozen=True, slots=True)
    class Bag:
        things: list[int] = field(default_factory=list)

    with pytest.raises(TypeError, match="default factory"):
        quick(Bag)
