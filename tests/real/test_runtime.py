"""The runtime on Apache Kafka: what the embedded broker cannot show."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from eventpact import Context, Settings, TopicContract, Topics
from eventpact.errors import BrokerError, DeliveryError
from eventpact.operate.tenants import Tenants
from eventpact_testing.kafka import KafkaCluster
from tests.real.members import until
from tests.runtime.raw import PATIENCE, committed, read_all, write
from tests.runtime.sample import TOPICS, Noted, NoteReader, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real.conftest import Registry


class TestTopics:
    def test_a_topic_is_made_as_declared_changed_and_removed(self, kafka: KafkaCluster, unique: str) -> None:
        topics = Topics(Settings(brokers=kafka.bootstrap_servers), timeout=PATIENCE)
        contract = TopicContract(name=unique, partitions=3, replication_factor=1, config={"retention.ms": "60000"})

        topics.create(contract)
        assert topics.states()[unique].partitions == 3
        assert topics.config(unique).own == {"retention.ms": "60000"}

        topics.grow(unique, 5)
        topics.configure(unique, {"retention.ms": None, "cleanup.policy": "compact"})
        assert topics.states()[unique].partitions == 5
        assert topics.config(unique).own == {"cleanup.policy": "compact"}
        assert topics.config(unique).values["retention.ms"] == "604800000"

        topics.delete(unique)
        assert unique not in topics.states()

    def test_what_the_cluster_refuses_is_said_with_advice(self, kafka: KafkaCluster, unique: str) -> None:
        topics = Topics(Settings(brokers=kafka.bootstrap_servers), timeout=PATIENCE)

        with pytest.raises(BrokerError, match=f"cannot create topic {unique}.*replication.*or lower it"):
            topics.create(TopicContract(name=unique, partitions=1, replication_factor=3))
        with pytest.raises(BrokerError, match="retention"):
            topics.create(
                TopicContract(name=unique, partitions=1, replication_factor=1, config={"retention.ms": "soon"})
            )
        with pytest.raises(BrokerError, match="create the topic"):
            topics.config(unique)
        assert unique not in topics.states()

    def test_a_tenant_is_created_and_deleted(self, kafka: KafkaCluster) -> None:
        topics = Topics(Settings(brokers=kafka.bootstrap_servers), timeout=PATIENCE)
        tenants = Tenants(
            topics,
            [
                TopicContract(name="tenancy.notes.{tenant_id}", partitions=2, replication_factor=1),
                TopicContract(name="tenancy.presence.{tenant_id}", partitions=1, replication_factor=1),
            ],
        )

        assert len(tenants.create("acme")) == 2
        assert tenants.health("acme").healthy
        assert tenants.list() == ("acme",)
        assert len(tenants.delete("acme")) == 2
        assert tenants.list() == ()


class TestGroups:
    def test_a_restarted_group_goes_on_where_it_stopped(
        self, producer: SampleProducer, settings: Settings, kafka: KafkaCluster, unique: str
    ) -> None:
        for n in range(2000):
            producer.send(Posted(event_id=str(n)))
        producer.flush()
        first, second = PostReader(), PostReader()

        first.run(settings, max_events=700)
        second.run(settings, max_events=1300)

        seen = [event.event_id for reader in (first, second) for event in reader.events if isinstance(event, Posted)]
        assert sorted(seen, key=int) == [str(n) for n in range(2000)]
        assert sum(committed(kafka, unique, "sample.posted").values()) == 2000

    def test_a_tenant_that_appears_is_picked_up(self, producer: SampleProducer, settings: Settings) -> None:
        topics = Topics(settings)
        tenants = Tenants(topics, TOPICS)
        tenants.create("acme")
        producer.send_and_wait(Noted(note="first"), tenant_id="acme", timeout=PATIENCE)

        class Welcoming(NoteReader, name="welcoming"):
            def on_noted(self, event: Noted, context: Context) -> None:
                super().on_noted(event, context)
                if event.note == "first":
                    tenants.create("initech")
                    producer.send_and_wait(Noted(note="hello"), tenant_id="initech", timeout=PATIENCE)

        reader = Welcoming()
        reader.run(settings, max_events=2)

        assert reader.notes == [("acme", "first"), ("initech", "hello")]

    def test_poison_is_set_aside_and_the_rest_is_handled(
        self, producer: SampleProducer, settings: Settings, kafka: KafkaCluster
    ) -> None:
        for n in range(90):
            producer.send(Posted(event_id=str(n)))
        producer.flush()
        write(kafka, "sample.posted", *(b"poison %d" % n for n in range(10)))

        statistics = PostReader().run(settings, max_events=100)

        assert (statistics.handled, statistics.dead_lettered) == (90, 10)
        assert {letter.value() for letter in read_all(kafka, "sample.dead", 10)} == {
            b"poison %d" % n for n in range(10)
        }

    def test_a_dead_letter_topic_that_is_missing_stops_the_group_and_loses_nothing(
        self, settings: Settings, kafka: KafkaCluster, unique: str
    ) -> None:
        Topics(settings).delete("sample.dead")
        write(kafka, "sample.posted", b"poison")
        hasty = replace(settings, producer={"topic.metadata.propagation.max.ms": "500"})

        with pytest.raises(DeliveryError, match=r"sample\.dead: .*create the topic"):
            PostReader().run(hasty)

        assert not any(committed(kafka, unique, "sample.posted").values())

    def test_members_come_and_go_and_every_event_is_handled(self, producer: SampleProducer, settings: Settings) -> None:
        seen: set[str] = set()
        members: list[tuple[threading.Thread, threading.Event]] = []

        class Counting(PostReader, name="counting"):
            def on_posted(self, event: Posted, context: Context) -> None:
                seen.add(event.event_id)

        def join() -> None:
            stop = threading.Event()
            thread = threading.Thread(target=Counting().run, args=(settings,), kwargs={"stop": stop})
            thread.start()
            members.append((thread, stop))

        def leave() -> None:
            thread, stop = members.pop(0)
            stop.set()
            thread.join()

        join()
        for round_ in range(4):
            for n in range(500):
                producer.send(Posted(event_id=f"{round_}-{n}"))
            producer.flush()
            join()
            if round_ % 2:
                leave()
        try:
            until(lambda: len(seen) == 2000)
        finally:
            while members:
                leave()


class TestTransactions:
    def test_readers_see_what_is_committed_and_nothing_that_is_aborted(
        self, settings: Settings, kafka: KafkaCluster, unique: str
    ) -> None:
        def fail(producer: SampleProducer) -> None:
            with producer.transaction():
                producer.send(Posted(event_id="aborted"))
                producer.flush()
                raise KeyError("the service's own")

        with SampleProducer(settings, register="dev", transactional_id=unique) as producer:
            with producer.transaction():
                producer.send(Posted(event_id="e1"))
            with pytest.raises(KeyError):
                fail(producer)
            with producer.transaction():
                producer.send(Posted(event_id="e2"))

        assert {record.key() for record in read_all(kafka, "sample.posted", 2)} == {b"e1", b"e2"}

    def test_a_fenced_producer_says_why(self, settings: Settings, unique: str) -> None:
        older = SampleProducer(settings, register="dev", transactional_id=unique)
        with older.transaction():
            older.send(Posted(event_id="e1"))
        with SampleProducer(settings, register="dev", transactional_id=unique) as newer, newer.transaction():
            newer.send(Posted(event_id="e2"))

        def go_on() -> None:
            with older.transaction():
                older.send(Posted(event_id="e3"))

        with pytest.raises(DeliveryError, match="another producer with this transactional id has started"):
            go_on()
        older.close()


class TestFaults:
    def test_a_missing_topic_is_said(self, settings: Settings) -> None:
        hasty = replace(settings, producer={"topic.metadata.propagation.max.ms": "500"})

        with SampleProducer(hasty, register="dev") as producer, pytest.raises(DeliveryError, match="create the topic"):
            producer.send_and_wait(Noted(note="n"), tenant_id="nobody", timeout=PATIENCE)

    def test_a_broker_that_is_killed_and_comes_back_loses_and_doubles_nothing(
        self, libraries: Path, tmp_path: Path, embedded: Registry
    ) -> None:
        with KafkaCluster(libraries, folder=tmp_path) as cluster:
            settings = Settings(
                brokers=cluster.bootstrap_servers, client_id="tests", registry_url=embedded.url, timeout=PATIENCE
            )
            Topics(settings).create(*(topic for topic in TOPICS if topic.template.is_literal))
            with SampleProducer(settings, register="dev") as producer:
                for n in range(3000):
                    producer.send(Posted(event_id=str(n)))
                    if n == 1000:
                        cluster.kill(1)
                    if n == 2000:
                        cluster.start(1)
                producer.flush(PATIENCE)

            keys: list[Any] = [record.key() for record in read_all(cluster, "sample.posted", 3000)]
            assert sorted(keys, key=int) == [str(n).encode() for n in range(3000)]
