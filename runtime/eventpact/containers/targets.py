"""Where the bytes of a container file go: a new file, the end of one that grows, or a stream."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

from eventpact.avro.canonical import meaning
from eventpact.avro.parse import parse
from eventpact.containers.layout import Limits, read_header, read_packed
from eventpact.containers.source import Source, name_of
from eventpact.errors import ContainerError

if TYPE_CHECKING:
    from eventpact.containers.layout import Header
    from eventpact.containers.source import Place

_PARTIAL: Final = ".partial"
"""Ending of a file that is not whole yet."""


class Target(Protocol):
    """What becomes of the bytes."""

    header: Header
    """What blocks must agree with: that of a file that grows is its own."""

    def write(self, data: bytes) -> None:
        """Take whole blocks."""

    def keep(self) -> None:
        """Finish: what was written is there."""

    def discard(self) -> None:
        """Finish: nothing was written, as far as that can be."""


def target(place: Place, header: Header, *, append: bool) -> Target:
    """Where a file goes; its header is written, or that of the file that grows has been checked.

    Raises:
        ContainerError: a stream is to be appended to; the file that grows is damaged or has another schema.
        OSError: the file cannot be opened.
    """
    if not isinstance(place, (str, os.PathLike)):
        if append:
            raise ContainerError("a stream cannot be appended to: give a path", file=name_of(place))
        return _Stream(place, header)
    path = Path(place)
    if append and path.exists():
        return _Growing(path, header)
    return _NewFile(path, header)


class _Stream:
    """What goes to an open stream is gone."""

    def __init__(self, stream: BinaryIO, header: Header) -> None:
        self.header = header
        self._stream = stream
        self.write(header.encoded())

    def write(self, data: bytes) -> None:
        self._stream.write(data)

    def keep(self) -> None:
        self._stream.flush()

    def discard(self) -> None:
        """Nothing can be taken back."""


class _NewFile:
    """A file under another name until it is whole."""

    def __init__(self, path: Path, header: Header) -> None:
        self.header = header
        self._path = path
        self._partial = path.with_name(path.name + _PARTIAL)
        self._stream = self._partial.open("wb")
        self.write(header.encoded())

    def write(self, data: bytes) -> None:
        self._stream.write(data)

    def keep(self) -> None:
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            self._partial.replace(self._path)
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        with suppress(OSError):  # what stood against writing also stands against the last flush
            self._stream.close()
        self._partial.unlink(missing_ok=True)


class _Growing:
    """A file that gets further blocks, and loses them again when writing them fails."""

    def __init__(self, path: Path, header: Header) -> None:
        self._stream = path.open("r+b")
        try:
            self.header = self._checked(str(path), header)
        except BaseException:
            self._stream.close()
            raise
        self._end = self._stream.tell()

    def write(self, data: bytes) -> None:
        self._stream.write(data)

    def keep(self) -> None:
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()

    def discard(self) -> None:
        with suppress(OSError):
            self._stream.flush()
        self._stream.truncate(self._end)
        self._stream.close()

    def _checked(self, name: str, header: Header) -> Header:
        """Read over the blocks to the end, so that nothing is added behind a damaged one."""
        limits = Limits()
        source = Source(self._stream, name)
        found = read_header(source, limits)
        if found.schema != header.schema and meaning(parse(found.schema)) != meaning(parse(header.schema)):
            raise source.error("it was written with another schema: write to another file", 0)
        block = 0
        while True:
            block += 1
            source.block = block
            if read_packed(source, found, limits) is None:
                return found
