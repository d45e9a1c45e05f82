"""What the Kafka client reports, in words that help."""

from __future__ import annotations

import logging

import pytest
from confluent_kafka import KafkaError, KafkaException

from eventpact.clients import Complaints, broker_error, translated
from eventpact.errors import BrokerError, Unsupported

REFUSED = KafkaError(
    KafkaError._TRANSPORT,
    "k1:9092/bootstrap: Connect to ipv4#k1:9092 failed: refused (after 0ms in state CONNECT)",
)
TIMED_OUT = KafkaError(KafkaError._TIMED_OUT, "Local: Timed out")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_error_says_what_happened_where_and_what_to_do() -> None:
    complaints = Complaints("k1:9092")

    said = complaints.explain(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED, "no right"))

    assert said == (
        "no right (brokers: k1:9092): the service lacks its right on this topic: "
        "`eventpact apply --acls` grants what the contracts give"
    )


def test_a_time_out_is_explained_by_what_was_said_before() -> None:
    complaints = Complaints("k1:9092")
    complaints(REFUSED)

    said = complaints.explain(TIMED_OUT)

    assert said.startswith("Connect to ipv4#k1:9092 failed: refused: check KAFKA_BROKERS")


def test_all_brokers_down_does_not_hide_why() -> None:
    complaints = Complaints("k1:9092")
    complaints(KafkaError(KafkaError._AUTHENTICATION, "SASL authentication error"))
    complaints(KafkaError(KafkaError._ALL_BROKERS_DOWN, "1/1 brokers are down"))

    assert "KAFKA_SASL_PASSWORD" in complaints.explain(TIMED_OUT)


def test_an_old_complaint_explains_nothing() -> None:
    clock = Clock()
    complaints = Complaints("k1:9092", clock=clock)
    complaints(REFUSED)
    clock.now += 61

    assert complaints.explain(TIMED_OUT).startswith("Local: Timed out")
    assert complaints.known() == ""


def test_a_complaint_that_goes_on_is_logged_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    complaints = Complaints("k1:9092", clock=clock)

    with caplog.at_level(logging.WARNING, "eventpact.kafka"):
        for _ in range(100):
            clock.now += 1
            complaints(REFUSED)

    assert len(caplog.records) == 4


def test_what_the_client_raises_leaves_as_ours_with_its_cause() -> None:
    with (
        pytest.raises(BrokerError, match="cannot list topics: no right") as caught,
        translated(Complaints("k1:9092"), "list topics"),
    ):
        raise KafkaException(KafkaError(KafkaError.CLUSTER_AUTHORIZATION_FAILED, "no right"))

    assert isinstance(caught.value.__cause__, KafkaException)


def test_a_broker_that_cannot_do_it_at_all_is_told_apart() -> None:
    error = KafkaError(KafkaError._UNSUPPORTED_FEATURE, "not supported")

    assert isinstance(broker_error(error, Complaints("k1:9092"), "create topic x"), Unsupported)
