"""Looks into unions for the cause of a mismatch.

Avro Java, whose verdicts the resolver gives, says of a union only that no branch fits. Where the reader has a branch of
the same name, the cause is a change inside that type, and it is that which an author can mend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.avro import Enum, Fixed, Mismatch, Record, Union
from eventpact.avro.model import split_name
from eventpact_registry.diff.pointers import at, translate

if TYPE_CHECKING:
    from eventpact.avro import Schema
    from eventpact_registry.diff.pairs import Pairs


def refined(mismatch: Mismatch, writer: Schema, reader: Schema, pairs: Pairs) -> tuple[Mismatch, ...]:
    """The mismatches inside the union's branch of the same name; else the mismatch itself, placed at the union."""
    if mismatch.kind != "MISSING_UNION_BRANCH":
        return (mismatch,)
    pointer, index = _union_pointer(mismatch.path, reader)
    placed = Mismatch(mismatch.kind, pointer or "/", mismatch.message)
    written = _written(writer, reader, pointer, index)
    union = at(reader, pointer)
    if written is None or not isinstance(union, Union):
        return (placed,)
    for position, branch in enumerate(union.branches):
        if isinstance(branch, (Record, Enum, Fixed)) and _alike(written, branch):
            inner = pairs.mismatches(written, branch)
            below = f"{pointer}/{position}"
            causes = [cause for found in inner for cause in refined(found, written, branch, pairs)]
            return tuple(Mismatch(one.kind, below + one.path.rstrip("/"), one.message) for one in causes) or (placed,)
    return (placed,)


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


def _alike(written: Schema, branch: Record | Enum | Fixed) -> bool:
    """Whether two named types are versions of one."""
    if not isinstance(written, type(branch)):
        return False
    return split_name(written.name)[1] == split_name(branch.name)[1] or written.name in branch.aliases
