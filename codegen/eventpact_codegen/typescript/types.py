"""Which TypeScript type a value has in Avro's plain JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_codegen.model import ListOf, MapOf, OneOf, Reference, Scalar
from eventpact_codegen.text import Source
from eventpact_codegen.typescript.names import identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eventpact_codegen.model import TypeExpression
    from eventpact_codegen.typescript.draft import Named

HELPERS: Final[Mapping[str, tuple[str, str]]] = {
    "Long": (
        "number",
        "A whole number of 64 bits, as `JSON.parse` gives it: beyond `Number.MAX_SAFE_INTEGER` digits are lost. Where"
        " that matters, parse with a reviver that reads `context.source` as a `bigint`.",
    ),
    "Float": (
        'number | "NaN" | "Infinity" | "-Infinity"',
        "A floating point number; JSON has no literal for three of them.",
    ),
    "Bytes": ("string", "Bytes in base64 (RFC 4648)."),
    "Decimal": ("string", "An exact decimal number, `12.50`; a `number` would round it."),
    "Uuid": ("string", "A UUID, `f81d4fae-7dec-11d0-a765-00a0c91e6bf6`."),
    "CalendarDate": ("string", "A date (ISO 8601), `2026-03-02`."),
    "TimeOfDay": ("string", "A time of day (ISO 8601), `08:30:00.250`."),
    "Instant": ("string", "An instant in UTC (ISO 8601), `2026-03-02T08:30:00.250Z`."),
    "LocalDateTime": ("string", "A date and time without a zone (ISO 8601), `2026-03-02T08:30:00.250`."),
    "Duration": ("string", "A span of months, days and milliseconds (ISO 8601), `P1M2DT3.004S`."),
}
"""What `avro.ts` declares: name to type and documentation."""

_SCALARS: Final[Mapping[str, str]] = {
    "null": "null",
    "boolean": "boolean",
    "int": "number",
    "long": "Long",
    "float": "Float",
    "double": "Float",
    "bytes": "Bytes",
    "fixed": "Bytes",
    "string": "string",
}
_LOGICALS: Final[Mapping[str, str]] = {
    "decimal": "Decimal",
    "uuid": "Uuid",
    "date": "CalendarDate",
    "time-millis": "TimeOfDay",
    "time-micros": "TimeOfDay",
    "timestamp-millis": "Instant",
    "timestamp-micros": "Instant",
    "timestamp-nanos": "Instant",
    "local-timestamp-millis": "LocalDateTime",
    "local-timestamp-micros": "LocalDateTime",
    "local-timestamp-nanos": "LocalDateTime",
    "duration": "Duration",
}


def mentioned(expression: TypeExpression) -> Iterator[Named]:
    """The types of the package and of `avro.ts` inside a type."""
    match expression:
        case Scalar():
            if (name := _scalar(expression)) in HELPERS:
                yield name
        case Reference(to):
            yield to
        case ListOf(inner) | MapOf(inner):
            yield from mentioned(inner)
        case OneOf(branches):
            for branch in branches:
                yield from mentioned(branch)


def typed(expression: TypeExpression, names: Mapping[Named, str]) -> Source:
    """The type as source, with what it mentions under its local name."""
    match expression:
        case Scalar():
            name = _scalar(expression)
            return identifier(names[name]) if name in HELPERS else Source(name)
        case Reference(to):
            return identifier(names[to])
        case ListOf(items):
            inner = typed(items, names)
            return Source(f"readonly {_grouped(items, inner)}[]")
        case MapOf(values):
            return Source(f"{{ readonly [key: string]: {typed(values, names)} }}")
        case OneOf(branches):
            # Two Avro types may be one in JSON, as `int` and `long`; `null` reads best at the end.
            spelled = dict.fromkeys(_grouped(branch, typed(branch, names)) for branch in branches)
            return (
                Source(" | ".join(sorted(spelled, key=lambda branch: branch == "null"))) if spelled else Source("never")
            )


def _scalar(scalar: Scalar) -> str:
    return _SCALARS[scalar.kind] if scalar.logical is None else _LOGICALS[scalar.logical.name]


def _grouped(expression: TypeExpression, source: Source) -> Source:
    return Source(f"({source})") if isinstance(expression, ListOf | OneOf) else source
