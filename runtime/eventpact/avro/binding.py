"""What generated classes are to a codec: a class, its attributes, and the fastest way to make an instance."""

from __future__ import annotations

import dataclasses
import enum
import keyword
import re
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.model import Enum, Record
from eventpact.avro.walk import named_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eventpact.avro.model import Schema


@dataclass(frozen=True, slots=True)
class Binding:
    """The class of a named type.

    A record's class takes its `attributes` as keyword arguments; made for frozen, slotted dataclasses. An enum's class
    is a `StrEnum`, or another `Enum`, with the Avro symbols as values.
    """

    cls: type[Any]
    attributes: tuple[str, ...] = ()
    """Records: the attribute of each field, in the schema's order."""


_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)

_GENERATED: Final = Binding.__init__.__code__.co_filename
"""The file of methods that were written for a class: by `dataclasses`, or by the decorator of generated classes."""

_OWN_BASE: Final = "eventpact.record"
"""Where the base of generated classes stands: what it does for a subclass, a twin may have done to it."""

_TWINS: Final[weakref.WeakKeyDictionary[type[Any], type[Any] | None]] = weakref.WeakKeyDictionary()


def checked_identifier(name: str) -> str:
    """The name, if it may stand in source.

    Raises:
        ValueError: it is no ASCII identifier, or a keyword.
    """
    if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is no identifier")
    return name


def check_bindings(schema: Schema, classes: Mapping[str, Binding]) -> None:
    """Refuse classes that cannot hold what the schema says.

    Raises:
        ValueError, TypeError: a record has not one attribute for each field, an enum's class is none or lacks a symbol.
    """
    for name, named in named_types(schema).items():
        binding = classes.get(name)
        if binding is None:
            continue
        if isinstance(named, Record):
            attributes = [checked_identifier(attribute) for attribute in binding.attributes]
            if len(attributes) != len(named.fields):
                fields, given = len(named.fields), len(attributes)
                raise ValueError(f"{name} has {fields} fields, {binding.cls.__name__} is bound with {given} attributes")
        elif isinstance(named, Enum):
            members(binding.cls, named.symbols)


def twin(binding: Binding) -> type[Any] | None:
    """A class with the same slots that may be filled by plain assignment; `instance.__class__ = cls` then finishes it.

    A frozen dataclass assigns through `object.__setattr__`, field by field; this way takes half the time and leaves the
    same object. None where it would not: the class's own slots are not its fields, it has work of its own to do when
    instances are made or unmade, or this Python lays the two out differently. Such classes are called as usual.
    """
    if sorted(binding.cls.__dict__.get("__slots__", ())) != sorted(binding.attributes):
        return None
    if binding.cls not in _TWINS:
        _TWINS[binding.cls] = _made_twin(binding.cls)
    return _TWINS[binding.cls]


def _only_sets_slots(cls: type[Any]) -> bool:
    """Whether all that making an instance does is to set each slot to what is given for it."""
    if type(cls) is not type or not dataclasses.is_dataclass(cls):
        return False
    given = [field.name for field in dataclasses.fields(cls) if field.init]
    return (
        sorted(given) == sorted(cls.__dict__.get("__slots__", ()))
        and cls.__new__ is object.__new__
        and getattr(getattr(cls.__init__, "__code__", None), "co_filename", None) == _GENERATED
        and (cls.__setattr__ is object.__setattr__ or cls.__dataclass_params__.frozen)  # type: ignore[attr-defined]  # every dataclass has it, typeshed does not
        and not any(hasattr(cls, name) for name in ("__post_init__", "__del__"))
        and not any("__init_subclass__" in base.__dict__ and base.__module__ != _OWN_BASE for base in cls.__mro__[1:-1])
    )


def _made_twin(cls: type[Any]) -> type[Any] | None:
    if not _only_sets_slots(cls):
        return None
    slots = cls.__dict__.get("__slots__", ())
    try:
        made: type[Any] = type(f"_{cls.__name__}", cls.__bases__, {"__slots__": slots})
        instance = made()
        for attribute in slots:
            setattr(instance, attribute, None)
        instance.__class__ = cls
        complete = all(getattr(instance, attribute) is None for attribute in slots)
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
    found = {symbol: cls(symbol) for symbol in symbols}
    for symbol, member in found.items():
        if member.value != symbol:  # `_missing_` has stood in
            raise ValueError(f"{cls.__name__} has no member for {symbol!r}")
    return found
