"""A quick constructor and a maker take, set and refuse what the generated constructor does."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Any, NamedTuple

import pytest

from claims.model.quick import maker, quick


@quick
@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2
    name: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    x: int
    y: int = 2
    name: str = ""


class Pair(NamedTuple):
    x: int
    y: int = 2
    name: str = ""


make_place, make_pair = maker(Place), maker(Pair)

MAKERS = pytest.mark.parametrize(("kind", "make"), [(Place, make_place), (Pair, make_pair)], ids=["dataclass", "tuple"])


@MAKERS
def test_what_is_made_is_what_the_class_makes(kind: Any, make: Callable[..., Any]) -> None:
    for arguments, names in (((1,), {}), ((1, 5, "a"), {}), ((), {"x": 1, "name": "a"}), ((3,), {"y": 4})):
        made, told = make(*arguments, **names), kind(*arguments, **names)
        assert type(made) is kind
        assert (made, repr(made), hash(made)) == (told, repr(told), hash(told))
        assert pickle.loads(pickle.dumps(made)) == told


@MAKERS
def test_what_the_class_refuses_its_maker_refuses(kind: Any, make: Callable[..., Any]) -> None:
    for arguments, names in (((), {}), ((1,), {"z": 3}), ((1, 2, "", 4), {}), ((1,), {"x": 1})):
        for call in (kind, make):
            with pytest.raises(TypeError):
                call(*arguments, **names)


def test_what_is_made_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        make_place(1).x = 2  # type: ignore[misc]
    assert replace(make_place(1), y=5) == Place(1, 5)


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
    with pytest.raises(TypeError, match="default factory"):
        maker(Bag)
