"""What happens to records in hand: decoded, handed to their method, and where it fails left to `failures`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from eventpact import tracing
from eventpact.consume.context import Received
from eventpact.errors import NotRegistered, RegistryError
from eventpact.in_hand import IN_HAND
from eventpact.wire import HEADER_SIZE

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from confluent_kafka import Message

    from eventpact.consume.failures import Failures
    from eventpact.consume.handlers import Handler, HandlerTable
    from eventpact.consume.statistics import GroupStatistics
    from eventpact.in_hand import Hand

_NONE_YET: Final = b"\xff"
"""What no record's value begins with that can be decoded."""

_BITE: Final = 0.0002
"""Seconds of handling between two looks at what else goes on: the clock, a stop, partitions that went."""

_MOST: Final = 64
"""Records between two such looks."""


class Stopped(Exception):  # noqa: N818 - not an error
    """The run was told to stop while a record was being retried; the record is not dealt with."""


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
    """Deals with the records of one run; each thread with a hand of its own."""

    def __init__(
        self,
        name: str,
        *,
        table: HandlerTable,
        failures: Failures,
        statistics: GroupStatistics,
        stop: threading.Event,
        measure_latency: bool,
    ) -> None:
        self._name = name
        self._table = table
        self._failures = failures
        self._statistics = statistics
        self._stop = stop
        self._measure = measure_latency
        self._delays = bool(failures.topics())

    def step(self, turn: Turn, hand: Hand) -> None:
        """Deal with the next few records of a turn: one, or as many as take no time to speak of.

        `turn.done` is right whatever is raised; the record after those is not dealt with.

        Raises:
            Stopped: the run was told to stop between two attempts.
            HandlerError: a handler failed, and the group has to stop.
            RegistryError: the registry does not answer for a record's schema.
        """
        start = turn.done
        begun = hand.since = time.monotonic()
        token = IN_HAND.set(hand)
        try:
            if self._delays or self._measure or tracing.SPANS is not None:
                self._one(turn.records[start], hand)
                turn.done += 1
            else:
                self._some(turn, hand)
        finally:
            IN_HAND.reset(token)
            hand.since = None
        took, done = time.monotonic() - begun, turn.done - start
        self._statistics.timed(took, done)
        turn.pace = max(1, min(_MOST, 2 * turn.pace, int(_BITE * done / took) if took else _MOST))

    def _some(self, turn: Turn, hand: Hand) -> None:
        """The short way of records that nothing is special about; every instruction here counts."""
        prefix, handler = _NONE_YET, self._table.tombstone
        start = counted = done = turn.done
        try:
            for message in turn.records[start : start + turn.pace]:
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
                    self._one(message, hand)
                    done += 1
                    counted += 1
                    continue
                context = Received()
                context._message = message
                context._event = event
                context._source = handler
                hand.context = context
                try:
                    call(event, context)
                except Exception as error:  # noqa: BLE001 - handlers are the service's own code and may raise anything
                    self._statistics.count(handler, done - counted)
                    counted = done
                    self._again(message, event, context, handler, error)
                    counted += 1
                done += 1
        finally:
            turn.done = done
            self._statistics.count(handler, done - counted)

    def _one(self, message: Message, hand: Hand) -> None:
        """The long way: whatever a record may turn out to be."""
        value: Any = message.value()
        context = Received()
        context._message = message
        context._event = None
        context._source = self._table.tombstone
        hand.context = context
        if self._delays and not self._failures.origin(message, context):
            self._statistics.skipped += 1
            return
        try:
            handler = self._table.of(value)
            context._source = handler
            context._event = event = None if value is None else handler.decode(value[HEADER_SIZE:])
        except Exception as error:  # whatever hostile bytes make a decoder raise, the group goes on
            if isinstance(error, RegistryError) and not isinstance(error, NotRegistered):
                raise  # says nothing about the record: it is read again when the registry answers
            if context._source is self._table.tombstone:
                context._source = self._table.of_schema(value)
            self._failures.undecodable(message, context, error)
            return
        if self._delays and self._failures.parked(message, context):
            return
        try:
            with tracing.handling(self._name, handler.event, (context,)):
                handler.call(event, context)
        except Exception as error:  # noqa: BLE001 - handlers are the service's own code and may raise anything
            self._again(message, event, context, handler, error)
        else:
            self._statistics.count(handler, 1)
            self._measured(context)

    def _again(self, message: Message, event: Any, context: Received, handler: Handler, error: Exception) -> None:
        """Another attempt after each failure, until one succeeds or the record is dealt with otherwise."""
        failure: Exception | None = error
        while failure is not None:
            wait = self._failures.attempt_failed(message, context, handler.contract, failure)
            if wait is None:
                return
            if self._stop.wait(wait):
                raise Stopped
            failure = None
            try:
                with tracing.handling(self._name, handler.event, (context,)):
                    handler.call(event, context)
            except Exception as again:  # noqa: BLE001 - as the first time
                failure = again
        self._statistics.count(handler, 1)
        self._measured(context)

    def _measured(self, context: Received) -> None:
        if self._measure and context.timestamp_ms is not None:
            self._statistics.latencies_ms.append(time.time() * 1000 - context.timestamp_ms)
