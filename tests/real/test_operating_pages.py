"""The pages on recovery and operating, carried out by their own commands: a cluster and a registry are lost, too."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import confluent_kafka
import pytest
from confluent_kafka import TopicPartition

from eventpact import SchemaCatalog, Settings
from eventpact.avro import Codec
from eventpact.avro.json import JsonEncoding
from eventpact.consume.dead_letters import DeadLetterInfo
from eventpact.operate.browsing import Browsing
from eventpact.operate.showing import Showing
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.contracts.version_names import find_version
from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing.examples import ValueMaker
from eventpact_testing.kafka import KafkaCluster
from tests.cli import conftest as command_line
from tests.cli.commands import Run, Started
from tests.docs.pages import DOCS, ROOT, blocks
from tests.real.members import until
from tests.runtime.raw import PATIENCE, committed, write

if TYPE_CHECKING:
    from collections.abc import Iterator

run = command_line.run
"""A fixture of the commands' own tests."""

TOPIC = "QuikApp.message.sent"
GROUP = "search-indexer"
EVENTS = 40
READ = 25
"""How many of the events the group has handled."""

ONE_BROKER = {"apply": ["--replication-factor-limit", "1", "--quiet"], "tenants": ["--replication-factor-limit", "1"]}
"""What the page's commands need besides on a cluster of one broker."""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the contracts that the pages' commands name."""
    for system in ("quikapp", "chatplatform"):
        shutil.copytree(ROOT / "contracts" / system, tmp_path / "contracts" / system)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def new_kafka(libraries: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """The cluster that takes the place of the lost one."""
    with KafkaCluster(libraries, folder=tmp_path_factory.mktemp("new-kafka")) as cluster:
        yield cluster


def commands(page: str, heading: str) -> list[list[str]]:
    """The commands of a page below a heading, as words."""
    text = (DOCS / page).read_text()
    start = text.index(f"## {heading}\n")
    end = text.find("\n## ", start)
    first, last = (text.count("\n", 0, place) for place in (start, end if end >= 0 else len(text)))
    return [
        shlex.split(line)[1:]
        for block in blocks(DOCS / page, "sh")
        if first <= block.line <= last
        for line in block.text.splitlines()
    ]


def carry_out(run: Run, words: list[str], at: dict[str, str]) -> None:
    ended = run(*words, *ONE_BROKER.get(words[0], []), **at)
    assert ended.code == 0, (words, ended.out, ended.err)


def message(number: int) -> str:
    data = {
        "messageId": f"m-{number}",
        "channelId": "c",
        "workspaceId": "w",
        "userId": f"u-{number % 5}",
        "content": "x",
    }
    return json.dumps({"data": data})


def test_a_lost_cluster_is_filled_again(own_kafka: KafkaCluster, new_kafka: KafkaCluster, run: Run, work: Path) -> None:
    old, new = own_kafka, new_kafka

    with EmbeddedRegistry() as lost, EmbeddedRegistry() as given:
        before = {"KAFKA_BROKERS": old.bootstrap_servers, "SCHEMA_REGISTRY_URL": lost.url}
        after = {"KAFKA_BROKERS": new.bootstrap_servers, "SCHEMA_REGISTRY_URL": given.url}

        carry_out(run, ["apply", "--only", "schemas", "--system", "chatplatform"], before)  # ids of their own
        carry_out(run, ["apply"], before)
        (work / "sent.jsonl").write_text("".join(f"{message(number)}\n" for number in range(EVENTS)))
        carry_out(run, ["produce", "quikapp/MessageSent", "sent.jsonl"], before)
        unread = handled(old)
        for words in commands("recovery.md", "What to keep"):
            if "dead-letters" not in words and "2026-03-01" not in words:
                carry_out(run, words, before)

        for words in commands("recovery.md", "The order of recovery"):
            if "dead-letters" not in words:
                carry_out(run, words, after)

        until(lambda: len(sent(new, given.url)) >= EVENTS)  # readers see a replay's last transaction a moment late
        assert sent(new, given.url) == sent(old, lost.url)
        assert unread
        assert handled_next(new) == unread


def test_the_commands_of_operating_are_carried_out(own_kafka: KafkaCluster, run: Run, work: Path) -> None:
    with EmbeddedRegistry() as registry:
        at = {"KAFKA_BROKERS": own_kafka.bootstrap_servers, "SCHEMA_REGISTRY_URL": registry.url}
        for words in (["apply"], ["tenants", "create", "acme", "--system", "chatplatform"]):
            carry_out(run, words, at)
        (work / "sent.jsonl").write_text(f"{message(1)}\n" * EVENTS)
        (work / "chat.jsonl").write_text(f"{chat()}\n")
        carry_out(run, ["produce", "quikapp/MessageSent", "sent.jsonl"], at)
        handled(own_kafka)
        bury(own_kafka, 18)

        for heading in ("Groups", "Looking at events, and sending some", "Dead letters"):
            for page_words in commands("operating.md", heading):
                words = [*page_words]
                if "chatplatform/MessageSent" in words and "sent.jsonl" in words:
                    words[words.index("sent.jsonl")] = "chat.jsonl"
                if "--follow" in words:
                    follow(run, words, work, at)
                else:
                    carry_out(run, words, at)

        assert run("dead-letters", "redrive", **at).out == "0 dead letters sent back, 18 sent back before\n"


def follow(run: Run, words: list[str], work: Path, at: dict[str, str]) -> None:
    """Carry out a command that goes on until it is stopped: send events until it shows one."""

    def heard() -> bool:
        carry_out(run, ["produce", "chatplatform/MessageSent", "chat.jsonl", "--param", "tenant_id=acme"], at)
        return bool(following.out)

    with Started(*words, cwd=work, **at) as following:
        following.until(heard)
        ended = following.stop(signal.SIGINT)
    assert (ended.code, ended.err) == (0, "")


def chat() -> str:
    """An event of the chat platform as a line of plain JSON."""
    found = find_version(ContractRepository.load(DirectorySource(Path("contracts"))), "chatplatform/MessageSent@latest")
    schema = found.version.schema
    value = ValueMaker(Random(7)).value(schema)
    return JsonEncoding(schema, "plain").text(Codec(schema).encode(value))


def bury(cluster: KafkaCluster, count: int) -> None:
    """Write dead letters of the topic as a group does."""
    info = DeadLetterInfo(
        reason="handler-failed",
        exception="builtins.TimeoutError",
        message="too slow",
        group=GROUP,
        topic=TOPIC,
        partition=0,
        offset=0,
    )
    write(cluster, "QuikApp-dead-letters", *[b"record"] * count, key=b"u-1", headers=[*info.headers()])


def handled(cluster: KafkaCluster) -> Counter[bytes]:
    """Let the group handle some of the events; those that it has not."""
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": cluster.bootstrap_servers, "group.id": GROUP, "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([TOPIC])
    taken = 0
    while taken < READ:
        found = consumer.poll(0.1)
        if found is not None and found.error() is None:
            consumer.commit(message=found, asynchronous=False)
            taken += 1
    consumer.close()
    return handled_next(cluster)


def handled_next(cluster: KafkaCluster) -> Counter[bytes]:
    """Values that the group would read next, on partitions that it has committed offsets of."""
    places = committed(cluster, GROUP, TOPIC)
    consumer = confluent_kafka.Consumer({"bootstrap.servers": cluster.bootstrap_servers, "group.id": "look"})
    left = 0
    for number, offset in places.items():
        _, end = consumer.get_watermark_offsets(TopicPartition(TOPIC, number), timeout=PATIENCE)
        left += end - offset
    consumer.assign([TopicPartition(TOPIC, number, offset) for number, offset in places.items()])
    found: Counter[bytes] = Counter()
    deadline = time.monotonic() + PATIENCE
    while found.total() < left and time.monotonic() < deadline:
        record = consumer.poll(0.1)
        if record is not None and record.error() is None:
            found[record.value() or b""] += 1
    consumer.close()
    return found


def sent(cluster: KafkaCluster, registry: str) -> list[tuple[int, int, str | None, str | None, str]]:
    """Every event with its partition, offset, key and time, decoded by a registry."""
    settings = Settings(brokers=cluster.bootstrap_servers, registry_url=registry, timeout=PATIENCE)
    showing = Showing(SchemaCatalog(settings))
    shown = map(showing.shown, Browsing(settings, [TOPIC]).records())
    return sorted((one.partition, one.offset, one.key, one.time, json.dumps(one.data)) for one in shown)
