"""Avro data to the tree that `json` writes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from eventpact.avro.form import Form
from eventpact.avro.graph import takes_no_bytes
from eventpact.avro.interpret.choose import branch_name
from eventpact.avro.interpret.cursor import Cursor
from eventpact.avro.interpret.read import WIRE, block_items, utf8
from eventpact.avro.interpret.skip import branch_index
from eventpact.wording import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.json.leaves import Leaf, Scalar
    from eventpact.avro.model import Array, Enum, Field, Fixed, Map, Primitive, Record, Schema, Union

Hidden: TypeAlias = "Callable[[Record, Field], bool]"
"""Whether a record's field is not to be shown."""


class TreeMaker:
    """Goes over the bytes of one datum."""

    def __init__(
        self,
        data: bytes,
        leaf: Callable[[Scalar], Leaf],
        recursive: frozenset[int],
        *,
        tagged: bool,
        hidden: Hidden | None = None,
    ) -> None:
        """`recursive`: ids of the schemas that contain themselves; `tagged`: union values carry their branch's name.

        `hidden`: whether a field is masked.
        """
        self._hidden = hidden
        self._cursor = Cursor(data, Form(), recursive)
        self._leaf = leaf
        self._tagged = tagged

    def make(self, schema: Schema) -> Any:
        """The tree of all the bytes.

        Raises:
            DecodeError: they are not what the schema says.
        """
        cursor = self._cursor
        try:
            tree = self._value(schema)
        except RecursionError:
            raise cursor.error("nested too deeply for this process") from None
        if cursor.left:
            raise cursor.error(f"{cursor.left} bytes follow behind the value")
        return tree

    def _value(self, schema: Schema) -> Any:
        return _MAKERS[schema.kind](self, schema)

    def _primitive(self, schema: Primitive) -> Any:
        start = self._cursor.position
        raw = WIRE[schema.kind](self._cursor)
        return self._spelled(schema, utf8(raw, self._cursor) if schema.kind == "string" else raw, start)

    def _fixed(self, schema: Fixed) -> Any:
        start = self._cursor.position
        return self._spelled(schema, self._cursor.take(schema.size, "a fixed"), start)

    def _spelled(self, schema: Scalar, raw: Any, start: int) -> Any:
        try:
            return self._leaf(schema).to_json(raw, schema)
        except (ValueError, OverflowError, struct.error) as error:
            name = schema.logical.name if schema.logical else schema.kind
            raise self._cursor.error(f"no valid {name}: {error}", start) from None

    def _enum(self, schema: Enum) -> str:
        start = self._cursor.position
        index = self._cursor.int32("the index of a symbol")
        if not 0 <= index < len(schema.symbols):
            raise self._cursor.error(f"an enum of {len(schema.symbols)} symbols has none of index {index}", start)
        return schema.symbols[index]

    def _array(self, schema: Array) -> list[Any]:
        items: list[Any] = []
        for _ in block_items(self._cursor, zero_bytes=takes_no_bytes(schema.items)):
            self._cursor.path.index(len(items))
            items.append(self._value(schema.items))
            self._cursor.path.leave()
        return items

    def _map(self, schema: Map) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for _ in block_items(self._cursor, zero_bytes=False):
            key = utf8(self._cursor.sized("the key of a map"), self._cursor)
            self._cursor.path.key(key)
            values[key] = self._value(schema.values)
            self._cursor.path.leave()
        return values

    def _record(self, schema: Record) -> dict[str, Any]:
        cursor = self._cursor
        cursor.enter(schema)
        values: dict[str, Any] = {}
        for field in schema.fields:
            cursor.path.field(field.name)
            value = self._value(field.type)
            values[field.name] = MASK if self._hidden is not None and self._hidden(schema, field) else value
            cursor.path.leave()
        cursor.leave(schema)
        return values

    def _union(self, schema: Union) -> Any:
        branch = schema.branches[branch_index(self._cursor, len(schema.branches))]
        value = self._value(branch)
        return {branch_name(branch): value} if self._tagged and branch.kind != "null" else value


_MAKERS: Final[Mapping[str, Callable[[TreeMaker, Any], Any]]] = {
    **dict.fromkeys(WIRE, TreeMaker._primitive),
    "fixed": TreeMaker._fixed,
    "enum": TreeMaker._enum,
    "array": TreeMaker._array,
    "map": TreeMaker._map,
    "record": TreeMaker._record,
    "union": TreeMaker._union,
}
