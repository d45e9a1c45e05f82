"""What a program skips: kinds of values in a writer's schema that the reader does not want."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.graph import on_cycles, takes_no_bytes
from eventpact.avro.native.nodes import Nodes
from eventpact.avro.walk import children

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.model import Array, Fixed, Map, Record, Schema, Union
    from eventpact.avro.native.nodes import Node

_SCALARS: Final[Mapping[str, Node]] = {
    "null": ("nothing",),
    "boolean": ("bytes", 1),
    "int": ("int",),
    "long": ("long",),
    "float": ("bytes", 4),
    "double": ("bytes", 8),
    "bytes": ("sized",),
    "string": ("sized",),
    "enum": ("int",),
}


class Skips:
    """The kinds of one program."""

    def __init__(self) -> None:
        self._nodes: Nodes[Schema] = Nodes(self._lower)
        self._cycles: frozenset[int] = frozenset()

    def place(self, schema: Schema) -> int:
        """Where the kind of a skipped schema stands."""
        self._cycles |= on_cycles(schema, children)
        return self._nodes.place(schema)

    def lowered(self) -> tuple[Node, ...]:
        """All kinds."""
        return self._nodes.lowered()

    def _lower(self, schema: Schema) -> Node:
        return _SCALARS.get(schema.kind) or _NODES[schema.kind](self, schema)

    def _fixed(self, schema: Fixed) -> Node:
        return ("bytes", schema.size)

    def _record(self, schema: Record) -> Node:
        fields = tuple(field.type for field in schema.fields)
        return ("record", self._nodes.places(fields), id(schema) in self._cycles)

    def _array(self, schema: Array) -> Node:
        return ("array", self._nodes.place(schema.items), takes_no_bytes(schema.items))

    def _map(self, schema: Map) -> Node:
        return ("map", self._nodes.place(schema.values))

    def _union(self, schema: Union) -> Node:
        return ("union", self._nodes.places(schema.branches))


_NODES: Final[Mapping[str, Callable[[Skips, Any], Node]]] = {
    "fixed": Skips._fixed,
    "record": Skips._record,
    "array": Skips._array,
    "map": Skips._map,
    "union": Skips._union,
}
