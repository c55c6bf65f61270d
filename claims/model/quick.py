"""Constructors of a fraction of the cost for the values that an engine makes by the dozen for every claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any, ParamSpec, TypeVar

Value = TypeVar("Value")
Parameters = ParamSpec("Parameters")


def quick(kind: type[Value]) -> type[Value]:
    """Give a frozen dataclass with slots an `__init__` that sets its slots directly.

    The generated one goes through `object.__setattr__` for each field, since the class refuses assignment; the slots' own
    setters do the same in half the time. Parameters, defaults and order stay as they are. For classes without
    `__post_init__` and without default factories.
    """
    scope, parameters, names = _fields(kind)
    scope.update({f"set_{name}": kind.__dict__[name].__set__ for name in names})
    body = [f"    set_{name}(self, {name})" for name in names]
    kind.__init__ = _function("__init__", ["self", *parameters], body, scope, kind)  # type: ignore[method-assign]
    return kind


def maker(kind: Callable[Parameters, Value]) -> Callable[Parameters, Value]:
    """Return a function that makes values of a class as calling the class does: same parameters, defaults and order.

    Calling a class goes through `type.__call__`, which packs what it is given into a tuple and a dictionary; a plain function
    does not. Of a frozen dataclass with slots it fills a draft, an object of a class with the same slots that does not refuse
    assignment, and then makes it one of the frozen class; of a named tuple it makes the tuple at once. It takes a third of
    the time, with arguments by name a sixth. For classes without `__post_init__`, without default factories and without a base
    that has slots of its own.
    """
    assert isinstance(kind, type)
    if issubclass(kind, tuple):
        names: list[str] = list(kind._fields)  # type: ignore[attr-defined]
        defaults: dict[str, Any] = kind._field_defaults  # type: ignore[attr-defined]
        scope: dict[str, Any] = {f"default_{name}": value for name, value in defaults.items()}
        parameters = [f"{name}=default_{name}" if name in defaults else name for name in names]
        scope.update(kind=kind, new=tuple.__new__)
        body = [f"    return new(kind, ({', '.join(names)},))"]
    else:
        scope, parameters, names = _fields(kind)
        scope.update(kind=kind, Draft=type("Draft", (), {"__slots__": tuple(names)}))
        body = ["    draft = Draft()"]
        body += [f"    draft.{name} = {name}" for name in names]
        body += ["    draft.__class__ = kind", "    return draft"]
    made: Callable[Parameters, Value] = _function("make", parameters, body, scope, kind)
    return made


def _fields(kind: type[Any]) -> tuple[dict[str, Any], list[str], list[str]]:
    """Return the defaults of a dataclass by the names that its parameters give them, the parameters, and the fields' names."""
    scope: dict[str, Any] = {}
    parameters = []
    for field in fields(kind):
        if field.default_factory is not MISSING:
            raise TypeError(f"{kind.__name__}.{field.name} has a default factory")
        if field.default is MISSING:
            parameters.append(field.name)
        else:
            scope[f"default_{field.name}"] = field.default
            parameters.append(f"{field.name}=default_{field.name}")
    return scope, parameters, [field.name for field in fields(kind)]


def _function(name: str, parameters: list[str], body: list[str], scope: dict[str, Any], kind: type[Any]) -> Any:
    source = "\n".join([f"def {name}({', '.join(parameters)}):", *body])
    exec(source, scope)  # noqa: S102 (the text is made of the class's own field names)
    function = scope[name]
    function.__qualname__ = f"{kind.__qualname__}.{name}"
    function.__module__ = kind.__module__
    return function
