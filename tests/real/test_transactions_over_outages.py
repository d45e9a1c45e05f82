"""Transactions that a broker's absence meets in the middle: they end, and the next ones go on."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import confluent_kafka
import pytest
from confluent_kafka import TopicPartition

from eventpact import Context, Settings, Topics
from eventpact.operate.tenants import Tenants
from eventpact_testing.kafka import KafkaCluster, Listener
from eventpact_testing.proxy import Proxy
from tests.real.faults.programs import wait_until
from tests.real.members import running, send, until
from tests.runtime.raw import read_all
from tests.runtime.sample import TOPICS, Noted, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTES = "sample.notes.acme"
PATIENCE = 90.0
"""Seconds: the client needs some ten to find the coordinator again, or twice that."""
OUTAGE = 8.0
"""Seconds: more than a short patience would have."""


@pytest.fixture(scope="module")
def network() -> Iterator[Proxy]:
    """What stands between clients and the broker's listener `PROXIED`."""
    with Proxy(1) as network:
        yield network


@pytest.fixture(scope="module")
def kafka(libraries: Path, network: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """A broker of this file's own, for it is killed."""
    listener = Listener("PROXIED", advertised=network.ports)
    with KafkaCluster(libraries, listeners=[listener], folder=tmp_path_factory.mktemp("outages")) as cluster:
        network.forward(cluster.ports("PROXIED"))
        yield cluster


@pytest.fixture(autouse=True)
def _tenant(settings: Settings) -> None:
    Tenants(Topics(settings), TOPICS).create("acme")


class PassingOn(PostReader, name="passing-on"):
    """Sends a note for every post."""

    def __init__(self, producer: SampleProducer) -> None:
        super().__init__()
        self.producer = producer

    def on_posted(self, event: Posted, context: Context) -> None:
        self.producer.send(Noted(note=event.event_id), tenant_id="acme")


def notes(kafka: KafkaCluster, expected: int = 0) -> list[str]:
    return sorted(((record.key() or b"").decode() for record in read_all(kafka, NOTES, expected)), key=int)


@pytest.mark.soak  # on one broker alone, and a busy machine, the client may find its coordinator only after minutes
def test_a_group_goes_on_in_transactions_when_its_broker_is_back(
    kafka: KafkaCluster, producer: SampleProducer, settings: Settings, unique: str
) -> None:
    send(producer, 300)
    with (
        SampleProducer(settings, register="dev", transactional_id=unique) as sending,
        running(PassingOn(sending), settings, exactly_once=True, producer=sending, transaction_size=50),
    ):
        until(lambda: sending.statistics.acknowledged >= 100)
        kafka.kill_all()
        kafka.start_all()
        wait_until(lambda: len(notes(kafka)) == 300, patience=PATIENCE, what=lambda: "a note for every post")

    assert notes(kafka) == [str(number) for number in range(300)]


def test_what_was_written_without_an_answer_and_is_taken_back_leaves_the_producer_fit_for_more(
    kafka: KafkaCluster, network: Proxy, settings: Settings, unique: str
) -> None:
    behind = replace(settings, brokers=f"127.0.0.1:{network.ports[0]}")
    with SampleProducer(behind, register="dev", transactional_id=unique) as producer:
        with suppress(LookupError), producer.transaction():
            producer.send(Noted(note="1"), tenant_id="acme")
            producer.flush()
            network.drop(answers_only=True)
            producer.send(Noted(note="1"), tenant_id="acme")
            until(lambda: written(kafka) >= 2)
            network.cut()
            threading.Timer(OUTAGE, network.restore).start()
            raise LookupError

        with producer.transaction():
            producer.send(Noted(note="1"), tenant_id="acme")

    assert notes(kafka, 1) == ["1"]


def written(kafka: KafkaCluster) -> int:
    """Records of the notes, whatever became of their transactions."""
    config = {"bootstrap.servers": kafka.bootstrap_servers, "group.id": "raw", "isolation.level": "read_uncommitted"}
    consumer = confluent_kafka.Consumer(config)
    try:
        partitions = consumer.list_topics(NOTES, timeout=30).topics[NOTES].partitions
        return sum(consumer.get_watermark_offsets(TopicPartition(NOTES, one), timeout=30)[1] for one in partitions)
    finally:
        consumer.close()
