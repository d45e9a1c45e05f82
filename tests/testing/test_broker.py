"""The embedded broker."""

from __future__ import annotations

import _ctypes
import subprocess
import sys
import textwrap

import confluent_kafka.cimpl
import pytest

from eventpact import Settings, TopicContract, Topics
from eventpact.errors import BrokerError, Unsupported
from eventpact_testing.broker import LIMITS, LocalBroker, _library


def test_topics_have_their_declared_partitions() -> None:
    with LocalBroker({"message.sent": 12, "audit.event": 6}) as broker:
        states = broker.topics.states()

    assert {name: state.partitions for name, state in states.items()} == {"message.sent": 12, "audit.event": 6}


def test_topics_can_be_added_and_removed_while_it_runs() -> None:
    with LocalBroker() as broker:
        topics = broker.topics
        topics.create(TopicContract(name="notes.acme", partitions=5, replication_factor=3))
        assert topics.states()["notes.acme"].partitions == 5

        topics.delete("notes.acme")
        assert topics.states() == {}


def test_other_processes_can_use_it() -> None:
    program = """
        import sys, confluent_kafka
        producer = confluent_kafka.Producer({"bootstrap.servers": sys.argv[1]})
        producer.produce("greetings", b"hello", b"key", headers=[("from", b"elsewhere")])
        sys.exit(producer.flush(60))
    """
    with LocalBroker({"greetings": 1}) as broker:
        subprocess.run([sys.executable, "-c", textwrap.dedent(program), broker.bootstrap_servers], check=True)

        consumer = confluent_kafka.Consumer(
            {"bootstrap.servers": broker.bootstrap_servers, "group.id": "g", "auto.offset.reset": "earliest"}
        )
        consumer.subscribe(["greetings"])
        message = consumer.poll(60)
        consumer.close()

    assert message is not None
    assert (message.key(), message.value(), message.headers()) == (b"key", b"hello", [("from", b"elsewhere")])


def test_several_brokers_share_the_topics() -> None:
    with LocalBroker({"message.sent": 6}, brokers=3) as broker:
        assert len(broker.bootstrap_servers.split(",")) == 3
        assert broker.topics.states()["message.sent"].replication_factor == 3


def test_admin_requests_fail_at_once_and_say_what_it_is() -> None:
    with LocalBroker({"message.sent": 1}) as broker:
        topics = Topics(Settings(brokers=broker.bootstrap_servers))

        with pytest.raises(
            Unsupported, match=r"cannot create topic x.*the embedded one makes its topics when it starts"
        ):
            topics.create(TopicContract(name="x", partitions=1, replication_factor=1))
        with pytest.raises(Unsupported, match=r"cannot describe topic message\.sent"):
            topics.config("message.sent")


def test_a_topic_cannot_be_made_twice() -> None:
    with LocalBroker({"message.sent": 1}) as broker, pytest.raises(BrokerError, match="it exists already"):
        broker.create_topic("message.sent", 1)


def test_a_topic_needs_a_partition() -> None:
    with pytest.raises(BrokerError, match="0 partitions, at least 1"):
        LocalBroker({"message.sent": 0})


def test_a_closed_broker_says_so() -> None:
    broker = LocalBroker()
    broker.close()
    broker.close()

    with pytest.raises(BrokerError, match="closed"):
        broker.create_topic("message.sent", 1)


def test_a_client_without_a_mock_cluster_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confluent_kafka.cimpl, "__file__", _ctypes.__file__)  # a library that has nothing of librdkafka
    _library.cache_clear()

    with pytest.raises(BrokerError, match=r"no embedded broker here.*does not export rd_kafka_conf_new.*or use a real"):
        LocalBroker()
    _library.cache_clear()


def test_its_limits_are_there_to_be_read() -> None:
    assert "5 MB" in LIMITS
    assert "KAFKA_SESSION_TIMEOUT_MS" in LIMITS
    assert "KAFKA_FETCH_WAIT_MS" in LIMITS
