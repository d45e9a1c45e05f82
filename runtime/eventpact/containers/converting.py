"""Files of records turned into others: container files and JSON lines, of the same or another version of their schema.

Everything goes through Avro data, record by record, so that no value is bent to what Python has for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self, TypeVar

from eventpact.adapters.carriers import enum_carrier, record_carrier
from eventpact.avro.canonical import meaning
from eventpact.avro.codec import Codec
from eventpact.avro.json import JsonEncoding
from eventpact.avro.model import Enum, Record
from eventpact.avro.walk import named_types
from eventpact.containers.source import name_of, opened
from eventpact.containers.targets import output
from eventpact.errors import CodecError, ContainerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from eventpact.avro.binding import Binding
    from eventpact.avro.json import Encoding
    from eventpact.avro.model import Schema
    from eventpact.containers.source import Place

T = TypeVar("T")

LONGEST_LINE: Final = 64 << 20
"""Bytes of a line that is read."""


def read_json_lines(place: Place, schema: Schema, encoding: Encoding = "avro") -> Iterator[bytes]:
    """The records of a file with one JSON text a line, as Avro data of a schema; empty lines are passed over.

    Raises:
        ContainerError: a line is no JSON, not what the schema says, or too long; names it.
    """
    as_json = JsonEncoding(schema, encoding)
    return read_lines(place, as_json.data)


def read_lines(place: Place, read: Callable[[bytes], T]) -> Iterator[T]:
    """What a function makes of each line of a file; empty lines are passed over.

    Raises:
        ContainerError: it raises a `CodecError` for a line, or one is too long; names the line.
    """
    name = name_of(place)
    with opened(place) as stream:
        number = 0
        while line := stream.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                raise ContainerError(f"line {number:,} is longer than {LONGEST_LINE:,} bytes", file=name)
            if line.isspace():
                continue
            try:
                yield read(line)
            except CodecError as error:
                raise ContainerError(f"line {number:,}: {error}", file=name) from error


class JsonLinesWriter:
    """Writes Avro data as JSON, one record a line. A new file has its name only when it is whole."""

    def __init__(self, place: Place, schema: Schema, encoding: Encoding = "avro", *, source: str | None = None) -> None:
        """Begin a file; `source` says in errors whose records they are, by default the file's own."""
        self._json = JsonEncoding(schema, encoding)
        self._output = output(place)
        self._source = source or name_of(place)
        self.written = 0
        """Records so far."""

    def write(self, data: bytes) -> None:
        """Add a record.

        Raises:
            ContainerError: the data are not what the schema says; names the record.
        """
        try:
            text = self._json.text(data)
        except CodecError as error:
            raise ContainerError(f"record {self.written + 1:,}: {error}", file=self._source) from error
        self._output.write(text.encode() + b"\n")
        self.written += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._output.keep()
        else:
            self._output.discard()


def converted(records: Iterable[bytes], writer: Schema, reader: Schema, *, name: str) -> Iterator[bytes]:
    """Records of one schema as data of another one that it resolves to; `name` says in errors whose they are.

    Raises:
        ContainerError: a record cannot be read with the other schema; names it.
    """
    if meaning(writer) == meaning(reader):
        yield from records
        return
    convert = converter(writer, reader)
    for number, data in enumerate(records, 1):
        try:
            yield convert(data)
        except CodecError as error:
            raise ContainerError(f"record {number:,}: {error}", file=name) from error


def converter(writer: Schema, reader: Schema) -> Callable[[bytes], bytes]:
    """A function from the data of one schema to those of another; it raises `CodecError` for data that do not fit."""
    # Classes and not dicts: two records of a union that look alike stay the records that they are.
    classes: dict[str, Binding] = {}
    for name, named in named_types(reader).items():
        if isinstance(named, Record):
            classes[name] = record_carrier("Carrier", len(named.fields))
        elif isinstance(named, Enum):
            classes[name] = enum_carrier("Carrier", named.symbols)
    codec = Codec(reader, classes=classes, logical_types=False)
    decode = codec.decoder(writer)
    return lambda data: codec.encode(decode(data))
