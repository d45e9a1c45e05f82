"""A quick yes for a writer and a reader that fit, which is what nearly every pair of versions does.

Each type is compared with the one it would be read as by name or kind, and with no other, so that nothing has to be
taken back and nothing is recorded. Where that is not enough, `mismatches` looks closely, as Avro Java does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from eventpact.avro.model import Array, Enum, Fixed, Map, Record, Schema, Union
from eventpact.avro.pairing import PROMOTIONS, Ambiguous, matching_fields, names_match

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_RECORDS: Final = 10_000
"""How many pairs of records are compared before it is left to `mismatches`, which has a limit of its own."""

WIDE_UNION: Final = 64
"""A reader's union with more branches is left to `mismatches`, which has an index of them."""

_Pairs: TypeAlias = "Iterable[tuple[Schema, Schema]]"
"""Readers and writers."""


def surely_fits(writer: Schema, reader: Schema) -> bool:
    """Whether the reader can read all that the writer may write. True is certain; False means a closer look."""
    pending = [(reader, writer)]
    seen: set[tuple[int, int]] = set()
    while pending:
        reader, writer = pending.pop()
        if reader is writer:
            continue
        if isinstance(reader, Record):
            key = (id(reader), id(writer))
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > MAX_RECORDS:
                return False
        inner = _inner(reader, writer)
        if inner is None:
            return False
        pending += inner
    return True


def _inner(reader: Schema, writer: Schema) -> _Pairs | None:
    """The pairs that must fit for this one to fit; None where it may not."""
    match reader, writer:
        case Record(), Record():
            return _fields(reader, writer) if names_match(writer, reader) else None
        case _, Union():
            return [(reader, branch) for branch in writer.branches]
        case Union(), _:
            return _branch(reader, writer)
        case Array(), Array():
            return [(reader.items, writer.items)]
        case Map(), Map():
            return [(reader.values, writer.values)]
        case Enum(), Enum():
            knows = reader.default is not None or set(writer.symbols) <= set(reader.symbols)
            return () if knows and names_match(writer, reader) else None
        case Fixed(), Fixed():
            return () if reader.size == writer.size and names_match(writer, reader) else None
        case _:
            return () if reader.kind == writer.kind or (writer.kind, reader.kind) in PROMOTIONS else None


def _fields(reader: Record, writer: Record) -> _Pairs | None:
    written = {field.name: field for field in writer.fields}
    pairs = []
    for field in reader.fields:
        if field.aliases and not written.keys().isdisjoint(field.aliases):
            return _fields_by_alias(reader, writer)
        other = written.get(field.name)
        if other is None:
            if not field.has_default:
                return None
        elif other.type is not field.type:  # versions have nearly all types in common, and a type can read itself
            pairs.append((field.type, other.type))
    return pairs


def _fields_by_alias(reader: Record, writer: Record) -> _Pairs | None:
    try:
        found = matching_fields(writer, reader)
    except Ambiguous:
        return None
    pairs = []
    for field, index in zip(reader.fields, found, strict=True):
        if index is not None:
            pairs.append((field.type, writer.fields[index].type))
        elif not field.has_default:
            return None
    return pairs


def _branch(reader: Union, writer: Schema) -> _Pairs | None:
    """The branch that the writer's type has by its name or kind, or else the first that it can be promoted to."""
    if len(reader.branches) > WIDE_UNION:
        return None
    for branch in reader.branches:
        match branch, writer:
            case ((Record() | Enum() | Fixed()), (Record() | Enum() | Fixed())):
                taken = branch.kind == writer.kind and names_match(writer, branch)
            case _:
                taken = branch.kind == writer.kind
        if taken:
            return [(branch, writer)]
    for branch in reader.branches:
        if (writer.kind, branch.kind) in PROMOTIONS:
            return [(branch, writer)]
    return None
