"""Compares two versions of a schema and says what changed, type by type and field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from eventpact.avro.model import MISSING, Array, Enum, Fixed, Map, Primitive, Record, Union, split_name
from eventpact_registry.diff.schema_changes import (
    DefaultChanged,
    DocChanged,
    EnumDefaultChanged,
    EnumSymbolAdded,
    EnumSymbolRemoved,
    FieldAdded,
    FieldRemoved,
    FieldRenamed,
    LogicalTypeChanged,
    SchemaChange,
    TypeChanged,
    TypeRenamed,
    UnionBranchAdded,
    UnionBranchRemoved,
)
from eventpact_registry.diff.type_text import type_text

if TYPE_CHECKING:
    from eventpact.avro.model import Field, Schema
    from eventpact_registry.contracts.model import SchemaVersion

Changes: TypeAlias = Iterator[SchemaChange]


class _Common(TypedDict):
    """What every change is made with."""

    old_version: SchemaVersion
    new_version: SchemaVersion
    path: str
    old_pointer: str | None
    new_pointer: str | None


def diff_versions(old: SchemaVersion, new: SchemaVersion) -> list[SchemaChange]:
    """What changed from one version to another, in order of the new schema; what was removed comes with its record."""
    return list(_Differ(old, new).types(old.schema, new.schema, _Place("", "", "")))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stands: by field names, and by pointer in both schemas."""

    path: str
    old: str
    new: str

    def field(self, field: Field, old: int, new: int) -> _Place:
        return _Place(_join(self.path, field.name), f"{self.old}/fields/{old}", f"{self.new}/fields/{new}")

    def into(self, old: str, new: str | None = None, suffix: str = "") -> _Place:
        return _Place(self.path + suffix, f"{self.old}/{old}", f"{self.new}/{old if new is None else new}")


class _Differ:
    def __init__(self, old: SchemaVersion, new: SchemaVersion) -> None:
        self._old = old
        self._new = new
        self._seen: set[tuple[int, int]] = set()

    def types(self, old: Schema, new: Schema, place: _Place) -> Changes:
        match old, new:
            case Record(), Record():
                yield from self._records(old, new, place)
            case Enum(), Enum():
                yield from self._enums(old, new, place)
            case Union(), Union():
                yield from self._unions(old, new, place)
            case Array(), Array():
                yield from self.types(old.items, new.items, place.into("items", suffix="[]"))
            case Map(), Map():
                yield from self.types(old.values, new.values, place.into("values", suffix="{}"))
            case Primitive(), Primitive() if old.kind == new.kind:
                yield from self._logical(old, new, place)
            case Fixed(), Fixed() if old.size == new.size:
                yield from self._names(old, new, place)
                yield from self._logical(old, new, place)
            case _:
                yield TypeChanged(**self._at(place), old=type_text(old), new=type_text(new))

    def _records(self, old: Record, new: Record, place: _Place) -> Changes:
        if (id(old), id(new)) in self._seen:
            return
        self._seen.add((id(old), id(new)))
        yield from self._names(old, new, place)
        pairs = _pairs(old, new)
        for at, field in enumerate(new.fields):
            if at in pairs:
                yield from self._fields(old.fields[pairs[at]], field, place.field(field, pairs[at], at))
            else:
                added = _Place(_join(place.path, field.name), "", f"{place.new}/fields/{at}")
                yield FieldAdded(**self._at(added, old=False), field=field)
        kept = set(pairs.values())
        for at, field in enumerate(old.fields):
            if at not in kept:
                removed = _Place(_join(place.path, field.name), f"{place.old}/fields/{at}", "")
                yield FieldRemoved(**self._at(removed, new=False), field=field)

    def _fields(self, old: Field, new: Field, place: _Place) -> Changes:
        if old.name != new.name:
            yield FieldRenamed(**self._at(place), old=old.name, new=new.name)
        if old.doc != new.doc:
            yield DocChanged(**self._at(place))
        # A type widened behind the same default is one change, not two.
        if old.default != new.default or (old.default is MISSING) != (new.default is MISSING):
            yield DefaultChanged(**self._at(place), old=old.default, new=new.default)
        yield from self.types(old.type, new.type, place.into("type"))

    def _enums(self, old: Enum, new: Enum, place: _Place) -> Changes:
        if (id(old), id(new)) in self._seen:
            return
        self._seen.add((id(old), id(new)))
        yield from self._names(old, new, place)
        inside = place.into("symbols")
        for symbol in new.symbols:
            if symbol not in old.symbols:
                yield EnumSymbolAdded(**self._at(inside), symbol=symbol)
        for symbol in old.symbols:
            if symbol not in new.symbols:
                yield EnumSymbolRemoved(**self._at(inside), symbol=symbol)
        if old.default != new.default:
            yield EnumDefaultChanged(**self._at(place), old=old.default, new=new.default)

    def _unions(self, old: Union, new: Union, place: _Place) -> Changes:
        left = dict(enumerate(old.branches))
        for at, branch in enumerate(new.branches):
            match = next((index for index, other in left.items() if _same(other, branch)), None)
            if match is None:
                yield UnionBranchAdded(**self._at(place.into(str(at))), branch=type_text(branch))
            else:
                yield from self.types(left.pop(match), branch, place.into(str(match), str(at)))
        for branch in left.values():
            yield UnionBranchRemoved(**self._at(place), branch=type_text(branch))

    def _names(self, old: Record | Enum | Fixed, new: Record | Enum | Fixed, place: _Place) -> Changes:
        if old.name != new.name:
            yield TypeRenamed(**self._at(place), old=old.name, new=new.name)
        if old.doc != new.doc:
            yield DocChanged(**self._at(place))

    def _logical(self, old: Primitive | Fixed, new: Primitive | Fixed, place: _Place) -> Changes:
        if old.logical != new.logical:
            yield LogicalTypeChanged(**self._at(place), old=type_text(old), new=type_text(new))

    def _at(self, place: _Place, *, old: bool = True, new: bool = True) -> _Common:
        return {
            "old_version": self._old,
            "new_version": self._new,
            "path": place.path,
            "old_pointer": place.old if old else None,
            "new_pointer": place.new if new else None,
        }


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _pairs(old: Record, new: Record) -> dict[int, int]:
    """New field index to the old field that it is: of the same name, else of a name that it has as an alias."""
    by_name = {field.name: at for at, field in enumerate(old.fields)}
    pairs = {at: by_name[field.name] for at, field in enumerate(new.fields) if field.name in by_name}
    taken = set(pairs.values())
    for at, field in enumerate(new.fields):
        for alias in field.aliases:
            if at not in pairs and alias in by_name and by_name[alias] not in taken:
                pairs[at] = by_name[alias]
                taken.add(by_name[alias])
    return pairs


def _same(old: Schema, new: Schema) -> bool:
    """Whether two branches of unions are versions of one type."""
    if isinstance(new, (Record, Enum, Fixed)) and isinstance(old, type(new)):
        return split_name(old.name)[1] == split_name(new.name)[1] or old.name in new.aliases
    return old.kind == new.kind
