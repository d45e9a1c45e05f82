"""Where a replay goes: a topic, each record's own topic, or the handlers of a group."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Final, Protocol

from eventpact.consume.context import Received
from eventpact.consume.handlers import HandlerTable
from eventpact.consume.reader import Reader
from eventpact.consume.topics import TopicViews
from eventpact.errors import CodecError, HandlerError, NotRegistered
from eventpact.in_hand import IN_HAND, Hand
from eventpact.wire import HEADER_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.consume.group import Group
    from eventpact.consume.record import RawHeaders
    from eventpact.containers.archive import ArchivedRecord
    from eventpact.operate.groups import Groups
    from eventpact.operate.log_offsets import Partition
    from eventpact.operate.writing import RecordWriter
    from eventpact.schemas import SchemaCatalog

_LOG: Final = logging.getLogger("eventpact.operate")

PREFIX: Final = "replay-"
"""What the headers begin with that a replay adds."""
ID: Final = f"{PREFIX}id"
"""Header of a record that was replayed: the name of the replay."""
POSITION: Final = f"{PREFIX}position"
"""Header of a record that was replayed: where the record was that it repeats, `topic/partition@offset`."""

_MOST: Final = 100
"""Handled records between two times that progress is kept."""


class Target(Protocol):
    """Takes records one after the other."""

    def take(self, record: ArchivedRecord) -> bool:
        """Take a record; false for one that it has no use for."""

    def name_of(self, record: ArchivedRecord) -> str:
        """What counts the record."""

    def keep(self, progress: Mapping[Partition, int], notes: Mapping[Partition, str]) -> None:
        """Make what was taken last, together with how far the source was read, and notes that go with that."""

    @property
    def due(self) -> bool:
        """Whether it is time to keep."""


class TopicTarget:
    """Writes records to a topic, or each to the topic that it was read from."""

    def __init__(
        self, writer: RecordWriter, identity: str, topic: str | None, *, same_partitions: bool, new_timestamps: bool
    ) -> None:
        self._writer = writer
        self._identity = identity.encode()
        self._topic = topic
        self._same_partitions = same_partitions
        self._new_timestamps = new_timestamps

    @property
    def due(self) -> bool:
        """Whether the open transaction has become large or long enough."""
        return self._writer.due

    def take(self, record: ArchivedRecord) -> bool:
        """Write a record; one that this very replay has written, to a topic that it also reads, is passed over."""
        if any(header.name == ID and header.value == self._identity for header in record.headers):
            return False
        kept: RawHeaders = [(one.name, one.value) for one in record.headers if not one.name.startswith(PREFIX)]
        self._writer.write(
            self.name_of(record),
            record.key,
            record.value,
            [*kept, (ID, self._identity), (POSITION, record.position.encode())],
            partition=record.partition if self._same_partitions else None,
            timestamp_ms=None if self._new_timestamps else record.timestamp_ms,
        )
        return True

    def name_of(self, record: ArchivedRecord) -> str:
        """The topic that the record goes to."""
        return self._topic or record.topic

    def keep(self, progress: Mapping[Partition, int], notes: Mapping[Partition, str]) -> None:
        """Commit."""
        self._writer.commit(progress, notes)


class HandlerTarget:
    """Calls the handlers of a group. A run that is killed repeats at most the records since progress was kept."""

    def __init__(self, group: Group, catalog: SchemaCatalog, groups: Groups, identity: str) -> None:
        self._group = group
        views = TopicViews(event.contract for event, _ in group.handlers.values())
        self._table = HandlerTable(group, Reader(group.handlers, catalog), views)
        self._groups = groups
        self._identity = identity
        self._hand = Hand()
        self._loop = asyncio.new_event_loop()
        """For handlers that are coroutine functions."""
        self._taken = 0

    @property
    def due(self) -> bool:
        """Whether some records were handled since progress was kept."""
        return self._taken >= _MOST

    def take(self, record: ArchivedRecord) -> bool:
        """Handle a record; one that cannot be decoded is logged and passed over.

        Raises:
            HandlerError: its handler failed; what it raised is the cause.
            RegistryError: the registry does not answer for its schema.
        """
        self._taken += 1
        try:
            handler = self._table.of(record.value)
            event = None if record.value is None else handler.decode(record.value[HEADER_SIZE:])
        except (CodecError, NotRegistered) as error:
            _LOG.warning("%s is undecodable and passed over: %s", record.position, error)
            return False
        context = self._hand.context = Received.of(record.message(), handler, event)
        token = IN_HAND.set(self._hand)
        try:
            called = handler.call(event, context)
            if isinstance(called, Coroutine):
                self._loop.run_until_complete(called)
        except Exception as error:
            raise HandlerError(
                f"{type(self._group).__name__} failed on {record.position} ({type(error).__name__}: {error}); "
                "what came before it is done, and the next run begins with it"
            ) from error
        finally:
            IN_HAND.reset(token)
        return True

    def name_of(self, record: ArchivedRecord) -> str:
        """The topic that the record was read from."""
        return record.topic

    def keep(self, progress: Mapping[Partition, int], notes: Mapping[Partition, str]) -> None:
        """Keep the progress."""
        if progress:
            self._groups.commit(self._identity, progress, notes)
        self._taken = 0

    def close(self) -> None:
        """Let go of the event loop."""
        self._loop.close()
