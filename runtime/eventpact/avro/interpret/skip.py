"""Reading past what a writer wrote and the reader does not want."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact.avro.graph import takes_no_bytes
from eventpact.avro.model import Array, Fixed, Map, Record, Union

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.interpret.cursor import Cursor
    from eventpact.avro.model import Schema

_SKIPPED: Final[Mapping[str, Callable[[Cursor], object]]] = {
    "null": lambda _: None,
    "boolean": lambda cursor: cursor.take(1, "a boolean"),
    "int": lambda cursor: cursor.int32(),
    "long": lambda cursor: cursor.int64(),
    "float": lambda cursor: cursor.take(4, "a float"),
    "double": lambda cursor: cursor.take(8, "a double"),
    "bytes": lambda cursor: cursor.sized("bytes"),
    "string": lambda cursor: cursor.sized("a string"),
    "enum": lambda cursor: cursor.int32("the index of a symbol"),
}


def skip(schema: Schema, cursor: Cursor) -> None:
    """Move behind a value of the schema. What it says is not looked at: text may be no UTF-8, a symbol unknown."""
    match schema:
        case Record(fields=fields):
            cursor.enter(schema)
            for field in fields:
                cursor.path.field(field.name)
                skip(field.type, cursor)
                cursor.path.leave()
            cursor.leave(schema)
        case Union(branches=branches):
            skip(branches[branch_index(cursor, len(branches))], cursor)
        case Array(items=item):
            _skip_blocks(item, cursor, keyed=False)
        case Map(values=item):
            _skip_blocks(item, cursor, keyed=True)
        case Fixed(size=size):
            cursor.take(size, "a fixed")
        case _:
            _SKIPPED[schema.kind](cursor)


def branch_index(cursor: Cursor, branches: int) -> int:
    """Which branch of a union follows."""
    start = cursor.position
    index = cursor.int32("the index of a branch")
    if not 0 <= index < branches:
        raise cursor.error(f"a union of {branches} branches has none of index {index}", start)
    return index


def _skip_blocks(item: Schema, cursor: Cursor, *, keyed: bool) -> None:
    zero_bytes = not keyed and takes_no_bytes(item)
    while True:
        start = cursor.position
        count, size = cursor.block()
        if not count:
            return
        if size is not None:
            cursor.take(size, "a block")
        elif zero_bytes:
            continue
        else:
            cursor.check_count(count, start, zero_bytes=False)
            for index in range(count):
                cursor.path.index(index)
                if keyed:
                    cursor.sized("the key of a map")
                skip(item, cursor)
                cursor.path.leave()
