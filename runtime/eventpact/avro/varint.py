"""Avro's variable-length integers (zig-zag, seven bits a byte, lowest first), through tables where they are short.

Python is at its fastest when it looks an answer up, so lengths and small numbers, most of what a message holds, are
ready-made. The tables take 1.5 MB, and 2 ms once a process.
"""

from __future__ import annotations

from typing import Final

from eventpact.avro.unfit import Unfit

MAX_BYTES: Final = 10
"""Seven bits each: what 64 bits need."""


_LAST: Final = [bytes((n,)) for n in range(128)]
_FOLLOWED: Final = [bytes((n | 0x80,)) for n in range(128)]

TAILS: Final[list[bytes]] = _LAST + [low + high for high in _LAST[1:] for low in _FOLLOWED]
"""The last one or two bytes of a number: 14 bits, without zig-zag."""

PIECES: Final[list[bytes]] = [low + high for high in _FOLLOWED for low in _FOLLOWED]
"""Two bytes that others follow: 14 bits, without zig-zag."""

SIZES: Final[list[bytes]] = TAILS[0::2]
"""`SIZES[n]` for lengths up to 8191; there is nothing behind, so that a longer one raises IndexError."""

VARINTS: Final[list[bytes]] = SIZES + TAILS[:0:-2]
"""`VARINTS[n]` for -8192 <= n < 8192: the negative ones stand at the end, where Python's negative indices look."""

ZIGZAG: Final[list[int]] = [n >> 1 ^ -(n & 1) for n in range(128)]
"""What a single byte stands for."""

COUNTS: Final[list[int]] = [-1 if n > 127 or n & 1 else n >> 1 for n in range(256)]
"""The same for block counts; -1: negative, or longer than this byte (see `block_count`)."""

ENDS: Final[list[int]] = [n + 1 if n >= 0 else 0 for n in COUNTS]
"""From a single byte of length to behind the last byte of what it measures; 0: see `span`."""


def long_bytes(number: int) -> bytes:
    """The bytes of a long.

    Raises:
        Unfit: it needs more than 64 bits.
    """
    if -8192 <= number < 8192:
        return VARINTS[number]
    if not -(1 << 63) <= number < 1 << 63:
        raise Unfit
    return _encoded(number << 1 ^ number >> 63)


def _encoded(zigzag: int) -> bytes:
    out = bytearray()
    while zigzag > 0x7F:
        out.append(zigzag & 0x7F | 0x80)
        zigzag >>= 7
    out.append(zigzag)
    return bytes(out)


def int_bytes(number: int) -> bytes:
    """The bytes of an int.

    Raises:
        Unfit: it needs more than 32 bits.
    """
    if not -(1 << 31) <= number < 1 << 31:
        raise Unfit
    return _encoded(number << 1 ^ number >> 63)


def read_long(data: bytes, position: int) -> tuple[int, int]:
    """A long and the position behind it.

    Raises:
        Unfit: it goes on for more than ten bytes, or has more than 64 bits.
        IndexError: the data end first.
    """
    byte = data[position]
    zigzag = byte & 0x7F
    shift = 7
    while byte > 0x7F:
        position += 1
        byte = data[position]
        zigzag |= (byte & 0x7F) << shift
        shift += 7
        if shift > 7 * MAX_BYTES:
            raise Unfit
    if zigzag >> 64:
        raise Unfit
    return zigzag >> 1 ^ -(zigzag & 1), position + 1


def read_int(data: bytes, position: int) -> tuple[int, int]:
    """An int and the position behind it; `Unfit` beyond 32 bits, otherwise as `read_long`."""
    number, position = read_long(data, position)
    if not -(1 << 31) <= number < 1 << 31:
        raise Unfit
    return number, position


def span(data: bytes, position: int) -> tuple[int, int]:
    """A length of any size at `position`: the positions of its last byte and behind what it measures.

    Raises:
        Unfit: it is negative, or reaches beyond the data.
    """
    length, start = read_long(data, position)
    if length < 0 or start + length > len(data):
        raise Unfit
    return start - 1, start + length


def block_count(data: bytes, position: int) -> tuple[int, int]:
    """A block's count of any form, and where its first item starts: a negative count is followed by a size in bytes.

    Raises:
        Unfit: the size is negative or reaches beyond the data; the count is zero, written at length; it is -2**63.
    """
    count, position = read_long(data, position)
    if count < 0:
        size, position = read_long(data, position)
        if not 0 <= size <= len(data) - position:
            raise Unfit
    if not 0 < abs(count) < 1 << 63:
        raise Unfit
    return abs(count), position


def skip_block(data: bytes, position: int) -> tuple[int, int]:
    """A block's count of any form to be skipped: how many items are left to step over one by one, and from where.

    A block that says its size is stepped over here. Raises as `block_count`.
    """
    count, start = read_long(data, position)
    if count >= 0:
        return block_count(data, position)
    size, start = read_long(data, start)
    if not 0 <= size <= len(data) - start or count == -(1 << 63):
        raise Unfit
    return 0, start + size
