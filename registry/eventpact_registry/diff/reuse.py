"""Tells a field that is new from one whose name meant something else in an earlier version."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        before = dict(_fields(version.schema, "", frozenset())).get(added.path)
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
    for path, field in _fields(added.new_version.schema, "", frozenset()):
        if path.rpartition(".")[0] == parent and name in field.aliases:
            return field.name
    return None


def _fields(schema: Schema, path: str, above: frozenset[str]) -> Iterator[tuple[str, Field]]:
    """Every field by its path, written as changes write it; a record inside itself is not followed."""
    match schema:
        case Record() if schema.name not in above:
            for field in schema.fields:
                inner = f"{path}.{field.name}" if path else field.name
                yield inner, field
                yield from _fields(field.type, inner, above | {schema.name})
        case Array():
            yield from _fields(schema.items, f"{path}[]", above)
        case Map():
            yield from _fields(schema.values, f"{path}{{}}", above)
        case Union():
            for branch in schema.branches:
                yield from _fields(branch, path, above)
        case _:
            pass
