"""Avro: schemas, their resolution and their codecs.

schema = avro.parse(text, references=[...])
resolution = avro.resolve(writer=old, reader=new)
codec = avro.Codec(schema)

The codec's compiler is imported when a codec is first asked for: judging schemas does without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro import executor
from eventpact.avro.canonical import canonical, expanded, fingerprint, meaning, sha256
from eventpact.avro.model import (
    MISSING,
    Array,
    Enum,
    Field,
    Fixed,
    Logical,
    Map,
    Named,
    Primitive,
    Record,
    Schema,
    Union,
)
from eventpact.avro.outline import locate
from eventpact.avro.parse import parse
from eventpact.avro.plan import Mismatch, MismatchKind
from eventpact.avro.resolve import Resolution, resolve
from eventpact.avro.walk import named_types
from eventpact.errors import DecodeError, EncodeError, SchemaError

if TYPE_CHECKING:
    from eventpact.avro.binding import Binding
    from eventpact.avro.codec import Codec
    from eventpact.avro.logical.duration import Duration

_LAZY: Final = {
    "Binding": "eventpact.avro.binding",
    "Codec": "eventpact.avro.codec",
    "Duration": "eventpact.avro.logical.duration",
}

__all__ = [
    "MISSING",
    "Array",
    "Binding",
    "Codec",
    "DecodeError",
    "Duration",
    "EncodeError",
    "Enum",
    "Field",
    "Fixed",
    "Logical",
    "Map",
    "Mismatch",
    "MismatchKind",
    "Named",
    "Primitive",
    "Record",
    "Resolution",
    "Schema",
    "SchemaError",
    "Union",
    "canonical",
    "executor",
    "expanded",
    "fingerprint",
    "locate",
    "meaning",
    "named_types",
    "parse",
    "resolve",
    "sha256",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value
