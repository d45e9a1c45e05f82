"""Whether two types are built alike, whatever their namespaces: then Avro Java pairs two unions branch by branch."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Schema, Union
from eventpact.avro.pairing import Ambiguous, targets

if TYPE_CHECKING:
    from eventpact.avro.renames import Renames

_Pairs: TypeAlias = list[tuple[Schema, Schema]]
_Key: TypeAlias = tuple[int, int]


class Structures:
    """Compares a writer's types with a reader's; each pair that it meets on the way is known from then on."""

    def __init__(self, renames: Renames) -> None:
        self._renames = renames
        self._known: dict[_Key, bool] = {}

    def same(self, writer: Schema, reader: Schema) -> bool:
        """Whether both hold the same types in one order, under the same short names."""
        key = (id(writer), id(reader))
        if key not in self._known:
            self._explore(writer, reader)
        return self._known[key]

    def _explore(self, writer: Schema, reader: Schema) -> None:
        """Settle a pair and all pairs inside it: those differ that are settled to differ, or hold some that do."""
        holders: defaultdict[_Key, list[_Key]] = defaultdict(list)
        different: list[_Key] = []
        pending: _Pairs = [(writer, reader)]
        while pending:
            left, right = pending.pop()
            key = (id(left), id(right))
            if key not in self._known:
                inner = [] if left is right else _inner(left, right, self._renames)
                self._known[key] = inner is not None
                for pair in inner or ():
                    holders[id(pair[0]), id(pair[1])].append(key)
                    pending.append(pair)
            if not self._known[key]:
                different.append(key)
        while different:
            for holder in holders.pop(different.pop(), ()):
                self._known[holder] = False
                different.append(holder)


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
