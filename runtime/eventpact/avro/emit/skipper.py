"""Source that reads past what a writer wrote and the reader does not want."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.emit.source import MAX_BRANCHES, MAX_INLINED, MAX_LEVEL, Source
from eventpact.avro.graph import expands_within, on_cycles, takes_no_bytes
from eventpact.avro.model import Array, Map, Record, Union
from eventpact.avro.walk import children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from eventpact.avro.model import Fixed, Schema

_NUMBER: Final = "p = p + 1 if data[p] < 128 else read_{}(data, p)[1]"
_SPAN: Final = ("q = p + ENDS[data[p]]", "if q == p:", "    p, q = span(data, p)", "p = q")

_SCALARS: Final[Mapping[str, tuple[str, ...]]] = {
    "null": (),
    "boolean": ("p += 1",),
    "int": (_NUMBER.format("int"),),
    "long": (_NUMBER.format("long"),),
    "float": ("p += 4",),
    "double": ("p += 8",),
    "bytes": _SPAN,
    "string": _SPAN,
    "enum": (_NUMBER.format("int"),),
}


class Skipper:
    """Emits code that moves `p`, and the functions that it calls."""

    def __init__(self, name: str) -> None:
        """Begin; the functions' names begin with `name`."""
        self._name = name
        self._cycles: frozenset[int] = frozenset()
        self._functions: dict[int, str] = {}
        self._pending: list[Schema] = []

    def skip(self, schema: Schema, source: Source, depth: str) -> None:
        """Emit what moves `p` behind a value of a writer's schema; `depth` is an expression."""
        self._cycles |= on_cycles(schema, children)
        self._skip(schema, source, depth)

    def functions(self) -> Iterator[list[str]]:
        """The functions that have been called so far, and those that they call."""
        while self._pending:
            schema = self._pending.pop()
            source = Source(level=1)
            if id(schema) in self._cycles and isinstance(schema, Record):
                source.add("g += 1", "if g > MAX_DEPTH:", "    raise Unfit")
            _SKIPPERS[schema.kind](self, schema, source, "g")
            yield [
                f"def {self._functions[id(schema)]}(data: bytes, p: int, g: int) -> int:",
                *source.lines,
                "    return p",
            ]

    def _skip(self, schema: Schema, source: Source, depth: str) -> None:
        if schema.kind in _SCALARS:
            source.add(*_SCALARS[schema.kind])
        elif self._is_inlined(schema, source):
            _SKIPPERS[schema.kind](self, schema, source, depth)
        else:
            if id(schema) not in self._functions:
                self._functions[id(schema)] = f"{self._name}_{len(self._functions)}"
                self._pending.append(schema)
            source.add(f"p = {self._functions[id(schema)]}(data, p, {depth})")

    def _is_inlined(self, schema: Schema, source: Source) -> bool:
        if source.level >= MAX_LEVEL or id(schema) in self._cycles:
            return False
        return expands_within(schema, children, MAX_INLINED)

    def _fixed(self, schema: Fixed, source: Source, _depth: str) -> None:
        source.add(f"p += {schema.size}")

    def _record(self, schema: Record, source: Source, depth: str) -> None:
        for field in schema.fields:
            self._skip(field.type, source, depth)

    def _array(self, schema: Array, source: Source, depth: str) -> None:
        self._blocks(schema.items, source, depth, keyed=False)

    def _map(self, schema: Map, source: Source, depth: str) -> None:
        self._blocks(schema.values, source, depth, keyed=True)

    def _blocks(self, item: Schema, source: Source, depth: str, *, keyed: bool) -> None:
        source.add("n = COUNTS[data[p]]", "p += 1")
        with source.block("while n:"):
            source.add("if n < 0:", "    n, p = skip_block(data, p - 1)")
            if keyed or not takes_no_bytes(item):
                source.add("if n > len(data) - p:", "    raise Unfit")
                with source.block("for _ in range(n):"):
                    if keyed:
                        source.add(*_SPAN)
                    self._skip(item, source, depth)
            source.add("n = COUNTS[data[p]]", "p += 1")

    def _union(self, schema: Union, source: Source, depth: str) -> None:
        if len(schema.branches) > MAX_BRANCHES:
            source.add("raise Unfit")
            return
        source.add("n, p = read_int(data, p)")
        condition = "if"
        for index, branch in enumerate(schema.branches):
            with source.block(f"{condition} n == {index}:"):
                self._skip(branch, source, depth)
            condition = "elif"
        if condition == "if":
            source.add("raise Unfit")
        else:
            source.add("else:", "    raise Unfit")


_SKIPPERS: Final[Mapping[str, Callable[[Skipper, Any, Source, str], None]]] = {
    "fixed": Skipper._fixed,
    "record": Skipper._record,
    "array": Skipper._array,
    "map": Skipper._map,
    "union": Skipper._union,
}
