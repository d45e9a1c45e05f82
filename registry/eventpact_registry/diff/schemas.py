"""Compares two versions of a schema and says what changed, type by type and field by field."""

from __future__ import annotations

from collections import defaultdict, deque
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
    """What changed from one version to another, in order of the new schema; what was removed comes with its record.

    Each type is compared with each other that it stands for once, where the way to it is shortest.
    """
    return _Differ(old, new).changes()


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


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two records or enums that stand for each other; what changed in them is told where they are met first."""

    old: Record | Enum
    new: Record | Enum


_Found: TypeAlias = "SchemaChange | _Pair"


class _Differ:
    def __init__(self, old: SchemaVersion, new: SchemaVersion) -> None:
        self._old = old
        self._new = new
        self._pending: deque[tuple[_Pair, _Place]] = deque()
        self._found: dict[tuple[int, int], list[_Found]] = {}

    def changes(self) -> list[SchemaChange]:
        """Compare breadth first, for short ways to everything; then tell it depth first, as people read a schema."""
        told: list[_Found] = list(self._types(self._old.schema, self._new.schema, _Place("", "", "")))
        while self._pending:
            pair, place = self._pending.popleft()
            self._found[id(pair.old), id(pair.new)] = list(self._named(pair, place))
        changes: list[SchemaChange] = []
        told.reverse()
        while told:
            match told.pop():
                case _Pair() as pair:
                    told += reversed(self._found.pop((id(pair.old), id(pair.new)), ()))
                case change:
                    changes.append(change)
        return changes

    def _named(self, pair: _Pair, place: _Place) -> Iterator[_Found]:
        match pair.old, pair.new:
            case Record(), Record():
                yield from self._records(pair.old, pair.new, place)
            case Enum(), Enum():
                yield from self._enums(pair.old, pair.new, place)

    def _types(self, old: Schema, new: Schema, place: _Place) -> Iterator[_Found]:
        match old, new:
            case Record(), Record():
                yield self._met(_Pair(old, new), place)
            case Enum(), Enum():
                yield self._met(_Pair(old, new), place)
            case Union(), Union():
                yield from self._unions(old, new, place)
            case Array(), Array():
                yield from self._types(old.items, new.items, place.into("items", suffix="[]"))
            case Map(), Map():
                yield from self._types(old.values, new.values, place.into("values", suffix="{}"))
            case Primitive(), Primitive() if old.kind == new.kind:
                yield from self._logical(old, new, place)
            case Fixed(), Fixed() if old.size == new.size:
                yield from self._names(old, new, place)
                yield from self._logical(old, new, place)
            case _:
                yield TypeChanged(**self._at(place), old=type_text(old), new=type_text(new))

    def _met(self, pair: _Pair, place: _Place) -> _Pair:
        key = (id(pair.old), id(pair.new))
        if key not in self._found:
            self._found[key] = []
            self._pending.append((pair, place))
        return pair

    def _records(self, old: Record, new: Record, place: _Place) -> Iterator[_Found]:
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

    def _fields(self, old: Field, new: Field, place: _Place) -> Iterator[_Found]:
        if old.name != new.name:
            yield FieldRenamed(**self._at(place), old=old.name, new=new.name)
        if old.doc != new.doc:
            yield DocChanged(**self._at(place))
        # A type widened behind the same default is one change, not two.
        if old.default != new.default or (old.default is MISSING) != (new.default is MISSING):
            yield DefaultChanged(**self._at(place), old=old.default, new=new.default)
        yield from self._types(old.type, new.type, place.into("type"))

    def _enums(self, old: Enum, new: Enum, place: _Place) -> Changes:
        yield from self._names(old, new, place)
        inside = place.into("symbols")
        before, after = frozenset(old.symbols), frozenset(new.symbols)
        for symbol in new.symbols:
            if symbol not in before:
                yield EnumSymbolAdded(**self._at(inside), symbol=symbol)
        for symbol in old.symbols:
            if symbol not in after:
                yield EnumSymbolRemoved(**self._at(inside), symbol=symbol)
        if old.default != new.default:
            yield EnumDefaultChanged(**self._at(place), old=old.default, new=new.default)

    def _unions(self, old: Union, new: Union, place: _Place) -> Iterator[_Found]:
        left = dict(enumerate(old.branches))
        named: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for at, branch in left.items():
            for name in _branch_names(branch):
                named[name].append(at)
        for at, branch in enumerate(new.branches):
            match = min(
                (index for name in _sought(branch) for index in named.get(name, ()) if index in left), default=None
            )
            if match is None:
                yield UnionBranchAdded(**self._at(place.into(str(at))), branch=type_text(branch))
            else:
                yield from self._types(left.pop(match), branch, place.into(str(match), str(at)))
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


def _branch_names(branch: Schema) -> set[tuple[str, str]]:
    """What a branch may be known by to a later version: its kind, and its name in full and without namespace."""
    if isinstance(branch, (Record, Enum, Fixed)):
        return {(branch.kind, branch.name), (branch.kind, f".{split_name(branch.name)[1]}")}
    return {(branch.kind, "")}


def _sought(branch: Schema) -> list[tuple[str, str]]:
    """What a branch is looked for by among those of an earlier version: its own name, or one of its aliases."""
    if isinstance(branch, (Record, Enum, Fixed)):
        return [(branch.kind, f".{split_name(branch.name)[1]}"), *((branch.kind, alias) for alias in branch.aliases)]
    return [(branch.kind, "")]
