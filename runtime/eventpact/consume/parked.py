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
    """Seconds since 1970 from which it may be handled; 0 for one that only went behind others."""


class ParkedKeys:
    """What one member of a group knows of the keys on retry topics; not safe for threads by itself."""

    def __init__(self) -> None:
        self._last: dict[Partition, dict[int, int]] = {}  # of each partition: slot to the offset of its last record
        self._writing: dict[int, dict[str, int]] = {}  # slot to records on their way to each topic
        self._due: dict[int, float] = {}
        self._done: dict[Partition, int] = {}

    def __bool__(self) -> bool:
        return bool(self._writing) or any(self._last.values())

    def behind(self, slot: int, tiers: Sequence[str]) -> str | None:
        """The first of these topics with a record of the slot that the group is not done with; `None`: it is free."""
        taken = set(self._writing.get(slot, ()))
        taken.update(partition[0] for partition, last in self._last.items() if slot in last)
        return next((tier for tier in tiers if tier in taken), None)

    def due(self, slot: int) -> float:
        """Seconds since 1970 from which all of the slot's records may be handled, as far as known here."""
        return self._due.get(slot, 0.0)

    def sent(self, slot: int, topic: str, due: float) -> None:
        """A record of the slot is on its way to a topic: it counts from now on, wherever it will stand.

        `due` is 0 for one that only goes behind others.
        """
        writing = self._writing.setdefault(slot, {})
        writing[topic] = writing.get(topic, 0) + 1
        self._wait(slot, due)

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
            self._wait(record.slot, record.due)
        for partition, offset in done.items():
            if self._done.get(partition) != offset and (last := self._last.get(partition)):
                self._last[partition] = {slot: at for slot, at in last.items() if at >= offset}
        self._done.update(done)
        self._due = {slot: due for slot, due in self._due.items() if self._is_known(slot)}

    def _note(self, slot: int, partition: Partition, offset: int) -> None:
        if offset >= self._done.get(partition, 0):
            last = self._last.setdefault(partition, {})
            last[slot] = max(offset, last.get(slot, -1))

    def _wait(self, slot: int, due: float) -> None:
        if due > self._due.get(slot, 0.0):
            self._due[slot] = due

    def _is_known(self, slot: int) -> bool:
        return slot in self._writing or any(slot in last for last in self._last.values())
