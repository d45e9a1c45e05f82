"""Evidence: a message that the writer really encodes and the reader really cannot decode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eventpact import avro
from eventpact.errors import CodecError, DecodeError
from eventpact_registry.diff.examples import NoExample, failing_examples
from eventpact_registry.findings import Counterexample

if TYPE_CHECKING:
    from eventpact_registry.contracts.model import SchemaVersion

_TRIES: Final = 10
"""Messages tried before giving up: a union may take a value for another branch than the one meant."""


def counterexample(name: str, writer: SchemaVersion, reader: SchemaVersion, path: str = "") -> Counterexample | None:
    """A message of `writer` that `reader` fails on, at `path` if there is one there; `name` is the event's.

    None where the bytes can be read after all: a registry compares the names of records, which bytes do not hold.
    """
    plan = avro.resolve(writer=writer.schema, reader=reader.schema).plan
    try:
        values = failing_examples(writer.schema, plan, path)
        encoder = avro.Codec(writer.schema, logical_types=False)
        decoder = avro.Codec(reader.schema, logical_types=False)
    except (NoExample, CodecError):
        return None
    for value in values[:_TRIES]:
        try:
            data = encoder.encode(value)
        except CodecError:
            continue
        try:
            decoder.decode(data, writer=writer.schema)
        except DecodeError as error:
            return Counterexample(
                writer=_label(name, writer),
                reader=_label(name, reader),
                value=plain(value),
                data=data,
                error=str(error),
            )
    return None


def _label(name: str, version: SchemaVersion) -> str:
    revision = version.locate("").revision
    return f"{name} version {version.version}" + (f" of {revision}" if revision else "")


def plain(value: Any) -> Any:
    """A value as JSON can hold it: bytes as text of one character a byte, as in Avro's JSON, and no branch names."""
    match value:
        case tuple():
            return plain(value[1])
        case bytes():
            return value.decode("latin-1")
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case _:
            return value
