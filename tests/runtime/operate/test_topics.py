"""Topics on a cluster; what needs admin requests is tested on a real one."""

from __future__ import annotations

import time

import pytest

from eventpact import Settings, Topics
from eventpact.errors import BrokerError, SettingsError
from eventpact.operate.topics import plain_topic
from eventpact_testing.broker import LocalBroker


def test_a_wrong_port_is_one_clear_error_within_the_time_given() -> None:
    started = time.monotonic()

    with pytest.raises(BrokerError, match=r"cannot list topics: Connect to .*127\.0\.0\.1:1 failed.*KAFKA_BROKERS"):
        Topics(Settings(brokers="127.0.0.1:1"), timeout=0.5).states()

    assert time.monotonic() - started < 3


def test_a_host_that_does_not_exist_is_named() -> None:
    with pytest.raises(BrokerError, match=r"no-such-host\.invalid"):
        Topics(Settings(brokers="no-such-host.invalid:9092"), timeout=1).states()


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="KAFKA_SSL_CA_LOCATION='/no/such/file' cannot be read"):
        Topics(
            Settings.from_env(
                {
                    "KAFKA_BROKERS": "localhost:9092",
                    "KAFKA_SSL_ENABLED": "true",
                    "KAFKA_SSL_CA_LOCATION": "/no/such/file",
                },
                required=(),
            )
        )


def test_the_topics_of_kafka_itself_show_only_on_request() -> None:
    with LocalBroker({"__consumer_offsets": 1, "message.sent": 1}) as broker:
        assert list(broker.topics.states()) == ["message.sent"]
        assert set(broker.topics.states(internal=True)) == {"__consumer_offsets", "message.sent"}


def test_a_topic_nobody_declared_takes_the_settings_defaults() -> None:
    contract = plain_topic("scratch", Settings(partitions=5, replication_factor=2, retention_days=7))

    assert (contract.partitions, contract.replication_factor) == (5, 2)
    assert contract.config == {"retention.ms": "604800000"}
