"""Defaults as expressions of emitted code."""

from __future__ import annotations

import dataclasses
import enum
from datetime import date, time
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from eventpact.avro.interpret.read import default_value
from eventpact.avro.logical.duration import Duration

if TYPE_CHECKING:
    from eventpact.avro.emit.names import Names
    from eventpact.avro.form import Form
    from eventpact.avro.model import Schema

_IMMUTABLE: Final = (type(None), bool, int, float, str, bytes, Decimal, UUID, date, time, enum.Enum, Duration)


def constant_default(schema: Schema, default: Any, form: Form, names: Names) -> str:
    """An expression for a field's default: one shared object where nobody can change it, otherwise a new one each time.

    Raises:
        DecodeError, SchemaError: it has no value (see `default_value`).
    """
    value = default_value(schema, default, form)
    if value in ([], {}):
        return repr(value)
    if is_immutable(value):
        return names.constant(value)
    return f"{names.constant(partial(default_value, schema, default, form))}()"


def is_immutable(value: Any) -> bool:
    """Whether nobody can change the value or anything in it."""
    if isinstance(value, tuple):
        return all(map(is_immutable, value))
    if isinstance(value, _IMMUTABLE):
        return True
    parameters = getattr(type(value), "__dataclass_params__", None)
    return bool(parameters and parameters.frozen) and all(
        is_immutable(getattr(value, field.name)) for field in dataclasses.fields(value)
    )
