"""Classes that libraries want for their models, made from an Avro schema as their users would write them by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import typing
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from dataclasses_avroschema import AvroModel, types

from eventpact import avro
from eventpact.avro.form import Form
from eventpact.avro.interpret.choose import choose
from eventpact.avro.walk import children

if typing.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_LEAVES: Final[Mapping[str, Any]] = {
    "null": None,
    "boolean": bool,
    "int": int,
    "long": int,
    "float": float,
    "double": float,
    "bytes": bytes,
    "string": str,
    "fixed": bytes,
    "uuid": UUID,
    "date": dt.date,
    "time-millis": dt.time,
    "time-micros": dt.time,
    "timestamp-millis": dt.datetime,
    "timestamp-micros": dt.datetime,
    "decimal": Decimal,
}
_PLAIN: Final = Form()


class Models:
    """One library's classes for the types of one schema."""

    def __init__(
        self,
        make: Callable[[str, Mapping[str, Any]], type[Any]],
        leaves: Callable[[Any], Any] = lambda schema: _LEAVES[_leaf(schema)],
    ) -> None:
        """Use `make` for a record's class from its short name and annotations, and `leaves` for all that is no type."""
        self._make = make
        self._leaves = leaves
        self._made: dict[str, type[Any]] = {}

    def of(self, schema: avro.Schema) -> Any:
        """The class, or the annotation, that stands for a schema."""
        match schema:
            case avro.Record(name=name, fields=fields):
                if name not in self._made:
                    annotations = {field.name: self.of(field.type) for field in fields}
                    self._made[name] = self._make(_short(name), annotations)
                return self._made[name]
            case avro.Enum(name=name, symbols=symbols):
                if name not in self._made:
                    self._made[name] = _enum_class(_short(name), {symbol: symbol for symbol in symbols})
                return self._made[name]
            case avro.Array(items=items):
                return list[self.of(items)]  # type: ignore[misc]  # a class that is only known now
            case avro.Map(values=values):
                return dict[str, self.of(values)]  # type: ignore[misc]  # as above
            case avro.Union(branches=branches):
                return typing.Union[tuple(map(self.of, branches))]  # noqa: UP007 - branches are only known now
            case _:
                return self._leaves(schema)

    def instance(self, schema: avro.Schema, value: Any) -> Any:
        """A plain value as instances of the classes."""
        match schema:
            case avro.Record(fields=fields):
                return self.of(schema)(**{field.name: self.instance(field.type, value[field.name]) for field in fields})
            case avro.Enum():
                return self.of(schema)(value)
            case avro.Array(items=items):
                return [self.instance(items, item) for item in value]
            case avro.Map(values=values):
                return {key: self.instance(values, item) for key, item in value.items()}
            case avro.Union(branches=branches):
                index, inner = choose(schema, value, _PLAIN)
                return self.instance(branches[index], inner)
            case _:
                return value


def plain_dataclasses() -> Models:
    """Frozen, slotted dataclasses, as one would write them without any library."""
    return Models(lambda name, fields: dataclasses.make_dataclass(name, fields.items(), frozen=True, slots=True))


def structs(schema: avro.Schema) -> Models:
    """msgspec's; they say which one they are only where a union makes it necessary."""
    tag = any(_records(union) > 1 for union in _unions(schema))
    return Models(lambda name, fields: msgspec.defstruct(name, list(fields.items()), frozen=True, tag=tag))


def avro_models() -> Models:
    """dataclasses-avroschema's."""
    return Models(_avro_model, _avro_leaf)


def _avro_model(name: str, fields: Mapping[str, Any]) -> type[Any]:
    return dataclasses.dataclass(type(name, (AvroModel,), {"__annotations__": dict(fields)}))


def _avro_leaf(schema: Any) -> Any:
    match _leaf(schema):
        case "decimal":
            return types.condecimal(max_digits=schema.logical.precision, decimal_places=schema.logical.scale)
        case "fixed":
            return types.confixed(size=schema.size)
        case leaf:
            return _AVRO_LEAVES.get(leaf, _LEAVES[leaf])


_AVRO_LEAVES: Final[Mapping[str, Any]] = {
    "int": types.Int32,
    "float": types.Float32,
    "time-micros": types.TimeMicro,
    "timestamp-micros": types.DateTimeMicro,
}


def _leaf(schema: Any) -> str:
    """The name of a type that holds no other types, by its logical type where it has one."""
    return str(schema.logical.name if schema.logical else schema.kind)


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _unions(schema: avro.Schema) -> Iterator[avro.Union]:
    """All unions of a schema that does not contain itself."""
    if isinstance(schema, avro.Union):
        yield schema
    for child in children(schema):
        yield from _unions(child)


def _records(union: avro.Union) -> int:
    return sum(branch.kind == "record" for branch in union.branches)


_enum_class: Final[Any] = enum.StrEnum
"""To mypy, calling it with names that are only known now is no class."""
