"""Renames that are certain: nothing but the name of a field or type has changed from one version to the next."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from eventpact import avro
from eventpact.avro.model import Enum, Fixed, Record
from eventpact.avro.walk import named_types
from eventpact_registry.diff.pointers import at
from eventpact_registry.diff.schema_changes import FieldAdded, FieldRemoved, TypeRenamed
from eventpact_registry.diff.schemas import diff_versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.avro.model import Schema
    from eventpact_registry.contracts.model import Location, SchemaVersion


def renamed_fields(old: SchemaVersion, new: SchemaVersion) -> dict[Location, str]:
    """Place of a field in the new version to the name that it had.

    Certain is the only field of a record that went, where the only one that came stands in its place, is of the same
    type, and is described in the same words or spelled with the same letters.
    """
    came: dict[str, list[FieldAdded]] = defaultdict(list)
    went: dict[str, list[FieldRemoved]] = defaultdict(list)
    for change in diff_versions(old, new):
        if isinstance(change, FieldRemoved):  # a kind of FieldAdded, so it is asked for first
            went[change.path.rpartition(".")[0]].append(change)
        elif isinstance(change, FieldAdded):
            came[change.path.rpartition(".")[0]].append(change)
    found = {}
    for record, added in came.items():
        if len(added) == len(went[record]) == 1 and _one_field(went[record][0], added[0]):
            found[added[0].location] = went[record][0].field.name
    return found


def renamed_types(old: SchemaVersion, new: SchemaVersion) -> Iterator[tuple[Location, str]]:
    """Place of a type in the new version, and the full name that it had, where the type is the same otherwise."""
    kept = named_types(new.schema)
    for change in diff_versions(old, new):
        if isinstance(change, TypeRenamed) and change.old not in kept:
            before, after = at(old.schema, change.old_pointer or ""), at(new.schema, change.new_pointer or "")
            if _one_type(before, after):
                yield change.location, change.old


def _one_field(went: FieldRemoved, came: FieldAdded) -> bool:
    places = (went.old_pointer or "").rpartition("/")[2], (came.new_pointer or "").rpartition("/")[2]
    if places[0] != places[1] or avro.meaning(went.field.type) != avro.meaning(came.field.type):
        return False
    same_words = bool(came.field.doc) and came.field.doc == went.field.doc
    return same_words or _letters(went.field.name) == _letters(came.field.name)


def _one_type(old: object, new: object) -> bool:
    match old, new:
        case Enum(), Enum():
            return old.symbols == new.symbols
        case Fixed(), Fixed():
            return old.size == new.size
        case Record(), Record():
            return _fields(old) == _fields(new)
    return False


def _fields(record: Record) -> list[tuple[str, str]]:
    return [(field.name, _shape(field.type)) for field in record.fields]


def _shape(schema: Schema) -> str:
    return avro.meaning(schema)


def _letters(name: str) -> str:
    return name.replace("_", "").lower()
