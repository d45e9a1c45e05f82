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


class Output(Protocol):
    """What becomes of the bytes."""

    def write(self, data: bytes) -> None:
        """Take whole blocks or lines."""

    def keep(self) -> None:
        """Finish: what was written is there."""

    def discard(self) -> None:
        """Finish: nothing was written, as far as that can be."""


def output(place: Place) -> Output:
    """Where a new file goes.

    Raises:
        OSError: the file cannot be opened.
    """
    return _NewFile(Path(place)) if isinstance(place, (str, os.PathLike)) else _Stream(place)


def container_output(place: Place, header: Header, *, append: bool) -> tuple[Output, Header]:
    """Where a container file goes, its header written; or the end of one that grows, and the header that it has.

    Raises:
        ContainerError: a stream is to be appended to; the file that grows is damaged or has another schema.
        OSError: the file cannot be opened.
    """
    if append and not isinstance(place, (str, os.PathLike)):
        raise ContainerError("a stream cannot be appended to: give a path", file=name_of(place))
    if append and isinstance(place, (str, os.PathLike)) and Path(place).exists():
        found = _checked(Path(place), header)
        return _Growing(Path(place)), found
    new = output(place)
    new.write(header.encoded())
    return new, header


def _checked(path: Path, header: Header) -> Header:
    """Read over the blocks of a file to its end, so that nothing is added behind a damaged one."""
    with path.open("rb") as stream:
        limits = Limits()
        source = Source(stream, str(path))
        found = read_header(source, limits)
        if found.schema != header.schema and meaning(parse(found.schema)) != meaning(parse(header.schema)):
            raise source.error("it was written with another schema: write to another file", 0)
        source.block = 1
        while read_packed(source, found, limits) is not None:
            source.block += 1
        return found


class _Stream:
    """What goes to an open stream is gone."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        self._stream.write(data)

    def keep(self) -> None:
        self._stream.flush()

    def discard(self) -> None:
        """Nothing can be taken back."""


class _NewFile:
    """A file under another name until it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(path.name + _PARTIAL)
        self._stream = self._partial.open("wb")

    def write(self, data: bytes) -> None:
        self._stream.write(data)

    def keep(self) -> None:
        try:
            _close_safely(self._stream)
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

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = path.open("ab")
        self._end = self._stream.tell()

    def write(self, data: bytes) -> None:
        self._stream.write(data)

    def keep(self) -> None:
        try:
            _close_safely(self._stream)
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        with suppress(OSError):  # as above
            self._stream.close()
        os.truncate(self._path, self._end)


def _close_safely(stream: BinaryIO) -> None:
    """Close, with all bytes on the disk."""
    stream.flush()
    os.fsync(stream.fileno())
    stream.close()
