"""The decorator of generated classes: `dataclasses.dataclass`, for the one kind of class that they are, in less time.

The standard decorator compiles six functions for a frozen, slotted class, most of a millisecond: a package of many
events took longer to import than the Kafka client. Here only `__init__` is compiled, and the rest is shared. What comes
out is a dataclass to everything that asks: `fields`, `replace`, `asdict`, `match`, pickle, `inspect.signature`, and
subclasses that the standard decorator makes. To type checkers it is the standard one.
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, FrozenInstanceError, fields
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - what type checkers know it as
else:

    def dataclass(*, frozen: Literal[True], slots: Literal[True], kw_only: Literal[True]) -> Any:
        """Make a dataclass; takes the arguments that the standard decorator would need to make the same."""
        if not (frozen and slots and kw_only):
            raise TypeError("classes made here are frozen, slotted and keyword-only; others need dataclasses.dataclass")
        return _made


class _Factory:
    """What a parameter is when a factory makes its value; shown in signatures."""

    def __repr__(self) -> str:
        return "<factory>"


_FACTORY: Final = _Factory()


def _made(cls: type[Any]) -> type[Any]:
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)(cls)
    params = made.__dataclass_params__
    params.init = params.repr = params.eq = params.frozen = True
    made.__init__ = _init(made)
    for name, method in _SHARED.items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    return made


def _init(cls: type[Any]) -> Any:
    """`__init__`, which fills the slots directly: instances refuse plain assignment.

    No attribute begins with two underscores (the generator sees to it), so the names here are taken by nobody.
    """
    names: dict[str, Any] = {"__factory": _FACTORY}
    parameters, body = [], []
    for place, field in enumerate(fields(cls)):
        name = field.name
        names[f"__set{place}"] = cls.__dict__[name].__set__
        value = name
        if field.default is not MISSING:
            names[f"__default{place}"] = field.default
            parameters.append(f"{name}=__default{place}")
        elif field.default_factory is not MISSING:
            names[f"__make{place}"] = field.default_factory
            parameters.append(f"{name}=__factory")
            value = f"__make{place}() if {name} is __factory else {name}"
        else:
            parameters.append(name)
        body.append(f"\n __set{place}(self, {value})")
    source = f"def __init__(self{', *, ' if parameters else ''}{', '.join(parameters)}):{''.join(body) or ' pass'}"
    exec(source, names)  # noqa: S102 - attributes are Python's own names for slots, all else is positional
    init = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {**{field.name: field.type for field in fields(cls)}, "return": None}
    return init


def _values(instance: Any) -> tuple[Any, ...]:
    return tuple(getattr(instance, field.name) for field in fields(instance))


def _eq(self: Any, other: object) -> Any:
    return _values(self) == _values(other) if other.__class__ is self.__class__ else NotImplemented


def _setattr(_self: Any, name: str, _value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(_self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return list(_values(self))


def _setstate(self: Any, state: list[Any]) -> None:
    for field, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


_SHARED: Final = {
    "__eq__": _eq,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
"""What every such class has, unless it says otherwise itself."""
