"""What happens to records in hand: decoded, handed to their method, and where it fails left to `failures`."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from eventpact import tracing
from eventpact.consume.batch import Batch
from eventpact.consume.context import Context, Received
from eventpact.consume.record import milliseconds_of
from eventpact.consume.steps import NotRun, check_run, walk, walk_async
from eventpact.errors import HandlerError, NotRegistered, RegistryError
from eventpact.in_hand import IN_HAND
from eventpact.logs import about, described
from eventpact.wire import HEADER_SIZE

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from confluent_kafka import Message

    from eventpact.consume.failures import Failures
    from eventpact.consume.handlers import Handler, HandlerTable
    from eventpact.consume.statistics import GroupStatistics
    from eventpact.consume.steps import Steps
    from eventpact.consume.transactions import Isolation
    from eventpact.in_hand import Hand

_LOG: Final = logging.getLogger("eventpact.consume")

_NONE_YET: Final = b"\xff"
"""What no record's value begins with that can be decoded."""

_BITE: Final = 0.0005
"""Seconds of handling between two looks at what else goes on: the clock, a stop, partitions that went."""

_MOST: Final = 128
"""Records between two such looks."""


class Later(Exception):  # noqa: N818 - not an error
    """The record must not be handled before `due`, in seconds since 1970; it is not dealt with."""

    def __init__(self, due: float) -> None:
        super().__init__()
        self.due = due


class Turn:
    """Records that one hand deals with, one after the other."""

    __slots__ = ("done", "pace", "records")

    def __init__(self, records: Sequence[Message], pace: int = 1) -> None:
        self.records = records
        self.done = 0
        """How many of them are dealt with."""
        self.pace = pace
        """How many are taken at once; of slow ones one alone."""

    def __bool__(self) -> bool:
        return self.done < len(self.records)


class Handling:
    """Deals with the records of one run; each thread or task with a hand of its own."""

    def __init__(
        self,
        name: str,
        *,
        table: HandlerTable,
        failures: Failures | Isolation,
        statistics: GroupStatistics,
        stop: threading.Event,
        measure_latency: bool,
        batch: int,
    ) -> None:
        self._name = name
        self._table = table
        self._failures = failures
        self._statistics = statistics
        self._stop = stop
        self.clock = table.clock
        """The time that the group goes by; whoever sets a record aside asks it when that is over."""
        self._measure = measure_latency
        self._delays = bool(failures.topics())
        self._batch = batch if table.has_batches else 0
        self.attempt = 1
        """Which attempt at the next record this is, where an earlier one was taken back."""
        self.one_by_one = False
        """Whether batch methods are left alone, where a batch was taken back."""

    @property
    def batch(self) -> int:
        """How many records a turn may take at once; 1 where no handler takes batches."""
        return self._batch or 1

    def step(self, turn: Turn, hand: Hand) -> None:
        """Deal with the next few records of a turn: one, a batch, or as many as take no time to speak of.

        `turn.done` is right whatever is raised; the record after those is not dealt with.

        Raises:
            Stopped: the run was told to stop between two attempts.
            HandlerError: a handler failed, and the group has to stop.
            RegistryError: the registry does not answer for a record's schema.
            Later: the record is not due yet.
        """
        start = turn.done
        begun = hand.since = time.monotonic()
        token = IN_HAND.set(hand)
        try:
            special = self._batch or self._measure or self.attempt > 1 or tracing.SPANS is not None
            if special or (self._delays and self._failures.minds(turn.records[start : start + turn.pace])):
                walk(self._long(turn, hand), self.clock, self._stop)
            else:
                self._short(turn, hand)
        finally:
            IN_HAND.reset(token)
            hand.since = None
            self._clock(turn, start, time.monotonic() - begun)

    async def step_async(self, turn: Turn, hand: Hand) -> None:
        """Deal with the next record or batch of a turn on an event loop; raises what `step` does."""
        start = turn.done
        begun = hand.since = time.monotonic()
        IN_HAND.set(hand)
        try:
            await walk_async(self._long(turn, hand), self.clock, self._stop)
        finally:
            hand.since = None
            self._clock(turn, start, time.monotonic() - begun)

    def _clock(self, turn: Turn, start: int, took: float) -> None:
        done = turn.done - start
        if not done:
            return
        self._statistics.timed(took, done)
        written = milliseconds_of(turn.records[turn.done - 1])
        if written is not None:
            self._statistics.ages.observe(max(0.0, time.time() - written / 1000), done)
        turn.pace = max(1, min(_MOST, 2 * turn.pace, int(_BITE * done / took) if took else _MOST))

    def _short(self, turn: Turn, hand: Hand) -> None:
        """The way of records that nothing is special about; every instruction here counts."""
        prefix, handler = _NONE_YET, self._table.tombstone
        counted = done = turn.done
        try:
            for message in turn.records[done : done + turn.pace]:
                value: Any = message.value()
                try:
                    if not value.startswith(prefix):
                        found = self._table.known[value[:HEADER_SIZE]]
                        self._statistics.count(handler, done - counted)
                        handler, counted = found, done
                        prefix, decode, call = value[:HEADER_SIZE], handler.decode, handler.call
                    event = decode(value[HEADER_SIZE:])
                except Exception:  # noqa: BLE001 - met for the first time, a tombstone or damaged: the long way tells
                    self._statistics.count(handler, done - counted)
                    counted = done
                    walk(self._one(message, hand), self.clock, self._stop)
                    done += 1
                    counted = done
                    if self._delays:
                        break  # it may be on a retry topic by now, and later ones of its key have to wait for it
                    continue
                context = Received()
                context._message = message
                context._event = event
                context._source = handler
                context._said = context._carried = context._correlation_id = None
                hand.context = context
                try:
                    if (result := call(event, context)) is not None:
                        check_run(result)
                except Exception as error:  # noqa: BLE001 - handlers are the service's own code and may raise anything
                    self._statistics.count(handler, done - counted)
                    counted = done
                    walk(self._attempts(message, context, handler, error), self.clock, self._stop)
                    counted += 1
                    if self._delays:
                        done += 1
                        break  # as above
                done += 1
        finally:
            turn.done = done
            self._statistics.count(handler, done - counted)

    def _long(self, turn: Turn, hand: Hand) -> Steps:
        """One record or batch, whatever it may turn out to be."""
        if self._batch and not self.one_by_one:
            batch = self._alike(turn)
            if len(batch.messages) > 1:
                hand.context = batch.contexts[0]
                done = turn.done + len(batch.messages)
                yield from self._together(hand, batch)
                turn.done = done
                return
        yield from self._one(turn.records[turn.done], hand)
        turn.done += 1

    def _one(self, message: Message, hand: Hand) -> Steps:
        value: Any = message.value()
        context = hand.context = Received.of(message, self._table.tombstone)
        if self.attempt > 1:
            context.attempt = self.attempt
        if self._delays and (due := self._failures.due(message)) is not None:
            raise Later(due)
        try:
            if self._delays and not self._failures.origin(message, context):
                self._statistics.skipped += 1
                return
            handler = context._source = self._table.of(value)
            context._event = None if value is None else handler.decode(value[HEADER_SIZE:])
        except Exception as error:
            if isinstance(error, RegistryError) and not isinstance(error, NotRegistered):
                raise  # says nothing about the record: it is read again when the registry answers
            # Whatever hostile bytes make a decoder raise, the group goes on.
            if context._source is self._table.tombstone:
                context._source = self._table.of_schema(value)
            self._failures.undecodable(message, context, error)
            return
        if self._delays and self._failures.parked(message, context):
            return
        yield from self._attempts(message, context, handler)

    def _attempts(
        self, message: Message, context: Received, handler: Handler, failure: Exception | None = None
    ) -> Steps:
        """Call the handler, and again after each failure, until it succeeds or the record is dealt with otherwise."""
        while True:
            if failure is not None:
                self._check_run(failure, context)
                wait = self._failures.attempt_failed(message, context, handler.contract, failure)
                if wait is None:
                    return
                yield float(wait)
            try:
                with tracing.handling(self._name, handler.contract, (context,)):
                    yield partial(handler.call, context._event, context)
            except Exception as error:  # noqa: BLE001 - handlers are the service's own code and may raise anything
                failure = error
            else:
                self._succeeded(handler, (context,))
                return

    def _alike(self, turn: Turn) -> Batch:
        """The records that are next which one batch method takes.

        A batch ends where another event comes, so that the order of each partition holds.
        """
        batch = Batch()
        source: Handler | None = None
        prefix = b""
        for message in turn.records[turn.done : turn.done + self._batch]:
            value: Any = message.value()
            if value is None:
                break
            if source is None or not value.startswith(prefix):
                found = self._table.known.get(value[:HEADER_SIZE])
                if found is None or found.batch is None or (source is not None and found.method != source.method):
                    break
                prefix, source, decode = value[:HEADER_SIZE], found, found.decode
            context = None
            try:
                if self._delays:
                    context = Received.of(message, source)
                    if self._failures.due(message) is not None or not self._failures.origin(message, context):
                        break
                event = decode(value[HEADER_SIZE:])
            except Exception:  # noqa: BLE001 - alone, it will be a dead letter
                break
            if context is not None:
                context._event = event
            batch.add(message, source, event, context)
        return batch

    def _together(self, hand: Hand, batch: Batch) -> Steps:
        handler = batch.handler
        assert handler.batch is not None  # noqa: S101 - `_alike` takes no others
        if self._delays:
            batch = batch.without(map(self._failures.parked, batch.messages, batch.contexts))
        if not batch.messages:
            return
        contexts = batch.contexts
        try:
            with tracing.handling(self._name, handler.contract, contexts):
                yield partial(handler.batch, [*batch.events], contexts)  # which the service may sort, or empty
        except Exception as error:  # noqa: BLE001 - handlers are the service's own code and may raise anything
            self._check_run(error, contexts[0])
            _LOG.warning(
                "group %s: a batch of %d from %s on failed and is handled one by one: %s",
                self._name,
                len(contexts),
                contexts[0].position,
                described(error),
                extra=about(contexts[0], self._name),
            )
            self._failures.batch_failed(error)
            for message, context in zip(batch.messages, contexts, strict=True):
                hand.context = context
                # One that failed a moment ago may have gone to a retry topic, and later ones of its key wait for it.
                if not (self._delays and self._failures.parked(message, context)):
                    yield from self._attempts(message, context, handler)
        else:
            self._succeeded(handler, contexts)

    def _check_run(self, failure: Exception, context: Context) -> None:
        """Stop the group for a handler that cannot have done anything, whatever is said of exceptions."""
        if isinstance(failure, NotRun):
            raise HandlerError(f"group {self._name} stops at {context.position}: {failure}") from failure

    def _succeeded(self, handler: Handler, contexts: Sequence[Context]) -> None:
        self._statistics.count(handler, len(contexts))
        if self._measure:
            now = time.time() * 1000
            times = (context.timestamp_ms for context in contexts)
            self._statistics.latencies_ms.extend(now - written for written in times if written is not None)
