"""Operating on Apache Kafka: groups and their offsets, what was read when, dead letters sent back, replays."""

from __future__ import annotations

import json
import signal
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import confluent_kafka
import pytest
from confluent_kafka import TopicPartition

from eventpact import Settings, TopicContract, Topics
from eventpact.consume.dead_letters import DeadLetterInfo
from eventpact.containers import ArchivedRecord, write_archive
from eventpact.errors import BrokerError, DeliveryError, GroupActive
from eventpact.operate.administrator import Administrator
from eventpact.operate.groups import Groups
from eventpact.operate.log_offsets import LogOffsets
from eventpact.operate.offset_files import export_offsets, plan_restore, read_offsets, write_offsets
from eventpact.operate.positions import EARLIEST, LATEST, Position, moment
from eventpact.operate.redriving import any_topic
from eventpact.operate.redriving import redrive as send_back
from eventpact.operate.replay_sources import ArchiveSource
from eventpact.operate.replaying import Replay
from eventpact.operate.resetting import OffsetChange, apply_reset, plan_reset
from eventpact.operate.writing import RecordWriter
from eventpact_registry.client import Pin, RegisteredVersion, RegistryClient
from eventpact_registry.contracts.model import Mode
from eventpact_registry.keeping import KeptSchemas, give_back
from eventpact_testing.kafka import KafkaCluster
from tests.cli import conftest as command_line
from tests.cli.commands import Run, Started, execute
from tests.cli.commands import write as write_files
from tests.registry.contracts.building import SYSTEM
from tests.runtime.raw import committed, read_all, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.real.conftest import Registry

redrive = partial(send_back, origins=any_topic)
"""Sends letters wherever they say that they came from."""

run, shop, work = command_line.run, command_line.shop, command_line.work
"""Fixtures of the commands' own tests."""

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
"""When the first record of `hourly` was written; each of the others an hour after the one before."""


@pytest.fixture
def settings(kafka: KafkaCluster) -> Settings:
    return Settings(brokers=kafka.bootstrap_servers, client_id="operator", timeout=20)


@pytest.fixture
def topics(settings: Settings) -> Iterator[Topics]:
    """Topics whose names begin with `operated.` are gone afterwards."""
    topics = Topics(settings)
    yield topics
    topics.delete(*(name for name in topics.states() if name.startswith("operated.")))


@pytest.fixture
def groups(settings: Settings) -> Groups:
    return Groups(settings)


def made(topics: Topics, name: str, partitions: int = 2) -> str:
    topics.create(TopicContract(name=name, partitions=partitions, replication_factor=1, config={"retention.ms": "-1"}))
    return name


def hourly(cluster: KafkaCluster, topic: str, count: int = 6) -> None:
    """Write records an hour apart, in turn to partitions 0 and 1."""
    producer = confluent_kafka.Producer({"bootstrap.servers": cluster.bootstrap_servers, "linger.ms": 0})
    for number in range(count):
        at = int((START + number * timedelta(hours=1)).timestamp() * 1000)
        producer.produce(topic, b"%d" % number, b"k%d" % number, partition=number % 2, timestamp=at)
    assert producer.flush(10) == 0


def commit(cluster: KafkaCluster, group: str, **places: int) -> None:
    """Commit offsets as a member that then left, `{"topic/0": 5}`."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": cluster.bootstrap_servers, "group.id": group})
    offsets = [TopicPartition(name[:-2], int(name[-1]), offset) for name, offset in places.items()]
    consumer.commit(offsets=offsets, asynchronous=False)
    consumer.close()


class TestGroups:
    def test_a_group_is_listed_and_described_with_its_lag(
        self, kafka: KafkaCluster, topics: Topics, groups: Groups, unique: str
    ) -> None:
        topic = made(topics, "operated.listed")
        hourly(kafka, topic)
        commit(kafka, unique, **{f"{topic}/0": 1, f"{topic}/1": 3})

        state = groups.describe(unique)

        assert (state.state, state.members, state.lag) == ("empty", (), 2)
        assert [(one.partition, one.committed, one.end, one.lag) for one in state.partitions] == [
            (0, 1, 3, 2),
            (1, 3, 3, 0),
        ]
        assert {one.name: one.lag for one in groups.list()}[unique] == 2

    def test_a_running_member_is_described_and_keeps_its_offsets(
        self, kafka: KafkaCluster, topics: Topics, groups: Groups, unique: str
    ) -> None:
        topic = made(topics, "operated.active", 1)
        write(kafka, topic, b"one")
        commit(kafka, unique, **{f"{topic}/0": 0})
        planned_before = plan_reset(groups, unique, LATEST)
        consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": kafka.bootstrap_servers,
                "group.id": unique,
                "client.id": "indexer-1",
                "enable.auto.commit": False,
            }
        )
        consumer.subscribe([topic])
        while not consumer.assignment():
            consumer.poll(0.1)

        state = groups.describe(unique)
        with pytest.raises(GroupActive, match=r"is active \(1 member: indexer-1 on 127\.0\.0\.1\): stop its members"):
            plan_reset(groups, unique, EARLIEST)
        with pytest.raises(GroupActive):
            apply_reset(groups, planned_before)
        with pytest.raises(BrokerError, match=f"cannot set the offset.* of group {unique}"):
            groups.commit(unique, {(topic, 0): 1})
        consumer.close()

        assert (state.state, state.members[0].client_id, state.members[0].partitions) == (
            "stable",
            "indexer-1",
            ((topic, 0),),
        )
        assert state.partitions[0].member == "indexer-1"
        assert committed(kafka, unique, topic) == {0: 0}

    def test_what_the_cluster_refuses_is_said_in_words_with_what_to_do(self, groups: Groups, unique: str) -> None:
        with pytest.raises(BrokerError, match=r"Broker: Unknown topic or partition .*: create the topic") as refused:
            groups.commit(unique, {(f"{unique}.nowhere", 0): 1})

        assert "KafkaError{" not in str(refused.value)

    def test_a_group_that_nobody_knows_is_said_to_be_none(self, groups: Groups, unique: str) -> None:
        with pytest.raises(BrokerError, match=f"there is no group {unique}"):
            groups.describe(unique)
        with pytest.raises(BrokerError, match=f"there is no group {unique}"):
            plan_reset(groups, unique, EARLIEST)
        with pytest.raises(BrokerError, match="name the topics"):
            plan_reset(groups, unique, EARLIEST, create=True)

    def test_a_group_can_be_placed_before_it_first_runs(
        self, kafka: KafkaCluster, topics: Topics, groups: Groups, unique: str
    ) -> None:
        topic = made(topics, "operated.placed")
        hourly(kafka, topic)

        apply_reset(groups, plan_reset(groups, unique, Position("last", 1), topics=[topic], create=True))

        assert committed(kafka, unique, topic) == {0: 2, 1: 2}


class TestReset:
    @pytest.fixture
    def topic(self, kafka: KafkaCluster, topics: Topics, unique: str) -> str:
        """Records 0, 2, 4 on partition 0, and 1, 3, 5 on partition 1; the group is at the second of each."""
        topic = made(topics, f"operated.{abs(hash(unique))}")
        hourly(kafka, topic)
        commit(kafka, unique, **{f"{topic}/0": 1, f"{topic}/1": 1})
        return topic

    @pytest.mark.parametrize(
        ("position", "expected"),
        [
            (EARLIEST, {0: 0, 1: 0}),
            (LATEST, {0: 3, 1: 3}),
            (moment(START + timedelta(hours=3)), {0: 2, 1: 1}),
            (moment(START + timedelta(days=9)), {0: 3, 1: 3}),
            (Position("offset", 2), {0: 2, 1: 2}),
            (Position("offset", 99), {0: 3, 1: 3}),
            (Position("last", 1), {0: 2, 1: 2}),
        ],
        ids=str,
    )
    def test_a_group_goes_on_where_it_is_told(  # noqa: PLR0917 - fixtures and parameters
        self, kafka: KafkaCluster, groups: Groups, topic: str, unique: str, position: Position, expected: dict[int, int]
    ) -> None:
        reset = plan_reset(groups, unique, position)
        assert committed(kafka, unique, topic) == {0: 1, 1: 1}

        apply_reset(groups, reset)

        assert committed(kafka, unique, topic) == expected

    def test_only_the_partitions_that_were_named_move(
        self, kafka: KafkaCluster, groups: Groups, topic: str, unique: str
    ) -> None:
        reset = plan_reset(groups, unique, LATEST, topics=[topic], partitions=[1])
        apply_reset(groups, reset)

        assert reset.changes == (OffsetChange(topic=topic, partition=1, old=1, new=3),)
        assert committed(kafka, unique, topic) == {0: 1, 1: 3}
        with pytest.raises(BrokerError, match=f"topic {topic} has no partition 7"):
            plan_reset(groups, unique, LATEST, partitions=[7])

    def test_a_plan_is_not_carried_out_on_a_group_that_has_moved_since(
        self, kafka: KafkaCluster, groups: Groups, topic: str, unique: str
    ) -> None:
        reset = plan_reset(groups, unique, EARLIEST)
        commit(kafka, unique, **{f"{topic}/0": 2})

        with pytest.raises(BrokerError, match="has moved on 1 partition since this was planned"):
            apply_reset(groups, reset)

        assert committed(kafka, unique, topic) == {0: 2, 1: 1}


class TestExports:
    def test_offsets_are_restored_by_offset_and_by_time(  # noqa: PLR0917 - fixtures
        self, kafka: KafkaCluster, settings: Settings, topics: Topics, groups: Groups, unique: str, tmp_path: Path
    ) -> None:
        topic = made(topics, "operated.exported")
        hourly(kafka, topic)
        commit(kafka, unique, **{f"{topic}/0": 2, f"{topic}/1": 3})
        file = tmp_path / "offsets.json"

        write_offsets(export_offsets(groups, settings, unique, now=datetime.now(UTC)), file)

        kept = json.loads(file.read_text())
        assert [(one["partition"], one["offset"]) for one in kept["offsets"]] == [(0, 2), (1, 3)]
        assert kept["offsets"][0]["time"] == "2026-03-01T12:00:00.000Z"
        apply_reset(groups, plan_reset(groups, unique, EARLIEST))
        apply_reset(groups, plan_restore(groups, read_offsets(file)))
        assert committed(kafka, unique, topic) == {0: 2, 1: 3}

        # The cluster is lost, and the topic filled again behind records that it did not have before.
        topics.delete(topic)
        made(topics, topic)
        write(kafka, topic, b"older", partition=0)
        hourly(kafka, topic)
        lost = f"{unique}_restored"
        by_time = plan_restore(groups, read_offsets(file), group=lost, by="time")
        assert [(change.partition, change.old, change.new) for change in by_time.changes][1] == (1, None, 3)

    def test_offsets_of_another_log_are_refused(
        self, kafka: KafkaCluster, settings: Settings, topics: Topics, groups: Groups, unique: str
    ) -> None:
        topic = made(topics, "operated.replaced", 1)
        write(kafka, topic, b"1", b"2", b"3")
        commit(kafka, unique, **{f"{topic}/0": 3})
        kept = export_offsets(groups, settings, unique, now=datetime.now(UTC))
        topics.delete(topic)
        made(topics, topic, 1)

        with pytest.raises(BrokerError, match=r"/0 ends at 0, before the exported offset 3.*restore by time"):
            plan_restore(groups, kept)


class TestOnce:
    """What a run that was killed had begun is finished by the next one, and nothing is there twice."""

    def test_a_replay_that_was_killed_goes_on_where_it_was(
        self, kafka: KafkaCluster, topics: Topics, tmp_path: Path
    ) -> None:
        source, target = made(topics, "operated.source"), made(topics, "operated.target", 3)
        hourly(kafka, source, 400)
        command = ("replay", source, "--to", target, "--brokers", kafka.bootstrap_servers)
        ends = {(target, number): 0 for number in range(3)}
        log = LogOffsets(Administrator(Settings(brokers=kafka.bootstrap_servers)))

        with Started(*command, "--rate", "200", cwd=tmp_path) as killed:
            killed.until(lambda: sum(log.latest(ends).values()) >= 260)
            killed.stop(signal.SIGKILL)
        rest = execute(*command, cwd=tmp_path)
        again = execute(*command, cwd=tmp_path)

        assert rest.code == 0, rest.err
        copied = read_all(kafka, target, 400)
        positions = Counter(dict(one.headers() or ())["replay-position"] for one in copied)
        assert (len(positions), set(positions.values())) == (400, {1})
        assert int(rest.out.split()[1]) < 400
        assert again.out.startswith("Nothing to replay: ")
        assert {one.timestamp()[1] for one in copied} == {
            int((START + number * timedelta(hours=1)).timestamp() * 1000) for number in range(400)
        }

    def test_an_archive_that_was_interrupted_goes_on_where_it_was(
        self, kafka: KafkaCluster, settings: Settings, topics: Topics, tmp_path: Path
    ) -> None:
        topic = made(topics, "operated.archived")
        file = tmp_path / "archive.avro"
        write_archive(
            file,
            (ArchivedRecord(topic=topic, partition=0, offset=n, key=b"k", value=b"%d" % n) for n in range(900)),
        )
        stop = threading.Event()

        def after_600(record: ArchivedRecord) -> None:
            if record.offset == 599:
                stop.set()

        first = Replay(settings, ArchiveSource(file), name="archive").run(stop=stop, on_record=after_600)
        second = Replay(settings, ArchiveSource(file), name="archive").run()

        assert (first.total, first.stopped, second.total, second.resumed) == (600, True, 300, True)
        assert [one.value() for one in read_all(kafka, topic, 900)] == [b"%d" % n for n in range(900)]

    def test_a_replay_may_be_the_first_that_a_new_cluster_hears_of_groups(
        self, libraries: Path, tmp_path: Path
    ) -> None:
        """Its coordinators are about to come then; asked too early for offsets, the client crashed."""
        with KafkaCluster(libraries, folder=tmp_path / "kafka") as new:
            made(Topics(Settings(brokers=new.bootstrap_servers, timeout=20)), "operated.first", 1)
            write(new, "operated.first", b"1")

            command = ("replay", "operated.first", "--to", "operated.first", "--dry-run")
            first = execute(*command, "--brokers", new.bootstrap_servers, cwd=tmp_path)

        assert (first.code, first.out) == (0, "operated.first: 1 record would be replayed\n"), first.err

    def test_two_runs_of_one_replay_cannot_be(self, settings: Settings, topics: Topics, unique: str) -> None:
        topic = made(topics, "operated.twice", 1)

        with RecordWriter(settings, unique) as older:
            older.write(topic, b"k", b"older", [])
            with RecordWriter(settings, unique) as newer:
                newer.write(topic, b"k", b"newer", [])
                newer.commit({(topic, 0): 7})
                with pytest.raises(DeliveryError, match="another producer with this transactional id has started"):
                    older.commit({(topic, 0): 1})

        assert Groups(settings).committed(unique) == {(topic, 0): 7}

    def test_dead_letters_go_back_once_though_the_run_was_killed(
        self, kafka: KafkaCluster, topics: Topics, tmp_path: Path
    ) -> None:
        origin, dead = made(topics, "operated.origin", 3), made(topics, "operated.dead")
        producer = confluent_kafka.Producer({"bootstrap.servers": kafka.bootstrap_servers})
        for number in range(400):
            info = DeadLetterInfo(
                reason="handler-failed",
                exception="builtins.TimeoutError",
                message="",
                group="g",
                topic=origin,
                partition=0,
                offset=number,
            )
            producer.produce(dead, b"%d" % number, b"k%d" % (number % 7), headers=list(info.headers()))
        assert producer.flush(10) == 0
        command = ("dead-letters", "redrive", "--topic", dead, "--any-topic", "--brokers", kafka.bootstrap_servers)
        ends = {(origin, number): 0 for number in range(3)}
        log = LogOffsets(Administrator(Settings(brokers=kafka.bootstrap_servers)))

        with Started(*command, "--rate", "200", cwd=tmp_path) as killed:
            killed.until(lambda: sum(log.latest(ends).values()) >= 260)
            killed.stop(signal.SIGKILL)
        rest = execute(*command, cwd=tmp_path)

        assert rest.code == 0, rest.err
        back = read_all(kafka, origin, 400)
        assert sorted(int(one.value() or b"") for one in back) == list(range(400))
        assert "sent back before" in rest.out

    def test_records_go_as_large_as_their_topics_take_them(
        self, kafka: KafkaCluster, settings: Settings, topics: Topics, tmp_path: Path
    ) -> None:
        """The client's own limit is a million bytes; a topic may have taken more, or not take as much."""
        large, dead = "operated.large", "operated.large-dead"
        config = {"max.message.bytes": "3000000"}
        for name in (large, dead):
            topics.create(TopicContract(name=name, partitions=1, replication_factor=1, config=config))
        small = made(topics, "operated.small", 1)
        value = b"x" * 2_000_000
        info = DeadLetterInfo(reason="r", exception="", message="", group="g", topic=large, partition=0, offset=0)
        sender = confluent_kafka.Producer(
            {"bootstrap.servers": kafka.bootstrap_servers, "message.max.bytes": 3_000_000}
        )
        sender.produce(dead, value, headers=list(info.headers()))
        assert sender.flush(10) == 0
        archive = tmp_path / "large.avro"
        write_archive(archive, [ArchivedRecord(topic=large, partition=0, offset=0, value=value)])

        Replay(settings, ArchiveSource(archive), name="large").run()
        sent = redrive(settings, dead)
        with pytest.raises(DeliveryError, match=f"not written to {small}: .*too large.*: raise max.message.bytes"):
            Replay(settings, ArchiveSource(archive), name="too-large", topic=small).run()

        assert sent.total == 1
        assert [one.value() for one in read_all(kafka, large, 2)] == [value, value]

    @pytest.mark.parametrize(
        ("topic", "partition", "complaint"),
        [
            ("operated.narrow", 999, "not written to operated.narrow: .*the topic has fewer partitions"),
            ("__consumer_offsets", 0, "Broker: Topic authorization failed"),
        ],
    )
    def test_an_archive_that_does_not_fit_the_cluster_is_refused_with_the_reason(  # noqa: PLR0917 - fixtures and parameters
        self, settings: Settings, topics: Topics, tmp_path: Path, topic: str, partition: int, complaint: str
    ) -> None:
        made(topics, "operated.narrow", 1)
        archive = tmp_path / "other.avro"
        write_archive(archive, [ArchivedRecord(topic=topic, partition=partition, offset=0, value=b"x")])

        with pytest.raises(DeliveryError, match=complaint):
            Replay(settings, ArchiveSource(archive), name=f"other-{partition}", same_partitions=True).run()


class TestCommands:
    @pytest.fixture
    def at(self, kafka: KafkaCluster) -> dict[str, str]:
        return {"KAFKA_BROKERS": kafka.bootstrap_servers}

    def test_groups_as_a_user_types_them(
        self, kafka: KafkaCluster, topics: Topics, shop: Path, run: Run, at: dict[str, str]
    ) -> None:
        topic, group = made(topics, "operated.typed"), "typed-indexer"
        hourly(kafka, topic)
        commit(kafka, group, **{f"{topic}/0": 1, f"{topic}/1": 1})

        listed = run("groups", "list", **at)
        assert [group, "empty", "0", "4"] in [line.split() for line in listed.out.splitlines()]
        described = json.loads(run("groups", "describe", group, "--format", "json", **at).out)
        assert (described["lag"], described["partitions"][0]["lag"]) == (4, 2)

        shown = run("groups", "reset", group, "--to", "latest", **at)
        assert shown.out.splitlines()[-1] == "Nothing was moved: --yes moves 2 partitions"
        assert [line.split() for line in shown.out.splitlines()[1:3]] == [
            [topic, "0", "1", "3", "+2"],
            [topic, "1", "1", "3", "+2"],
        ]
        exported = run("groups", "export", group, "--out", "offsets.json", **at)
        assert exported.out == f"offsets.json: 2 partitions of group {group}\n"
        moved = run("groups", "reset", group, "--to", "latest", "--yes", **at)
        assert moved.out.splitlines()[-1] == f"Moved 2 partitions of group {group}"
        assert committed(kafka, group, topic) == {0: 3, 1: 3}
        restored = json.loads(run("groups", "restore", "offsets.json", "--yes", "--format", "json", **at).out)
        assert (restored["moved"], [one["new"] for one in restored["changes"]]) == (True, [1, 1])
        assert committed(kafka, group, topic) == {0: 1, 1: 1}

    def test_a_description_shows_thresholds_and_partitions(
        self, kafka: KafkaCluster, topics: Topics, shop: Path, run: Run, at: dict[str, str]
    ) -> None:
        topic, group = made(topics, "operated.described"), "described-indexer"
        alerting(shop, group)
        hourly(kafka, topic)
        commit(kafka, group, **{f"{topic}/0": 3})

        described = run("groups", "describe", group, **at)

        assert [line.split(None, 1) for line in described.out.splitlines()[4:6]] == [
            ["lag", "0"],
            ["thresholds", "warning above 5"],
        ]
        assert described.out.splitlines()[-1].split() == [topic, "0", "3", "3", "0", "-"]

    def test_lag_is_judged_by_the_thresholds_of_the_contracts(
        self, kafka: KafkaCluster, topics: Topics, shop: Path, run: Run, at: dict[str, str]
    ) -> None:
        topic, group = made(topics, "operated.lagging"), "lagging-indexer"
        alerting(shop, group)
        hourly(kafka, topic)
        commit(kafka, group, **{f"{topic}/0": 0, f"{topic}/1": 0})

        misspelt = run("groups", "lag", "laging-indexer", **at)
        assert "there is no group laging-indexer" in misspelt.error
        bad = run("groups", "lag", "--fail-on", "warning", **at)
        borne = run("groups", "lag", group, "--format", "json", **at)

        assert (bad.code, bad.out.split()[-6:]) == (1, [group, "6", "warning", "above", "5", "warning"]), bad.err
        assert (borne.code, json.loads(borne.out)[0]["level"]) == (0, "warning")

    def test_records_are_shown_from_a_moment_on(
        self, kafka: KafkaCluster, topics: Topics, work: Path, run: Run, at: dict[str, str]
    ) -> None:
        topic = made(topics, "operated.shown")
        hourly(kafka, topic)

        shown = run(
            "consume",
            topic,
            *("--from", "2026-03-01T10:00:00Z", "--until", "2026-03-01T12:00:00Z", "--format", "json"),
            SCHEMA_REGISTRY_URL="http://127.0.0.1:1",
            **at,
        )

        assert sorted(json.loads(line)["key"] for line in shown.out.splitlines()) == ["k2", "k3"]


def alerting(contracts: Path, group: str) -> None:
    """Give the shop a group, and an alert for a lag above 5."""
    more = f"groups: {{{group}: {{description: Indexes., topics: [order.placed]}}}}\nalerts: {{lag: {{warning: 5}}}}\n"
    write_files(contracts, {"shop/system.yaml": SYSTEM + more})


def test_schemas_are_given_back_with_their_ids_where_a_registry_takes_them(registry: Registry, unique: str) -> None:
    money, order = f"{unique}.Money", f"{unique}-value"
    pin = Pin(f"io.{unique}.Money", money, 1)
    texts = [
        json.dumps({"type": "record", "name": pin.name, "fields": [{"name": "cents", "type": "long"}]}),
        *(
            json.dumps({"type": "record", "name": f"io.{unique}.Order", "fields": fields})
            for fields in order_fields(pin)
        ),
    ]
    kept = KeptSchemas(
        versions=(
            RegisteredVersion(order, 1, 70_002, texts[1], (pin,)),
            RegisteredVersion(order, 2, 70_003, texts[2], (pin,)),
            RegisteredVersion(money, 1, 70_001, texts[0], ()),
        ),
        levels={order: Mode.FULL},
    )

    with RegistryClient(Settings(registry_url=registry.url)) as client:
        done = give_back(client, kept)
        again = give_back(client, kept)

        assert (done.registered, done.refused, again.registered, again.there) == (3, {}, 0, 3)
        assert done.ids == again.ids
        assert done.ids.keys() == (set() if registry.name == "embedded" else {70_001, 70_002, 70_003})
        assert client.level(order) is Mode.FULL
        assert client.versions(order) == [1, 2]
        assert client.writable(order)


def order_fields(pin: Pin) -> list[list[dict[str, Any]]]:
    """The fields of an order in two versions."""
    amount = {"name": "amount", "type": pin.name}
    return [[amount], [amount, {"name": "note", "type": "string", "default": ""}]]
