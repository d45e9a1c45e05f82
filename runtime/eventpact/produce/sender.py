"""From an event to the client's queue: the path that every send takes, kept short."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from confluent_kafka import KafkaError, KafkaException

from eventpact.errors import DeliveryError
from eventpact.names import topic_name
from eventpact.produce.route import Route, route

if TYPE_CHECKING:
    from collections.abc import Callable

    import confluent_kafka
    from confluent_kafka import Message

    from eventpact.clients import Complaints
    from eventpact.event import Event
    from eventpact.produce.delivery import Ledger
    from eventpact.schemas import SchemaCatalog

    RouteKey: TypeAlias = type[Event] | tuple[object, ...]

_SERVE_EVERY: Final = 64
"""Delivery reports are served once for so many sends; a power of two."""

_LOOK: Final = 0.05
"""Seconds of one look for room in a full queue; a report ends it at once."""


class Sender:
    """Queues events, each along the route of its class and parameters, which is found once."""

    def __init__(
        self,
        client: confluent_kafka.Producer,
        *,
        catalog: SchemaCatalog,
        complaints: Complaints,
        ledger: Ledger,
        queue_timeout: float,
    ) -> None:
        self._client = client
        self._catalog = catalog
        self._complaints = complaints
        self._ledger = ledger
        self._queue_timeout = queue_timeout
        self._routes: dict[RouteKey, Route] = {}
        self._closed = False

    def queue(
        self, event: Event, parameters: dict[str, str], told: Callable[[KafkaError | None, Message], None]
    ) -> None:
        """Queue an event; `told` is called once with what became of it. What it raises: see `Producer`."""
        key: RouteKey = (type(event), *sorted(parameters.items())) if parameters else type(event)
        way = self._routes.get(key) or self._find(key, event, parameters)
        value = way.prefix + way.encode(event)
        # Positional, for keyword arguments cost a tenth of the call: topic, value, key, partition, callback, another
        # name, timestamp, headers.
        arguments = (way.topic, value, way.key(event), -1, told, None, 0, way.headers(event))
        try:
            self._client.produce(*arguments)
        except BufferError:
            self._queue_when_there_is_room(way, arguments)
        except KafkaException as error:
            raise self._refused(error, way, len(value)) from error
        ledger = self._ledger
        ledger.sent += 1
        if not ledger.sent & (_SERVE_EVERY - 1):
            self._client.poll(0)

    def close(self) -> None:
        """Refuse events from now on."""
        self._closed = True
        self._routes.clear()

    def _find(self, key: RouteKey, event: Event, parameters: dict[str, str]) -> Route:
        contract = event.contract
        if self._closed:
            raise DeliveryError(f"{contract.name} is not sent: the producer is closed")
        topic = topic_name(contract.topic).fill(parameters)
        found = self._routes[key] = route(contract, parameters, topic, self._catalog)
        return found

    def _queue_when_there_is_room(self, way: Route, arguments: tuple[Any, ...]) -> None:
        deadline = time.monotonic() + self._queue_timeout
        while time.monotonic() < deadline:
            self._client.poll(_LOOK)
            try:
                return self._client.produce(*arguments)
            except BufferError:
                continue
            except KafkaException as error:
                raise self._refused(error, way, len(arguments[1])) from error
        raise DeliveryError(
            f"{way.event} is not sent: the queue to the brokers stayed full for {self._queue_timeout:g} s"
            f"{self._complaints.known()}"
        )

    def _refused(self, error: KafkaException, way: Route, size: int) -> DeliveryError:
        cause: KafkaError = error.args[0]
        match cause.code():
            case KafkaError.MSG_SIZE_TOO_LARGE:
                reason = f"its record of {size:,} bytes is larger than message.max.bytes allows"
            case KafkaError._STATE:
                reason = "a transactional producer sends inside `with producer.transaction():` only"
            case _:
                reason = self._complaints.explain(cause)
        return DeliveryError(f"{way.event} is not sent to {way.topic}: {reason}")
