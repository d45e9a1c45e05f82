"""Events that librdkafka reports as delivered and that no broker has written: ours are told of, or sent again.

On a partition on which the broker does not know an idempotent producer, the first batch is answered with
NOT_LEADER_OR_FOLLOWER while the second is on its way; the broker takes the second, for from a producer that it does not
know it takes any sequence number. The client then counts the first batch as written too. That happens on topics just
made, where a broker does not know yet that it leads a partition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import confluent_kafka
import pytest

from eventpact import Context, Settings, TopicContract, Topics
from eventpact.errors import DeliveryError
from eventpact_testing import kafka as kafka_part
from tests.real.interposer import Interposer, Loss
from tests.real.members import PATIENCE, until
from tests.runtime.raw import read_all
from tests.runtime.sample import Noted, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from confluent_kafka import KafkaError, Message

    from eventpact_testing.kafka import KafkaCluster
    from tests.real.conftest import Registry

TOPIC = "sample.posted"
DEAD = "sample.dead"
TENANT = "acme"
NOTES = f"sample.notes.{TENANT}"
LOST, WRITTEN = Posted(event_id="lost"), Posted(event_id="written")


@pytest.fixture(scope="module")
def interposer() -> Iterator[Interposer]:
    with Interposer() as interposer:
        yield interposer


@pytest.fixture(scope="module")
def broker(libraries: Path, interposer: Interposer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    with kafka_part.KafkaCluster(
        libraries,
        listeners=[kafka_part.Listener("INTERPOSED", advertised=[interposer.port])],
        folder=tmp_path_factory.mktemp("interposed-kafka"),
    ) as cluster:
        interposer.forward(*cluster.ports("INTERPOSED"))
        yield cluster


@pytest.fixture
def settings(broker: KafkaCluster, interposer: Interposer, embedded: Registry, unique: str) -> Iterator[Settings]:
    """Of a service whose way to the broker leads through the interposer; its topics have one partition."""
    settings = Settings(
        brokers=interposer.bootstrap_servers,
        client_id="tests",
        registry_url=embedded.url,
        consumer_group=unique,
        producer={"linger.ms": "0"},
        timeout=PATIENCE,
    )
    topics = Topics(settings)
    topics.create(*(TopicContract(name=name, partitions=1, replication_factor=1) for name in (TOPIC, DEAD, NOTES)))
    yield settings
    topics.delete(TOPIC, DEAD, NOTES)


def ids(broker: KafkaCluster, expected: int, topic: str = TOPIC) -> list[str | None]:
    """Of the committed events on a topic, in their order; waits for as many as expected, and a moment for more."""
    values = [(record.value() or b"")[5:] for record in read_all(broker, topic, expected)]
    if topic == NOTES:
        return [event.note for event in map(Noted.contract.decode, values) if isinstance(event, Noted)]
    return [event.event_id for event in map(Posted.contract.decode, values) if isinstance(event, Posted)]


def test_the_client_reports_a_refused_batch_as_delivered_when_the_one_behind_it_is_written(
    settings: Settings, broker: KafkaCluster, interposer: Interposer
) -> None:
    """Why a report without an offset is a failure for us; when this fails after an update, that may go."""
    reports: dict[bytes | None, tuple[KafkaError | None, int | None]] = {}

    def told(error: KafkaError | None, message: Message) -> None:
        reports[message.value()] = error, message.offset()

    loss = interposer.lose_first(TOPIC)
    client = confluent_kafka.Producer(
        {"bootstrap.servers": settings.brokers, "enable.idempotence": True, "linger.ms": 0, "log_level": 0}
    )
    client.produce(TOPIC, b"lost", on_delivery=told)
    assert loss.held.wait(PATIENCE)
    client.produce(TOPIC, b"written", on_delivery=told)
    assert client.flush(PATIENCE) == 0
    client.close()

    assert loss.done.is_set()
    assert reports == {b"lost": (None, None), b"written": (None, 0)}
    assert [record.value() for record in read_all(broker, TOPIC, 1)] == [b"written"]


def test_the_future_of_an_event_that_may_not_be_written_raises(
    settings: Settings, broker: KafkaCluster, interposer: Interposer
) -> None:
    loss = interposer.lose_first(TOPIC)
    with SampleProducer(settings, register="dev") as producer:
        lost = producer.submit(LOST)
        assert loss.held.wait(PATIENCE)
        written = producer.submit(WRITTEN)

        with pytest.raises(
            DeliveryError, match=r"no broker has said at which offset it is.*may (not )?(have been|be) written"
        ):
            lost.result(PATIENCE)
        assert written.result(PATIENCE).offset == 0

    assert ids(broker, 1) == ["written"]


def test_a_flush_raises_for_an_event_that_may_not_be_written(
    settings: Settings, broker: KafkaCluster, interposer: Interposer
) -> None:
    loss = interposer.lose_first(TOPIC)
    with SampleProducer(settings, register="dev") as producer:
        producer.send(LOST)
        assert loss.held.wait(PATIENCE)
        producer.send(WRITTEN)

        with pytest.raises(
            DeliveryError, match=r"^1 event failed .*no broker has said at which offset it is"
        ) as caught:
            producer.flush()

    assert caught.value.failed == 1
    assert ids(broker, 1) == ["written"]


def test_a_spool_sends_an_event_again_that_may_not_be_written(
    settings: Settings, broker: KafkaCluster, interposer: Interposer, tmp_path: Path
) -> None:
    loss = interposer.lose_first(TOPIC)
    with SampleProducer(settings, register="dev", spool=tmp_path / "spool.db") as producer:
        producer.send(LOST)
        assert loss.held.wait(PATIENCE)
        producer.send(WRITTEN)
        producer.flush()
        until(lambda: not producer.statistics.waiting)
        assert (producer.statistics.opened, producer.statistics.resent) == (0, 1)

    assert ids(broker, 2) == ["written", "lost"]


def send_both_together(producer: SampleProducer, loss: Loss) -> None:
    with producer.transaction():
        producer.send(LOST)
        assert loss.held.wait(PATIENCE)
        producer.send(WRITTEN)


def test_a_transaction_whose_event_may_not_be_written_is_taken_back_and_can_be_done_over(
    settings: Settings, broker: KafkaCluster, interposer: Interposer, unique: str
) -> None:
    loss = interposer.lose_first(TOPIC)
    producer = SampleProducer(settings, register="dev", transactional_id=unique)

    with pytest.raises(DeliveryError, match=r"cannot commit the transaction: .*may not be written"):
        send_both_together(producer, loss)
    send_both_together(producer, loss)

    assert ids(broker, 2) == ["lost", "written"]
    producer.close()  # what failed with the first try is told and done over


class Failing(PostReader, name="failing"):
    """Handles nothing."""

    def on_posted(self, event: Posted, context: Context) -> None:
        raise LookupError(event.event_id)


def test_dead_letters_go_one_batch_after_the_other_so_that_none_is_passed_over(
    settings: Settings, broker: KafkaCluster, interposer: Interposer
) -> None:
    loss = interposer.lose_first(DEAD, at_once=True)
    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(LOST, timeout=PATIENCE)
        producer.send_and_wait(WRITTEN, timeout=PATIENCE)

    Failing().run(settings, max_events=2)

    assert loss.done.is_set()
    assert ids(broker, 2, DEAD) == ["lost", "written"]


def test_exactly_once_handles_again_what_went_with_an_event_that_may_not_be_written(
    settings: Settings, broker: KafkaCluster, interposer: Interposer, unique: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A transaction that has lasted too long ends with what there is: here with the held event alone, on a slow machine.
    monkeypatch.setattr("eventpact.consume.transactions._LONGEST", PATIENCE)
    handled: list[str] = []
    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(LOST, timeout=PATIENCE)
        producer.send_and_wait(WRITTEN, timeout=PATIENCE)
    loss = interposer.lose_first(NOTES)
    with SampleProducer(settings, register="dev", transactional_id=unique) as producer:

        class Noting(PostReader, name="noting"):
            def on_posted(self, event: Posted, context: Context) -> None:
                handled.append(event.event_id)
                producer.send(Noted(note=event.event_id), tenant_id=TENANT)
                assert loss.held.wait(PATIENCE)

        Noting().run(settings, exactly_once=True, producer=producer, max_events=2)

    assert handled == ["lost", "written"] * 2
    assert ids(broker, 2, NOTES) == ["lost", "written"]
