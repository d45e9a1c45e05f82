"""Container files read: straight into typed classes, or as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar

from eventpact.avro.parse import parse
from eventpact.containers.decoding import BadRecord, decoded, divided, event_decoder, value_decoder
from eventpact.containers.layout import Limits, read_blocks, read_header
from eventpact.containers.source import Source, name_of, opened
from eventpact.errors import ContainerError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from eventpact.adapters.adapter import Adapter
    from eventpact.avro.model import Schema
    from eventpact.containers.decoding import BlockDecoder
    from eventpact.containers.layout import Header
    from eventpact.containers.source import Place

T = TypeVar("T")

DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file says of itself before its first record."""

    schema: Schema
    """What its records were written with."""
    header: Header


class ContainerReader(Iterator[T], Generic[T]):
    """The values of a file, one after the other; no more than one block of them is in memory.

    Its header has been read when it exists, so that what is no container file is refused at once. It closes the file at
    the end of the records, at the end of a `with` block, or when it is dropped.
    """

    def __init__(self, contents: Contents, values: Iterator[T], open_file: ExitStack) -> None:
        self._values = values
        self._open_file = open_file
        self.schema = contents.schema
        """The schema that the records were written with."""
        self.codec = contents.header.codec
        """How blocks are compressed."""
        self.metadata = contents.header.metadata
        """What the writer added, without Avro's own keys."""

    def __next__(self) -> T:
        try:
            return next(self._values)
        except BaseException:  # StopIteration too
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file; there are no more values."""
        self._values = iter(())
        self._open_file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_events(place: Place, event: type[T] | Adapter[T], *, limits: Limits = DEFAULT_LIMITS) -> ContainerReader[T]:
    """The events of a file, whatever version of theirs it was written with, as instances of `event`.

    Args:
        place: a path, or a binary stream, which is left open.
        event: a generated class, or an adapter (see `eventpact.adapt`).
        limits: what the file may ask for.

    Raises:
        ContainerError: the file is none, is damaged or cut off, or exceeds the limits; or one of its records cannot be
            read as `event`. The events before the block that is wrong have been handed out by then.
        ModelError: `event` has no contract.
    """
    target: Any = event  # hashable as classes and adapters are, which typing does not know
    return _reader(place, limits, lambda header, _: partial(decoded, event_decoder(target, header.schema)))


def read_values(
    place: Place, *, schema: Schema | None = None, logical_types: bool = True, limits: Limits = DEFAULT_LIMITS
) -> ContainerReader[Any]:
    """The records of a file as plain values (see `avro.Codec`), by default those of its own schema.

    Raises:
        ContainerError: as `read_events`.
    """

    def decoder(_: Header, writer: Schema) -> BlockDecoder:
        return partial(decoded, value_decoder(writer, schema or writer, logical_types=logical_types))

    return _reader(place, limits, decoder)


def read_data(place: Place, *, limits: Limits = DEFAULT_LIMITS) -> ContainerReader[bytes]:
    """The records of a file as Avro data of its own schema, not decoded.

    Raises:
        ContainerError: as `read_events`.
    """
    return _reader(place, limits, lambda _, writer: partial(divided, writer))


def read_contents(place: Place, *, limits: Limits = DEFAULT_LIMITS) -> Contents:
    """The header of a file and its schema.

    Raises:
        ContainerError: the file is none, or its schema is not valid.
    """
    with opened(place) as stream:
        return _contents(Source(stream, name_of(place)), limits)


def _contents(source: Source, limits: Limits) -> Contents:
    header = read_header(source, limits)
    try:
        return Contents(parse(header.schema), header)
    except SchemaError as error:
        raise source.error(f"its avro.schema is not a valid schema: {error}") from error


def _reader(place: Place, limits: Limits, decoder: Callable[[Header, Schema], BlockDecoder]) -> ContainerReader[Any]:
    with ExitStack() as stack:
        source = Source(stack.enter_context(opened(place)), name_of(place))
        contents = _contents(source, limits)
        decode = decoder(contents.header, contents.schema)
        return ContainerReader(contents, _values(source, contents.header, limits, decode), stack.pop_all())


def _values(source: Source, header: Header, limits: Limits, decode: BlockDecoder) -> Iterator[Any]:
    number = 1
    for block in read_blocks(source, header, limits):
        try:
            values = decode(block, number)
        except BadRecord as error:  # only here are file and block known
            at = block.offset
            raise ContainerError(str(error), file=source.name, block=block.number, offset=at) from error.__cause__
        yield from values
        number += block.records
