"""Topics on a cluster; what needs admin requests is tested on a real one."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from eventpact import Settings, Topics
from eventpact.errors import BrokerError, SettingsError
from eventpact.operate.log_offsets import LogOffsets
from eventpact.operate.topics import plain_topic
from eventpact_testing.broker import LocalBroker
from tests.runtime.leaders import hang, refuse
from tests.runtime.raw import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Collection

    from eventpact.operate.log_offsets import Partition


def test_a_wrong_port_is_one_clear_error_within_the_time_given() -> None:
    topics = Topics(Settings(brokers="127.0.0.1:1"), timeout=0.5)
    started = time.monotonic()

    with pytest.raises(BrokerError, match=r"cannot list topics: .*127\.0\.0\.1:1.*KAFKA_BROKERS"):
        topics.states()
    assert time.monotonic() - started < PATIENCE

    while True:  # that it was refused the client may not know yet when its half second is over
        with pytest.raises(BrokerError) as caught:
            topics.states()
        if "Connect to " in str(caught.value) or time.monotonic() - started > PATIENCE:
            break
    assert re.search(r"^cannot list topics: Connect to .*127\.0\.0\.1:1 failed.*KAFKA_BROKERS", str(caught.value))


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


class TestLeadersThatDoNotAnswer:
    def test_they_are_named_with_the_partitions_that_they_do_not_serve(self) -> None:
        with LocalBroker() as broker:
            topics = broker.topics
            topics._timeout = 0.5
            hang(broker, times=20)

            with pytest.raises(
                BrokerError, match="the leaders of scratch/0, scratch/1, scratch/2 and 2 more partitions did"
            ):
                topics.create(plain_topic("scratch", Settings(partitions=5)))

    def test_each_look_has_only_what_the_looks_before_have_left_of_the_time(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[float] = []

        def refused_at_first(self: LogOffsets, partitions: Collection[Partition], *, timeout: float) -> object:
            asked.append(timeout)
            return partitions

        monkeypatch.setattr(LogOffsets, "unserved", refused_at_first)
        with LocalBroker({"scratch": 1}) as broker:
            topics = Topics(Settings(brokers=broker.bootstrap_servers), timeout=1.0)
            with pytest.raises(BrokerError, match="the leader of scratch/0 did not answer as such within 1 s"):
                topics.wait_for_leaders([("scratch", 0)])

        assert asked == sorted(asked, reverse=True)
        assert asked[0] <= 1.0
        assert len(asked) == 1 or asked[-1] < asked[0]  # one, where all the time went by while the machine stood still

    def test_what_they_serve_later_is_waited_for(self) -> None:
        with LocalBroker() as broker:
            refuse(broker, times=3)

            broker.topics.create(plain_topic("scratch", Settings(partitions=1)))

            assert broker.topics.states()["scratch"].partitions == 1
