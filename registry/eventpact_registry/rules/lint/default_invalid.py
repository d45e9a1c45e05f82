"""Defaults stand for a value."""

import json
from functools import lru_cache
from typing import Any

from eventpact import avro
from eventpact.avro.defaults import MAX_PARTS, Checker, Strictness, encode, hint
from eventpact.avro.model import Field, Schema
from eventpact.errors import CodecError, SchemaError
from eventpact_registry.rules.default_parts import REMEMBERED, parts
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import RecordField


def _fault(schema: Schema, value: Any) -> str | None:
    """Why a plain value is none of its type, found by reading it and writing it back."""
    if not Checker(Strictness.EXACT).fits(schema, value):
        return f"a default of this type is {hint(schema)}"
    if getattr(schema, "logical", None) is None:
        return None
    codec = avro.Codec(schema)
    try:
        codec.encode(codec.decode(encode(schema, value)))
    except CodecError as error:
        return str(error)
    return None


@lru_cache(REMEMBERED)
def _first_fault(field: Field) -> tuple[Any, str] | None:
    """The first plain value of a field's default that is none of its type, and why."""
    faults = ((value, _fault(schema, value)) for schema, value in parts(field))
    fault = next(((value, why) for value, why in faults if why is not None), None)
    return fault if fault is not None else _excess(field)


def _excess(field: Field) -> tuple[Any, str] | None:
    """Whether the defaults that a default leans on multiply beyond what is written and read."""
    checker = Checker(Strictness.READABLE)
    if not checker.accepts(field):
        return None
    try:
        checker.parts(field.type, field.default)
    except SchemaError:
        return field.default, f"with the defaults inside it, it comes to more than {MAX_PARTS:,} values"
    return None


@rule("DEFAULT_INVALID", Severity.ERROR)
def default_invalid(found: RecordField) -> Verdict | None:
    """A field's default stands for no value of its type.

    Avro Java's parser takes any text for an enum, bytes or a fixed, and looks at no logical type. The reader that
    needs the default is the first to fail on it, months later.

    Anti-pattern: `"default": "UNKNOWN"` for an enum without that symbol; more digits than a decimal's precision; an
    empty text for a uuid.
    Best practice: null first in the union and as the default, where no value is right for everybody.
    """
    fault = _first_fault(found.field)
    if fault is None:
        return None
    value, why = fault
    said = f"the default of {found.path}, {json.dumps(value, ensure_ascii=False)}, stands for no value: {why}"
    return Verdict(said, "give another default, or allow null and make that the default")
