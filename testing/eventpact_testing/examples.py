"""Examples: deterministic, plausible events of any generated class, for demonstrations, documents and tests.

Values follow the schema; names and `format` hints of string fields choose among the makers below. The same seed gives
the same payloads; the envelope (ids, time, source) is filled by the runtime as it would be in a service.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import inf
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from eventpact import avro

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact.avro.model import Field, Logical, Primitive, Schema
    from eventpact.event import Event, SchemaReference

E = TypeVar("E", bound="Event")

_SOME_DAY: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_MAX_DEPTH: Final = 6
_PEOPLE: Final = ("ada", "bela", "chidi", "dana", "emre", "fatou", "goran", "hana", "ines", "jonas")
_WORDS: Final = "the plan for monday is ready please have a look at numbers before lunch thank you all".split()  # noqa: SIM905 - prose


def examples(event: type[E], count: int, *, seed: int = 0) -> Iterator[E]:
    """`count` events of one class."""
    schema = schema_of(event)
    codec = avro.Codec(schema)
    makers = ValueMaker(Random(f"{seed}/{event.contract.full_name}"))  # noqa: S311 - examples are no secrets
    filled = _filled_by_the_runtime(event)
    for _ in range(count):
        made = event.contract.decode(codec.encode(makers.value(schema)))
        yield dataclasses.replace(made, **{name: fill() for name, fill in filled.items()})  # type: ignore[type-var,misc]  # events are dataclasses


def schema_of(event: type[Event]) -> Schema:
    """The schema of an event's class, with its references resolved."""
    return avro.parse(event.contract.schema, references=_parsed(event.contract.references))


def _parsed(references: tuple[SchemaReference, ...]) -> list[Schema]:
    schemas: list[Schema] = []
    for reference in references:
        inner = _parsed(reference.references)
        schemas += [*inner, avro.parse(reference.schema, references=inner)]
    return schemas


def _filled_by_the_runtime(event: type[Event]) -> dict[str, Callable[[], Any]]:
    """Top-level fields whose default says something: ids, times, constants, filled records."""
    fills: dict[str, Callable[[], Any]] = {}
    for field in dataclasses.fields(event):  # type: ignore[arg-type]  # events are dataclasses
        if field.default_factory is not dataclasses.MISSING:
            fills[field.name] = field.default_factory
        elif isinstance(field.default, str | int) and not isinstance(field.default, bool):
            fills[field.name] = lambda value=field.default: value  # type: ignore[misc]  # a default binds the value now
    return fills


class ValueMaker:
    """Makes plain values of a schema from one source of chance."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def value(self, schema: Schema, hint: str = "", depth: int = 0) -> Any:
        """A value of `schema`; `hint` is the field's `format` or name in lower case."""
        match schema.kind:
            case "record":
                return {field.name: self.value(field.type, _hint(field), depth + 1) for field in schema.fields}
            case "union":
                return self._branch(schema.branches, hint, depth)
            case "array":
                count = 0 if depth > _MAX_DEPTH else self.random.choice((0, 1, 2))
                return [self.value(schema.items, hint.rstrip("s"), depth + 1) for _ in range(count)]
            case "map":
                keys = self.random.sample(_WORDS, 0 if depth > _MAX_DEPTH else 2)
                return {key: self.value(schema.values, key, depth + 1) for key in keys}
            case "enum":
                return self.random.choice(schema.symbols)
            case "fixed":
                data = self.random.randbytes(schema.size)
                return self._logical(schema.logical, data) if schema.logical else data
        return self._logical(schema.logical, None) if schema.logical else self._primitive(schema, hint)

    def _branch(self, branches: tuple[Schema, ...], hint: str, depth: int) -> Any:
        chosen = min(branches, key=_nesting) if depth > _MAX_DEPTH else self.random.choice(branches)
        made = self.value(chosen, hint, depth)
        return (chosen.name, made) if chosen.kind in {"record", "enum", "fixed"} else made

    def _primitive(self, schema: Primitive, hint: str) -> Any:
        match schema.kind:
            case "null":
                return None
            case "boolean":
                return self.random.random() < 0.5
            case "int" | "long":
                return self.random.randrange(0, 5_000)
            case "float" | "double":
                return self.random.randrange(0, 4_000) / 4
            case "bytes":
                return self.random.randbytes(24)
        return self._text(hint)

    def _text(self, hint: str) -> str:
        for part, maker in _TEXTS.items():
            if part in hint:
                return maker(self.random)
        return " ".join(self.random.choices(_WORDS, k=3))

    def _logical(self, logical: Logical, data: bytes | None) -> Any:
        if logical.name == "decimal":
            digits = min(logical.precision, 7)
            return Decimal(self.random.randrange(1, 10**digits)).scaleb(-logical.scale)
        if logical.name == "uuid":
            return UUID(bytes=data or self.random.randbytes(16), version=4)
        return _MOMENTS[logical.name](self.random.randrange(86_400_000))


def _nesting(schema: Schema, inside: frozenset[str] = frozenset()) -> float:
    """How many records deep the shallowest value is; infinite where each value would hold another of `inside`."""
    match schema.kind:
        case "record":
            if schema.name in inside:
                return inf
            return 1 + max((_nesting(field.type, inside | {schema.name}) for field in schema.fields), default=0)
        case "union":
            return min(_nesting(branch, inside) for branch in schema.branches)
        case _:
            return 0


def _hint(field: Field) -> str:
    return str(field.props.get("format", field.name)).lower()


_TEXTS: Final[dict[str, Callable[[Random], str]]] = {
    "email": lambda random: f"{random.choice(_PEOPLE)}{random.randrange(100)}@example.com",
    "phone": lambda random: f"+4930{random.randrange(10**6, 10**7)}",
    "url": lambda random: f"https://files.example.com/{random.randrange(16**8):08x}",
    "currency": lambda random: random.choice(("EUR", "USD", "GBP")),
    "correlation": lambda random: f"{random.randrange(16**16):016x}",
    "trace": lambda random: f"{random.randrange(16**32):032x}",
    "id": lambda random: f"{random.randrange(16**12):012x}",
    "name": lambda random: random.choice(_PEOPLE).capitalize(),
    "country": lambda random: random.choice(("DE", "NG", "BR", "JP")),
    "locale": lambda random: random.choice(("de-DE", "en-NG", "pt-BR", "ja-JP")),
    "mime": lambda random: random.choice(("image/png", "video/mp4", "text/plain")),
    "address": lambda random: f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}",
    "content": lambda random: " ".join(random.choices(_WORDS, k=12)),
}
"""The first part that a hint contains chooses the maker."""

_MOMENTS: Final[dict[str, Callable[[int], Any]]] = {
    "date": lambda millis: date(2026, 3, 1 + millis % 28),
    "time-millis": lambda millis: (_SOME_DAY.replace(hour=0) + timedelta(milliseconds=millis)).time(),
    "time-micros": lambda millis: time(millis % 24, 30),
    "timestamp-millis": lambda millis: _SOME_DAY + timedelta(milliseconds=millis),
    "timestamp-micros": lambda millis: _SOME_DAY + timedelta(milliseconds=millis),
    "timestamp-nanos": lambda millis: int(_SOME_DAY.timestamp()) * 10**9 + millis * 10**6,
    "local-timestamp-millis": lambda millis: _SOME_DAY.replace(tzinfo=None) + timedelta(milliseconds=millis),
    "local-timestamp-micros": lambda millis: _SOME_DAY.replace(tzinfo=None) + timedelta(milliseconds=millis),
    "local-timestamp-nanos": lambda millis: int(_SOME_DAY.timestamp()) * 10**9 + millis * 10**6,
    "duration": lambda millis: avro.Duration(months=0, days=millis % 30, millis=millis),
}
