"""A plain producer as its best users write one: every delivery is looked at, and a full queue is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import confluent_kafka

if TYPE_CHECKING:
    from collections.abc import Mapping

    from confluent_kafka import KafkaError, Message

    from eventpact.produce.route import Headers

    Record: TypeAlias = tuple[bytes | None, bytes | None, Headers | dict[str, str | bytes | None] | None]
    """Value, key and headers, as a consumer's message tells them."""


class PlainProducer:
    """confluent-kafka's producer with a delivery callback on each record."""

    def __init__(self, config: Mapping[str, str], topic: str) -> None:
        self.client = confluent_kafka.Producer(dict(config))
        self.acknowledged = 0
        self._failed = 0
        self._topic = topic

    def warm_up(self, record: Record) -> None:
        """Connect, and have the cluster number this producer: that takes a second where a broker has just started."""
        self.send(record)
        self.client.flush()

    def send(self, record: Record) -> None:
        """Queue a record."""
        value, key, headers = record
        while True:
            try:
                return self.client.produce(self._topic, value, key, -1, self._told, None, 0, headers)
            except BufferError:
                self.client.poll(0.05)

    def finish(self, sent: int) -> None:
        """Wait for all, one of which was the warm-up."""
        self.client.flush()
        assert not self._failed
        assert self.acknowledged == sent + 1, (self.acknowledged, sent)

    def _told(self, error: KafkaError | None, _: Message) -> None:
        if error is None:
            self.acknowledged += 1
        else:
            self._failed += 1
