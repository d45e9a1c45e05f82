"""What came out of a codec, so exactly that two executors can be compared by it.

Values become text that tells 1 from True and from 1.0, 0.0 from -0.0, a str from a StrEnum and a tuple from a list, in
which NaN equals NaN and the order of maps counts. Errors become their class and everything that they say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from eventpact.avro.interpret.read import PlanReader
from eventpact.avro.interpret.write import ValueWriter
from eventpact.avro.resolve import resolve
from eventpact.errors import DecodeError, EncodeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.avro.form import Form
    from eventpact.avro.model import Schema

Outcome: TypeAlias = "str | tuple[object, ...]"


def outcome(call: Callable[[Any], Any], argument: Any) -> Outcome:
    """The value, or the error; whatever else a codec raises fails the test."""
    try:
        return exact(call(argument))
    except DecodeError as error:
        return DecodeError, str(error), error.path, error.offset, type(error.__cause__)
    except EncodeError as error:
        return EncodeError, str(error), error.path, type(error.__cause__)


def exact(value: Any) -> str:
    """A value as text that no other value has."""
    return f"{type(value).__qualname__} {value!r}"


def reading(writer: Schema, reader: Schema, form: Form) -> Callable[[bytes], Any]:
    """Decoding one plan node at a time: what every executor is compared with."""
    return PlanReader(resolve(writer=writer, reader=reader).plan, form).read


def writing(schema: Schema, form: Form) -> Callable[[Any], bytes]:
    """Encoding one schema at a time, likewise."""
    return ValueWriter(schema, form).write
