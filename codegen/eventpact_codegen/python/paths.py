"""Ways through what was generated: from an event to an attribute, from a class to its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact_codegen.model import OneOf, RecordModel, Reference
from eventpact_codegen.python.names import contract_constant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_codegen.model import TypeExpression, TypeId
    from eventpact_codegen.python.draft import Draft


def attribute_path(draft: Draft, record: TypeId, path: str) -> str | None:
    """An Avro path (`data.userId`) through attributes (`data.user_id`); `None` where the record has no such field."""
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


def contract_link(draft: Draft, type_id: TypeId) -> str:
    """Where a class finds its contract, `module:NAME`: an event its own, a record that of the first event with it."""
    event = draft.event(type_id) or next(event for event in draft.package.events if type_id in event.types.values())
    module = draft.dotted(f"_codecs.{draft.codec_modules[event.type]}")
    return f"{module}:{contract_constant(event.type.name)}"


def class_link(draft: Draft, type_id: TypeId) -> str:
    """Where a class is found, `module:NAME`."""
    symbol = draft.symbol(type_id)
    return f"{symbol.module}:{symbol.name}"


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
