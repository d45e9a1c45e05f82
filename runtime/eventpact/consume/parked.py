"""Which keys have records on retry topics, so that later records of theirs are put behind them.

Records of a key stand on the main topic and on its retry topics, the tiers. This is kept true of them: what is on a
later tier is older than what is on an earlier one, and that is older than what is on the main topic. So whoever reads a
record may handle it when no later tier holds one of its key; otherwise it goes to the end of the first tier that does.
Only the reader of a topic moves records from it to a tier, so it learns of each key that it has to wait for by its own
writes, and by reading the tiers when it takes the topic over.

A key is found again by its slot, a hash: the memory that this takes has a limit, and keys that share a slot at worst
wait for each other. Nothing here reads a clock or a broker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Partition: TypeAlias = "tuple[str, int]"
"""Topic and number of a retry topic's partition."""

_SLOTS: Final = 1 << 20


def slot_of(topic: str, key: bytes) -> int:
    """The slot of a key on a main topic."""
    return crc32(key, crc32(topic.encode())) % _SLOTS


class Found(NamedTuple):
    """A record that was read on a tier."""

    partition: Partition
    offset: int
    slot: int
    due: float
    """Seconds since 1970 from which it may be handled."""


class ParkedKeys:
    """What one member of a group knows of the keys on retry topics; not safe for threads by itself."""

    def __init__(self) -> None:
        self._last: dict[int, dict[Partition, int]] = {}  # slot to the offset of its last record on each partition
        self._writing: dict[int, dict[str, int]] = {}  # slot to records on their way to each topic
        self._due: dict[int, float] = {}
        self._done: dict[Partition, int] = {}

    def __bool__(self) -> bool:
        return bool(self._last or self._writing)

    def behind(self, slot: int, tiers: Sequence[str]) -> str | None:
        """The first of these topics with a record of the slot that the group is not done with; `None`: it is free."""
        writing, last = self._writing.get(slot, {}), self._last.get(slot, {})
        if not writing and not last:
            return None
        taken = {*writing, *(partition[0] for partition in last)}
        return next((tier for tier in tiers if tier in taken), None)

    def due(self, slot: int) -> float:
        """Seconds since 1970 from which all of the slot's records may be handled, as far as known here."""
        return self._due.get(slot, 0.0)

    def sent(self, slot: int, topic: str, due: float) -> None:
        """A record of the slot is on its way to a topic: it counts from now on, wherever it will stand."""
        writing = self._writing.setdefault(slot, {})
        writing[topic] = writing.get(topic, 0) + 1
        self._due[slot] = max(due, self._due.get(slot, 0.0))

    def written(self, slot: int, partition: Partition, offset: int) -> None:
        """A record that was sent stands at its place."""
        self._note(slot, partition, offset)
        self.withdrawn(slot, partition[0])

    def withdrawn(self, slot: int, topic: str) -> None:
        """A record that was sent will not come."""
        writing = self._writing.get(slot, {})
        left = writing.get(topic, 0) - 1
        if left > 0:
            writing[topic] = left
        else:
            writing.pop(topic, None)
            if not writing:
                self._writing.pop(slot, None)

    def learn(self, found: Iterable[Found], done: Mapping[Partition, int]) -> None:
        """Take what was read on the tiers, and how far the group is done with each partition (its committed offset).

        `done` must have been asked for before the tiers were read to their ends: what a record became was written
        before the record was done with, so it is among `found` then.
        """
        for record in found:
            self._note(record.slot, record.partition, record.offset)
            self._due[record.slot] = max(record.due, self._due.get(record.slot, 0.0))
        self._done.update(done)
        for slot, last in list(self._last.items()):
            for partition in [partition for partition, offset in last.items() if offset < self._done.get(partition, 0)]:
                del last[partition]
            if not last:
                del self._last[slot]
                if slot not in self._writing:
                    self._due.pop(slot, None)

    def _note(self, slot: int, partition: Partition, offset: int) -> None:
        if offset >= self._done.get(partition, 0):
            last = self._last.setdefault(slot, {})
            last[partition] = max(offset, last.get(partition, -1))
