"""Walking over schemas, without recursion: named types may refer to each other in cycles and in long chains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.avro.model import Array, Enum, Fixed, Map, Named, Primitive, Record, Schema, Union

if TYPE_CHECKING:
    from collections.abc import Iterator


def children(schema: Schema) -> tuple[Schema, ...]:
    """The schemas directly inside, in order."""
    match schema:
        case Record(fields=fields):
            return tuple([field.type for field in fields])
        case Union(branches=branches):
            return branches
        case Array(items=inner) | Map(values=inner):
            return (inner,)
        case _:
            return ()


def walk(*schemas: Schema) -> Iterator[Schema]:
    """Each schema that is reached, once, parents before what they hold, in the order of the text."""
    pending = list(reversed(schemas))
    seen: set[int] = set()
    while pending:
        schema = pending.pop()
        if id(schema) not in seen:
            seen.add(id(schema))
            yield schema
            pending.extend(reversed(children(schema)))


def named_types(schema: Schema) -> dict[str, Named]:
    """All named types that the schema is or holds, by full name, in the order of their first use."""
    found: dict[str, Named] = {}
    pending = [schema]
    seen: set[int] = set()
    while pending:
        inner = pending.pop()
        if id(inner) in seen:
            continue
        seen.add(id(inner))
        if isinstance(inner, (Record, Enum, Fixed)):
            found.setdefault(inner.name, inner)
        # As `walk`, but without the primitives, which most of what a record holds are.
        pending += [part for part in reversed(children(inner)) if not isinstance(part, Primitive)]
    return found
