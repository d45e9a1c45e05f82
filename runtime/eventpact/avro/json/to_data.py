"""Parsed JSON to Avro data."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro import defaults
from eventpact.avro.interpret.choose import branch_name
from eventpact.avro.interpret.path import Path
from eventpact.avro.json.leaves import check_logical
from eventpact.avro.json.text import json_type
from eventpact.avro.limits import MAX_DEPTH
from eventpact.avro.model import PRIMITIVES, Fixed, Primitive, Union
from eventpact.avro.varint import long_bytes
from eventpact.errors import DecodeError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.json.leaves import Leaf, Scalar
    from eventpact.avro.model import Array, Enum, Field, Map, Record, Schema


class DataMaker:
    """Goes over one parsed text."""

    def __init__(self, leaf: Callable[[Scalar], Leaf], recursive: frozenset[int], *, tagged: bool) -> None:
        """`recursive`: ids of the schemas that contain themselves; `tagged`: union values carry their branch's name."""
        self._leaf = leaf
        self._recursive = recursive
        self._tagged = tagged
        self._out = bytearray()
        self._path = Path()
        self._depth = 0
        self._verdicts: dict[tuple[int, int], bool] = {}
        """(id of a branch, id of an object or array) to whether it fits: nested unions are looked through once."""

    def make(self, schema: Schema, value: Any) -> bytes:
        """The bytes of a value.

        Raises:
            DecodeError: it is not what the schema says.
        """
        try:
            self._write(schema, value)
        except RecursionError:
            raise self._error("nested too deeply for this process") from None
        return bytes(self._out)

    def _write(self, schema: Schema, value: Any) -> None:
        _WRITERS[schema.kind](self, schema, value)

    def _scalar(self, schema: Scalar, value: Any) -> None:
        leaf = self._leaf(schema)
        if not leaf.takes(value):
            raise self._mismatch(schema, value)
        try:
            raw = leaf.from_json(value, schema)
            check_logical(schema, raw)
            self._out += _WIRE[schema.kind](raw)
        except UnicodeEncodeError:
            raise self._error("half a surrogate pair cannot be written as UTF-8") from None
        except (ValueError, OverflowError, struct.error) as error:
            raise self._error(f"expected {leaf.expected}, got {json_type(value)} that does not fit: {error}") from None

    def _enum(self, schema: Enum, value: Any) -> None:
        if not isinstance(value, str):
            raise self._mismatch(schema, value)
        if value not in schema.symbols:
            raise self._error(f"expected a symbol of {schema.name}, got a string that is none")
        self._out += long_bytes(schema.symbols.index(value))

    def _array(self, schema: Array, value: Any) -> None:
        if not isinstance(value, list):
            raise self._mismatch(schema, value)
        self._begin(len(value))
        for index, item in enumerate(value):
            self._path.index(index)
            self._write(schema.items, item)
            self._path.leave()
        self._out += _END_OF_BLOCKS

    def _map(self, schema: Map, value: Any) -> None:
        if not isinstance(value, dict):
            raise self._mismatch(schema, value)
        self._begin(len(value))
        for key, item in value.items():
            self._path.key(key)
            try:
                self._out += _sized(key.encode())
            except UnicodeEncodeError:
                raise self._error("half a surrogate pair in a key cannot be written as UTF-8") from None
            self._write(schema.values, item)
            self._path.leave()
        self._out += _END_OF_BLOCKS

    def _begin(self, count: int) -> None:
        if count:
            self._out += long_bytes(count)

    def _record(self, schema: Record, value: Any) -> None:
        if not isinstance(value, dict):
            raise self._mismatch(schema, value)
        is_recursive = id(schema) in self._recursive
        self._depth += is_recursive
        if self._depth > MAX_DEPTH:
            raise self._error(f"records nest more than {MAX_DEPTH} deep")
        if not value.keys() <= {field.name for field in schema.fields}:
            names = {field.name for field in schema.fields}
            unknown = next(key for key in value if key not in names)
            raise self._error(f"{schema.name} has no field {self._path.shown(unknown)}")
        for field in schema.fields:
            self._path.field(field.name, personal=field.is_personal)
            if field.name in value:
                self._write(field.type, value[field.name])
            else:
                self._out += self._default(field)
            self._path.leave()
        self._depth -= is_recursive

    def _default(self, field: Field) -> bytes:
        if not field.has_default:
            raise self._error(f"missing: expected {self._expected(field.type)}")
        try:
            return defaults.encode(field.type, field.default)
        except SchemaError as error:
            raise self._error(f"its default has no value: {error.message}") from None

    def _union(self, schema: Union, value: Any) -> None:
        choose = self._tagged_branch if self._tagged else self._fitting_branch
        choose(schema, value)

    def _tagged_branch(self, schema: Union, value: Any) -> None:
        if value is not None and not (isinstance(value, dict) and len(value) == 1):
            raise self._mismatch(schema, value)
        [(name, inner)] = [("null", None)] if value is None else value.items()
        for index, branch in enumerate(schema.branches):
            if branch_name(branch) == name and (value is None) == (branch.kind == "null"):
                self._out += long_bytes(index)
                self._write(branch, inner)
                return
        raise self._mismatch(schema, value)

    def _fitting_branch(self, schema: Union, value: Any) -> None:
        """Write with the first branch that takes the whole value; where only one could, its error is the error."""
        candidates = [
            (index, branch) for index, branch in enumerate(schema.branches) if self._looks_like(branch, value)
        ]
        if len(candidates) == 1:
            [(index, branch)] = candidates
            self._out += long_bytes(index)
            self._write(branch, value)
            return
        if not any(self._fits(index, branch, value) for index, branch in candidates):
            raise self._mismatch(schema, value)

    def _fits(self, index: int, branch: Schema, value: Any) -> bool:
        """Write with a branch, or leave everything as it was."""
        key = (id(branch), id(value))
        if self._verdicts.get(key) is False:
            return False
        size, depth, steps = len(self._out), self._depth, self._path.depth
        try:
            self._out += long_bytes(index)
            self._write(branch, value)
        except DecodeError:
            del self._out[size:]
            self._depth = depth
            self._path.back_to(steps)
            if isinstance(value, dict | list):
                self._verdicts[key] = False
            return False
        return True

    def _looks_like(self, schema: Schema, value: Any) -> bool:
        match schema:
            case Primitive() | Fixed():
                return self._leaf(schema).takes(value)
            case _:
                return isinstance(value, _CONTAINERS[schema.kind])

    def _expected(self, schema: Schema) -> str:
        match schema:
            case Union(branches=branches):
                return " or ".join(map(self._expected_branch, branches))
            case Primitive() | Fixed():
                return self._leaf(schema).expected
            case _:
                return _EXPECTED[schema.kind].format(name=getattr(schema, "name", ""))

    def _expected_branch(self, branch: Schema) -> str:
        expected = self._expected(branch)
        return f'{{"{branch_name(branch)}": {expected}}}' if self._tagged and branch.kind != "null" else expected

    def _mismatch(self, schema: Schema, value: Any) -> DecodeError:
        return self._error(f"expected {self._expected(schema)}, got {json_type(value)}")

    def _error(self, message: str) -> DecodeError:
        return DecodeError(message, path=str(self._path))


def _sized(raw: bytes) -> bytes:
    return long_bytes(len(raw)) + raw


_END_OF_BLOCKS: Final = b"\0"

_WIRE: Final[Mapping[str, Callable[[Any], bytes]]] = {
    "null": lambda _: b"",
    "boolean": lambda value: b"\1" if value else b"\0",
    "int": long_bytes,
    "long": long_bytes,
    "float": struct.Struct("<f").pack,
    "double": struct.Struct("<d").pack,
    "bytes": _sized,
    "string": lambda text: _sized(text.encode()),
    "fixed": lambda raw: raw,
}

_EXPECTED: Final[Mapping[str, str]] = {
    "enum": "a symbol of {name}",
    "array": "an array",
    "map": "an object",
    "record": "an object with the fields of {name}",
}

_CONTAINERS: Final[Mapping[str, type]] = {"enum": str, "array": list, "map": dict, "record": dict}
"""What types with parts, and enums, look like in JSON."""

_WRITERS: Final[Mapping[str, Callable[[DataMaker, Any, Any], None]]] = {
    **dict.fromkeys(PRIMITIVES, DataMaker._scalar),
    "fixed": DataMaker._scalar,
    "enum": DataMaker._enum,
    "array": DataMaker._array,
    "map": DataMaker._map,
    "record": DataMaker._record,
    "union": DataMaker._union,
}
