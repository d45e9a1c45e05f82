"""What an annotation says, without its wrapping: the classes that a value may have."""

from __future__ import annotations

import collections.abc
import types
import typing
from typing import Any, Final

_WRAPPERS: Final = frozenset({typing.Annotated, typing.Final, typing.ClassVar, typing.Required, typing.NotRequired})
_UNIONS: Final = frozenset({typing.Union, types.UnionType})
_NONE: Final = type(None)

_STAND_INS: Final = {("dataclasses_avroschema.types", "Fixed"): bytes}
"""Classes that annotations name for the class that values have."""

SEQUENCES: Final[dict[Any, type[Any]]] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    collections.abc.Sequence: tuple,
    collections.abc.MutableSequence: list,
    collections.abc.Iterable: tuple,
    collections.abc.Collection: tuple,
    collections.abc.Set: frozenset,
    collections.abc.MutableSet: set,
}
"""Annotations of arrays, and what is made for them."""

MAPPINGS: Final = frozenset({dict, collections.abc.Mapping, collections.abc.MutableMapping})
"""Annotations of maps."""


def arms(hint: Any) -> tuple[Any, ...]:
    """The alternatives of an annotation, each without wrapping; None is `type(None)`."""
    hint = unwrapped(hint)
    if typing.get_origin(hint) in _UNIONS:
        return tuple(arm for inner in typing.get_args(hint) for arm in arms(inner))
    return (_NONE if hint is None else hint,)


def unwrapped(hint: Any) -> Any:
    """The annotation without Annotated, NewType, Final and names given by `type`."""
    while True:
        if typing.get_origin(hint) in _WRAPPERS:
            hint = typing.get_args(hint)[0]
        elif isinstance(hint, typing.NewType):
            hint = hint.__supertype__
        elif isinstance(hint, typing.TypeVar):
            hint = hint.__bound__ or Any
        elif type(hint).__name__ == "TypeAliasType":  # Python 3.12, and typing_extensions before
            hint = hint.__value__
        else:
            return _STAND_INS.get((getattr(hint, "__module__", ""), getattr(hint, "__name__", "")), hint)


def is_anything(hint: Any) -> bool:
    """Whether the annotation allows everything."""
    return hint is Any or hint is object


def item_of(hint: Any) -> tuple[type[Any], Any] | None:
    """What to make of an array for this annotation, and the annotation of its items; None where it is no array."""
    origin = typing.get_origin(hint) or hint
    made = SEQUENCES.get(origin) if isinstance(origin, collections.abc.Hashable) else None
    if made is None:
        return None
    inner = [argument for argument in typing.get_args(hint) if argument is not ...]
    if len(inner) > 1:
        return None  # a tuple of fixed length
    return made, inner[0] if inner else Any


def value_of(hint: Any) -> tuple[Any] | None:
    """The annotation of a map's values, in a tuple, for it may be None itself; None where it is no map of strings."""
    origin = typing.get_origin(hint) or hint
    if not isinstance(origin, collections.abc.Hashable) or origin not in MAPPINGS:
        return None
    arguments = typing.get_args(hint)
    if not arguments:
        return (Any,)
    return (arguments[1],) if unwrapped(arguments[0]) in {str, Any} else None


def shown(hint: Any) -> str:
    """The annotation as a message names it."""
    alternatives = arms(hint)
    if len(alternatives) > 1:
        return " | ".join(shown(arm) for arm in alternatives)
    [only] = alternatives
    if only is _NONE:
        return "None"
    return only.__name__ if isinstance(only, type) and not typing.get_args(only) else str(only).replace("typing.", "")
