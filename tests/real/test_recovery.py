"""The page on recovery, carried out: a cluster and a registry are lost, and filled again by the page's own commands."""

from __future__ import annotations

import json
import shlex
import shutil
import time
from collections import Counter
from typing import TYPE_CHECKING

import confluent_kafka
import pytest
from confluent_kafka import TopicPartition

from eventpact import SchemaCatalog, Settings
from eventpact.operate.browsing import Browsing
from eventpact.operate.showing import Showing
from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing.kafka import KafkaCluster
from tests.cli import conftest as command_line
from tests.cli.commands import Run
from tests.docs.pages import DOCS, ROOT, blocks
from tests.runtime.raw import committed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

run = command_line.run
"""A fixture of the commands' own tests."""

TOPIC = "QuikApp.message.sent"
GROUP = "search-indexer"
EVENTS = 40
PATIENCE = 20.0
READ = 25
"""How many of the events the group has handled."""

ONE_BROKER = {"apply": ["--replication-factor-limit", "1", "--quiet"], "tenants": ["--replication-factor-limit", "1"]}
"""What the page's commands need besides on a cluster of one broker."""


@pytest.fixture
def clusters(libraries: Path, tmp_path: Path) -> Iterator[tuple[KafkaCluster, KafkaCluster]]:
    """The cluster that is lost, and the one that takes its place."""
    with (
        KafkaCluster(libraries, folder=tmp_path / "old") as old,
        KafkaCluster(libraries, folder=tmp_path / "new") as new,
    ):
        yield old, new


def commands(heading: str) -> list[list[str]]:
    """The commands of the page below a heading, as words, each once."""
    text = (DOCS / "recovery.md").read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = [
        shlex.split(line)[1:]
        for block in blocks(DOCS / "recovery.md", "sh")
        for line in map(str.strip, block.text.splitlines())
        if line and line in text
    ]
    return [list(words) for words in dict.fromkeys(map(tuple, found))]


def message(number: int) -> str:
    data = {
        "messageId": f"m-{number}",
        "channelId": "c",
        "workspaceId": "w",
        "userId": f"u-{number % 5}",
        "content": "x",
    }
    return json.dumps({"data": data})


def test_a_lost_cluster_is_filled_again(
    clusters: tuple[KafkaCluster, KafkaCluster], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for system in ("quikapp", "chatplatform"):  # what the page's commands name
        shutil.copytree(ROOT / "contracts" / system, tmp_path / "contracts" / system)
    monkeypatch.chdir(tmp_path)
    old, new = clusters

    with EmbeddedRegistry() as lost, EmbeddedRegistry() as given:
        before = {"KAFKA_BROKERS": old.bootstrap_servers, "SCHEMA_REGISTRY_URL": lost.url}
        after = {"KAFKA_BROKERS": new.bootstrap_servers, "SCHEMA_REGISTRY_URL": given.url}

        def carried_out(words: list[str], at: dict[str, str]) -> None:
            ended = run(*words, *ONE_BROKER.get(words[0], []), **at)
            assert ended.code == 0, (words, ended.out, ended.err)

        carried_out(["apply", "--only", "schemas", "--system", "chatplatform"], before)  # ids of their own
        carried_out(["apply"], before)
        (tmp_path / "sent.jsonl").write_text("".join(f"{message(number)}\n" for number in range(EVENTS)))
        carried_out(["produce", "quikapp/MessageSent", "sent.jsonl"], before)
        unread = handled(old)
        for words in commands("What to keep"):
            if "dead-letters" not in words and "2026-03-01" not in words:
                carried_out(words, before)

        for words in commands("The order of recovery"):
            if "dead-letters" not in words:
                carried_out(words, after)

        assert sent(new, given.url) == sent(old, lost.url)
        assert unread
        assert handled_next(new) == unread


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
        _, end = consumer.get_watermark_offsets(TopicPartition(TOPIC, number), timeout=5)
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
    settings = Settings(brokers=cluster.bootstrap_servers, registry_url=registry)
    showing = Showing(SchemaCatalog(settings))
    shown = map(showing.shown, Browsing(settings, [TOPIC]).records())
    return sorted((one.partition, one.offset, one.key, one.time, json.dumps(one.data)) for one in shown)
