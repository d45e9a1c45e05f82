"""What the Kafka client reports, in words that help."""

from __future__ import annotations

import logging
import re

import confluent_kafka
import pytest
from confluent_kafka import KafkaError, KafkaException

from eventpact.clients import Complaints, broker_error, connect, translated
from eventpact.errors import BrokerError, SettingsError, Unsupported
from eventpact.settings import Settings

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


@pytest.mark.parametrize(
    ("settings", "properties", "named"),
    [
        (Settings(acks="1"), {"transactional.id": "till-1"}, "`transactional.id` requires .* (check PRODUCER_ACKS,"),
        (Settings(producer={"acks": "1"}), {}, "`acks` must be set to `all` .* (check PRODUCER_ACKS,"),
        (Settings(producer={"linger.ms": "soon"}), {}, "Invalid value .* (check the contracts and what code sets)"),
        (Settings(producer={"linger.mss": "5"}), {}, 'No such .* "linger.mss" (check the contracts'),
    ],
)
def test_settings_that_contradict_each_other_are_refused_before_anything_is_sent(
    settings: Settings, properties: dict[str, str], named: str
) -> None:
    pattern = re.escape(named).replace(r"\.\*", ".*")

    with pytest.raises(SettingsError, match=pattern):
        connect(confluent_kafka.Producer, settings.producer_config() | properties, Complaints(""))


def test_a_session_longer_than_a_handler_may_take_is_refused_with_its_variable() -> None:
    config = Settings(session_timeout_ms=3_600_000).consumer_config("billing")

    with pytest.raises(SettingsError, match=r"check KAFKA_SESSION_TIMEOUT_MS, the contracts"):
        connect(confluent_kafka.Consumer, config, Complaints(""))


@pytest.mark.parametrize(
    ("said", "todo"),
    [
        ("Disconnected: connecting to a PLAINTEXT broker listener?", "set KAFKA_SSL_ENABLED=false"),
        ("tlsv13 alert certificate required", "check KAFKA_SSL_CERTIFICATE_LOCATION and KAFKA_SSL_KEY_LOCATION"),
        ("ssl/tls alert certificate expired", "renew KAFKA_SSL_CERTIFICATE_LOCATION"),
        (
            "Invalid response size 1213486160 (0..100)",
            "what answers there speaks HTTP, as a schema registry does (brokers: k1:9092): check KAFKA",
        ),
    ],
)
def test_an_error_whose_code_says_little_is_known_by_its_words(said: str, todo: str) -> None:
    complaints = Complaints("k1:9092")
    complaints(KafkaError(KafkaError._TRANSPORT, said))

    assert todo in complaints.explain(TIMED_OUT)


def test_what_a_broker_says_of_itself_at_length_is_left_out() -> None:
    error = KafkaError(KafkaError.CLUSTER_AUTHORIZATION_FAILED, "Request Request(processor=0, session=…")

    assert "processor" not in Complaints("k1:9092").explain(error)
