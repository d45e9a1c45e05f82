"""Avro paths (`data.userId`) as attribute paths (`data.user_id`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact_codegen.model import OneOf, RecordModel, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_codegen.model import TypeExpression, TypeId
    from eventpact_codegen.python.draft import Draft


def attribute_path(draft: Draft, record: TypeId, path: str) -> str | None:
    """The same way through attributes; `None` where the record has no such field."""
    spelled = []
    here: TypeId | None = record
    for name in path.split("."):
        if here is None:
            return None
        model = draft.package.record(here)
        place = next((place for place, field in enumerate(model.fields) if field.name == name), None)
        if place is None:
            return None
        spelled.append(draft.attributes[here][place])
        here = next(_records(draft, model.fields[place].type), None)
    return ".".join(spelled)


def _records(draft: Draft, expression: TypeExpression) -> Iterator[TypeId]:
    """The records that a value may be. A path through several leads through all: names are spelled alike in each."""
    match expression:
        case Reference(to) if isinstance(draft.package.types[to], RecordModel):
            yield to
        case OneOf(branches):
            for branch in branches:
                yield from _records(draft, branch)
        case _:
            return
