"""What values without parts are in JSON: one table for each encoding, by logical type or else by kind."""

from __future__ import annotations

import base64
import binascii
import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro import logical
from eventpact.avro.interpret.choose import in_bits
from eventpact.avro.json import iso
from eventpact.avro.logical import decimals, uuids

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.model import Fixed, Logical, Primitive

    Scalar = Primitive | Fixed

_FLOATS: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
"""JSON has no such numbers; Avro Java writes these texts."""
_FLOAT32_DIGITS: Final = range(6, 10)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One kind of value. Avro's side is what the wire holds: int, float, bool, str, bytes or None."""

    expected: str
    """What JSON must hold, as an error says it."""
    types: tuple[type, ...]
    """What the parsed JSON is."""
    to_json: Callable[[Any, Scalar], Any]
    from_json: Callable[[Any, Scalar], Any]
    """Raises ValueError or OverflowError for what Avro cannot hold."""

    def takes(self, value: Any) -> bool:
        """Whether a parsed value looks like this from outside."""
        return isinstance(value, self.types) and (bool in self.types or not isinstance(value, bool))


def avro_leaf(schema: Scalar) -> Leaf:
    """As the specification says."""
    return _AVRO[schema.kind]


def plain_leaf(schema: Scalar) -> Leaf:
    """As people write it."""
    logical_type = schema.logical
    return _PLAIN[schema.kind] if logical_type is None else _LOGICAL[logical_type.name]


def _same(value: Any, _: Scalar) -> Any:
    return value


def _integer(value: int, schema: Scalar) -> int:
    bits = 32 if schema.kind == "int" else 64
    if not in_bits(value, bits):
        raise ValueError(f"it has more than {bits} bits")
    return value


def _float_to_json(value: float, schema: Scalar) -> float | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return _shortest(value) if schema.kind == "float" else value


def _shortest(value: float) -> float:
    """Of the numbers that are this one in 32 bits the one with the fewest digits: 0.1, not 0.10000000149011612."""
    candidates = (float(f"{value:.{digits}g}") for digits in _FLOAT32_DIGITS)
    return next((short for short in candidates if _fits32(short) and _in32(short) == value), value)


def _fits32(value: float) -> bool:
    return abs(value) <= 3.4028235677973366e38  # above it, packing overflows


def _in32(value: float) -> float:
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def _float_from_json(value: float | str, schema: Scalar) -> float:
    if isinstance(value, str):
        if value not in _FLOATS:
            raise ValueError(f"the only texts are {', '.join(_FLOATS)}")
        return _FLOATS[value]
    number = float(value)
    if not math.isfinite(number) or (schema.kind == "float" and not _fits32(number)):
        raise OverflowError("it is too large")
    return number


def _latin1_from_json(text: str, schema: Scalar) -> bytes:
    try:
        return _sized(text.encode("latin-1"), schema)
    except UnicodeEncodeError:
        raise ValueError("a character above U+00FF stands for no byte") from None


def _base64_from_json(text: str, schema: Scalar) -> bytes:
    try:
        return _sized(base64.b64decode(text, validate=True), schema)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _sized(raw: bytes, schema: Scalar) -> bytes:
    size = getattr(schema, "size", len(raw))
    if len(raw) != size:
        raise ValueError(f"it has {len(raw)} bytes where the type has {size}")
    return raw


def _logical(schema: Scalar) -> Logical:
    if schema.logical is None:
        raise TypeError(f"{schema.kind} has no logical type")
    return schema.logical


def _decimal_to_json(raw: bytes, schema: Scalar) -> str:
    kind = _logical(schema)
    return iso.decimal_text(decimals.decimal_from_bytes(raw, kind.precision, kind.scale))


def _decimal_from_json(text: str, schema: Scalar) -> bytes:
    value = iso.decimal_value(text)
    kind = _logical(schema)
    if schema.kind == "bytes":
        return decimals.decimal_to_bytes(value, kind.precision, kind.scale)
    return decimals.decimal_to_fixed(value, kind.precision, kind.scale, getattr(schema, "size", 0))


def _uuid_to_json(raw: str | bytes, _: Scalar) -> str:
    return str(uuids.uuid_from_fixed(raw) if isinstance(raw, bytes) else uuids.uuid_from_text(raw.encode()))


def _uuid_from_json(text: str, schema: Scalar) -> str | bytes:
    value = uuids.uuid_from_text(text.encode())
    return str(value) if schema.kind == "string" else uuids.uuid_to_fixed(value)


def _counted(
    to_text: Callable[[int, int], str], to_count: Callable[[str, int], int], decimal_places: int, expected: str
) -> Leaf:
    def from_json(text: str, schema: Scalar) -> int:
        return _integer(to_count(text, decimal_places), schema)

    return Leaf(f"{expected} (ISO 8601)", (str,), lambda count, _: to_text(count, decimal_places), from_json)


_NUMBER: Final = Leaf("a number", (int, float, str), _float_to_json, _float_from_json)

_KINDS: Final[Mapping[str, Leaf]] = {
    "null": Leaf("null", (type(None),), _same, _same),
    "boolean": Leaf("true or false", (bool,), _same, _same),
    "int": Leaf("a whole number of 32 bits", (int,), _same, _integer),
    "long": Leaf("a whole number of 64 bits", (int,), _same, _integer),
    "float": _NUMBER,
    "double": _NUMBER,
    "string": Leaf("a string", (str,), _same, _same),
}

_LATIN1: Final = Leaf(
    "a string of one character a byte", (str,), lambda raw, _: raw.decode("latin-1"), _latin1_from_json
)
_BASE64: Final = Leaf("base64", (str,), lambda raw, _: base64.b64encode(raw).decode(), _base64_from_json)

_AVRO: Final[Mapping[str, Leaf]] = {**_KINDS, "bytes": _LATIN1, "fixed": _LATIN1}
_PLAIN: Final[Mapping[str, Leaf]] = {**_KINDS, "bytes": _BASE64, "fixed": _BASE64}

_LOGICAL: Final[Mapping[str, Leaf]] = {
    "decimal": Leaf("a decimal as a string", (str,), _decimal_to_json, _decimal_from_json),
    "uuid": Leaf("a uuid", (str,), _uuid_to_json, _uuid_from_json),
    "date": Leaf(
        "a date (ISO 8601)",
        (str,),
        lambda days, _: iso.date_text(days),
        lambda text, _: iso.date_days(text),
    ),
    "time-millis": _counted(iso.time_text, iso.time_count, 3, "a time"),
    "time-micros": _counted(iso.time_text, iso.time_count, 6, "a time"),
    "timestamp-millis": _counted(iso.instant_text, iso.instant_count, 3, "an instant"),
    "timestamp-micros": _counted(iso.instant_text, iso.instant_count, 6, "an instant"),
    "timestamp-nanos": _counted(iso.instant_text, iso.instant_count, 9, "an instant"),
    "local-timestamp-millis": _counted(iso.local_text, iso.local_count, 3, "a date and time"),
    "local-timestamp-micros": _counted(iso.local_text, iso.local_count, 6, "a date and time"),
    "local-timestamp-nanos": _counted(iso.local_text, iso.local_count, 9, "a date and time"),
    "duration": Leaf(
        "a duration (ISO 8601)",
        (str,),
        lambda raw, _: iso.duration_text(raw),
        lambda text, _: iso.duration_bytes(text),
    ),
}

LEAVES: Final[Mapping[str, Callable[[Scalar], Leaf]]] = {"avro": avro_leaf, "plain": plain_leaf}
"""Encoding to what it makes of a type."""


def check_logical(schema: Scalar, raw: Any) -> None:
    """Refuse what a logical type has no value for; raises ValueError, OverflowError or struct.error."""
    conversion = logical.conversion(schema)
    if conversion is not None:
        wire = raw.encode() if isinstance(raw, str) else raw
        conversion.from_wire(wire, *logical.arguments(schema, conversion.from_arguments))
