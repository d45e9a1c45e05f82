"""The schema of an event, from the texts that its contract holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.avro.canonical import expanded
from eventpact.avro.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eventpact.avro.model import Schema
    from eventpact.event import EventContract, SchemaReference


def schema_of(contract: EventContract) -> Schema:
    """The event's schema, parsed; a shared type that several references lead to is one type."""
    known: dict[tuple[str, int], Schema] = {}

    def parsed(references: Iterable[SchemaReference]) -> list[Schema]:
        found = []
        for reference in references:
            key = reference.subject, reference.version
            if key not in known:
                known[key] = parse(reference.schema, parsed(reference.references))
            found.append(known[key])
        return found

    return parse(contract.schema, parsed(contract.references))


def standalone_text(contract: EventContract) -> str:
    """The event's schema as one text that refers to nothing outside."""
    return expanded(schema_of(contract)) if contract.references else contract.schema
