"""Bytes of a file or stream in their order, with the position that errors name."""

from __future__ import annotations

import io
import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, TypeAlias

from eventpact.errors import ContainerError

if TYPE_CHECKING:
    from collections.abc import Iterator

Place: TypeAlias = "str | os.PathLike[str] | BinaryIO"
"""Where a container file is: a path, or an open binary stream, which is left open."""

_STEP: Final = 1 << 20
"""Bytes asked for at once, so that a stream that promises much and has little costs little."""

_LONGEST: Final = 10
"""Bytes of a long."""


def name_of(place: Place) -> str:
    """What messages call it."""
    if isinstance(place, (str, os.PathLike)):
        return str(place)
    name = getattr(place, "name", None)
    return name if isinstance(name, str) else "the stream"


@contextmanager
def opened(place: Place) -> Iterator[BinaryIO]:
    """The stream to read from; one that was opened here is closed at the end."""
    if isinstance(place, (str, os.PathLike)):
        with Path(place).open("rb") as stream:
            yield stream
    else:
        yield place


class Source:
    """Reads one file from its start, or from where the stream stands, which then counts as byte 0."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self.position = 0
        self.block: int | None = None
        """The block being read, for errors."""
        self._stream = stream
        self._end = _end(stream)

    def error(self, message: str, at: int | None = None) -> ContainerError:
        """An error at the byte `at`, by default the current one."""
        offset = self.position if at is None else at
        return ContainerError(message, file=self.name, block=self.block, offset=offset)

    def take(self, size: int, what: str) -> bytes:
        """The next `size` bytes.

        Raises:
            ContainerError: the file ends first.
        """
        start = self.position
        parts: list[bytes] = []
        while size > 0:
            part = self._stream.read(min(size, _STEP))
            if not part:
                raise self.error(f"the file ends inside {what}", start)
            self.position += len(part)
            size -= len(part)
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def long(self, what: str) -> int | None:
        """A long; None where the file ends before its first byte.

        Raises:
            ContainerError: the file ends inside it, or it has more than 64 bits.
        """
        if self._end is not None and self.position >= self._end:
            return None
        start = self.position
        zigzag = 0
        for count in range(_LONGEST):
            byte = self._stream.read(1)
            if not byte:
                if count == 0:
                    return None
                raise self.error(f"the file ends inside {what}", start)
            self.position += 1
            zigzag |= (byte[0] & 0x7F) << 7 * count
            if byte[0] <= 0x7F:
                break
        else:
            raise self.error(f"{what} goes on for more than {_LONGEST} bytes", start)
        if zigzag >> 64:
            raise self.error(f"{what} has more than 64 bits", start)
        return zigzag >> 1 ^ -(zigzag & 1)

    def count(self, what: str, limit: int, unit: str) -> int:
        """A number from 0 to `limit`.

        Raises:
            ContainerError: it is none of these, or the file ends first.
        """
        start = self.position
        number = self.long(what)
        if number is None:
            raise self.error(f"the file ends before {what}", start)
        if not 0 <= number <= limit:
            raise self.error(f"{what} is {number:,}{unit}: 0 to {limit:,} are allowed", start)
        return number


def _end(stream: BinaryIO) -> int | None:
    """How many bytes a file has from here on; what is appended while it is read belongs to the next reading.

    None of what is no file itself: the size beneath a stream that unpacks says nothing of what comes out.
    """
    if not (isinstance(stream, io.BufferedReader) and isinstance(stream.raw, io.FileIO)):
        return None
    found = os.fstat(stream.fileno())
    return found.st_size - stream.tell() if stat.S_ISREG(found.st_mode) else None
