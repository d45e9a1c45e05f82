"""Serving a client that has more to say than what became of events."""

from __future__ import annotations

from typing import Any

from confluent_kafka import KafkaError, KafkaException

from eventpact.clients import Complaints
from eventpact.produce.serving import Serving


class Client:
    """Two errors wait in it, the first of which is fatal; like the real one it raises each where it is served.

    It counts them among what is to come, beside events that it will not tell of any more.
    """

    def __init__(self, events: int) -> None:
        self.events = events
        self.errors = [KafkaError(KafkaError._FATAL, fatal=True), KafkaError(KafkaError.CLUSTER_AUTHORIZATION_FAILED)]

    def __len__(self) -> int:
        return self.events + len(self.errors)

    def poll(self, _: float) -> int:
        if self.errors:
            raise KafkaException(self.errors.pop(0))
        return 0


def flushed(events: int) -> int:
    serving = Serving(Complaints("127.0.0.1:9092"))
    client: Any = Client(events)
    serving.client = client
    return serving.flush(30)


def test_what_a_client_that_has_ended_says_besides_is_no_event_that_is_missing() -> None:
    assert flushed(events=0) == 0


def test_events_that_a_client_has_when_it_ends_are_missing() -> None:
    assert flushed(events=3) == 3
