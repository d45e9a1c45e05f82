"""What generated classes are to a codec: a class, its attributes, and the fastest way to make an instance."""

from __future__ import annotations

import dataclasses
import enum
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Binding:
    """The class of a named type.

    A record's class takes its `attributes` as keyword arguments; made for frozen, slotted dataclasses. An enum's class
    is a `StrEnum` with the Avro symbols as values.
    """

    cls: type[Any]
    attributes: tuple[str, ...] = ()
    """Records: the attribute of each field, in the schema's order."""


_TWINS: Final[weakref.WeakKeyDictionary[type[Any], type[Any] | None]] = weakref.WeakKeyDictionary()


def twin(binding: Binding) -> type[Any] | None:
    """A class with the same slots that may be filled by plain assignment; `instance.__class__ = cls` then finishes it.

    A frozen dataclass assigns through `object.__setattr__`, field by field; this way takes half the time and leaves the
    same object. None where it would not: the class has no slots, more slots than fields, inherited ones, or work to do
    in `__init__` or `__post_init__`, or this Python lays the two out differently. Such classes are called as usual.
    """
    if binding.cls not in _TWINS:
        _TWINS[binding.cls] = _made_twin(binding.cls, binding.attributes)
    return _TWINS[binding.cls]


def _made_twin(cls: type[Any], attributes: tuple[str, ...]) -> type[Any] | None:
    slots = cls.__dict__.get("__slots__", ())
    if (
        not dataclasses.is_dataclass(cls)
        or hasattr(cls, "__post_init__")
        or sorted(slots) != sorted(attributes)
        or sorted(field.name for field in dataclasses.fields(cls)) != sorted(attributes)
        or not cls.__dataclass_params__.init  # type: ignore[attr-defined]  # every dataclass has it, typeshed does not
    ):
        return None
    try:
        made: type[Any] = type(f"_{cls.__name__}", cls.__bases__, {"__slots__": slots})
        instance = made()
        for attribute in attributes:
            setattr(instance, attribute, None)
        instance.__class__ = cls
        complete = all(getattr(instance, attribute) is None for attribute in attributes)
    except (TypeError, AttributeError):
        return None
    return made if complete and type(instance) is cls else None


def members(cls: type[Any] | None, symbols: Iterable[str]) -> dict[str, Any]:
    """What each symbol is as a value: a member of the class, or the text itself where there is no class.

    Raises:
        ValueError: the class lacks a symbol.
        TypeError: the class is no enum.
    """
    if cls is None:
        return {symbol: symbol for symbol in symbols}
    if not issubclass(cls, enum.Enum):
        raise TypeError(f"{cls.__name__} is no enum")
    return {symbol: cls(symbol) for symbol in symbols}
