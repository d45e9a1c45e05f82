"""Keeps the order of keys across retry topics: who has to wait behind whom, told to the threads of one member."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

from eventpact.consume.parked import ParkedKeys, slot_of
from eventpact.consume.parked_scan import ParkedScan
from eventpact.errors import BrokerError

if TYPE_CHECKING:
    from confluent_kafka import Message

    from eventpact.consume.clock import Clock
    from eventpact.consume.retries import Course, Courses
    from eventpact.settings import Settings

_LOG: Final = logging.getLogger("eventpact.consume")

_KNOWN_FOR: Final = 0.25
"""Seconds that the tiers are not read again for: until then, a key that waited is taken to wait still."""

_LATER: Final = 0.1
"""Seconds that a record is held back before it is looked at again."""

_HELD_BACK: Final = 5.0
"""Seconds that a key's records are held back in all while the last before them leave the tiers; then they follow them
there. A key that gets new records all the time would otherwise never come off the tiers again."""

_LOOK: Final = 5.0
"""Seconds between two looks at keys that nothing new comes for: while any waits, every record is looked at twice."""

_UNREADABLE: Final = 1.0
"""Seconds before the tiers are asked for again that could not be read."""


class KeyOrder:
    """The order of keys as one member of a group keeps it; any thread may call."""

    def __init__(self, settings: Settings, group: str, courses: Courses, clock: Clock) -> None:
        self._courses = courses
        self._clock = clock
        self._parked = ParkedKeys()
        self._scan = ParkedScan(settings, group, courses)
        self._lock = threading.Lock()
        self._scanning = threading.Lock()
        self._unread = bool(courses.ordered_topics)
        self._read_at = 0.0
        self._held: dict[int, float] = {}

    @property
    def is_watching(self) -> bool:
        """Whether any key may have to wait: some do, or nobody has looked yet."""
        return self._unread or bool(self._parked)

    def look(self) -> None:
        """See now and then whether those are through that nobody asks about any more."""
        if self._parked and time.monotonic() - self._read_at > _LOOK:
            self._read_again()

    def forget(self) -> None:
        """What is known may be too little, because partitions came from another member: read before judging."""
        self._unread = bool(self._courses.ordered_topics)

    def taken_back(self) -> None:
        """What was sent in a transaction was not sent after all: learn anew who waits."""
        with self._scanning, self._lock:
            self._parked = ParkedKeys()
            self._scan.forget()
            self._unread = bool(self._courses.ordered_topics)

    def held_back(self, topic: str, message: Message) -> float | None:
        """Seconds since 1970 before which a record cannot be judged, or need not go to a tier; `None`: go on.

        Args:
            topic: that the record was first on.
            message: as it was read.
        """
        if not self.is_watching:
            return None
        course, key = self._courses.of(topic), key_of(message)
        if not course.in_order or key is None:
            return None
        if self._unread:
            try:
                self._read()
            except BrokerError as error:
                _LOG.warning("a record is held back, for nobody knows which keys wait: %s", error)
                return self._clock.time() + _UNREADABLE
        if course.is_tier(str(message.topic())):
            return None  # it does not keep others of its partition waiting: it moves on at once
        return self._while_draining(slot_of(topic, key), course)

    def behind(self, topic: str, message: Message) -> str | None:
        """The tier that a record has to go to, because an earlier one of its key is there; `None`: it may be handled.

        Raises:
            BrokerError: the retry topics could not be read, so nobody knows who waits.
        """
        if not self.is_watching:
            return None
        course, key = self._courses.of(topic), key_of(message)
        if not course.in_order or key is None:
            return None
        slot = slot_of(topic, key)
        if self._unread:
            self._read()
        elif self._tier_of(slot, course, message) is not None:
            self._read_again()
        return self._tier_of(slot, course, message)

    def sent(self, topic: str, message: Message, tier: str, due: float) -> None:
        """A record that was first on `topic` is on its way to a tier."""
        if (slot := self._slot(topic, message)) is not None:
            with self._lock:
                self._parked.sent(slot, tier, due)

    def written(self, topic: str, message: Message) -> None:
        """A record that was sent stands on its tier: `message`, as it was written there."""
        if (slot := self._slot(topic, message)) is not None:
            partition = (str(message.topic()), int(message.partition() or 0))
            with self._lock:
                self._parked.written(slot, partition, int(message.offset() or 0))

    def withdrawn(self, topic: str, message: Message, tier: str) -> None:
        """A record that was sent will not come."""
        if (slot := self._slot(topic, message)) is not None:
            with self._lock:
                self._parked.withdrawn(slot, tier)

    def close(self) -> None:
        """Let go of the connection."""
        with self._scanning:
            self._scan.close()

    def _while_draining(self, slot: int, course: Course) -> float | None:
        """Whether the key's last records on the tiers may all be handled by now: then it is worth a little waiting."""
        now = self._clock.time()
        tiers = [tier.topic for tier in course.tiers]
        with self._lock:
            if self._parked.behind(slot, tiers) is None:
                self._held.pop(slot, None)
                return None
            if self._parked.due(slot) > now:
                return None
        self._read_again()
        with self._lock:
            if self._parked.behind(slot, tiers) is None:
                self._held.pop(slot, None)
                return None
            since = self._held.setdefault(slot, now)
            if now - since > 2 * _HELD_BACK:
                self._held[slot] = now
            return now + _LATER if now - self._held[slot] <= _HELD_BACK else None

    def _tier_of(self, slot: int, course: Course, message: Message) -> str | None:
        with self._lock:
            return self._parked.behind(slot, [tier.topic for tier in course.after(str(message.topic()))])

    def _slot(self, topic: str, message: Message) -> int | None:
        key = key_of(message)
        return None if key is None or not self._courses.of(topic).in_order else slot_of(topic, key)

    def _read(self) -> None:
        with self._scanning:
            if self._unread:
                # Cleared before reading: what comes to this member meanwhile asks for another reading.
                self._unread = False
                self._scan.list_again()
                try:
                    self._refresh()
                except BaseException:
                    self._unread = True
                    raise

    def _read_again(self) -> None:
        """See whether those that waited are through; where the cluster does not say, they are taken to wait still."""
        if time.monotonic() - self._read_at < _KNOWN_FOR or not self._scanning.acquire(blocking=False):
            return
        try:
            self._refresh()
        except BrokerError as error:
            _LOG.info("keys are taken to wait still: %s", error)
        finally:
            self._scanning.release()

    def _refresh(self) -> None:
        found, done = self._scan.read()
        with self._lock:
            self._parked.learn(found, done)
        self._read_at = time.monotonic()


def key_of(message: Message) -> bytes | None:
    """The record's key as it is on the wire."""
    key = message.key()
    return key.encode() if isinstance(key, str) else key
