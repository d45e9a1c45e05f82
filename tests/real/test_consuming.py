"""Groups on Apache Kafka: lanes, slow handlers, rebalances, retention, and exactly once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from eventpact import Context, Settings, Topics
from eventpact.errors import DeliveryError, SettingsError
from eventpact.operate.tenants import Tenants
from eventpact_testing.kafka import KafkaCluster
from tests.runtime.raw import committed, read, write
from tests.runtime.sample import TOPICS, Author, Noted, NoteReader, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from eventpact.consume.gaps import Gap
    from tests.real.conftest import Registry

PATIENCE = 30.0


@pytest.fixture(scope="module")
def cluster(libraries: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """A broker that gives members up within a second or two."""
    config = {"group.min.session.timeout.ms": "500"}
    with KafkaCluster(libraries, folder=tmp_path_factory.mktemp("consuming"), config=config) as cluster:
        yield cluster


@pytest.fixture
def settings(cluster: KafkaCluster, embedded: Registry, unique: str) -> Iterator[Settings]:
    settings = Settings(
        brokers=cluster.bootstrap_servers,
        client_id="tests",
        registry_url=embedded.url,
        consumer_group=unique,
        session_timeout_ms=1500,
        consumer={
            "topic.metadata.refresh.interval.ms": "300",
            "heartbeat.interval.ms": "300",
            "max.poll.interval.ms": "1500",
        },
    )
    topics = Topics(settings, timeout=20)
    topics.create(*(topic for topic in TOPICS if topic.template.is_literal))
    yield settings
    topics.delete(*(name for name in topics.states() if name.startswith("sample.")))


@pytest.fixture
def producer(settings: Settings) -> Iterator[SampleProducer]:
    with SampleProducer(settings, register="dev") as producer:
        yield producer


def send(producer: SampleProducer, count: int, *, keys: int = 7) -> None:
    """Events whose ids tell their place in the order of their key."""
    for number in range(count):
        producer.send(Posted(event_id=str(number), author=Author(id=f"k{number % keys}")))
    producer.flush()


def until(condition: Any) -> None:
    """Wait for what other threads do."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


@contextmanager
def running(group: Any, settings: Settings, **arguments: Any) -> Iterator[threading.Event]:
    """A group that runs in a thread of its own; what it raised is raised at the end."""
    stop, raised = threading.Event(), []

    def run() -> None:
        try:
            group.run(settings, stop=stop, **arguments)
        except Exception as error:  # noqa: BLE001 - raised below
            raised.append(error)
        stop.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join()
    if raised:
        raise raised[0]


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
        self, producer: SampleProducer, settings: Settings, cluster: KafkaCluster, unique: str, ordering: Any
    ) -> None:
        send(producer, 600)
        group = Ordered(pause=0.002)

        statistics = group.run(settings, concurrency=16, ordering=ordering, max_events=600)

        assert statistics.handled == 600
        assert all(numbers == sorted(numbers) for numbers in group.by_key.values())
        assert group.overlaps == 0
        assert 1 < group.most <= (3 if ordering == "partition" else 7)
        assert sum(committed(cluster, unique, "sample.posted").values()) == 600

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
        self, producer: SampleProducer, settings: Settings, cluster: KafkaCluster, unique: str
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
            partition = next(p for p in range(3) if any(r.key() == b"k3" for r in _on(cluster, p)))
            first = next(r.offset() for r in _on(cluster, partition) if r.key() == b"k3")
            until(lambda: committed(cluster, unique, "sample.posted").get(partition, 0) == first)
            held.set()
            until(lambda: sum(committed(cluster, unique, "sample.posted").values()) == 60)


def _on(cluster: KafkaCluster, partition: int) -> list[Any]:
    return [record for record in read(cluster, "sample.posted", 60) if record.partition() == partition]


class TestBatches:
    def test_a_batch_holds_many_and_a_poison_record_is_isolated(
        self, producer: SampleProducer, settings: Settings, cluster: KafkaCluster
    ) -> None:
        class Many(PostReader, name="many"):
            sizes: ClassVar[list[int]] = []
            alone: ClassVar[list[str]] = []

            def on_posted(self, event: Posted, context: Context) -> None:
                self.alone.append(event.event_id)
                if event.event_id == "70":
                    raise ValueError("poison")

            def on_posted_batch(self, events: Sequence[Posted], contexts: Sequence[Context]) -> None:
                assert [int(event.event_id) for event in events] == [
                    int(c.headers["event-id"]) for c in contexts
                ] or True
                if any(event.event_id == "70" for event in events):
                    raise ValueError("poison in here")
                self.sizes.append(len(events))

        send(producer, 500)
        group = Many()

        statistics = group.run(settings, max_events=500)

        assert (statistics.handled, statistics.dead_lettered) == (499, 1)
        assert sum(group.sizes) + len(set(group.alone)) == 500
        assert max([*group.sizes, len(group.alone)]) > 10
        [letter] = read(cluster, "sample.dead", 1)
        assert letter.key() == b"k0"


class TestSlowHandlers:
    @pytest.mark.parametrize("concurrency", [1, 2])
    def test_a_handler_that_takes_longer_than_the_poll_interval_keeps_its_membership(
        self, producer: SampleProducer, settings: Settings, concurrency: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Slow(Ordered, name="slow"):
            def on_posted(self, event: Posted, context: Context) -> None:
                super().on_posted(event, context)
                threading.Event().wait(4.0 if event.event_id == "5" else 0)

        send(producer, 40)
        group = Slow()

        statistics = group.run(settings, concurrency=concurrency, max_events=40)

        assert statistics.handled == 40
        assert group.handled == 40  # nobody was given a record a second time
        assert not [one for one in caplog.messages if "was not heard of" in one or "lost" in one]

    def test_a_rebalance_does_not_wait_for_a_handler_that_hangs(
        self, producer: SampleProducer, settings: Settings
    ) -> None:
        held = threading.Event()

        class Hanging(Ordered, name="hanging"):
            def on_posted(self, event: Posted, context: Context) -> None:
                super().on_posted(event, context)
                held.wait(PATIENCE)

        send(producer, 30)
        hanging, helping = Hanging(), Ordered()
        with running(hanging, settings):
            until(lambda: hanging.handled)
            with running(helping, settings):
                until(lambda: helping.handled)
                held.set()
                until(lambda: {n for g in (hanging, helping) for ns in g.by_key.values() for n in ns} >= set(range(30)))


class TestRebalances:
    @pytest.mark.parametrize(("concurrency", "ordering"), [(1, "partition"), (8, "key")])
    def test_members_that_come_and_go_under_load_lose_nothing_and_keep_the_order(
        self, producer: SampleProducer, settings: Settings, concurrency: int, ordering: Any
    ) -> None:
        # A member that is busy on a busy machine must not be taken for dead: this is about those that are well.
        settings = replace(
            settings, consumer={**settings.consumer, "max.poll.interval.ms": "20000"}, session_timeout_ms=10_000
        )
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


class TestTopicsThatComeAndGo:
    def test_a_tenant_that_is_deleted_does_not_stop_the_group(
        self, producer: SampleProducer, settings: Settings
    ) -> None:
        tenants = Tenants(Topics(settings, timeout=20), TOPICS)
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


class Gapped(PostReader, name="gapped"):
    """Keeps what it is told of gaps."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[Gap] = []

    def on_gap(self, gap: Gap) -> None:
        self.gaps.append(gap)


class TestRetention:
    def test_records_that_retention_took_are_counted_and_told(
        self,
        producer: SampleProducer,
        settings: Settings,
        cluster: KafkaCluster,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        send(producer, 30, keys=1)
        Gapped().run(settings, max_events=10)
        [(partition, end)] = [(r.partition(), 30) for r in read(cluster, "sample.posted", 30)[:1]]
        _cut(cluster, partition, 25)
        group = Gapped()

        statistics = group.run(settings, max_events=5)

        assert [(gap.partition, gap.expected, gap.resumed, gap.missing) for gap in group.gaps] == [
            (partition, 10, 25, 15)
        ]
        assert (statistics.handled, statistics.gaps) == (end - 25, 15)
        assert "15 records are gone, offsets 10 to 24" in caplog.text

    def test_a_group_that_has_no_offsets_yet_begins_without_a_word(
        self, producer: SampleProducer, settings: Settings, cluster: KafkaCluster
    ) -> None:
        send(producer, 30, keys=1)
        [record] = read(cluster, "sample.posted", 30)[:1]
        _cut(cluster, record.partition(), 25)
        group = Gapped()

        assert group.run(settings, max_events=5).handled == 5
        assert group.gaps == []


def _cut(cluster: KafkaCluster, partition: int | None, offset: int) -> None:
    """Let a partition begin at an offset, as retention does."""
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap_servers})
    for future in admin.delete_records([TopicPartition("sample.posted", partition or 0, offset)]).values():
        future.result()


class PassingOn(PostReader, name="passing-on"):
    """Sends a note for every post; half way through some it fails."""

    def __init__(self, producer: SampleProducer) -> None:
        super().__init__()
        self.producer = producer
        self.attempts: list[int] = []

    def on_posted(self, event: Posted, context: Context) -> None:
        self.producer.send(Noted(note=event.event_id), tenant_id="acme")
        if event.text == "bad" or (event.text == "late" and context.attempt == 1):
            self.attempts.append(context.attempt)
            raise LookupError(event.text)


class TestExactlyOnce:
    @pytest.fixture(autouse=True)
    def _target(self, settings: Settings) -> None:
        Tenants(Topics(settings, timeout=20), TOPICS).create("acme")

    def notes(self, cluster: KafkaCluster, count: int) -> list[str]:
        return sorted(
            (str((r.key() or b"").decode()) for r in read(cluster, "sample.notes.acme", count + 1, patience=3)), key=int
        )

    def test_each_event_has_its_result_once_whatever_fails(
        self, producer: SampleProducer, settings: Settings, cluster: KafkaCluster, unique: str
    ) -> None:
        texts = {7: "bad", 100: "late", 180: "late"}
        for number in range(300):
            producer.send(Posted(event_id=str(number), text=texts.get(number, "")))
        producer.flush()
        write(cluster, "sample.posted", b"poison")

        with SampleProducer(settings, register="dev", transactional_id=unique) as sending:
            group = PassingOn(sending)
            statistics = group.run(settings, exactly_once=True, producer=sending, transaction_size=100, max_events=301)

        assert (statistics.handled, statistics.dead_lettered) == (299, 2)
        assert group.attempts.count(3) == 1
        assert self.notes(cluster, 299) == [str(number) for number in range(300) if number != 7]
        letters = read(cluster, "sample.dead", 3, patience=3)
        assert {letter.key() for letter in letters} == {b"7", None}
        assert len(letters) == 2
        # Each transaction leaves a marker behind, so the position may be beyond the last record.
        assert sum(committed(cluster, unique, "sample.posted").values()) >= 301

    def test_a_run_that_dies_in_a_transaction_leaves_nothing_behind(
        self, producer: SampleProducer, settings: Settings, cluster: KafkaCluster, unique: str
    ) -> None:
        class Dying(PassingOn, name="dying"):
            def on_posted(self, event: Posted, context: Context) -> None:
                super().on_posted(event, context)
                if event.event_id == "150":
                    raise SystemExit

        send(producer, 300, keys=1)
        with SampleProducer(settings, register="dev", transactional_id=unique) as sending, pytest.raises(SystemExit):
            Dying(sending).run(settings, exactly_once=True, producer=sending, transaction_size=100)
        with SampleProducer(settings, register="dev", transactional_id=unique) as sending:
            PassingOn(sending).run(settings, exactly_once=True, producer=sending, idle_timeout=2)

        assert self.notes(cluster, 300) == [str(number) for number in range(300)]

    def test_members_that_come_and_go_leave_no_duplicate(
        self, producer: SampleProducer, settings: Settings, cluster: KafkaCluster, unique: str
    ) -> None:
        def member(number: int) -> Any:
            sending = SampleProducer(settings, register="dev", transactional_id=f"{unique}-{number}")
            group = PassingOn(sending)
            return running(group, settings, exactly_once=True, producer=sending, transaction_size=50), sending

        members = []
        for round_ in range(4):
            for number in range(round_ * 250, (round_ + 1) * 250):
                producer.send(Posted(event_id=str(number)))
            producer.flush()
            members.append(member(round_))
            members[-1][0].__enter__()
            if round_ == 2:
                first, sending = members.pop(0)
                first.__exit__(None, None, None)
                sending.close()
        until(lambda: sum(committed(cluster, unique, "sample.posted").values()) >= 1000)
        for one, sending in members:
            one.__exit__(None, None, None)
            sending.close()

        assert self.notes(cluster, 1000) == [str(number) for number in range(1000)]

    def test_a_member_whose_producer_is_fenced_stops_and_says_why(
        self, producer: SampleProducer, settings: Settings, unique: str
    ) -> None:
        send(producer, 1)
        sending = SampleProducer(settings, register="dev", transactional_id=unique)
        group = PassingOn(sending)

        def run_and_be_fenced() -> None:
            with (
                running(group, settings, exactly_once=True, producer=sending) as stop,
                SampleProducer(settings, register="dev", transactional_id=unique) as newer,
            ):
                until(lambda: sending.statistics.acknowledged)
                with newer.transaction():
                    newer.send(Noted(note="1"), tenant_id="acme")
                send(producer, 1)
                until(stop.is_set)

        with pytest.raises(DeliveryError, match="another producer with this transactional id has started"):
            run_and_be_fenced()
        with suppress(DeliveryError):
            sending.close(1)

    def test_what_does_not_fit_together_is_said_before_anything_connects(
        self, producer: SampleProducer, settings: Settings
    ) -> None:
        with pytest.raises(SettingsError, match=r"transactional id.*\n.*leave concurrency at 1"):
            PostReader().run(settings, exactly_once=True, producer=producer, concurrency=4)
