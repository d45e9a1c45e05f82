"""Records as the client hands them over: many at a time, for a call each costs as much as handling some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from confluent_kafka import Message

from eventpact.avro.executor import chosen, native

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eventpact.consume.offsets import Partition

_ERROR: Final = Message.error
_TOPIC: Final = Message.topic
_PARTITION: Final = Message.partition
_OFFSET: Final = Message.offset


def without_errors(drained: list[Message]) -> tuple[list[Message], list[Message]]:
    """The records among what was drained, and the errors."""
    if not any(map(_ERROR, drained)):  # by truth: comparing one with None leaves an exception behind in the client
        return drained, []
    return [one for one in drained if one.error() is None], [one for one in drained if one.error() is not None]


def untrack(records: list[Message]) -> None:
    """Take records from the garbage collector, where the native executor can: all that they hold is text and bytes.

    A thousand of them live while they are handled, long enough to count as objects that stay; and for every few
    thousand of those, the collector goes over all that a service holds.
    """
    if chosen() == "native":
        native().untrack(records)


def last_offsets(records: Sequence[Message]) -> dict[Partition, int]:
    """The last offset of each partition, of records in the order in which they were drained."""
    # Three columns zipped take a third of the time of a loop.
    places = zip(map(_TOPIC, records), map(_PARTITION, records), strict=True)
    return dict(zip(places, map(_OFFSET, records), strict=True))  # type: ignore[arg-type]  # a record has all three


def partition_of(message: Message) -> Partition:
    """Topic and number of a record's partition."""
    return str(message.topic()), int(message.partition() or 0)


def outside(records: Iterable[Message], gone: frozenset[Partition] | set[Partition]) -> list[Message]:
    """The records that are not of these partitions."""
    return [one for one in records if partition_of(one) not in gone]
