"""Groups on Apache Kafka: lanes, slow handlers, rebalances, tenants that go, and retention."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import confluent_kafka
import pytest
from confluent_kafka import ConsumerGroupState, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from eventpact import Context, Settings, Topics
from eventpact.operate.tenants import Tenants
from eventpact_testing.kafka import KafkaCluster
from tests.real.members import PATIENCE, running, send, until
from tests.runtime.raw import committed, read
from tests.runtime.sample import TOPICS, Author, Noted, NoteReader, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from eventpact.consume.gaps import Gap


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a service whose members are well, however long a busy machine lets them stand still."""
    return replace(settings, session_timeout_ms=20_000, consumer={**settings.consumer, "max.poll.interval.ms": "20000"})


@pytest.fixture
def hasty(settings: Settings) -> Settings:
    """The same, but members are given up within seconds."""
    intervals = {"heartbeat.interval.ms": "300", "max.poll.interval.ms": "3000"}
    return replace(settings, session_timeout_ms=3000, consumer={**settings.consumer, **intervals})


class Ordered(PostReader, name="ordered"):
    """Notes the order in which each key's events were begun, and whether two were in hand at once."""

    def __init__(self, pause: float = 0.0) -> None:
        super().__init__()
        self.pause = pause
        self.by_key: defaultdict[bytes | None, list[int]] = defaultdict(list)
        self.in_hand: set[bytes | None] = set()
        self.most = 0
        self.overlaps = 0
        self.lock = threading.Lock()

    def on_posted(self, event: Posted, context: Context) -> None:
        with self.lock:
            self.overlaps += context.key in self.in_hand
            self.in_hand.add(context.key)
            self.most = max(self.most, len(self.in_hand))
            self.by_key[context.key].append(int(event.event_id))
        threading.Event().wait(self.pause)
        with self.lock:
            self.in_hand.discard(context.key)

    @property
    def handled(self) -> int:
        return sum(map(len, self.by_key.values()))


class TestLanes:
    @pytest.mark.parametrize("ordering", ["partition", "key"])
    def test_order_holds_while_many_records_are_handled_at_once(
        self, producer: SampleProducer, settings: Settings, kafka: KafkaCluster, unique: str, ordering: Any
    ) -> None:
        send(producer, 600)
        group = Ordered(pause=0.002)

        statistics = group.run(settings, concurrency=16, ordering=ordering, max_events=600)

        assert statistics.handled == 600
        assert all(numbers == sorted(numbers) for numbers in group.by_key.values())
        assert group.overlaps == 0
        assert 1 < group.most <= (3 if ordering == "partition" else 7)
        assert sum(committed(kafka, unique, "sample.posted").values()) == 600

    def test_without_order_records_of_one_key_are_handled_at_once(
        self, producer: SampleProducer, settings: Settings
    ) -> None:
        send(producer, 100, keys=1)
        group = Ordered(pause=0.005)

        group.run(settings, concurrency=8, ordering="none", max_events=100)

        assert group.handled == 100
        assert group.overlaps > 0

    def test_coroutines_wait_together_on_one_loop(self, producer: SampleProducer, settings: Settings) -> None:
        class Waiting(PostReader, name="waiting"):
            most = now = 0
            threads: ClassVar[set[int]] = set()

            async def on_posted(self, event: Posted, context: Context) -> None:  # type: ignore[override]  # hand-written base
                self.now += 1
                self.most = max(self.most, self.now)
                self.threads.add(threading.get_ident())
                await asyncio.sleep(0.01)
                self.now -= 1
                made = Posted(event_id="answer")
                assert made.correlation == event.correlation

        send(producer, 200, keys=50)
        group = Waiting()

        statistics = group.run(settings, concurrency=20, ordering="key", max_events=200)

        assert statistics.handled == 200
        assert 5 < group.most <= 20
        assert len(group.threads) == 1

    def test_offsets_stop_before_a_record_that_is_still_in_hand(
        self, producer: SampleProducer, settings: Settings, kafka: KafkaCluster, unique: str
    ) -> None:
        held = threading.Event()

        class Holding(Ordered, name="holding"):
            def on_posted(self, event: Posted, context: Context) -> None:
                super().on_posted(event, context)
                if event.event_id == "3":
                    held.wait(PATIENCE)

        send(producer, 60)
        group = Holding()
        with running(group, settings, concurrency=8, ordering="key"):
            until(lambda: group.handled >= 60 - 60 // 7)  # all but those of the key that is held up
            partition = next(p for p in range(3) if any(r.key() == b"k3" for r in _on(kafka, p)))
            first = next(r.offset() for r in _on(kafka, partition) if r.key() == b"k3")
            until(lambda: committed(kafka, unique, "sample.posted").get(partition, 0) == first)
            held.set()
            until(lambda: sum(committed(kafka, unique, "sample.posted").values()) == 60)


def _on(kafka: KafkaCluster, partition: int) -> list[Any]:
    return [record for record in read(kafka, "sample.posted", 60) if record.partition() == partition]


class TestSlowHandlers:
    @pytest.mark.parametrize("concurrency", [1, 2])
    def test_a_handler_that_takes_longer_than_the_poll_interval_keeps_its_membership(
        self, producer: SampleProducer, hasty: Settings, concurrency: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Slow(Ordered, name="slow"):
            def on_posted(self, event: Posted, context: Context) -> None:
                super().on_posted(event, context)
                threading.Event().wait(8.0 if event.event_id == "5" else 0)

        send(producer, 40)
        group = Slow()

        statistics = group.run(hasty, concurrency=concurrency, max_events=40)

        assert statistics.handled == 40
        assert group.handled == 40  # nobody was given a record a second time
        assert not [one for one in caplog.messages if "was not heard of" in one or "lost" in one]

    def test_a_rebalance_does_not_wait_for_a_handler_that_hangs(
        self, producer: SampleProducer, hasty: Settings
    ) -> None:
        held = threading.Event()

        class Hanging(Ordered, name="hanging"):
            def on_posted(self, event: Posted, context: Context) -> None:
                super().on_posted(event, context)
                held.wait(PATIENCE)

        send(producer, 30)
        hanging, helping = Hanging(), Ordered()
        with running(hanging, hasty):
            until(lambda: hanging.handled)
            with running(helping, hasty):
                until(lambda: helping.handled)
                held.set()
                until(lambda: {n for g in (hanging, helping) for ns in g.by_key.values() for n in ns} >= set(range(30)))


class TestRebalances:
    @pytest.mark.parametrize("strategy", ["cooperative-sticky", "range"])
    @pytest.mark.parametrize(("concurrency", "ordering"), [(1, "partition"), (8, "key")])
    def test_members_that_come_and_go_under_load_lose_nothing_and_keep_the_order(
        self, producer: SampleProducer, settings: Settings, concurrency: int, ordering: Any, strategy: str
    ) -> None:
        settings = replace(settings, consumer={**settings.consumer, "partition.assignment.strategy": strategy})
        total, group = 1500, Ordered(pause=0.0005)
        members: list[Any] = []

        def join() -> None:
            member = running(group, settings, concurrency=concurrency, ordering=ordering)
            member.__enter__()
            members.append(member)

        join()
        for round_ in range(5):
            for number in range(round_ * 300, (round_ + 1) * 300):
                producer.send(Posted(event_id=str(number), author=Author(id=f"k{number % 7}")))
            producer.flush()
            join()
            if round_ % 2:
                members.pop(0).__exit__(None, None, None)
        until(lambda: {n for numbers in group.by_key.values() for n in numbers} == set(range(total)))
        for member in members:
            member.__exit__(None, None, None)

        assert group.handled == total  # what moves is handed over when it is done
        for numbers in group.by_key.values():
            first_times = list(dict.fromkeys(numbers))
            assert first_times == sorted(first_times)


class TestEnding:
    def test_a_member_that_ends_in_a_rebalance_asks_nothing_of_a_group_that_may_be_over_at_any_moment(
        self,
        producer: SampleProducer,
        settings: Settings,
        kafka: KafkaCluster,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """The client would wait for an answer that never comes, and let no other thread of the process run."""
        over: list[bool] = []

        class Unpolled(confluent_kafka.Consumer):
            """Its first assignment waits until it closes; notes of each callback whether the group is over after it."""

            def subscribe(self, topics: list[str], **callbacks: Any) -> None:  # type: ignore[override]  # as the group calls it
                super().subscribe(topics, **{name: self.noting(call) for name, call in callbacks.items()})

            def poll(self, timeout: float = 0) -> None:
                threading.Event().wait(timeout)

            def noting(self, call: Any) -> Any:
                def callback(consumer: Any, partitions: list[TopicPartition]) -> None:
                    call(consumer, partitions)
                    try:
                        consumer.committed(partitions, timeout=0.001)
                        over.append(False)
                    except KafkaException as error:
                        over.append(error.args[0].code() == KafkaError._DESTROY)

                return callback

        monkeypatch.setattr(confluent_kafka, "Consumer", Unpolled)
        cooperative = {**settings.consumer, "partition.assignment.strategy": "cooperative-sticky"}
        with running(PostReader(), replace(settings, consumer=cooperative)):
            until(lambda: settings.consumer_group in _stable(kafka))

        assert over == [False, True]  # what waited, and what is held because of it
        assert "without a word" not in caplog.text


def _stable(kafka: KafkaCluster) -> list[str]:
    """Groups of which every member has been told what it reads."""
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap_servers})
    return [group.group_id for group in admin.list_consumer_groups(states={ConsumerGroupState.STABLE}).result().valid]


class TestTopicsThatComeAndGo:
    def test_a_tenant_that_is_deleted_does_not_stop_the_group(
        self, producer: SampleProducer, settings: Settings
    ) -> None:
        tenants = Tenants(Topics(settings), TOPICS)
        tenants.create("acme")
        tenants.create("initech")
        group = NoteReader()
        with running(group, settings):
            for tenant in ("acme", "initech"):
                producer.send_and_wait(Noted(note="first"), tenant_id=tenant)
            until(lambda: len(group.notes) == 2)
            tenants.delete("acme")
            tenants.create("globex")
            producer.send_and_wait(Noted(note="hello"), tenant_id="globex")
            producer.send_and_wait(Noted(note="second"), tenant_id="initech")
            until(lambda: {("globex", "hello"), ("initech", "second")} <= set(group.notes))

    @pytest.mark.parametrize("strategy", ["cooperative-sticky", "range"])
    def test_tenants_that_come_take_no_event_from_those_that_are_there(
        self, producer: SampleProducer, settings: Settings, strategy: str
    ) -> None:
        """A member alone has its partitions back within one look for records, which then come with the rebalance."""
        settings = replace(settings, consumer={**settings.consumer, "partition.assignment.strategy": strategy})
        tenants = Tenants(Topics(settings), TOPICS)
        tenants.create("acme")
        group = NoteReader()
        sent: list[tuple[str, str]] = []
        with running(group, settings):
            for newcomer in range(4):
                tenants.create(f"newcomer-{newcomer}")
                for _ in range(150):
                    sent.append(("acme", str(len(sent))))
                    producer.send(Noted(note=sent[-1][1]), tenant_id="acme")
                    threading.Event().wait(0.005)
            producer.flush()
            until(lambda: set(group.notes) >= set(sent))

        assert sorted(group.notes) == sorted(sent)


class Gapped(PostReader, name="gapped"):
    """Keeps what it is told of gaps."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[Gap] = []

    def on_gap(self, gap: Gap) -> None:
        self.gaps.append(gap)


class TestRetention:
    @pytest.mark.parametrize("strategy", ["cooperative-sticky", "range"])
    def test_records_that_retention_took_are_counted_and_told(
        self,
        producer: SampleProducer,
        settings: Settings,
        kafka: KafkaCluster,
        caplog: pytest.LogCaptureFixture,
        strategy: str,
    ) -> None:
        settings = replace(settings, consumer={**settings.consumer, "partition.assignment.strategy": strategy})
        send(producer, 30, keys=1)
        Gapped().run(settings, max_events=10)
        [(partition, end)] = [(r.partition(), 30) for r in read(kafka, "sample.posted", 30)[:1]]
        _cut(kafka, partition, 25)
        group = Gapped()

        statistics = group.run(settings, max_events=5)

        assert [(gap.partition, gap.expected, gap.resumed, gap.missing) for gap in group.gaps] == [
            (partition, 10, 25, 15)
        ]
        assert (statistics.handled, statistics.gaps) == (end - 25, 15)
        assert "15 records are gone, offsets 10 to 24" in caplog.text

    @pytest.mark.parametrize("strategy", ["cooperative-sticky", "range"])
    def test_gaps_on_several_partitions_are_told_once_each_and_nothing_that_is_left_is_missed(
        self, producer: SampleProducer, settings: Settings, kafka: KafkaCluster, strategy: str
    ) -> None:
        settings = replace(settings, consumer={**settings.consumer, "partition.assignment.strategy": strategy})
        send(producer, 300, keys=50)
        Gapped().run(settings, max_events=300)
        send(producer, 300, keys=50)
        before = committed(kafka, settings.consumer_group or "", "sample.posted")
        cut = {partition: offset + 5 for partition, offset in before.items() if partition != 2}
        for partition, offset in cut.items():
            _cut(kafka, partition, offset)
        group = Gapped()

        statistics = group.run(settings, max_events=290, idle_timeout=10)

        assert {gap.partition: (gap.expected, gap.resumed) for gap in group.gaps} == {
            partition: (before[partition], offset) for partition, offset in cut.items()
        }
        assert (statistics.handled, statistics.gaps, len(group.gaps)) == (290, 10, 2)

    def test_a_group_that_has_no_offsets_yet_begins_without_a_word(
        self, producer: SampleProducer, settings: Settings, kafka: KafkaCluster
    ) -> None:
        send(producer, 30, keys=1)
        [record] = read(kafka, "sample.posted", 30)[:1]
        _cut(kafka, record.partition(), 25)
        group = Gapped()

        assert group.run(settings, max_events=5).handled == 5
        assert group.gaps == []


def _cut(kafka: KafkaCluster, partition: int | None, offset: int) -> None:
    """Let a partition begin at an offset, as retention does."""
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap_servers})
    for future in admin.delete_records([TopicPartition("sample.posted", partition or 0, offset)]).values():
        future.result()
