"""Records shown, replayed and sent back on Apache Kafka, each once whatever happens; schemas given back."""

from __future__ import annotations

import json
import signal
import threading
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import confluent_kafka
import pytest

from eventpact import Settings, TopicContract, Topics
from eventpact.consume.dead_letters import DeadLetterInfo
from eventpact.containers import ArchivedRecord, write_archive
from eventpact.errors import DeliveryError
from eventpact.operate.administrator import Administrator
from eventpact.operate.groups import Groups
from eventpact.operate.log_offsets import LogOffsets
from eventpact.operate.redriving import any_topic
from eventpact.operate.redriving import redrive as send_back
from eventpact.operate.replay_sources import ArchiveSource
from eventpact.operate.replaying import Replay
from eventpact.operate.writing import RecordWriter
from eventpact_registry.client import Pin, RegisteredVersion, RegistryClient
from eventpact_registry.contracts.model import Mode
from eventpact_registry.keeping import KeptSchemas, give_back
from eventpact_testing.kafka import KafkaCluster
from tests.cli import conftest as command_line
from tests.cli.commands import Run, Started, execute
from tests.real import operated
from tests.real.operated import START, hourly, made
from tests.runtime.raw import PATIENCE, read_all, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real.conftest import Registry

redrive = partial(send_back, origins=any_topic)
"""Sends letters wherever they say that they came from."""

run, work = command_line.run, command_line.work
"""Fixtures of the commands' own tests."""
settings, topics = operated.settings, operated.topics


def kill_under_way(kafka: KafkaCluster, target: str, *command: str, cwd: Path) -> None:
    """Kill a command that writes 400 records to three partitions when it has written 100, seconds before its end."""
    ends = {(target, number): 0 for number in range(3)}
    log = LogOffsets(Administrator(Settings(brokers=kafka.bootstrap_servers, timeout=PATIENCE)))
    with Started(*command, "--rate", "40", cwd=cwd) as killed:
        killed.until(lambda: sum(log.latest(ends).values()) >= 100)
        killed.stop(signal.SIGKILL)


class TestOnce:
    """What a run that was killed had begun is finished by the next one, and nothing is there twice."""

    def test_a_replay_that_was_killed_goes_on_where_it_was(
        self, kafka: KafkaCluster, topics: Topics, tmp_path: Path
    ) -> None:
        source, target = made(topics, "operated.source"), made(topics, "operated.target", 3)
        hourly(kafka, source, 400)
        command = ("replay", source, "--to", target, "--brokers", kafka.bootstrap_servers)

        kill_under_way(kafka, target, *command, cwd=tmp_path)
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
        assert producer.flush(PATIENCE) == 0
        command = ("dead-letters", "redrive", "--topic", dead, "--any-topic", "--brokers", kafka.bootstrap_servers)

        kill_under_way(kafka, origin, *command, cwd=tmp_path)
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
        assert sender.flush(PATIENCE) == 0
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


def test_records_are_shown_from_a_moment_on(kafka: KafkaCluster, topics: Topics, work: Path, run: Run) -> None:
    topic = made(topics, "operated.shown")
    hourly(kafka, topic)

    shown = run(
        "consume",
        topic,
        *("--from", "2026-03-01T10:00:00Z", "--until", "2026-03-01T12:00:00Z", "--format", "json"),
        SCHEMA_REGISTRY_URL="http://127.0.0.1:1",
        KAFKA_BROKERS=kafka.bootstrap_servers,
    )

    assert sorted(json.loads(line)["key"] for line in shown.out.splitlines()) == ["k2", "k3"]


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
