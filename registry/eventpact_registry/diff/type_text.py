"""A schema's type in a few words, for messages: `string`, `array of long (timestamp-millis)`, `null or Address`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Union, split_name

if TYPE_CHECKING:
    from eventpact.avro.model import Logical, Schema


def type_text(schema: Schema) -> str:
    """The type as a reader of a message would say it; named types by their short name."""
    match schema:
        case Primitive():
            return schema.kind + _logical(schema.logical)
        case Fixed():
            return f"{split_name(schema.name)[1]} (fixed of {schema.size} bytes){_logical(schema.logical)}"
        case Enum() | Record():
            return split_name(schema.name)[1]
        case Array():
            return f"array of {type_text(schema.items)}"
        case Map():
            return f"map of {type_text(schema.values)}"
        case Union():
            return " or ".join(type_text(branch) for branch in schema.branches)


def _logical(logical: Logical | None) -> str:
    if logical is None:
        return ""
    if logical.name == "decimal":
        return f" (decimal of {logical.precision} digits, {logical.scale} after the point)"
    return f" ({logical.name})"
