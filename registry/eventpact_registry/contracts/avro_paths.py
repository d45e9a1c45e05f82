"""Looks up Avro paths such as `data.userId` in a schema: what keys, headers and filled fields are named by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventpact.avro.model import Record, Union

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.avro.model import Field, Schema


@dataclass(frozen=True, slots=True)
class Found:
    """Where a path leads: to one type, or to several where it passes through a union."""

    types: tuple[Schema, ...]
    """The types that the value may have, null left out."""
    optional: bool
    """Whether the value may be null, or a part of the way to it."""


class Paths:
    """Where dotted paths lead in one schema, each looked up once: loading asks for them, and then each rule on them."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._found: dict[str, Found | None] = {}

    def find(self, path: str) -> Found | None:
        """What a path leads to from the schema; None where some record on the way has no such field."""
        if path not in self._found:
            self._found[path] = find(self._schema, path)
        return self._found[path]


def find(schema: Schema, path: str) -> Found | None:
    """What a dotted path leads to from a record; None where some record on the way has no such field."""
    types, optional = _branches(schema)
    for name in path.split("."):
        fields = [_field(part, name) for part in types]
        if not all(fields):
            return None
        stepped = [_branches(field.type) for field in fields if field]
        optional = optional or any(nullable for _, nullable in stepped)
        # Each once: records that refer to each other in unions would double them at every step.
        types = tuple({id(branch): branch for branches, _ in stepped for branch in branches}.values())
    return Found(types, optional)


def known_paths(schema: Schema, depth: int = 4) -> Iterator[str]:
    """Every path in a schema down to some depth, for hints."""
    for record in _branches(schema)[0]:
        for field in record.fields if isinstance(record, Record) else ():
            yield field.name
            if depth > 1:
                yield from (f"{field.name}.{rest}" for rest in known_paths(field.type, depth - 1))


def _branches(schema: Schema) -> tuple[tuple[Schema, ...], bool]:
    """The types behind a possible union without null, and whether null is one of them."""
    if not isinstance(schema, Union):
        return (schema,), False
    others = tuple(branch for branch in schema.branches if branch.kind != "null")
    return others, len(others) < len(schema.branches)


def _field(schema: Schema, name: str) -> Field | None:
    if not isinstance(schema, Record):
        return None
    for field in schema.fields:
        if field.name == name:
            return field
    return None
