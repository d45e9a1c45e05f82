"""Every place where a reader cannot read what a writer writes, as Avro Java 1.12's `SchemaCompatibility` finds them.

The order, the locations and the repetitions are Java's: a pair of types is judged where it is first met, what was found
there is reported again, with its first location, wherever the pair comes up; inside a union, locations start anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from eventpact.avro.agreement import surely_fits
from eventpact.avro.branches import Branches
from eventpact.avro.canonical import canonical
from eventpact.avro.deep import Deep, run
from eventpact.avro.model import PRIMITIVES, Array, Enum, Fixed, Map, Named, Record, Schema, Union
from eventpact.avro.pairing import (
    PROMOTIONS,
    Ambiguous,
    Path,
    matching_fields,
    missing_default,
    names_match,
    pointer,
    targets,
)
from eventpact.avro.plan import Mismatch

if TYPE_CHECKING:
    from eventpact.avro.plan import MismatchKind

MAX_MISMATCHES: Final = 1_000
"""How many are listed; types that use each other twice over double what is repeated."""

MAX_PAIRS: Final = 100_000
"""How many pairs of types are compared before two schemas are called too entangled."""

WIDE_UNION: Final = 64
"""A reader's union with more branches is searched by name, where Avro Java compares with every branch."""

_LONG_CAUSE: Final = 300

_NAMED: Final = (Record, Enum, Fixed)

Found: TypeAlias = tuple[Mismatch, ...]


def find_mismatches(writer: Schema, reader: Schema) -> Found:
    """All mismatches of the pair, in Java's order; none if the reader can read whatever the writer writes."""
    return () if surely_fits(writer, reader) else look_closely(writer, reader)


def look_closely(writer: Schema, reader: Schema) -> Found:
    """The same, found the long way: every pair of types is remembered, and everything wrong with it."""
    return run(_Comparison(writer, reader).compare(reader, writer, None))


class _Comparison:
    def __init__(self, writer: Schema, reader: Schema) -> None:
        self.writer = writer
        self.reader = reader
        self.branches: dict[int, Branches] = {}
        self.found: dict[tuple[int, int], Found] = {}

    def compare(self, reader: Schema, writer: Schema, path: Path) -> Deep[Found]:
        """What is wrong with a pair. Two named types may come up again, or be inside themselves."""
        if not (isinstance(reader, _NAMED) and isinstance(writer, _NAMED)):
            found: Found = yield self.contents(reader, writer, path)
            return found
        key = (id(reader), id(writer))
        if key in self.found:
            return self.found[key]
        if len(self.found) >= MAX_PAIRS:
            return _mismatch("TYPE_MISMATCH", path, f"the schemas are too entangled: {MAX_PAIRS:,} pairs of types")
        self.found[key] = ()  # compatible, as long as nothing else is known: this ends recursion
        self.found[key] = yield self.contents(reader, writer, path)
        return self.found[key]

    def contents(self, reader: Schema, writer: Schema, path: Path) -> Deep[Found]:
        match reader, writer:
            case Union(), Union():
                found: Found = yield self.unions(reader, writer, path)
                return found
            case _, Union():
                found = yield self.each_branch(reader, writer, path)
                return found
            case Union(), _:
                found = yield self.branch(reader, writer, path)
                return found
            case Record(), Record():
                found = yield self.fields(reader, writer, path)
                return _names(reader, writer, path) + found
            case Array(), Array():
                found = yield self.compare(reader.items, writer.items, (path, "items"))
                return found
            case Map(), Map():
                found = yield self.compare(reader.values, writer.values, (path, "values"))
                return found
            case Enum(), Enum():
                return _names(reader, writer, path) + _symbols(reader, writer, path)
            case Fixed(), Fixed():
                return _names(reader, writer, path) + _sizes(reader, writer, path)
            case _:
                return _kinds(reader, writer, path)

    def each_branch(self, reader: Schema, writer: Union, path: Path) -> Deep[Found]:
        found: list[Mismatch] = []
        for index, branch in enumerate(writer.branches):
            _collect(found, (yield self.compare(reader, branch, (path, str(index)))))
        return tuple(found)

    def unions(self, reader: Union, writer: Union, path: Path) -> Deep[Found]:
        found: list[Mismatch] = []
        for index, branch in enumerate(writer.branches):
            lost: Found = yield self.branch(reader, branch, None)
            if lost:
                _collect(found, _mismatch("MISSING_UNION_BRANCH", (path, str(index)), lost[0].message))
        return tuple(found)

    def branch(self, reader: Union, writer: Schema, path: Path) -> Deep[Found]:
        branches = reader.branches
        if len(branches) > WIDE_UNION:
            branches = tuple([reader.branches[index] for index in self.branches_of(reader).like(writer)])
        nearest = ""
        for branch in branches:
            if branch.kind in PRIMITIVES and isinstance(writer, _NAMED):
                continue
            found = self.found.get((id(branch), id(writer)))
            if found is None:
                found = yield self.compare(branch, writer, None)
            if not found:
                return ()
            if branch.kind == writer.kind and found[0].kind != "NAME_MISMATCH":
                nearest = _shorten(f": at {found[0].path} of the reader's own, {found[0].message}")
        message = f"no branch of the reader's union can read {described(writer)}{nearest}"
        return _mismatch("MISSING_UNION_BRANCH", path, message)

    def branches_of(self, union: Union) -> Branches:
        if id(union) not in self.branches:
            self.branches[id(union)] = Branches(union)
        return self.branches[id(union)]

    def pairs(self, reader: Record, writer: Record) -> list[int | None]:
        try:
            return matching_fields(writer, reader)
        except Ambiguous:  # what Java raises at, and its decoder may still read
            by_alias = canonical(self.writer) != canonical(self.reader)
            sources = {target: source for source, target in targets(writer, reader, by_alias=by_alias).items()}
            return [sources.get(index) for index in range(len(reader.fields))]

    def fields(self, reader: Record, writer: Record, path: Path) -> Deep[Found]:
        try:
            pairs = self.pairs(reader, writer)
        except Ambiguous as error:
            return (Mismatch("NAME_MISMATCH", pointer(path, *error.path), str(error)),)
        found: list[Mismatch] = []
        for index, (field, written) in enumerate(zip(reader.fields, pairs, strict=True)):
            if written is None:
                if not field.has_default:
                    at = ((path, "fields"), str(index))
                    _collect(found, (yield self.absent(field.type, field.name, writer, at)))
                continue
            other = writer.fields[written].type
            if field.type.kind == other.kind and field.type.kind in PRIMITIVES:
                continue  # most fields: nothing to remember, nothing to report
            _collect(found, (yield self.compare(field.type, other, (((path, "fields"), str(index)), "type"))))
        return tuple(found)

    def absent(self, schema: Schema, name: str, writer: Record, path: Path) -> Deep[Found]:
        """A reader's field without default that the writer lacks; Java holds an enum with a default to the record."""
        if isinstance(schema, Enum) and schema.default is not None:
            found: Found = yield self.compare(schema, writer, (path, "type"))
            return found
        return _mismatch("READER_FIELD_MISSING_DEFAULT_VALUE", path, missing_default(name))


def _mismatch(kind: MismatchKind, path: Path, message: str, *more: str) -> Found:
    return (Mismatch(kind, pointer(path, *more), message),)


def _collect(found: list[Mismatch], more: Found) -> None:
    if len(found) < MAX_MISMATCHES:
        found += more[: MAX_MISMATCHES - len(found)]


def _shorten(text: str) -> str:
    """A cause within a message, cut where causes within causes would make it endless."""
    return text if len(text) <= _LONG_CAUSE else f"{text[:_LONG_CAUSE]}..."


def _names(reader: Named, writer: Named, path: Path) -> Found:
    if names_match(writer, reader):
        return ()
    message = f"the {reader.kind} {reader.name} is {writer.name} to the writer: rename it back, or add an alias"
    return _mismatch("NAME_MISMATCH", path, message, "name")


def _symbols(reader: Enum, writer: Enum, path: Path) -> Found:
    lost = sorted(set(writer.symbols).difference(reader.symbols))
    if not lost or reader.default is not None:
        return ()
    message = f"the writer may write {', '.join(lost)}, which {reader.name} neither has nor has a default for"
    return _mismatch("MISSING_ENUM_SYMBOLS", path, message, "symbols")


def _sizes(reader: Fixed, writer: Fixed, path: Path) -> Found:
    if reader.size == writer.size:
        return ()
    message = f"the writer's {writer.name} has {writer.size} bytes, the reader's {reader.size}"
    return _mismatch("FIXED_SIZE_MISMATCH", path, message, "size")


def _kinds(reader: Schema, writer: Schema, path: Path) -> Found:
    if reader.kind == writer.kind or (writer.kind, reader.kind) in PROMOTIONS:
        return ()
    return _mismatch("TYPE_MISMATCH", path, f"{described(writer)} cannot be read as {described(reader)}")


def described(schema: Schema) -> str:
    """A type in a message: its kind, and its name if it has one."""
    return f"{schema.kind} {schema.name}" if isinstance(schema, (Record, Enum, Fixed)) else schema.kind
