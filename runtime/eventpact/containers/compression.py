"""Compression of the blocks of container files (Avro 1.12, "Required Codecs" and "Optional Codecs").

Unpacking never makes more than the reader allows, whatever the packed bytes promise. What the standard library lacks
comes with `pip install 'eventpact[files]'` and is imported when a file asks for it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CHECKSUM: Final = 4
"""Bytes of CRC-32 behind a snappy block."""

_RAW: Final = -15
"""zlib's sign for deflate without header and checksum, with the largest window."""


class CompressionError(Exception):
    """A block does not unpack, or its codec is not to be had; the text completes "block 3: …"."""


@dataclass(frozen=True, slots=True)
class Compression:
    """One codec."""

    compress: Callable[[bytes, int | None], bytes]
    """(data, level); None is the codec's own level, and codecs without levels ignore it."""
    decompress: Callable[[bytes, int], bytes]
    """(packed, limit): the data, or what its library raises, or `CompressionError` beyond `limit` bytes."""


class _Unpacker(Protocol):
    """What zlib, bz2, lzma and zstd have in common."""

    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def compression(name: str) -> Compression:
    """The codec of that name.

    Raises:
        CompressionError: there is none.
    """
    found = _CODECS.get(name)
    if found is None:
        raise CompressionError(f"there is no codec {name!r}; known are {', '.join(_CODECS)}")
    return found


def _unpacked(packed: bytes, limit: int, unpacker: _Unpacker) -> bytes:
    """Unpack at most `limit` bytes.

    What follows the end is ignored, as by other readers: PyPI's avro leaves part of a checksum behind deflate.
    """
    data = unpacker.decompress(packed, limit + 1)
    if len(data) > limit:
        raise _beyond(limit)
    if not unpacker.eof:
        raise CompressionError("its packed bytes end too early")
    return data


def _beyond(limit: int) -> CompressionError:
    return CompressionError(f"it unpacks to more than the {limit:,} bytes that a block may have (`Limits.block_bytes`)")


def _library(name: str, distribution: str, codec: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        message = f"codec {codec} needs {distribution}: pip install 'eventpact[files]'"
        raise CompressionError(message) from error


def _plain(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise _beyond(limit)
    return data


def _deflate(data: bytes, level: int | None) -> bytes:
    packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION if level is None else level, zlib.DEFLATED, _RAW)
    return packer.compress(data) + packer.flush()


def _bzip2(data: bytes, level: int | None) -> bytes:
    packed: bytes = import_module("bz2").compress(data, 9 if level is None else level)
    return packed


def _xz(data: bytes, level: int | None) -> bytes:
    packed: bytes = import_module("lzma").compress(data, preset=level)
    return packed


def _unxz(packed: bytes, limit: int) -> bytes:
    return _unpacked(packed, limit, import_module("lzma").LZMADecompressor(memlimit=_XZ_MEMORY))


_XZ_MEMORY: Final = 128 << 20
"""Bytes that unpacking xz may take besides its result: level 9 needs 65 MiB."""


def _snappy(data: bytes, _level: int | None) -> bytes:
    raw = _library("cramjam", "cramjam", "snappy").snappy.compress_raw(data)
    return bytes(raw) + zlib.crc32(data).to_bytes(_CHECKSUM, "big")


def _unsnappy(packed: bytes, limit: int) -> bytes:
    snappy = _library("cramjam", "cramjam", "snappy").snappy
    raw, checksum = packed[:-_CHECKSUM], packed[-_CHECKSUM:]
    if snappy.decompress_raw_len(raw) > limit:
        raise _beyond(limit)
    data = bytes(snappy.decompress_raw(raw))
    if zlib.crc32(data).to_bytes(_CHECKSUM, "big") != checksum:
        raise CompressionError("its checksum is wrong")
    return data


def _zstd() -> Any:
    try:
        return import_module("compression.zstd")
    except ImportError:  # before Python 3.14
        return _library("backports.zstd", "backports.zstd", "zstandard")


def _zstandard(data: bytes, level: int | None) -> bytes:
    packed: bytes = _zstd().compress(data, level)
    return packed


_CODECS: Final[Mapping[str, Compression]] = {
    "null": Compression(lambda data, _level: data, _plain),
    "deflate": Compression(_deflate, lambda packed, limit: _unpacked(packed, limit, zlib.decompressobj(_RAW))),
    "snappy": Compression(_snappy, _unsnappy),
    "zstandard": Compression(_zstandard, lambda packed, limit: _unpacked(packed, limit, _zstd().ZstdDecompressor())),
    "bzip2": Compression(
        _bzip2, lambda packed, limit: _unpacked(packed, limit, import_module("bz2").BZ2Decompressor())
    ),
    "xz": Compression(_xz, _unxz),
}

CODECS: Final = tuple(_CODECS)
"""The names of all codecs; `null` and `deflate` are known to every reader."""
