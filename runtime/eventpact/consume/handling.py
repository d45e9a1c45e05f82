"""What happens to one record: decoded, handed to its method, retried, and at worst made a dead letter."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from eventpact.consume.context import Context
from eventpact.consume.dead_letters import Reason
from eventpact.consume.record import correlation_of, headers_of, milliseconds_of
from eventpact.errors import HandlerError, NotRegistered, RegistryError
from eventpact.event import CORRELATION
from eventpact.wire import unframe

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from confluent_kafka import Message

    from eventpact.consume.dead_letters import DeadLetters
    from eventpact.consume.group import Group
    from eventpact.consume.reader import Reader
    from eventpact.consume.record import Place
    from eventpact.consume.statistics import GroupStatistics
    from eventpact.consume.topics import TopicViews
    from eventpact.event import Event, EventContract

_LOG: Final = logging.getLogger("eventpact.consume")

_ATTEMPTS: Final = 3
_BACKOFF_MS: Final = 100
"""For the hooks, which belong to no contract."""


class Stopped(Exception):  # noqa: N818 - not an error
    """The run was told to stop while a record was being retried; the record is not dealt with."""


class Handling:
    """Deals with the records of one run."""

    def __init__(
        self,
        group: Group,
        *,
        name: str,
        reader: Reader,
        views: TopicViews,
        dead_letters: DeadLetters,
        statistics: GroupStatistics,
        stop: threading.Event,
        measure_latency: bool,
    ) -> None:
        self._group = group
        self._name = name
        self._reader = reader
        self._views = views
        self._dead_letters = dead_letters
        self._statistics = statistics
        self._stop = stop
        self._measure = measure_latency

    def deal_with(self, message: Message, place: Place) -> None:
        """Handle the record at a place or queue its dead letter.

        Raises:
            Stopped: the run was told to stop between two attempts.
            HandlerError: its handler failed and it has no dead letter topic.
            RegistryError: the registry does not answer for its schema.
        """
        topic, partition, offset = place
        headers = headers_of(message)
        context = Context(
            topic,
            partition,
            offset,
            key=message.key(),
            timestamp_ms=milliseconds_of(message),
            headers=headers,
            parameters=self._views.of(topic).parameters,
        )
        correlation = correlation_of(headers)
        value = message.value()
        if value is None:
            _name_correlation(context, correlation)
            if self._succeeds(partial(self._group.on_tombstone, context), message, context):
                self._statistics.tombstones += 1
            return
        try:
            context.schema_id, payload = unframe(value)
            way = self._reader.way(context.schema_id)
            event = None if way.contract is None else way.decode(payload)
        except NotRegistered as error:
            self._undecodable(message, context, error)
            return
        except RegistryError:
            raise  # says nothing about the record: it is read again when the registry answers
        except Exception as error:  # noqa: BLE001 - whatever hostile bytes make a decoder raise, the group goes on
            self._undecodable(message, context, error)
            return
        if event is None:
            _name_correlation(context, correlation)
            if self._succeeds(partial(self._group.on_unknown, way.name, context), message, context):
                self._statistics.unknown += 1
            return
        if correlation is None and way.correlation is not None:
            found = way.correlation(event)
            correlation = None if found is None else str(found)
        _name_correlation(context, correlation)
        method: Callable[[Event, Context], None] = getattr(self._group, way.method)
        if self._succeeds(partial(method, event, context), message, context, way.contract):
            self._count(event, context)

    def _succeeds(
        self, handle: Callable[[], None], message: Message, context: Context, contract: EventContract | None = None
    ) -> bool:
        """Call a handler until it returns; false when it never did and the record became a dead letter."""
        attempts = _ATTEMPTS if contract is None else max(1, contract.retry_attempts)
        backoff = (_BACKOFF_MS if contract is None else contract.retry_backoff_ms) / 1000
        while True:
            try:
                handle()
            except Exception as error:  # noqa: BLE001 - handlers are the service's own code and may raise anything
                failure = error
            else:
                return True
            last = context.attempt >= attempts
            _LOG.warning(
                "group %s: %s failed, attempt %d of %d: %s: %s",
                self._name,
                context.position,
                context.attempt,
                attempts,
                type(failure).__name__,
                failure,
                exc_info=failure if last else None,
            )
            if last:
                self._failed(message, context, failure)
                return False
            if self._stop.wait(backoff):
                raise Stopped
            backoff *= 2
            context.attempt += 1
            self._statistics.retried += 1

    def _failed(self, message: Message, context: Context, failure: Exception) -> None:
        topic = self._views.of(context.topic).dead_letters
        if topic is None:
            raise HandlerError(
                f"group {self._name} stops at {context.position}: its handler failed {context.attempt} times "
                f"({type(failure).__name__}: {failure}), and the contract names no dead letter topic for it: "
                "give topic.yaml `dead-letters`, or catch the exception"
            ) from failure
        reason = Reason(kind="handler-failed", error=failure, attempts=context.attempt, schema_id=context.schema_id)
        self._dead_letters.add(message, topic, reason)
        self._statistics.dead_lettered += 1

    def _undecodable(self, message: Message, context: Context, error: Exception) -> None:
        topic = self._views.of(context.topic).dead_letters
        where = "passed over, for the contract names no dead letter topic" if topic is None else f"sent to {topic}"
        _LOG.warning("group %s: %s is undecodable and %s: %s", self._name, context.position, where, error)
        if topic is None:
            self._statistics.discarded += 1
            return
        reason = Reason(kind="undecodable", error=error, attempts=1, schema_id=context.schema_id)
        self._dead_letters.add(message, topic, reason)
        self._statistics.dead_lettered += 1

    def _count(self, event: Event, context: Context) -> None:
        statistics = self._statistics
        statistics.handled += 1
        name = event.contract.name
        statistics.by_event[name] = statistics.by_event.get(name, 0) + 1
        if self._measure and context.timestamp_ms is not None:
            statistics.latencies_ms.append(time.time() * 1000 - context.timestamp_ms)


def _name_correlation(context: Context, correlation: str | None) -> None:
    context.correlation_id = correlation or str(uuid4())
    CORRELATION.set(context.correlation_id)
