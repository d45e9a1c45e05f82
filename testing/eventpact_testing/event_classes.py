"""What a generated class says of itself: its schema, the classes inside it, and what the runtime fills in."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from eventpact import avro
from eventpact.avro.model import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.avro.binding import Binding
    from eventpact.avro.model import Schema
    from eventpact.event import Event, SchemaReference


def schema_of(event: type[Event]) -> Schema:
    """The schema of an event's class, with its references resolved."""
    return avro.parse(event.contract.schema, references=_parsed(event.contract.references))


def bindings(event: type[Event]) -> Mapping[str, Binding]:
    """The classes of an event and of all types in it, by full Avro name.

    Raises:
        TypeError: the class is not one that `eventpact generate` made.
    """
    contract = getattr(event, "contract", None)
    if contract is None or contract.classes is None:
        raise TypeError(f"{event.__name__} is no generated event: give a class that `eventpact generate` made")
    found: Mapping[str, Binding] = contract.classes()
    return found


def constants(event: type[Event]) -> dict[str, Any]:
    """The envelope's fields that are one value in every event of the class, such as its type and version.

    They have a default that does not come from the schema.
    """
    attributes = bindings(event)[event.contract.full_name].attributes
    schema = schema_of(event)
    fields = schema.fields if isinstance(schema, Record) else ()
    given = {one.name: one.default for one in dataclasses.fields(event)}
    return {
        name: given[name]
        for name, one in zip(attributes, fields, strict=True)
        if given[name] is not dataclasses.MISSING and not one.has_default
    }


def _parsed(references: tuple[SchemaReference, ...]) -> list[Schema]:
    schemas: list[Schema] = []
    for reference in references:
        inner = _parsed(reference.references)
        schemas += [*inner, avro.parse(reference.schema, references=inner)]
    return schemas
