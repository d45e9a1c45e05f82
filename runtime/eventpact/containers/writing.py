"""Container files written: a new file appears whole or not at all, one that grows stays readable at every moment."""

from __future__ import annotations

import os
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypedDict, TypeVar, Unpack

from eventpact.avro.canonical import expanded
from eventpact.avro.codec import Codec
from eventpact.containers.compression import CompressionError, compression
from eventpact.containers.decoding import contract_of
from eventpact.containers.layout import MARKER_SIZE, RESERVED, Header, block_bytes
from eventpact.containers.source import name_of
from eventpact.containers.targets import container_output
from eventpact.contracted import standalone_text
from eventpact.errors import ContainerError, EncodeError, ModelError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from eventpact.adapters.adapter import Adapter
    from eventpact.avro.model import Schema
    from eventpact.containers.source import Place

T = TypeVar("T")
C_contra = TypeVar("C_contra", contravariant=True)

_BLOCK_BYTES: Final = 64_000
"""As Avro Java."""

_BLOCK_RECORDS: Final = 50_000
"""Records of a block at most: those of few bytes would fill it for long, and are in memory together."""


class Options(TypedDict, total=False):
    """How a file is written."""

    codec: str
    """`null`, `deflate` (the default), `snappy`, `zstandard`, `bzip2` or `xz`; a file that grows keeps its own."""
    level: int | None
    """Of the compression; None is the codec's own."""
    append: bool
    """Add to the file of that path, which must have been written with the same schema."""
    metadata: Mapping[str, bytes]
    """Entries for the header; keys that start with `avro.` are Avro's own."""
    block_bytes: int
    """Unpacked bytes at which a block is written, by default 64,000."""
    marker: bytes
    """Sixteen bytes that end each block, by default random ones; for files that are the same every time."""


class ContainerWriter(Generic[C_contra]):
    """Writes values to one file, block by block.

        with ContainerWriter.of_events("sent.avro", MessageSent) as file:
            file.write(event)

    A new file has its name only when the `with` block has ended without an exception: until then it is called
    `….partial`, and afterwards that is gone. A file that grows keeps what it had. What went to a stream, went.
    """

    def __init__(self, place: Place, schema: str, encode: Callable[[C_contra], bytes], options: Options) -> None:
        """Use `of_events` or `of_values`."""
        self._level = options.get("level")
        header = _header(schema, options)
        _try_out(header.codec, self._level, name_of(place))
        self._output, header = container_output(place, header, append=options.get("append", False))
        self._marker = header.marker
        self._compress = compression(header.codec).compress
        self._encode = encode
        self._size = options.get("block_bytes", _BLOCK_BYTES)
        self._records: list[bytes] = []
        self._bytes = 0
        self._open = True
        self.written = 0
        """Records so far."""

    @classmethod
    def of_events(cls, place: Place, event: type[T] | Adapter[T], **options: Unpack[Options]) -> ContainerWriter[T]:
        """A file of the events of one class: a generated one, or that of an adapter (see `eventpact.adapt`).

        Args:
            place: a path, or a binary stream, which is left open.
            event: the class or the adapter.
            options: see `Options`.

        Raises:
            ContainerError: the codec is not to be had, or the file cannot be appended to.
            ModelError: `event` has no contract.
            OSError: the file cannot be opened.
        """
        contract = contract_of(event)
        encode: Callable[[Any], bytes] = contract.encode
        return ContainerWriter(place, standalone_text(contract), encode, options)

    @classmethod
    def of_values(
        cls, place: Place, schema: Schema, *, logical_types: bool = True, **options: Unpack[Options]
    ) -> ContainerWriter[Any]:
        """A file of plain values of a schema (see `avro.Codec`); raises as `of_events`."""
        encode = Codec(schema, logical_types=logical_types).encode
        return ContainerWriter(place, expanded(schema), encode, options)

    @classmethod
    def of_data(cls, place: Place, schema: Schema, **options: Unpack[Options]) -> ContainerWriter[bytes]:
        """A file of records that are Avro data of a schema already; raises as `of_events`."""
        return ContainerWriter(place, expanded(schema), bytes, options)

    def write(self, value: C_contra) -> None:
        """Add a record.

        Raises:
            EncodeError: the value does not fit the schema; names the record.
        """
        try:
            data = self._encode(value)
        except EncodeError as error:
            error.args = (f"record {self.written + 1:,}: {error}",)
            raise
        self._records.append(data)
        self._bytes += len(data)
        self.written += 1
        if self._bytes >= self._size or len(self._records) >= _BLOCK_RECORDS:
            self.flush()

    def flush(self) -> None:
        """Write what is there as a block."""
        if self._records:
            packed = self._compress(b"".join(self._records), self._level)
            self._output.write(block_bytes(len(self._records), packed, self._marker))
            self._records.clear()
            self._bytes = 0

    def close(self) -> None:
        """Write what is left and finish the file. May be called again."""
        if not self._open:
            return
        self._open = False
        try:
            self.flush()
        except BaseException:
            self._output.discard()
            raise
        self._output.keep()

    def discard(self) -> None:
        """Finish as if nothing had been written, as far as that can be."""
        if self._open:
            self._open = False
            self._output.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


def write_events(
    place: Place,
    events: Iterable[T],
    *,
    event: type[T] | Adapter[T] | None = None,
    **options: Unpack[Options],
) -> int:
    """Write events of one class to a file; returns how many.

    Args:
        place: a path, or a binary stream, which is left open.
        events: any iterable; one block is in memory at a time.
        event: their class, or an adapter for it; by default the class of the first.
        options: see `Options`.

    Raises:
        EncodeError: an event does not fit; names the record. A new file is not left behind.
        ContainerError: the codec is not to be had, or the file cannot be appended to.
        ModelError: the class has no contract, or there is no event and `event` was not given.
        OSError: the file cannot be written.
    """
    remaining = iter(events)
    first: list[T] = []
    if event is None:
        first = list(islice(remaining, 1))
        if not first:
            raise ModelError(Problem("there are no events to take the class from", hint="give event=MessageSent"))
        event = type(first[0])
    with ContainerWriter.of_events(place, event, **options) as file:
        for one in chain(first, remaining):
            file.write(one)
    return file.written


def write_values(
    place: Place, values: Iterable[Any], schema: Schema, *, logical_types: bool = True, **options: Unpack[Options]
) -> int:
    """Write plain values of a schema to a file; returns how many. Raises as `write_events`."""
    with ContainerWriter.of_values(place, schema, logical_types=logical_types, **options) as file:
        for value in values:
            file.write(value)
    return file.written


def _header(schema: str, options: Options) -> Header:
    metadata = dict(options.get("metadata", {}))
    reserved = [key for key in metadata if key.startswith(RESERVED)]
    if reserved:
        raise ValueError(f"metadata {reserved[0]!r}: keys that start with {RESERVED!r} are Avro's own")
    marker = options.get("marker", os.urandom(MARKER_SIZE))
    if len(marker) != MARKER_SIZE:
        raise ValueError(f"the marker has {len(marker)} bytes, not {MARKER_SIZE}")
    return Header(schema=schema, codec=options.get("codec", "deflate"), marker=marker, metadata=metadata)


def _try_out(codec: str, level: int | None, name: str) -> None:
    try:
        compression(codec).compress(b"", level)
    except CompressionError as error:
        raise ContainerError(str(error), file=name) from error
    except Exception as error:  # each library refuses a level in its own way
        raise ContainerError(f"{codec} does not take level {level}: {error}", file=name) from error
