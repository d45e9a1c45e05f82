"""Dead letters: records that could not be decoded or handled, kept with their raw bytes and the reason.

The offset of a record passes only when the broker has acknowledged its dead letter.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import confluent_kafka
from confluent_kafka import KafkaException

from eventpact.clients import Complaints, connect
from eventpact.consume.record import headers_of, place_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from confluent_kafka import KafkaError, Message

    from eventpact.consume.record import Place
    from eventpact.settings import Settings

PREFIX: Final = "dead-letter-"
"""What the headers that say why begin with."""

_LONGEST: Final = 1000
"""Characters of an exception's message that are kept."""

_PATIENCE_MS: Final = 30_000
"""How long a dead letter may take to be acknowledged; below the default `max.poll.interval.ms` of five minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a record becomes a dead letter."""

    kind: str
    """`undecodable` or `handler-failed`."""
    error: BaseException
    attempts: int
    schema_id: int | None

    def headers(self, group: str, message: Message) -> dict[str, str]:
        """The reason and the record's origin as headers."""
        kind = type(self.error)
        values = {
            "reason": self.kind,
            "exception": f"{kind.__module__}.{kind.__qualname__}",
            "message": str(self.error)[:_LONGEST],
            "group": group,
            "topic": message.topic(),
            "partition": message.partition(),
            "offset": message.offset(),
            "timestamp": message.timestamp()[1],
            "schema-id": self.schema_id,
            "attempts": self.attempts,
        }
        return {PREFIX + name: str(value) for name, value in values.items() if value is not None}


class DeadLetters:
    """Sends dead letters; its producer is made when the first one comes."""

    def __init__(self, settings: Settings, group: str) -> None:
        self._settings = settings
        self._group = group
        self._complaints = Complaints(settings.brokers)
        self._client: confluent_kafka.Producer | None = None
        self._pending: dict[Place, str] = {}
        self._failed: dict[Place, str] = {}

    def add(self, message: Message, topic: str, reason: Reason) -> None:
        """Queue a dead letter for a record: raw key and value, its headers, and why it is here."""
        place = place_of(message)
        self._pending[place] = topic
        kept = [(name, value) for name, value in headers_of(message) if not name.startswith(PREFIX)]
        added = [(name, value.encode()) for name, value in reason.headers(self._group, message).items()]
        if self._client is None:
            config = {**self._settings.producer_config(), "message.timeout.ms": str(_PATIENCE_MS)}
            self._client = connect(confluent_kafka.Producer, config, self._complaints)
        while True:
            try:
                self._client.produce(
                    topic,
                    message.value(),
                    message.key(),
                    headers=[*kept, *added],
                    on_delivery=lambda error, _: self._told(place, error),
                )
            except BufferError:
                self._client.poll(0.1)  # every queued one is acknowledged or given up in time, so there will be room
            except KafkaException as error:
                self._told(place, error.args[0])
                return
            else:
                return

    def settle(self) -> Mapping[Place, str]:
        """Wait for all; the records whose dead letters were not acknowledged, and why. Empty: all are safe."""
        if not self._pending or self._client is None:
            return {}
        deadline = time.monotonic() + _PATIENCE_MS / 1000 + 5
        while len(self._failed) < len(self._pending) and time.monotonic() < deadline:
            self._client.poll(0.05)
        for place, topic in self._pending.items():
            self._failed.setdefault(place, f"no acknowledgement from {topic}{self._complaints.known()}")
        failed, self._failed = self._failed, {}
        self._pending.clear()
        return failed

    def close(self) -> None:
        """Let go of the connection; what is not settled by now was reported."""
        if self._client is not None:
            self._client.purge()
            self._client.close()

    def _told(self, place: Place, error: KafkaError | None) -> None:
        if error is None:
            self._pending.pop(place, None)
        elif place in self._pending:
            self._failed[place] = f"{self._pending[place]}: {self._complaints.explain(error)}"
