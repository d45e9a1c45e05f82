"""Defaults are read as they are written."""

import math
import struct
from typing import Any

from eventpact.avro.invalid import shown
from eventpact.avro.model import Schema
from eventpact_registry.rules.default_parts import parts
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import RecordField

_MANTISSA_DIGITS = 17
"""A double has no more digits than these."""


def _read_as(schema: Schema, value: Any) -> float | None:
    """What a floating point type makes of a number, where that is another one."""
    if schema.kind not in {"float", "double"} or (isinstance(value, float) and not math.isfinite(value)):
        return None
    try:
        read = struct.unpack("<f", struct.pack("<f", value))[0] if schema.kind == "float" else float(value)
    except (OverflowError, struct.error):  # the latter for whole numbers
        return math.inf if value > 0 else -math.inf
    # 0.1 is no binary number, but it is what every reader shows; 0.123456789 in 32 bits is not.
    digits = min(len(repr(value).partition("e")[0].replace(".", "").strip("-0")), _MANTISSA_DIGITS)
    same = read == value or (isinstance(value, float) and float(f"{read:.{max(digits, 1)}g}") == value)
    return None if same else read


@rule("DEFAULT_LOSSY", Severity.WARNING)
def default_lossy(found: RecordField) -> Verdict | None:
    """A field's default is read as another number than it is written.

    A float holds about 7 digits and a double about 16, and both only what fits their range.

    Anti-pattern: `"type": "float", "default": 0.123456789`, or 2^53 + 1 for a double.
    Best practice: a type that holds the number: `double`, `long`, or `decimal` where each digit counts.
    """
    for schema, value in parts(found.field):
        read = _read_as(schema, value)
        if read is not None:
            said = f"the default of {found.path} is written {shown(value)} and read as {read:.17g}"
            hint = "write the number that is meant, or use a type that holds it"
            return Verdict(f"{said}: a {schema.kind} cannot hold it", hint)
    return None
