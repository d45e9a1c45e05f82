"""Instants and dates say what they are."""

import re
from typing import Final

from eventpact.avro.model import Primitive, Schema
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.naming import named_like
from eventpact_registry.rules.subjects import RecordField

_is_instant: Final = named_like(
    re.compile(
        r"(?:\A|_)(?:timestamp|date|datetime|instant|birthday)\Z|_at\Z|[a-z0-9](?:At|Date|DateTime|Timestamp|Instant)\Z"
        r"|(?:\A|_)date_of_|(?:\A|[a-z0-9])[dD]ateOf[A-Z]"
    )
)


def _is_bare(schema: Schema) -> bool:
    return isinstance(schema, Primitive) and schema.kind in {"int", "long", "string"} and schema.logical is None


@rule("INSTANT_WITHOUT_LOGICAL_TYPE", Severity.WARNING)
def instant_without_logical_type(found: RecordField) -> Verdict | None:
    """A field that is named like an instant or a date is a bare number or text.

    Seconds or milliseconds, UTC or local: a reader has to guess, and the generated attribute is an `int` or a `str`.

    Anti-pattern: `"createdAt": "long"`.
    Best practice: `timestamp-millis` (or `-micros`) on a long for instants, `date` on an int for days.
    """
    if not _is_instant(found.field.name) or not any(map(_is_bare, found.types)):
        return None
    hint = '`"type": {"type": "long", "logicalType": "timestamp-millis"}` for an instant, `date` on an int for a day'
    return Verdict(f"field {found.path} is named like an instant or a date, but its type does not say so", hint)
