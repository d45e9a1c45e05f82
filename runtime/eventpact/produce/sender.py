"""From an event to the client's queue: the path that every send takes, kept short."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from confluent_kafka import KafkaException

from eventpact import tracing
from eventpact.errors import DeliveryError
from eventpact.event import CORRELATION
from eventpact.in_hand import IN_HAND
from eventpact.names import topic_name
from eventpact.produce.carrying import in_context
from eventpact.produce.refusal import queue_full, refused
from eventpact.produce.route import Route, route
from eventpact.produce.unconfirmed import judging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from confluent_kafka import KafkaError, Message

    from eventpact.clients import Complaints
    from eventpact.event import Event
    from eventpact.produce.delivery import Ledger
    from eventpact.produce.route import Headers, SchemaIds
    from eventpact.produce.serving import Serving

    RouteKey: TypeAlias = type[Event] | tuple[object, ...]
    Told: TypeAlias = Callable[[KafkaError | None, Message], None]
    Arguments: TypeAlias = tuple[str, bytes, bytes | None, int, Told, None, int, Headers | None]
    """Of the client's `produce`, by position: topic, value, key, partition, callback, another name for it, timestamp,
    headers."""

_SERVE_MASK: Final = 64 - 1
"""Delivery reports are served once in 64 sends: rarely enough to cost nothing, and while they are in the cache."""

_LOOK: Final = 0.05
"""Seconds of one look for room in a full queue; a report ends it at once."""

_in_hand: Final = IN_HAND.get


class Gate(Protocol):
    """What events go through while not all of them go straight to the client."""

    def queue(self, way: Route, arguments: Arguments) -> None:
        """Take an event, or raise `DeliveryError`."""
        ...


class Sender:
    """Queues events, each along the route of its class and parameters, which is found once."""

    def __init__(
        self,
        serving: Serving,
        *,
        ids: SchemaIds,
        complaints: Complaints,
        ledger: Ledger,
        queue_timeout: float,
    ) -> None:
        self.gate: Gate | None = None
        """`None` is the fast path: events go straight to the client."""
        self._produce = serving.client.produce
        self._serve = serving.poll
        self._ids = ids
        self._complaints = complaints
        self._ledger = ledger
        self._queue_timeout = queue_timeout
        self._routes: dict[RouteKey, Route] = {}
        self._closed: str | None = None

    def queue(self, event: Event, parameters: dict[str, str], told: Told) -> None:
        """Queue an event; `told` is called once with what became of it. What it raises: see `Producer`."""
        key: RouteKey = (type(event), *parameters.items()) if parameters else type(event)
        way = self._routes.get(key) or self._find(key, event, parameters)
        record_key, headers = way.take(event)
        value = way.prefix + way.encode(event)
        if _in_hand() is not None or tracing.SPANS is not None or not way.correlated:
            headers, told = in_context(way, headers, told)
            if tracing.SPANS is not None and self._ledger.acknowledging:
                told = partial(judging, told)  # the span is told before the ledger is
        if self.gate is not None:
            self.gate.queue(way, (way.topic, value, record_key, -1, told, None, 0, headers))
            return
        try:
            # Positional, for keyword arguments cost a tenth of the call: `Arguments` names them.
            self._produce(way.topic, value, record_key, -1, told, None, 0, headers)
        except (BufferError, KafkaException) as error:
            self._produce_later(way, (way.topic, value, record_key, -1, told, None, 0, headers), error)
        tally = way.tally
        tally.sent = sent = tally.sent + 1
        if not sent & _SERVE_MASK:
            self._serve(0)

    def queue_all(self, events: Iterable[Event], parameters: dict[str, str], told: Told) -> None:
        """Queue events in their order, as `queue` does each; what is the same for one and the next is found once."""
        kind: type[Event] | None = None
        given: str | None = None
        for event in events:
            if self._closed is not None or tracing.SPANS is not None:
                self.queue(event, parameters, told)
                continue
            if type(event) is not kind or CORRELATION.get() is not given:
                kind, given = type(event), CORRELATION.get()
                key: RouteKey = (kind, *parameters.items()) if parameters else kind
                way = self._routes.get(key) or self._find(key, event, parameters)
                take, prefix, encode, topic, tally = way.take, way.prefix, way.encode, way.topic, way.tally
                carried = in_context(way, None, told)[0]
            record_key, headers = take(event)
            if carried:
                headers = [*headers, *carried] if headers else [*carried]
            value = prefix + encode(event)
            if self.gate is not None:
                self.gate.queue(way, (topic, value, record_key, -1, told, None, 0, headers))
                continue
            try:
                self._produce(topic, value, record_key, -1, told, None, 0, headers)
            except (BufferError, KafkaException) as error:
                self._produce_later(way, (topic, value, record_key, -1, told, None, 0, headers), error)
            tally.sent = sent = tally.sent + 1
            if not sent & _SERVE_MASK:
                self._serve(0)

    def produce(self, way: Route, arguments: Arguments) -> None:
        """Hand a record to the client, as `queue` does."""
        try:
            self._produce(*arguments)
        except (BufferError, KafkaException) as error:
            self._produce_later(way, arguments, error)
        way.tally.sent += 1
        self._serve(0)

    def close(self, reason: str = "the producer is closed") -> None:
        """Refuse events from now on."""
        self._closed = reason
        self._routes.clear()

    def _find(self, key: RouteKey, event: Event, parameters: dict[str, str]) -> Route:
        contract = event.contract
        if self._closed is not None:
            raise DeliveryError(f"{contract.name} is not sent: {self._closed}")
        topic = topic_name(contract.topic).fill(parameters)
        found = self._routes[key] = route(contract, parameters, topic, self._ids, self._ledger.tally(contract.name))
        return found

    def _produce_later(self, way: Route, arguments: Arguments, error: Exception) -> None:
        """Wait for room in the client's queue, as long as may be."""
        deadline = time.monotonic() + self._queue_timeout
        while isinstance(error, BufferError):
            if time.monotonic() >= deadline:
                raise queue_full(way, self._queue_timeout, self._complaints)
            self._serve(_LOOK)
            try:
                return self._produce(*arguments)
            except (BufferError, KafkaException) as again:
                error = again
        raise refused(error.args[0], way, len(arguments[1]), self._complaints) from error
