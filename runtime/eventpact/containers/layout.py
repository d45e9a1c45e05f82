"""The layout of container files: a header, then blocks that each end with the file's marker.

Source: Avro 1.12, "Object Container Files".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from eventpact.avro.varint import long_bytes
from eventpact.containers.compression import CompressionError, compression

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eventpact.containers.compression import Compression
    from eventpact.containers.source import Source

MAGIC: Final = b"Obj\x01"
MARKER_SIZE: Final = 16
RESERVED: Final = "avro."
"""What the specification's own metadata keys begin with."""

_SCHEMA: Final = "avro.schema"
_CODEC: Final = "avro.codec"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may ask of its reader. Raise them for files that come from a friend and are built of larger blocks.

    Writers make blocks of some 64 kB.
    """

    block_bytes: int = 64 << 20
    """Bytes of one block, packed and unpacked alike."""
    block_records: int = 1_000_000
    """Records of one block, which are in memory together."""
    header_bytes: int = 4 << 20
    """Bytes of schema and metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands before the blocks."""

    schema: str
    """The schema that all records of the file were written with, as JSON."""
    codec: str
    """How blocks are compressed: `null`, `deflate`, `snappy`, `zstandard`, `bzip2` or `xz`."""
    marker: bytes
    """Sixteen bytes that end the header and each block."""
    metadata: Mapping[str, bytes] = field(default_factory=dict)
    """What the writer added; without the keys of the specification."""

    def encoded(self) -> bytes:
        """The header's bytes."""
        entries = {_SCHEMA: self.schema.encode(), _CODEC: self.codec.encode(), **self.metadata}
        parts = [MAGIC, long_bytes(len(entries))]
        for key, value in entries.items():
            parts += [_sized(key.encode()), _sized(value)]
        return b"".join([*parts, b"\x00", self.marker])


@dataclass(frozen=True, slots=True)
class Block:
    """Records of one block, unpacked but not decoded."""

    number: int
    """From 1."""
    offset: int
    """Where the block starts in the file."""
    records: int
    data: bytes


def read_header(source: Source, limits: Limits) -> Header:
    """The header of a file.

    Raises:
        ContainerError: it is no container file, is cut off, or its header is larger than the limits allow.
    """
    start = source.position
    magic = source.take(len(MAGIC), "the first four bytes of a container file")
    if magic != MAGIC:
        raise source.error(f"this is no Avro container file: it starts with {magic!r}, not with {MAGIC!r}", start)
    entries: dict[str, bytes] = {}
    left = limits.header_bytes
    while (entries_left := _entries(source, limits)) > 0:
        for _ in range(entries_left):
            before = source.position
            key = _text(source, _sized_from(source, "a metadata key", left), before)
            entries[key] = _sized_from(source, f"metadata {key!r}", left)
            left -= source.position - before
    if _SCHEMA not in entries:
        raise source.error("the header has no avro.schema", start)
    return Header(
        schema=_text(source, entries[_SCHEMA], start),
        codec=_text(source, entries.get(_CODEC, b"null"), start),
        marker=source.take(MARKER_SIZE, "the marker behind the header"),
        metadata={key: value for key, value in entries.items() if not key.startswith(RESERVED)},
    )


def read_blocks(source: Source, header: Header, limits: Limits) -> Iterator[Block]:
    """The blocks of a file whose header has been read, one in memory at a time.

    Raises:
        ContainerError: a block is cut off, damaged, or larger than the limits allow.
    """
    codec = _codec(source, header)
    number = 0
    while True:
        number += 1
        offset = source.position
        source.block = number
        packed = read_packed(source, header, limits)
        if packed is None:
            return
        records, raw = packed
        try:
            data = codec.decompress(raw, limits.block_bytes)
        except CompressionError as error:
            raise source.error(str(error), offset) from error
        except Exception as error:  # each library has errors of its own
            raise source.error(f"its {header.codec} does not unpack: {error}", offset) from error
        yield Block(number, offset, records, data)


def read_packed(source: Source, header: Header, limits: Limits) -> tuple[int, bytes] | None:
    """The next block's count of records and its bytes as they are; None at the end of the file.

    Raises:
        ContainerError: it is cut off, its marker is another one, or it is larger than the limits allow.
    """
    start = source.position
    records = source.long("the count of a block")
    if records is None:
        return None
    if not 0 <= records <= limits.block_records:
        allowed = f"0 to {limits.block_records:,} are allowed (`Limits.block_records`)"
        raise source.error(f"it claims {records:,} records: {allowed}", start)
    size = source.count("the size of a block", limits.block_bytes, " bytes")
    raw = source.take(size, f"a block of {size:,} bytes")
    marker = source.take(MARKER_SIZE, "the marker behind a block")
    if marker != header.marker:
        raise source.error("it does not end with the file's marker: the block is damaged", start)
    return records, raw


def block_bytes(records: int, packed: bytes, marker: bytes) -> bytes:
    """A block as it stands in a file."""
    return b"".join((long_bytes(records), _sized(packed), marker))


def _codec(source: Source, header: Header) -> Compression:
    try:
        return compression(header.codec)
    except CompressionError as error:
        raise source.error(str(error)) from error


def _entries(source: Source, limits: Limits) -> int:
    start = source.position
    count = source.long("the count of metadata entries")
    if count is not None and count < 0:
        source.count("the size of metadata entries", limits.header_bytes, " bytes")
    if count is None or abs(count) > limits.header_bytes:
        raise source.error("the header has no metadata that can be read", start)
    return abs(count)


def _sized(data: bytes) -> bytes:
    return long_bytes(len(data)) + data


def _sized_from(source: Source, what: str, limit: int) -> bytes:
    size = source.count(f"the length of {what}", max(limit, 0), " bytes")
    return source.take(size, what)


def _text(source: Source, data: bytes, at: int) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise source.error(f"the header holds text that is not UTF-8 ({error})", at) from error
