"""What an encoder expects and what it got, in the words of error messages. Types only: values may be secret."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.model import Enum, Fixed, Primitive, Record, Union

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.avro.form import Form
    from eventpact.avro.model import Schema

_PLAIN: Final[Mapping[str, str]] = {
    "null": "None",
    "boolean": "a bool",
    "int": "an int of 32 bits",
    "long": "an int of 64 bits",
    "float": "a float of 32 bits",
    "double": "a float",
    "bytes": "bytes",
    "string": "a str",
    "map": "a dict",
}

_SHOWN_BRANCHES: Final = 20


def expected(schema: Schema, form: Form) -> str:
    """What a value of the schema is in Python."""
    match schema:
        case Union(branches=branches):
            named = [expected(branch, form) for branch in branches[:_SHOWN_BRANCHES]]
            more = len(branches) - len(named)
            return " or ".join([*named, f"one of {more} more types"] if more else named)
        case Record(name=name) | Enum(name=name):
            cls = form.cls(name)
            if cls is not None:
                return f"{'an' if cls.__name__[0] in 'AEIOU' else 'a'} {cls.__name__}"
            return f"a dict of {name}" if isinstance(schema, Record) else f"a str that is a symbol of {name}"
        case Primitive() | Fixed():
            conversion = form.conversion(schema)
            if conversion is not None and schema.logical is not None:
                return f"{conversion.expected} ({schema.logical.name})"
            return f"{schema.size} bytes ({schema.name})" if isinstance(schema, Fixed) else _PLAIN[schema.kind]
        case _:
            return _PLAIN.get(schema.kind, f"a {form.sequence.__name__}")


def got(value: Any) -> str:
    """What kind of thing a value is."""
    return "None" if value is None else type(value).__name__


def too_much(error: RecursionError | MemoryError) -> str:
    """What to say of a value that this process cannot hold, whatever its schema allows."""
    if isinstance(error, MemoryError):
        return "too large for the memory of this process"
    return f"nested too deeply for this process: Python's recursion limit is {sys.getrecursionlimit()} calls"
