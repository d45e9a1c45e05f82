"""Whether two types are built alike, whatever their namespaces: then Avro Java pairs two unions branch by branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Schema, Union
from eventpact.avro.pairing import Ambiguous, targets

if TYPE_CHECKING:
    from eventpact.avro.renames import Renames

_Pairs: TypeAlias = list[tuple[Schema, Schema]]


def same_structure(writer: Schema, reader: Schema, renames: Renames) -> bool:
    """Whether both hold the same types in one order, under the same short names."""
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
        inner = _inner(left, right, renames)
        if inner is None:
            return False
        pending += inner
    return True


def _inner(left: Schema, right: Schema, renames: Renames) -> _Pairs | None:
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
        case Record(), Record() if len(left.fields) == len(right.fields) and _in_order(left, right, renames):
            alike = [(a.type, b.type) for a, b in zip(left.fields, right.fields, strict=True)]
        case _:
            return None
    return alike if renames.is_same_short(left, right) else None


def _in_order(left: Record, right: Record, renames: Renames) -> bool:
    try:
        return targets(left, right, by_alias=renames.between_fields(left, right)) == dict(
            enumerate(range(len(right.fields)))
        )
    except Ambiguous:
        return False
