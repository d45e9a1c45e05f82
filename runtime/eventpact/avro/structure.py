"""Whether two types are built alike, whatever their namespaces: then Avro Java pairs two unions branch by branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Schema, Union
from eventpact.avro.names import short_name
from eventpact.avro.pairing import Ambiguous, pair_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

_Pairs: TypeAlias = list[tuple[Schema, Schema]]


def same_structure(writer: Schema, reader: Schema, renamed: Mapping[str, str]) -> bool:
    """Whether both hold the same types in one order, under the same short names; `renamed` by the reader's aliases."""
    if writer is reader:
        return True
    pending: _Pairs = [(writer, reader)]
    seen: set[tuple[int, int]] = set()
    while pending:
        left, right = pending.pop()
        if isinstance(left, Record):
            if (id(left), id(right)) in seen:
                continue
            seen.add((id(left), id(right)))
        inner = _inner(left, right, renamed)
        if inner is None:
            return False
        pending += inner
    return True


def _inner(left: Schema, right: Schema, renamed: Mapping[str, str]) -> _Pairs | None:
    """The pairs on which it depends, or None where it is settled that the two differ."""
    alike: _Pairs
    match left, right:
        case Primitive(), Primitive():
            return [] if left.kind == right.kind else None
        case Array(), Array():
            return [(left.items, right.items)]
        case Map(), Map():
            return [(left.values, right.values)]
        case Union(), Union() if len(left.branches) == len(right.branches):
            return list(zip(left.branches, right.branches, strict=True))
        case Enum(), Enum() if left.symbols == right.symbols:
            alike = []
        case Fixed(), Fixed() if left.size == right.size:
            alike = []
        case Record(), Record() if _in_order(left, right):
            alike = [(a.type, b.type) for a, b in zip(left.fields, right.fields, strict=True)]
        case _:
            return None
    return alike if short_name(renamed.get(left.name, left.name)) == short_name(right.name) else None


def _in_order(left: Record, right: Record) -> bool:
    try:
        return pair_fields(left, right) == list(range(len(left.fields)))
    except Ambiguous:
        return False
