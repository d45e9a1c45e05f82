"""Identifiers are text."""

import re
from typing import Final

from eventpact.avro.model import Array, Schema
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.naming import named_like
from eventpact_registry.rules.subjects import RecordField

_is_identifier: Final = named_like(
    re.compile(r"(?:(?:\A|_)(?:id|uuid|guid)|[a-z0-9](?:Id|ID|Uuid|UUID|Guid|GUID))s?\Z")
)
_NUMBERS: Final = frozenset({"int", "long", "float", "double"})


def _is_number(schema: Schema) -> bool:
    return (schema.items if isinstance(schema, Array) else schema).kind in _NUMBERS


@rule("IDENTIFIER_TYPE", Severity.WARNING)
def identifier_type(found: RecordField) -> Verdict | None:
    """An identifier is a number.

    Nobody adds identifiers up. As a number, one cannot get a prefix, a check digit or a UUID later without breaking
    every reader; JavaScript and JSON tools round those above 2^53; and numbers that rise tell how many there are.

    Anti-pattern: the database's serial number as `"userId": "long"`.
    Best practice: a string, with `"logicalType": "uuid"` where it is one.
    """
    if not _is_identifier(found.field.name) or not any(map(_is_number, found.types)):
        return None
    return Verdict(f"{found.path} is an identifier, but a number", 'make it a `"string"`, or one with `uuid`')
