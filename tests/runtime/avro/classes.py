"""Classes for the types of a schema, as the generator makes them."""

from __future__ import annotations

from dataclasses import make_dataclass
from enum import StrEnum
from typing import Any

from eventpact import avro


def made_classes(schema: avro.Schema) -> dict[str, avro.Binding]:
    """A class for each record and enum, as the generator makes them."""
    made: dict[str, avro.Binding] = {}
    for name, named in avro.named_types(schema).items():
        match named:
            case avro.Record(fields=fields):
                attributes = tuple(f"attribute_{index}" for index in range(len(fields)))
                cls = make_dataclass(name, attributes, frozen=True, slots=True, kw_only=True)
                made[name] = avro.Binding(cls, attributes)
            case avro.Enum(symbols=symbols):
                made[name] = avro.Binding(enum_class(name, {symbol.lower(): symbol for symbol in symbols}))
    return made


enum_class: Any = StrEnum
"""To mypy, calling it with names that are only known now is no class."""
