"""Default values: which JSON fits a type, and what bytes it stands for.

A schema parses if its defaults fit as Avro Java 1.12 sees it: a union's default may fit any branch (the first that it
fits is taken), a record's may leave out what its fields have defaults for. `Strictness` says how much closer to look.
"""

from __future__ import annotations

import math
import re
import struct
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.invalid import shown
from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Union
from eventpact.avro.source import MAX_DEPTH
from eventpact.avro.varint import long_bytes
from eventpact.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from eventpact.avro.model import Field, Schema

MAX_PARTS: Final = 20_000
"""How many values one default may consist of; defaults within defaults can double them at each level."""

_END_OF_BLOCKS: Final = b"\0"

_HINTS: Final[Mapping[str, str]] = {
    "null": "null",
    "boolean": "true or false",
    "int": "a whole number below 2^31",
    "long": "a whole number below 2^63",
    "float": "a number",
    "double": "a number",
    "string": "a string",
    "bytes": 'a string, one character a byte ("\\u00ff" is 255)',
    "fixed": 'a string, one character a byte ("\\u00ff" is 255)',
    "enum": "a symbol",
    "array": "an array of what fits its items",
    "map": "an object of what fits its values",
    "record": "an object with a value for each field that has no default",
    "union": "a value of one of its branches",
}

_NUMBER: Final = re.compile(r"\s*([+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))[fFdD]?\s*", re.ASCII)


def hint(schema: Schema) -> str:
    """What a default of this type looks like."""
    return _HINTS[schema.kind]


def number(text: str) -> float | str:
    """A float's default given as text ("NaN", "1.5"), as Java's `Double.parseDouble` reads it, or the text itself."""
    match = _NUMBER.fullmatch(text)
    return float(match[1]) if match else text


class Strictness(IntEnum):
    """How closely a default must fit."""

    ACCEPTED = 0
    """Avro Java's parser takes it: any text does for an enum, for bytes, and for a fixed of any size."""
    READABLE = 1
    """It stands for a value: a symbol is one of the enum's."""
    EXACT = 2
    """It stands for just what it says: text holds bytes only, as many as the fixed has."""


class Checker:
    """Judges the defaults of one schema; each field once, however often defaults lean on it."""

    def __init__(self, strictness: Strictness) -> None:
        self._readable = strictness >= Strictness.READABLE
        self._exact = strictness >= Strictness.EXACT
        self._fields: dict[int, bool] = {}
        self._values: dict[tuple[int, int], bool] = {}
        self._parts: dict[tuple[int, int], int] = {}
        self._depth = 0

    def accepts(self, field: Field) -> bool:
        """Whether the field has a default that fits its type. One that needs itself never ends, and does not fit."""
        key = id(field)
        if key not in self._fields:
            self._fields[key] = False
            self._fields[key] = field.has_default and self.fits(field.type, field.default)
        return self._fields[key]

    def fits(self, schema: Schema, value: Any) -> bool:
        """Whether a JSON value fits a type."""
        if not isinstance(value, (dict, list)):
            return self._fits(schema, value)
        key = (id(schema), id(value))  # records in unions in records: without this, each level doubles the work
        if key not in self._values:
            if self._depth == MAX_DEPTH:
                return False
            self._depth += 1
            self._values[key] = self._fits(schema, value)
            self._depth -= 1
        return self._values[key]

    def parts(self, schema: Schema, value: Any) -> int:
        """How many values a default that fits consists of, each counted as often as it is written.

        Raises:
            SchemaError: more than `MAX_PARTS`, or too deep within each other.
        """
        counted = self._count(schema, value, 0)
        if counted > MAX_PARTS:
            raise _too_large()
        return counted

    def _count(self, schema: Schema, value: Any, depth: int) -> int:
        if depth > 2 * MAX_DEPTH:
            raise _too_large()
        key = (id(schema), id(value))  # what doubles at each level is counted once
        if key not in self._parts:
            inner = self._inside(schema, value)
            self._parts[key] = 1 + sum(self._count(part, one, depth + 1) for part, one in inner)
        return self._parts[key]

    def _inside(self, schema: Schema, value: Any) -> Iterable[tuple[Schema, Any]]:
        match schema:
            case Union():
                return [(schema.branches[self.branch(schema, value)], value)]
            case Array(items=items):
                return [(items, item) for item in value]
            case Map(values=values):
                return [(values, item) for item in value.values()]
            case Record(fields=fields):
                return [(field.type, value.get(field.name, field.default)) for field in fields]
            case _:
                return ()

    def branch(self, union: Union, value: Any) -> int:
        """Which branch a default that fits is of: the first that it fits (Avro 1.12, "Complex Types", Unions)."""
        return next(index for index, branch in enumerate(union.branches) if self.fits(branch, value))

    def _fits(self, schema: Schema, value: Any) -> bool:
        match schema:
            case Primitive(kind=kind):
                return _PRIMITIVES[kind](value) and not (self._exact and kind == "bytes" and not _is_bytes(value))
            case Enum(symbols=symbols):
                return isinstance(value, str) and not (self._readable and value not in symbols)
            case Fixed(size=size):
                return isinstance(value, str) and not (self._exact and not (_is_bytes(value) and len(value) == size))
            case Union(branches=branches):
                return any(self.fits(branch, value) for branch in branches)
            case Array(items=items):
                return isinstance(value, list) and all(self.fits(items, item) for item in value)
            case Map(values=values):
                return isinstance(value, dict) and all(self.fits(values, item) for item in value.values())
            case Record(fields=fields):
                return isinstance(value, dict) and all(
                    self.fits(field.type, value[field.name]) if field.name in value else self.accepts(field)
                    for field in fields
                )


def encode(schema: Schema, value: Any) -> bytes:
    """The Avro binary form of a default given as JSON (`Field.default`).

    A union's default takes the first branch that it fits (Avro 1.12, "Complex Types"). As in Java, text for a fixed is
    cut or filled up with zeros, and a character that is no byte becomes a question mark; see `Strictness.EXACT`.

    Raises:
        SchemaError: the value is none of the type, or has more than `MAX_PARTS` parts by the defaults inside it.
    """
    checker = Checker(Strictness.READABLE)
    if not checker.fits(schema, value):
        raise SchemaError(f"the default {shown(value)} is none of its type", hint=hint(schema))
    checker.parts(schema, value)
    writer = _Writer(checker)
    writer.write(schema, value)
    return bytes(writer.out)


def _too_large() -> SchemaError:
    return SchemaError("a default grows too large by the defaults inside it", hint="write shorter defaults")


class _Writer:
    def __init__(self, checker: Checker) -> None:
        self.out = bytearray()
        self.checker = checker

    def write(self, schema: Schema, value: Any) -> None:
        match schema:
            case Primitive(kind=kind):
                self.out += _WRITERS[kind](value)
            case Enum(symbols=symbols):
                self.out += long_bytes(symbols.index(value))
            case Fixed(size=size):
                self.out += _bytes(value)[:size].ljust(size, b"\0")
            case Union(branches=branches):
                index = self.checker.branch(schema, value)
                self.out += long_bytes(index)
                self.write(branches[index], value)
            case Array(items=items):
                self.count(value)
                for item in value:
                    self.write(items, item)
                self.out += _END_OF_BLOCKS
            case Map(values=values):
                self.count(value)
                for key, item in value.items():
                    self.out += _WRITERS["string"](key)
                    self.write(values, item)
                self.out += _END_OF_BLOCKS
            case Record(fields=fields):
                for field in fields:
                    self.write(field.type, value.get(field.name, field.default))

    def count(self, items: Collection[Any]) -> None:
        if items:
            self.out += long_bytes(len(items))


def _float(format_: str, number: float) -> bytes:
    """IEEE 754; what is too large is infinite, as Java's casts make it."""
    try:
        return struct.pack(format_, number)
    except (OverflowError, struct.error):  # the latter for whole numbers
        return struct.pack(format_, math.inf if number > 0 else -math.inf)


def _sized(data: bytes) -> bytes:
    return long_bytes(len(data)) + data


def _bytes(text: str) -> bytes:
    return text.encode("latin-1", errors="replace")


def _is_bytes(text: str) -> bool:
    return all(character <= "\xff" for character in text)


def _is_number(value: Any) -> bool:
    return type(value) is int or type(value) is float


_PRIMITIVES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "int": lambda value: type(value) is int and -(2**31) <= value < 2**31,
    "long": lambda value: type(value) is int and -(2**63) <= value < 2**63,
    "float": _is_number,
    "double": _is_number,
    "string": lambda value: isinstance(value, str),
    "bytes": lambda value: isinstance(value, str),
}

_WRITERS: Final[Mapping[str, Callable[[Any], bytes]]] = {
    "null": lambda _: b"",
    "boolean": lambda value: b"\1" if value else b"\0",
    "int": long_bytes,
    "long": long_bytes,
    "float": partial(_float, "<f"),
    "double": partial(_float, "<d"),
    "string": lambda value: _sized(value.encode()),
    "bytes": lambda value: _sized(_bytes(value)),
}
