"""Exactly once: what handlers send and the offsets of what they handled are committed in one transaction, or neither.

A transaction holds the records of one drain. When a handler fails, all that the transaction sent is taken back; the
records before the failed one are handled again in a transaction of their own, then that one alone, each attempt from a
clean start. So an attempt that failed leaves nothing behind, and a dead letter is part of the transaction that passes
its record (KIP-98, and KIP-447 for the group's own protection against members that were replaced).
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from confluent_kafka import KafkaException, TopicPartition

from eventpact.consume.drains import last_offsets, partition_of
from eventpact.consume.handling import Later, Turn
from eventpact.consume.inline import Inline
from eventpact.consume.steps import Stopped
from eventpact.errors import DeliveryError, RegistryError

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    import confluent_kafka
    from confluent_kafka import Message

    from eventpact.consume.context import Context
    from eventpact.consume.failures import Failures
    from eventpact.consume.offsets import Partition
    from eventpact.consume.running import Running
    from eventpact.consume.statistics import GroupStatistics
    from eventpact.event import EventContract

_LOG: Final = logging.getLogger("eventpact.consume")

SIZE: Final = 1000
"""Records of a transaction at most: each transaction costs some 5 ms on one broker and 30 ms on three, however small
it is, so few records in each make a slow group."""

_LONGEST: Final = 1.0
"""Seconds of handling after which a transaction is committed, so that readers of its results do not wait for more."""

_MOST_FAILURES: Final = 5
"""Transactions in a row that could not be committed, after which the group stops."""

_TIMEOUT: Final = 60.0
"""Seconds for each step of a transaction."""

_LOOK: Final = 0.01
"""Seconds between two looks whether whoever polls waits for this thread."""


class Broken(BaseException):
    """A handler failed: what the transaction sent has to be taken back before anything else.

    No `Exception`, for those are the handlers' own and are caught.
    """

    def __init__(self, failure: Exception, *, batch: bool = False) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.batch = batch


class Isolation:
    """Stands before a run's `Failures` and lets no failure be dealt with in the transaction that it broke."""

    def __init__(self, failures: Failures) -> None:
        self._failures = failures
        self.topics, self.due, self.origin = failures.topics, failures.due, failures.origin
        self.parked, self.undecodable, self.minds = failures.parked, failures.undecodable, failures.minds

    def attempt_failed(
        self, message: Message, context: Context, contract: EventContract | None, error: Exception
    ) -> float | None:
        """Never decides; `failed` does, when the transaction is over.

        Raises:
            Broken: always.
        """
        self._last = message, context, contract
        raise Broken(error)

    def batch_failed(self, error: Exception) -> None:
        """What the batch sent before it failed has to be taken back, too.

        Raises:
            Broken: always.
        """
        raise Broken(error, batch=True)

    def failed(self, failure: Exception) -> float | None:
        """Seconds until another attempt at the record that failed last; `None` when it is dealt with."""
        message, context, contract = self._last
        return self._failures.attempt_failed(message, context, contract, failure)

    @property
    def attempt(self) -> int:
        """Which attempt at the record that failed last is next."""
        return self._last[1].attempt


class Transacted(Inline):
    """Deals with records in transactions, one after the other, in the thread that fetches them."""

    def bind(
        self,
        consumer: confluent_kafka.Consumer,
        running: Running,
        *,
        failures: Failures,
        isolation: Isolation,
        statistics: GroupStatistics,
        polling: threading.Lock,
    ) -> None:
        """Say whose offsets are committed and in whose transactions; `polling` is held by whoever calls the client."""
        assert running.producer is not None  # noqa: S101 - judged by `Running.check`
        assert running.producer.transactions is not None  # noqa: S101 - as well
        self._consumer = consumer
        self._transactions = running.producer.transactions
        self._failures = failures
        self._isolation = isolation
        self._polling = polling
        self._statistics = statistics
        self._size = running.transaction_size
        failures.through(self._transactions.client)
        self._failed_in_a_row = 0

    def start(self) -> None:
        """Register the producer now, which fences an older one of its transactional id.

        Raises:
            DeliveryError: the cluster does not take it.
        """
        self._transactions.begin(_TIMEOUT)
        self._transactions.abort(_TIMEOUT)

    def _deal_with(self, turn: Turn) -> None:
        self._handling.one_by_one = False
        while turn and not self._stop.is_set():
            try:
                broken = self._together(turn, self._size)
                if broken:
                    self._together(turn, broken)  # these were fine
                elif broken is not None:
                    self._alone(turn)
            except Stopped:
                return
            self._let_go(turn)

    def _together(self, turn: Turn, most: int) -> int | None:
        """One transaction for the next records; where a handler failed in it, how many were before that one."""
        part = Turn(turn.records[turn.done : turn.done + most], turn.pace)
        self._begin()
        until = time.monotonic() + _LONGEST
        try:
            while part and not (self._stop.is_set() or self._leaving or self._left) and time.monotonic() < until:
                self._handling.step(part, self.hand)
        except Broken as broken:
            self._handling.one_by_one |= broken.batch
            self._abort()
            return part.done
        except (Later, RegistryError) as error:
            self._commit(turn, part.done)
            self._set_aside(turn, error)
            return None
        except BaseException:
            self._abort()
            raise
        self._commit(turn, part.done)
        turn.pace = part.pace
        return None

    def _alone(self, turn: Turn) -> None:
        """The next record in transactions of its own, one an attempt, until it is dealt with."""
        part = Turn([turn.records[turn.done]])
        self._begin()
        try:
            while part:
                try:
                    self._handling.step(part, self.hand)
                except Broken as broken:
                    self._abort()
                    self._begin()
                    wait = self._isolation.failed(broken.failure)  # a dead letter is sent in the new transaction
                    self._handling.attempt = self._isolation.attempt
                    if wait is None:
                        part.done = 1
                    elif self._handling.clock.wait(wait, self._stop):
                        raise Stopped from None
        except (Later, RegistryError) as error:
            self._abort()
            self._set_aside(turn, error)
        except BaseException:
            self._abort()
            raise
        else:
            self._commit(turn, 1)
        finally:
            self._handling.attempt = 1

    def _begin(self) -> None:
        self._counted = self._statistics.snapshot()
        self._transactions.begin(_TIMEOUT)

    def _abort(self) -> None:
        """Take back what was sent since the transaction began, and what was counted."""
        self._transactions.abort(_TIMEOUT)
        self._failures.taken_back()
        self._statistics.restore(self._counted)

    def _commit(self, turn: Turn, count: int) -> None:
        """Commit the transaction with the offsets of the next records of a turn, or take them up again."""
        last = last_offsets(turn.records[turn.done : turn.done + count])
        with self._calling():
            group = self._consumer.consumer_group_metadata()
        # Looked at only now: the cluster refuses offsets of what goes later, as they come with an older generation.
        if self._left & last.keys():
            self._abort()  # others have some of the partitions by now
            self._rewind(turn)
            return
        positions = {partition: offset + 1 for partition, offset in last.items()}
        try:
            self._check_letters()
            offsets = [TopicPartition(*partition, position) for partition, position in positions.items()]
            self._transactions.send_offsets(offsets, group, _TIMEOUT)
            self._transactions.commit(_TIMEOUT)
        except DeliveryError as error:
            self._failed_in_a_row += 1
            if self._transactions.finished or self._failed_in_a_row >= _MOST_FAILURES:
                self._abort()
                raise
            _LOG.warning("a transaction is taken back, and its %d records are handled again: %s", count, error)
            self._abort()
            self._rewind(turn)
            return
        self._failed_in_a_row = 0
        turn.done += count
        self._offsets.passed(last)
        self._offsets.sent(positions)

    @contextmanager
    def _calling(self) -> Iterator[None]:
        """Call the client while nobody polls, or while who polls waits for this very thread to let partitions go."""
        while not (held := self._polling.acquire(timeout=_LOOK)):
            if self._leaving:
                break
        try:
            yield
        finally:
            if held:
                self._polling.release()

    def _check_letters(self) -> None:
        failed = self._failures.settle()
        if failed:
            (topic, partition, offset), why = min(failed.items())
            raise DeliveryError(f"no dead letter for {topic}/{partition}@{offset}: {why}", failed=len(failed))

    def _rewind(self, turn: Turn) -> None:
        """Let the client read what is left of a turn again, but for partitions that went.

        These may have come back by now: then the client reads them from what was committed last, perhaps by others.
        """
        first: dict[Partition, int] = {}
        for message in turn.records[turn.done :]:
            first.setdefault(partition_of(message), message.offset() or 0)
        turn.records = turn.records[: turn.done]
        with self._calling():
            for partition in first.keys() - self._left:
                self._waiting.pop(partition, None)
                self.rewound.add(partition)
                with suppress(KafkaException):  # it is going just now
                    self._consumer.seek(TopicPartition(*partition, first[partition]))
