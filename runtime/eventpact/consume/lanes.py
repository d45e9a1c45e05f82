"""Several records at the same time: lanes take strands of records, and what is done in any order is committed in order.

The session fetches and hands over; lanes handle. What both share is locked for a moment at a time.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from abc import ABC, abstractmethod
from contextvars import copy_context
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from eventpact.consume.drains import partition_of
from eventpact.consume.handling import Later, Turn
from eventpact.consume.steps import Stopped
from eventpact.consume.strands import Strand, Strands
from eventpact.errors import RegistryError
from eventpact.in_hand import Hand

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence

    from confluent_kafka import Message

    from eventpact.consume.handling import Handling
    from eventpact.consume.offsets import Offsets, Partition
    from eventpact.consume.patience import Patience
    from eventpact.consume.watermark import Watermark

_LOG: Final = logging.getLogger("eventpact.consume")

Ordering: TypeAlias = Literal["partition", "key", "none"]

MOST_BYTES: Final = 64 * 1024 * 1024
"""Bytes of values in flight, beyond which nothing is fetched; besides what the client itself has fetched ahead."""

_WINDOW: Final = 10_000
"""Records of one partition between the first that is not done and the last that was taken; then the partition waits."""


_OFFERED: Final = 16
"""Records that are handed over at once: lanes that are done with theirs wait meanwhile."""

_REFILL: Final = 128
"""Records there is to be room for before more are fetched: while they are handed over, no lane gets on, and what comes
at once beyond a few hundred objects calls the garbage collector."""

_NEVER: Final = -1


class Item(NamedTuple):
    """A record in flight."""

    message: Message
    offset: int
    mark: Watermark

    @property
    def wanted(self) -> bool:
        """Whether it may still be begun."""
        return self.mark.wanted(self.offset)


@dataclass(eq=False, slots=True)
class Lane:
    """What one lane has in hand."""

    hand: Hand
    held: Sequence[Item] = ()
    pace: int = 1


def _of_partition(message: Message) -> Hashable:
    return message.topic(), message.partition()


def _of_key(message: Message) -> Hashable:
    key = message.key()
    return message.topic(), message.partition(), message.offset() if key is None else key


def _of_record(message: Message) -> Hashable:
    return message.topic(), message.partition(), message.offset()


STRANDS: Final[Mapping[Ordering, Callable[[Message], Hashable]]] = {
    "partition": _of_partition,
    "key": _of_key,
    "none": _of_record,
}
"""What the records have in common that are handled one after the other."""


class Lanes(ABC):
    """Lanes of one run; `offer`, `revoke` and `tend` are the session's, in whichever thread polls."""

    def __init__(
        self, handling: Handling, offsets: Offsets, patience: Patience, *, count: int, ordering: Ordering, most: int
    ) -> None:
        """`count` lanes with at most `most` records in flight."""
        self.failure: BaseException | None = None
        """What ended a lane, and has to end the run."""
        self.rewound: set[Partition] = set()
        """Partitions of which the client reads again what it had read: none, lanes keep what they took."""
        self._handling = handling
        self._offsets = offsets
        self._patience = patience
        self._strand_of = STRANDS[ordering]
        self._most = max(most, 2 * count)
        self._strands: Strands[Item] = Strands()
        self._asleep: list[tuple[float, int, Strand[Item]]] = []
        self._resting = (0, 0)  # records of strands that are asleep, and their bytes, as the last round found them
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._wake_at = _NEVER  # records in flight at which somebody wants to know: waking costs more than handling
        self._in_flight = 0
        self._bytes = 0
        self._lanes = [Lane(Hand()) for _ in range(count)]

    @property
    def hands(self) -> Sequence[Hand]:
        """What each lane is at."""
        return [lane.hand for lane in self._lanes]

    @property
    def in_flight(self) -> int:
        """Records that were offered and are not dealt with."""
        return self._in_flight

    @property
    def room(self) -> int:
        """How many more records may be offered."""
        resting, their_bytes = self._resting
        return max(0, self._most - self._in_flight + resting) if self._bytes - their_bytes < MOST_BYTES else 0

    @property
    def resting(self) -> int:
        """Those of them that have to wait for their time: they take no room, or a few could stop everything else."""
        return self._resting[0]

    def offer(self, records: Sequence[Message]) -> None:
        """Take records in the order of their offsets."""
        items = [Item(one, one.offset() or 0, self._offsets.mark(partition_of(one))) for one in records]
        for start in range(0, len(items), _OFFERED):
            some = items[start : start + _OFFERED]
            with self._lock:
                self._in_flight += len(some)
                for item in some:
                    item.mark.take(item.offset)
                    self._bytes += len(item.message)
                    strand = self._strands.add(self._strand_of(item.message), item)
                    if strand is not None:
                        self._ready(strand)

    def wait_for_room(self, seconds: float) -> None:
        """Wait until there is room for some more, at most half of what can be done, or the time is over."""
        with self._changed:
            busy = self._in_flight - self.resting
            self._wake_at = goal = self._in_flight - min(_REFILL, (busy + 1) // 2)
            self._changed.wait_for(lambda: self._in_flight <= goal or self.failure is not None, seconds)
            self._wake_at = _NEVER

    def tend(self, partitions: Collection[Partition]) -> set[Partition]:
        """Wake the strands whose time has come; the partitions that should not be fetched from for now."""
        with self._lock:
            now = self._handling.clock.time()
            slept = len(self._asleep)
            while self._asleep and self._asleep[0][0] <= now:
                self._ready(heapq.heappop(self._asleep)[2])
            if slept or self._resting[0]:
                resting = [item for _, _, strand in self._asleep for item in strand]
                self._resting = len(resting), sum(len(item.message) for item in resting)
            waiting = {partition_of(strand[0].message) for _, _, strand in self._asleep if strand}
        return waiting | {one for one in partitions if len(self._offsets.mark(one)) > _WINDOW}

    def revoke(self, partitions: Collection[Partition], seconds: float) -> list[Hand]:
        """Finish what is in hand of these partitions, and what has to be finished with it, and drop the rest.

        The hands that are not done in so many seconds; nobody counts on what they do any more.
        """
        return self._leave([self._offsets.mark(partition) for partition in partitions], seconds)

    def end(self, seconds: float) -> list[Hand]:
        """The same for all partitions; the lanes end after it."""
        hanging = self._leave(self._offsets.marks(), 0.0 if self.failure is not None else seconds)
        self._dismiss()
        return hanging

    def _leave(self, marks: Sequence[Watermark], seconds: float) -> list[Hand]:
        leaving = set(map(id, marks))
        with self._changed:
            for mark in marks:
                mark.leave()
            for _, _, strand in self._asleep:
                for item in strand:
                    if id(item.mark) in leaving:
                        item.mark.leave(item.offset - 1)
            self._drop_unwanted()
            self._wake_at = self._most
            self._changed.wait_for(lambda: not any(mark.in_flight for mark in marks), seconds)
            self._wake_at = _NEVER
            for mark in marks:
                mark.leave(-1)
            self._drop_unwanted()
            return [lane.hand for lane in self._lanes if any(id(item.mark) in leaving for item in lane.held)]

    def _drop_unwanted(self) -> None:
        self._dealt(self._strands.drop(lambda item: not item.wanted))

    @abstractmethod
    def start(self) -> None:
        """Start the lanes, each in a context that begins as the caller's: who the service is, for instance."""

    @abstractmethod
    def _ready(self, strand: Strand[Item]) -> None:
        """Let a lane take the strand; called with the lock held."""

    @abstractmethod
    def _dismiss(self) -> None:
        """Let every lane end after what it has in hand."""

    def _take(self, lane: Lane, strand: Strand[Item]) -> Turn:
        with self._lock:
            most = max(lane.pace, self._handling.batch)
            lane.held = self._strands.take(strand, most)
            for item in lane.held:
                item.mark.reach = max(item.mark.reach, item.offset)
        return Turn([item.message for item in lane.held], lane.pace)

    def _is_over(self, lane: Lane, turn: Turn) -> bool:
        """Whether the lane should begin no more of a turn."""
        done, held = turn.done, lane.held
        return done == len(held) or not held[done].wanted

    def _put_back(self, lane: Lane, strand: Strand[Item], turn: Turn, stopped: BaseException | None) -> None:
        """A lane is done with a turn, or was stopped in it."""
        with self._changed:
            held, lane.held, lane.pace = lane.held, (), turn.pace
            done, left = held[: turn.done], held[turn.done :]
            for item in done:
                item.mark.finish(item.offset)
            self._dealt(done)
            until = None if stopped is None else self._until(stopped, left[0])
            if left and left[0].wanted:
                strand[:0] = left
            else:
                self._dealt(left)
            if self._strands.give_back(strand):
                if until is None:
                    self._ready(strand)
                else:
                    heapq.heappush(self._asleep, (until, next(self._numbers), strand))
            if self._in_flight <= self._wake_at or self.failure is not None:
                self._changed.notify_all()

    def _until(self, stopped: BaseException, item: Item) -> float | None:
        """Seconds since 1970 at which to try again what stopped a lane at an item; `None`: it is not tried again."""
        if isinstance(stopped, Later):
            return stopped.due
        if isinstance(stopped, RegistryError):
            wait = self._patience.wait(stopped)
            if wait is not None:
                return self._handling.clock.time() + wait
        if not isinstance(stopped, Stopped):
            self.failure = self.failure or stopped
        item.mark.leave(item.offset - 1)
        return None

    def _dealt(self, items: Iterable[Item]) -> None:
        for item in items:
            self._in_flight -= 1
            self._bytes -= len(item.message)
            item.mark.in_flight -= 1


class ThreadLanes(Lanes):
    """Lanes that are threads, for handlers that wait for something else than Python."""

    def start(self) -> None:
        """Start the threads."""
        self._queue: SimpleQueue[Strand[Item] | None] = SimpleQueue()
        for number, lane in enumerate(self._lanes):
            name = f"eventpact-lane-{number}"
            threading.Thread(target=copy_context().run, args=(self._work, lane), name=name, daemon=True).start()

    def _ready(self, strand: Strand[Item]) -> None:
        self._queue.put(strand)

    def _dismiss(self) -> None:
        for _ in self._lanes:
            self._queue.put(None)

    def _work(self, lane: Lane) -> None:
        while (strand := self._queue.get()) is not None:
            turn = self._take(lane, strand)
            stopped: BaseException | None = None
            try:
                while not self._is_over(lane, turn):
                    self._handling.step(turn, lane.hand)
            except BaseException as error:  # noqa: BLE001 - told to the session, which raises it
                stopped = error
            self._put_back(lane, strand, turn, stopped)
