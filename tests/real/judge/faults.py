"""Where Avro Java 1.12.0 itself is wrong, or knows less: differences that differential tests let pass, each by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.defaults import Checker, Strictness
from eventpact.avro.model import Array, Enum, Fixed, Map, Record, Schema, Union
from eventpact.avro.names import short_name
from eventpact.avro.walk import named_types, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.avro.model import Field

_BREAKDOWNS: Final = {
    "Duplicate field": "one name for two fields, by aliases, fails the whole pair and not where it is met",
    "NullPointerException": "the decoder breaks on some recursive unions",
    "Invalid default for field": "the writer's defaults are checked again after renaming",
}

OWN_RECORD: Final = "Schema fields not set yet"
"""How Java refuses to parse a default that holds its own record, which the specification allows."""

_LOOSE: Final = {
    "boolean": ("boolean",),
    "number": ("int", "long", "float", "double"),
    "string": ("string", "bytes", "fixed"),
}
_ANY: Final = ("record", "enum", "array", "map")


def fault(writer: Schema, reader: Schema, error: str | None) -> str | None:
    """Why Java may read other values of this pair than we do, or fail (`error`) where we read; None if it may not."""
    if _has_misread_union_default(reader):
        return "a union's default goes to the first branch that its JSON could be, fitting or not"
    if not _are_aliases_in_place(writer, reader):
        return "a field's alias does not count when the record's namespace changed without an alias"
    if error is None:
        return None
    for sign, reason in _BREAKDOWNS.items():
        if sign in error:
            return reason
    if _has_unreadable_default(reader):
        return "a default that is no symbol of its enum fails although nothing needs it"
    if _are_names_confusing(writer, reader):
        return "an alias or a changed namespace hides a type from the decoder that the verdict found"
    return None


def _fields(schema: Schema) -> Iterator[Field]:
    for part in walk(schema):
        if isinstance(part, Record):
            yield from part.fields


def _has_unreadable_default(reader: Schema) -> bool:
    checker = Checker(Strictness.READABLE)
    return any(field.has_default and not checker.accepts(field) for field in _fields(reader))


def _has_misread_union_default(reader: Schema) -> bool:
    checker = Checker(Strictness.READABLE)
    return any(
        _is_misread(field.type, field.default, checker)
        for field in _fields(reader)
        if field.has_default and checker.accepts(field)
    )


def _is_misread(schema: Schema, value: Any, checker: Checker) -> bool:
    match schema:
        case Union(branches=branches):
            index = next(index for index, branch in enumerate(branches) if checker.fits(branch, value))
            earlier = any(branch.kind in _could_be(value) for branch in branches[:index])
            return earlier or _is_misread(branches[index], value, checker)
        case Array(items=items):
            return any(_is_misread(items, item, checker) for item in value)
        case Map(values=values):
            return any(_is_misread(values, item, checker) for item in value.values())
        case Record(fields=fields):
            return any(_is_misread(field.type, value.get(field.name, field.default), checker) for field in fields)
        case _:
            return False


def _could_be(value: Any) -> tuple[str, ...]:
    match value:
        case bool():
            return (*_ANY, *_LOOSE["boolean"])
        case int() | float():
            return (*_ANY, *_LOOSE["number"])
        case str():
            return (*_ANY, *_LOOSE["string"])
        case _:
            return _ANY


def _are_aliases_in_place(writer: Schema, reader: Schema) -> bool:
    renamed = {alias: schema.name for schema in named_types(reader).values() for alias in schema.aliases}
    written = {renamed.get(name, name) for name in named_types(writer)}
    return all(
        record.name in written or not any(field.aliases for field in record.fields)
        for record in named_types(reader).values()
        if isinstance(record, Record)
    )


def _are_names_confusing(writer: Schema, reader: Schema) -> bool:
    read = named_types(reader)
    written = {
        short_name(name): name for name, schema in named_types(writer).items() if isinstance(schema, (Enum, Fixed))
    }
    return any(schema.aliases for schema in read.values()) or any(
        written.get(short_name(name), name) != name for name in read
    )
