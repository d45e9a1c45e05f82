"""Tells a field that is new from one whose name meant something else in an earlier version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from eventpact.avro.model import Array, Map, Record, Union
from eventpact_registry.diff.schema_changes import FieldReused
from eventpact_registry.diff.type_text import type_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from eventpact.avro.model import Field, Schema
    from eventpact_registry.contracts.model import SchemaVersion
    from eventpact_registry.diff.schema_changes import FieldAdded


def reused(added: FieldAdded, earlier: Iterable[SchemaVersion]) -> FieldReused | None:
    """The change, when one of the earlier versions, newest first, had another field at its path.

    Another one has another type, or goes by another name by now, which has the old one as its alias.
    """
    for version in earlier:
        before = _field(version.schema, added.path)
        if before is None:
            continue
        renamed = _renamed(added)
        was = f"what is called {renamed} now" if renamed else type_text(before.type)
        if not renamed and was == type_text(added.field.type):
            return None
        return FieldReused(
            old_version=added.old_version,
            new_version=added.new_version,
            path=added.path,
            old_pointer=added.old_pointer,
            new_pointer=added.new_pointer,
            field=added.field,
            last=version,
            was=was,
        )
    return None


def _renamed(added: FieldAdded) -> str | None:
    """The field of the same record that had the name before."""
    parent, _, name = added.path.rpartition(".")
    beside = (field for record in _types(added.new_version.schema, parent) for field in _fields_of(record))
    return next((field.name for field in beside if name in field.aliases), None)


_STEP: Final = re.compile(r"\[\]|\{\}|[^.\[\]{}]+")


def _field(schema: Schema, path: str) -> Field | None:
    """The field at a path, written as changes write it; of several in a union's records the first."""
    parent, _, name = path.rpartition(".")
    fields = (field for record in _types(schema, parent) for field in _fields_of(record))
    return next((field for field in fields if field.name == name), None)


def _types(schema: Schema, path: str) -> list[Schema]:
    """What a path leads to, in all branches of the unions on it."""
    found = _branches([schema])
    for step in _STEP.findall(path):
        found = _branches(_entered(found, step))
    return found


def _entered(types: Iterable[Schema], step: str) -> Iterator[Schema]:
    for one in types:
        match one, step:
            case (Array(items=inner), "[]") | (Map(values=inner), "{}"):
                yield inner
            case _:
                yield from (field.type for field in _fields_of(one) if field.name == step)


def _branches(types: Iterable[Schema]) -> list[Schema]:
    """The types with unions opened; each once, because records that refer to each other would double at each step."""
    opened = (one for each in types for one in (each.branches if isinstance(each, Union) else (each,)))
    return list({id(one): one for one in opened}.values())


def _fields_of(schema: Schema) -> tuple[Field, ...]:
    return schema.fields if isinstance(schema, Record) else ()
