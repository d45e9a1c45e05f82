"""Looks into unions for the causes of mismatches, and tells each cause once.

Avro Java, whose verdicts the resolver gives, says of a union only that no branch fits. Where the reader has a branch of
the same name, the cause is a change inside that type, and it is that which an author can mend. However many ways lead
to a type, what is wrong inside it is one cause, told where it is met first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from eventpact import avro
from eventpact.avro import Enum, Fixed, Mismatch, Record, Union
from eventpact.avro.branches import Branches
from eventpact.avro.walk import named_types
from eventpact_registry.diff.pointers import at, home, translate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eventpact.avro import Schema

MAX_TYPES: Final = 5_000
"""How many types, each as often as it is met, are compared to look into the unions of one pair of schemas.

Where types refer to each other through unions without end, what is looked into is enough to begin with: once that is
mended, the rest comes up.
"""

_Causes: TypeAlias = tuple[Mismatch, ...]


def causes(writer: Schema, reader: Schema, mismatches: Iterable[Mismatch]) -> _Causes:
    """What stands behind a pair's mismatches, each cause once, in their order."""
    return _Search().causes(writer, reader, mismatches)


class _Search:
    def __init__(self) -> None:
        self._known: dict[tuple[int, int], _Causes] = {}
        """Of a named type that was written and the branch of the same name, what stands between them."""
        self._branches: dict[int, Branches] = {}
        self._left = MAX_TYPES

    def causes(self, writer: Schema, reader: Schema, mismatches: Iterable[Mismatch]) -> _Causes:
        found: dict[tuple[str, str, str], Mismatch] = {}
        blamed: list[Mismatch] = []  # unions that were not looked into
        for mismatch in mismatches:
            if mismatch.kind == "MISSING_UNION_BRANCH" and self._left <= 0:
                blamed.append(mismatch)
                continue
            for cause in self._refined(mismatch, writer, reader):
                found.setdefault((cause.kind, *home(reader, cause.path)), cause)
        return tuple(found.values()) or tuple(blamed[:1])

    def _refined(self, mismatch: Mismatch, writer: Schema, reader: Schema) -> _Causes:
        """The causes inside the union's branch of the same name; else the mismatch itself, placed at the union."""
        if mismatch.kind != "MISSING_UNION_BRANCH":
            return (mismatch,)
        pointer, index = _union_pointer(mismatch.path, reader)
        placed = (Mismatch(mismatch.kind, pointer or "/", mismatch.message),)
        written = _written(writer, reader, pointer, index)
        union = at(reader, pointer)
        if not isinstance(union, Union) or not isinstance(written, (Record, Enum, Fixed)):
            return placed
        alike = self._branches_of(union).akin(written, written.name)
        if not alike:
            return placed
        below = f"{pointer}/{alike[0]}"
        inner = self._between(written, union.branches[alike[0]])
        return tuple(Mismatch(one.kind, below + one.path.rstrip("/"), one.message) for one in inner) or placed

    def _branches_of(self, union: Union) -> Branches:
        if id(union) not in self._branches:
            self._branches[id(union)] = Branches(union)
        return self._branches[id(union)]

    def _between(self, written: Schema, branch: Schema) -> _Causes:
        key = (id(written), id(branch))
        if key not in self._known:
            self._known[key] = ()  # a type inside itself: what is wrong with it is being looked for already
            self._left -= len(named_types(written))
            mismatches = avro.resolve(writer=written, reader=branch).mismatches
            self._known[key] = self.causes(written, branch, mismatches)
        return self._known[key]


def _union_pointer(path: str, reader: Schema) -> tuple[str, int | None]:
    """Where the reader's union stands, and which branch of the writer's union the path means, if it means one."""
    pointer = path.rstrip("/")
    parent, _, last = pointer.rpartition("/")
    if last.isdigit() and isinstance(at(reader, parent), Union):
        return parent, int(last)
    return pointer, None


def _written(writer: Schema, reader: Schema, pointer: str, index: int | None) -> Schema | None:
    """What was written where the reader has its union."""
    there = translate(reader, pointer, writer)
    if there is None:
        return None
    part = at(writer, there)
    if isinstance(part, Union):
        return part.branches[index] if index is not None and index < len(part.branches) else None
    return part if isinstance(part, (Record, Enum, Fixed)) else None
