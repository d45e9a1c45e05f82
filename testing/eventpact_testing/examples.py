"""Examples: deterministic, plausible events of any generated class, for demonstrations, documents and tests.

Values follow the schema; names and `format` hints of string fields choose among the makers below. One seed gives the
same events in every run, envelope included.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from eventpact import avro
from eventpact.event import now
from eventpact_testing.endings import Endings
from eventpact_testing.event_classes import constants, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact.avro.model import Field, Logical, Primitive, Schema
    from eventpact.event import Event

__all__ = ["ValueMaker", "examples", "schema_of"]

E = TypeVar("E", bound="Event")

_SOME_DAY: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_STEP: Final = timedelta(seconds=7)
"""From one event to the next."""
_MAX_DEPTH: Final = 6
_PEOPLE: Final = ("ada", "bela", "chidi", "dana", "emre", "fatou", "goran", "hana", "ines", "jonas")
_WORDS: Final = "the plan for monday is ready please have a look at numbers before lunch thank you all".split()  # noqa: SIM905 - prose


def examples(event: type[E], count: int, *, seed: int = 0) -> Iterator[E]:
    """`count` events of one class, a few seconds apart.

    Raises:
        TypeError: the class is not generated.
    """
    same = constants(event)
    times = [one.name for one in dataclasses.fields(event) if one.default_factory is now]
    schema = schema_of(event)
    codec = avro.Codec(schema)
    makers = ValueMaker(Random(f"{seed}/{event.contract.full_name}"))  # noqa: S311 - examples are no secrets
    for index in range(count):
        made = event.contract.decode(codec.encode(makers.value(schema)))
        moment = _SOME_DAY + index * _STEP
        yield dataclasses.replace(made, **same, **dict.fromkeys(times, moment))  # type: ignore[misc]  # events are dataclasses


class ValueMaker:
    """Makes plain values of a schema from one source of chance."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._endings: dict[int, tuple[Schema, Endings]] = {}

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
        chosen = min(branches, key=self._nesting) if depth > _MAX_DEPTH else self.random.choice(branches)
        made = self.value(chosen, hint, depth)
        return (chosen.name, made) if chosen.kind in {"record", "enum", "fixed"} else made

    def _nesting(self, branch: Schema) -> float:
        """How deep the shallowest value of a branch is."""
        if id(branch) not in self._endings:
            self._endings[id(branch)] = (branch, Endings(branch))
        return self._endings[id(branch)][1].least(branch)

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
        hint = _SAME.get(hint, hint)
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


def _hint(field: Field) -> str:
    return str(field.props.get("format", field.name)).lower()


_TEXTS: Final[dict[str, Callable[[Random], str]]] = {
    "email": lambda random: f"{random.choice(_PEOPLE)}{random.randrange(100)}@example.com",
    "phone": lambda random: f"+4930{random.randrange(10**6, 10**7)}",
    "url": lambda random: f"https://files.example.com/{random.randrange(16**8):08x}",
    "currency": lambda random: random.choice(("EUR", "USD", "GBP")),
    "correlation": lambda random: f"{random.randrange(16**16):016x}",
    "trace": lambda random: f"{random.randrange(16**32):032x}",
    "agent": lambda random: f"Mozilla/5.0 ({random.choice(('X11; Linux', 'Macintosh', 'iPhone'))})",
    "uuid": lambda random: str(UUID(bytes=random.randbytes(16), version=4)),
    "id": lambda random: f"{random.randrange(16**12):012x}",
    "name": lambda random: random.choice(_PEOPLE).capitalize(),
    "country": lambda random: random.choice(("DE", "NG", "BR", "JP")),
    "locale": lambda random: random.choice(("de-DE", "en-NG", "pt-BR", "ja-JP")),
    "mime": lambda random: random.choice(("image/png", "video/mp4", "text/plain")),
    "address": lambda random: f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}",
    "content": lambda random: " ".join(random.choices(_WORDS, k=12)),
    "source": lambda random: f"{random.choice(('api', 'message', 'account', 'media'))}-service",
}
"""The first part that a hint contains chooses the maker."""

_SAME: Final = {"ip": "address", "ipv4": "address", "uri": "url", "tel": "phone"}
"""Formats that go by another name above, and stand inside too many words to be looked for there."""

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
