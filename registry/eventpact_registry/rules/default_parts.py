"""Takes a field's default apart: each plain value in it, with the type that it is of."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.defaults import Checker, Strictness
from eventpact.avro.model import Array, Map, Record, Union

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.avro.model import Field, Schema

REMEMBERED: Final = 4096
"""Fields; those that events have in common are one object (`eventpact.avro.memory`) and need one look."""


@lru_cache(REMEMBERED)
def parts(field: Field) -> tuple[tuple[Schema, Any], ...]:
    """The plain values of a field's default; none where it has no default."""
    return tuple(_parts(field.type, field.default)) if field.has_default else ()


def _parts(schema: Schema, value: Any) -> Iterator[tuple[Schema, Any]]:
    """The plain values of a default. What a record leaves to its own fields' defaults is theirs."""
    match schema:
        case Array():
            for item in value:
                yield from _parts(schema.items, item)
        case Map():
            for item in value.values():
                yield from _parts(schema.values, item)
        case Record():
            for field in schema.fields:
                if field.name in value:
                    yield from _parts(field.type, value[field.name])
        case Union():
            yield from _parts(_branch(schema, value), value)
        case _:
            yield schema, value


def _branch(union: Union, value: Any) -> Schema:
    """The branch that the default is of: the first that it fits, as closely as any does."""
    for strictness in (Strictness.EXACT, Strictness.READABLE):
        checker = Checker(strictness)
        for branch in union.branches:
            if checker.fits(branch, value):
                return branch
    checker = Checker(Strictness.ACCEPTED)
    return next(branch for branch in union.branches if checker.fits(branch, value))
