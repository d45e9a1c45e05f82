"""Sends what becomes of records that could not be handled: dead letters, and records on their way to another attempt.

The offset of a record passes only when the broker has acknowledged what was sent in its place.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final, NamedTuple

import confluent_kafka
from confluent_kafka import KafkaError, KafkaException

from eventpact.clients import Complaints, connect
from eventpact.produce.unconfirmed import judged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from confluent_kafka import Message

    from eventpact.consume.record import Place, RawHeaders
    from eventpact.settings import Settings

_LOG: Final = logging.getLogger("eventpact.consume")

PATIENCE: Final = 30.0
"""Seconds that a letter may take to be acknowledged; below the default `max.poll.interval.ms` of five minutes."""


_ALWAYS: Final = {
    "message.timeout.ms": str(int(PATIENCE * 1000)),
    # A letter stands for a record that is committed, so it is written as safely as can be, and in its order.
    "acks": "all",
    "enable.idempotence": "true",
    "max.in.flight.requests.per.connection": "1",  # else the client may pass one over: see `unconfirmed`
    "message.send.max.retries": "2147483647",
    "queue.buffering.max.kbytes": "1048576",  # one with room for less than one letter would never have any
}
"""What letters are sent with, whatever a service's own events are."""

_LARGEST: Final = "message.max.bytes"
_NO_LIMIT: Final = "1000000000"
"""librdkafka's highest: the broker knows how much a topic takes, and a record that was read came by such a one."""


class Letter(NamedTuple):
    """One record to write."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: RawHeaders
    written: Callable[[Message], None] | None = None
    """Called with the record as written, on the thread that serves the reports."""
    refused: Callable[[], None] | None = None
    """Called when the broker or the client finds it too large, before the next form is sent."""


class Letters:
    """Sends letters; its producer is made when the first one comes. Any thread may call."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._complaints = Complaints(settings.brokers)
        self._lock = threading.RLock()
        self._client: confluent_kafka.Producer | None = None
        self._borrowed = False
        self._closed = False
        self._pending: dict[Place, str] = {}
        self._failed: dict[Place, str] = {}

    def send(self, place: Place, forms: Sequence[Letter]) -> None:
        """Queue a letter for the record at a place: the first of its forms that is not too large.

        What stands in its way otherwise is told by `settle`. Nothing is sent after `close`: a handler that hung when
        the run ended may fail yet, but nobody commits its record, so whoever handles it again writes the letter.
        """
        with self._lock:
            if self._closed:
                _LOG.info("no letter for %s/%d@%d: the run is over, and the record is handled again", *place)
                return
            self._pending[place] = forms[0].topic
            client = self._connected()
        try:
            self._produce(client, place, forms)
        except RuntimeError:  # the client's, when it was closed this very moment
            if not self._closed:
                raise

    def settle(self, timeout: float = PATIENCE + 5) -> Mapping[Place, str]:
        """Wait for all that were queued before; the places whose letters were not acknowledged, and why.

        Only an offset that had passed before this was called may be committed after it.
        """
        with self._lock:
            waiting = dict(self._pending)
            client = self._client
        if client is None:
            return {}
        deadline = time.monotonic() + timeout
        while not self._settled(waiting) and time.monotonic() < deadline:
            client.poll(0.05)
        with self._lock:
            for place in waiting.keys() & self._pending.keys() - self._failed.keys():
                self._failed[place] = f"no acknowledgement from {self._pending[place]}{self._complaints.known()}"
            failed, self._failed = self._failed, {}
            for place in failed:
                self._pending.pop(place, None)
        return failed

    def through(self, client: confluent_kafka.Producer) -> None:
        """Send with a client of somebody else's, so that letters are part of its transactions."""
        self._client, self._borrowed = client, True

    def taken_back(self) -> None:
        """A transaction was aborted, and with it the letters that were sent in it."""
        with self._lock:
            self._pending.clear()
            self._failed.clear()

    def close(self) -> None:
        """Let go of the connection; what is not settled by now was reported."""
        with self._lock:
            self._closed = True
            client, self._client = self._client, None
        if self._borrowed:
            return
        if client is not None:
            client.purge()
            client.close()

    def _connected(self) -> confluent_kafka.Producer:
        if self._client is None:
            config = {**self._settings.producer_config({_LARGEST: _NO_LIMIT}), **_ALWAYS}
            self._client = connect(confluent_kafka.Producer, config, self._complaints)
        return self._client

    def _settled(self, places: Mapping[Place, str]) -> bool:
        with self._lock:
            return not (self._pending.keys() - self._failed.keys()) & places.keys()

    def _produce(self, client: confluent_kafka.Producer, place: Place, forms: Sequence[Letter]) -> None:
        letter, *smaller = forms

        def told(error: KafkaError | None, message: Message) -> None:
            error = judged(error, message)
            if error is None:
                self._forget(place)
                if letter.written is not None:
                    letter.written(message)
            elif smaller and error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
                if letter.refused is not None:
                    letter.refused()
                self._produce(client, place, smaller)
            else:
                self._fail(place, letter.topic, error)

        while True:
            try:
                client.produce(letter.topic, letter.value, letter.key, headers=list(letter.headers), on_delivery=told)
            except BufferError:
                client.poll(0.1)  # every queued one is acknowledged or given up in time, so there will be room
            except KafkaException as error:
                told(error.args[0], confluent_kafka.Message())
                return
            else:
                return

    def _forget(self, place: Place) -> None:
        with self._lock:
            self._pending.pop(place, None)

    def _fail(self, place: Place, topic: str, error: KafkaError) -> None:
        with self._lock:
            if place in self._pending:
                self._failed[place] = f"{topic}: {self._complaints.explain(error)}"
