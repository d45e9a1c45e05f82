"""Avro schemas from the annotations of dataclasses and pydantic models.

    str string · int long · float double · bool boolean · bytes bytes · UUID string (uuid) · date date
    datetime long (timestamp-micros) · time long (time-micros) · Decimal bytes (decimal; needs precision and scale)
    Enum enum · list, tuple, set array · dict[str, …] map · A | B union · a class record

What Avro has no type for is a problem that names class and field, and all of them are found in one run.
"""

from __future__ import annotations

import dataclasses
import typing
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from eventpact.adapters.hints import arms, item_of, shown, unwrapped, value_of
from eventpact.avro.names import is_name
from eventpact.errors import ContractError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIMPLE: Final[dict[Any, Any]] = {
    type(None): "null",
    bool: "boolean",
    int: "long",
    float: "double",
    str: "string",
    bytes: "bytes",
    UUID: {"type": "string", "logicalType": "uuid"},
    date: {"type": "int", "logicalType": "date"},
    datetime: {"type": "long", "logicalType": "timestamp-micros"},
    time: {"type": "long", "logicalType": "time-micros"},
}
_EMPTY: Final = (list, dict, set, frozenset, tuple)
"""Factories of defaults that give the same each time."""
_NO_DEFAULT: Final = object()


class _Field(NamedTuple):
    """A field of a class, whatever kind of class it is."""

    name: str
    hint: Any
    default: Any
    """`_NO_DEFAULT` where there is none that can be written down."""
    doc: str | None
    digits: tuple[int, int] | None
    """Precision and scale of a decimal."""


def is_model(cls: Any) -> bool:
    """Whether a class is a dataclass or a pydantic model."""
    return isinstance(cls, type) and (dataclasses.is_dataclass(cls) or hasattr(cls, "model_fields"))


def schema_of(cls: type[Any], namespace: str) -> dict[str, Any]:
    """The schema of a dataclass or pydantic model, as JSON.

    Raises:
        ContractError: lists each field that Avro has no type for.
    """
    made = _Made(namespace)
    body = made.record(cls)
    if made.problems:
        raise ContractError(*made.problems)
    return body


class _Made:
    """A schema in the making; a class is written out once and named after that."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._known: dict[str, type[Any]] = {}
        self.problems: list[Problem] = []

    def record(self, cls: type[Any]) -> dict[str, Any]:
        """A class as a record, with the namespace."""
        self._known[cls.__name__] = cls
        body: dict[str, Any] = {"type": "record", "name": cls.__name__, "namespace": self._namespace}
        doc = _doc(cls)
        if doc:
            body["doc"] = doc
        body["fields"] = [self._field(cls, field) for field in _fields(cls)]
        return body

    def _field(self, cls: type[Any], field: _Field) -> dict[str, Any]:
        where = f"{cls.__module__}:{cls.__qualname__}.{field.name}"
        types = [self._type(arm, field, where) for arm in arms(field.hint)]
        default = _written(field.default)
        if default is None and "null" in types:
            types.sort(key=lambda one: one != "null")  # a union's default is of its first type
        elif default is not _NO_DEFAULT and types[0] == "null":
            types.append(types.pop(0))
        made: dict[str, Any] = {"name": field.name, "type": types[0] if len(types) == 1 else types}
        if field.doc:
            made["doc"] = field.doc
        if default is not _NO_DEFAULT:
            made["default"] = default
        return made

    def _type(self, hint: Any, field: _Field, where: str) -> Any:
        hint = unwrapped(hint)
        if isinstance(hint, typing.Hashable) and hint in _SIMPLE:
            return _SIMPLE[hint]
        if hint is Decimal:
            return self._decimal(field, where)
        item, value = item_of(hint), value_of(hint)
        if item is not None:
            return {"type": "array", "items": self._inner(item[1], field, where)}
        if value is not None:
            return {"type": "map", "values": self._inner(value[0], field, where)}
        if typing.get_origin(hint) is typing.Literal and all(isinstance(each, str) for each in typing.get_args(hint)):
            return "string"
        if isinstance(hint, type) and (issubclass(hint, Enum) or is_model(hint)):
            return self._named(hint, where)
        self._note(where, f"Avro has no type for {shown(hint)}", "give the field another type, or write the schema")
        return "null"

    def _inner(self, hint: Any, field: _Field, where: str) -> Any:
        types = [self._type(arm, field, where) for arm in arms(hint)]
        return types[0] if len(types) == 1 else types

    def _named(self, cls: type[Any], where: str) -> Any:
        known = self._known.get(cls.__name__)
        if known is cls:
            return cls.__name__
        if known is not None:
            hint = "rename one of the classes"
            self._note(where, f"{cls.__module__}.{cls.__qualname__} has the name of {known.__module__}", hint)
            return "null"
        if not issubclass(cls, Enum):
            body = self.record(cls)
            del body["namespace"]
            return body
        self._known[cls.__name__] = cls
        return {"type": "enum", "name": cls.__name__, "symbols": [_symbol(member) for member in cls]}

    def _decimal(self, field: _Field, where: str) -> Any:
        if field.digits is None:
            hint = 'Field(max_digits=18, decimal_places=2), or field(metadata={"precision": 18, "scale": 2})'
            self._note(where, "a Decimal needs its precision and scale", hint)
            return "bytes"
        precision, scale = field.digits
        return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}

    def _note(self, where: str, message: str, hint: str) -> None:
        self.problems.append(Problem(message, where, hint=hint))


def _fields(cls: type[Any]) -> Iterator[_Field]:
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except Exception as error:
        raise ContractError(
            Problem(f"its annotations cannot be read: {error}", f"{cls.__module__}:{cls.__qualname__}")
        ) from error
    found: dict[str, Any] | None = getattr(cls, "model_fields", None)
    if found is not None:
        for name, field in found.items():
            default = _chosen(field.default, field.default_factory, required=field.is_required())
            yield _Field(name, hints[name], default, field.description, _digits_among(field.metadata))
        return
    for each in dataclasses.fields(cls):
        required = each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
        factory = None if each.default_factory is dataclasses.MISSING else each.default_factory
        metadata = each.metadata
        digits = (metadata["precision"], metadata.get("scale", 0)) if "precision" in metadata else None
        default = _chosen(each.default, factory, required=required)
        yield _Field(each.name, hints[each.name], default, metadata.get("doc"), digits)


def _digits_among(metadata: list[Any]) -> tuple[int, int] | None:
    """What pydantic's `Field(max_digits=…, decimal_places=…)` leaves."""
    for each in metadata:
        precision = getattr(each, "max_digits", None)
        if isinstance(precision, int):
            return precision, getattr(each, "decimal_places", None) or 0
    return None


def _chosen(default: Any, factory: Any, *, required: bool) -> Any:
    if required:
        return _NO_DEFAULT
    if factory is None:
        return default
    return factory() if factory in _EMPTY else _NO_DEFAULT


def _written(default: Any) -> Any:
    """A default as JSON, where it has a form that is the same each time."""
    match default:
        case Enum():
            return _symbol(default)
        case None | bool() | int() | float() | str():
            return default
        case bytes():
            return default.decode("latin-1")
        case list() | tuple() | set() | frozenset() | dict() if not default:
            return {} if isinstance(default, dict) else []
        case _:
            return _NO_DEFAULT


def _symbol(member: Enum) -> str:
    """A member's value where that can be a symbol, else its name."""
    return member.value if isinstance(member.value, str) and is_name(member.value) else member.name


def _doc(cls: type[Any]) -> str | None:
    text = cls.__dict__.get("__doc__")
    if not text or text.startswith(f"{cls.__name__}("):  # what `dataclass` writes by itself
        return None
    return " ".join(text.split())
