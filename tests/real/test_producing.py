"""Producers on Apache Kafka: outages, spools, kills, transactions and fencing, with every event accounted for."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import confluent_kafka
import pytest
from confluent_kafka import KafkaError

from eventpact import Settings, TopicContract, Topics
from eventpact.errors import DeliveryError
from eventpact.produce.breaker import BreakerPolicy
from eventpact.produce.spool_settings import SpoolSettings
from tests.docs.pages import ROOT
from tests.runtime.raw import PATIENCE
from tests.runtime.sample import Posted, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from eventpact_testing.kafka import KafkaCluster
    from tests.real.conftest import Registry

TOPIC = "sample.posted"
NOBODY = "127.0.0.1:1"
QUICK = BreakerPolicy(wait=0.2, longest_wait=1.0, patience=3.0, down_after=0.5)
CALM = BreakerPolicy(wait=0.2, patience=PATIENCE, down_after=PATIENCE)
"""Of producers whose brokers are there, however long these stand still: they are not to send anything twice."""


@pytest.fixture
def settings(own_kafka: KafkaCluster, embedded: Registry) -> Iterator[Settings]:
    settings = Settings(
        brokers=own_kafka.bootstrap_servers, client_id="tests", registry_url=embedded.url, timeout=PATIENCE
    )
    topics = Topics(settings)
    topics.create(TopicContract(name=TOPIC, partitions=3, replication_factor=1))
    yield settings
    topics.delete(TOPIC)


@pytest.fixture
def spool(tmp_path: Path) -> SpoolSettings:
    return SpoolSettings(path=tmp_path / "spool.db", synchronous="NORMAL")


@dataclass
class Account:
    """What is on the topic, of events that carry their number in `likes` and their key in `event_id`."""

    numbers: list[int] = field(default_factory=list)
    disordered: int = 0

    @property
    def duplicates(self) -> int:
        return len(self.numbers) - len(set(self.numbers))

    def lost(self, sent: set[int]) -> set[int]:
        return sent - set(self.numbers)


def account(settings: Settings, *, committed: bool = True, expected: int = 0) -> Account:
    """Read the whole topic, and wait for as many events as are expected: readers see a transaction's end late."""
    reader = confluent_kafka.Consumer(
        {
            "bootstrap.servers": settings.brokers,
            "group.id": "account",
            "enable.partition.eof": True,
            "isolation.level": "read_committed" if committed else "read_uncommitted",
        }
    )
    partitions = reader.list_topics(TOPIC, timeout=PATIENCE).topics[TOPIC].partitions
    reader.assign([confluent_kafka.TopicPartition(TOPIC, number, 0) for number in partitions])
    found, ended, last = Account(), set[int | None](), dict[str, int]()
    while len(ended) < len(partitions) or len(found.numbers) < expected:
        message = reader.poll(PATIENCE)
        assert message is not None
        error = message.error()
        if error is not None:
            if error.code() == KafkaError._PARTITION_EOF:
                ended.add(message.partition())
            continue
        ended.discard(message.partition())
        event = Posted.contract.decode((message.value() or b"")[5:])
        assert isinstance(event, Posted)
        if event.likes not in found.numbers[-5000:] and event.likes < last.get(event.event_id, -1):
            found.disordered += 1
        last[event.event_id] = max(event.likes, last.get(event.event_id, -1))
        found.numbers.append(event.likes)
    reader.close()
    return found


def drain(producer: SampleProducer, seconds: float = 120) -> None:
    """Returns when nothing waits in the spool any more."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while producer.statistics.waiting:
        assert time.monotonic() < deadline, (producer.breaker_state, producer.statistics)
        pause.wait(0.05)


class Service:
    """`spooling_service` in a process of its own."""

    def __init__(self, **told: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.real.spooling_service", json.dumps(told)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.sent: set[int] = set()
        self.refused: list[str] = []

    def read(self, until: str) -> None:
        """Read what it says up to a line that begins so, or to its end."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            what, _, rest = line.strip().partition(" ")
            if what == "sent":
                self.sent.add(int(rest))
            elif what == "refused":
                self.refused.append(rest)
            if line.startswith(until):
                return

    def kill(self) -> None:
        """End it at once, as a crash would, and read its last words."""
        self.process.kill()
        self.read("-")
        self.process.communicate()


class TestOutages:
    def test_an_outage_under_load_loses_nothing_and_keeps_the_order_of_keys(
        self, settings: Settings, own_kafka: KafkaCluster, spool: SpoolSettings
    ) -> None:
        producer = SampleProducer(settings, register="dev", spool=spool, breaker=QUICK)
        stop, states, sent = threading.Event(), set(), 0

        def load() -> None:
            nonlocal sent
            while not stop.wait(0.002):
                producer.send(Posted(event_id=f"key-{sent % 7}", likes=sent))
                sent += 1
                states.add(producer.breaker_state)

        producer.send_and_wait(Posted(event_id="key-0", likes=0), timeout=PATIENCE)
        sent = 1
        loader = threading.Thread(target=load)
        loader.start()
        stop.wait(0.5)
        own_kafka.kill(1)
        while not producer.statistics.spooled:
            stop.wait(0.05)
        stop.wait(0.5)
        own_kafka.start(1)
        drain(producer)
        stop.wait(0.3)
        stop.set()
        loader.join()
        producer.flush(PATIENCE)
        producer.close()

        found = account(settings)
        counts = producer.statistics
        print(f"sent {sent}, spooled {counts.spooled}, duplicates {found.duplicates}")
        assert found.lost(set(range(sent))) == set()
        assert found.disordered == 0
        assert states >= {"closed", "open"}
        assert producer.breaker_state == "closed"
        assert counts.resent == counts.spooled > 0
        assert counts.acknowledged + counts.resent == counts.sent == sent

    def test_without_spool_the_breaker_refuses_and_closes_again(
        self, settings: Settings, own_kafka: KafkaCluster
    ) -> None:
        impatient = replace(settings, delivery_timeout_ms=3000)
        producer = SampleProducer(impatient, register="dev", breaker=replace(QUICK, failures=1))
        send_until_taken(producer, 0)
        own_kafka.kill(1)
        with pytest.raises(DeliveryError, match="not acknowledged"):
            producer.send_and_wait(Posted(event_id="e", likes=1), timeout=PATIENCE)
        with pytest.raises(DeliveryError, match="the breaker is open, for brokers failed"):
            send_two(producer)
        own_kafka.start(1)
        send_until_taken(producer, 3)

        assert producer.breaker_state == "closed"  # the first that is delivered closes it
        send_until_taken(producer, 4)
        assert producer.statistics.rejected > 0
        try:
            producer.close()
        except DeliveryError as error:
            assert "failed" in str(error)  # noqa: PT017 - what was sent while it tried may have failed or not


class TestKills:
    def test_a_killed_producer_with_a_full_spool_loses_nothing_that_it_took(
        self, settings: Settings, spool: SpoolSettings
    ) -> None:
        service = Service(
            brokers=NOBODY, registry=settings.registry_url, spool=str(spool.path), events=700, max_records=500
        )
        service.read("done")
        service.kill()

        assert len(service.sent) == 500
        assert len(service.refused) == 200
        assert "is full: 500 events" in service.refused[-1]
        with SampleProducer(settings, register="dev", spool=spool, breaker=CALM) as later:
            drain(later)
        found = account(settings)
        print(f"sent {len(service.sent)}, refused {len(service.refused)}, duplicates {found.duplicates}")
        assert found.lost(service.sent) == set()
        assert found.disordered == 0
        assert found.duplicates == 0

    def test_killed_while_it_resends_it_starts_over_and_only_repeats_itself(
        self, settings: Settings, spool: SpoolSettings
    ) -> None:
        told = {"registry": settings.registry_url, "spool": str(spool.path)}
        service = Service(brokers=NOBODY, events=5_000, **told)
        service.read("done")
        service.kill()
        resending = Service(brokers=settings.brokers, events=0, **told)
        deadline = time.monotonic() + PATIENCE
        while not account(settings).numbers:
            assert time.monotonic() < deadline
        resending.kill()
        before = len(account(settings).numbers)

        with SampleProducer(settings, register="dev", spool=spool, breaker=CALM) as later:
            drain(later)
        found = account(settings)
        print(f"sent {len(service.sent)}, before the second kill {before}, duplicates {found.duplicates}")
        assert found.lost(service.sent) == set()
        assert Counter(found.numbers).most_common(1)[0][1] <= 2

    def test_a_full_disk_refuses_loudly_and_keeps_what_it_took(self, settings: Settings, spool: SpoolSettings) -> None:
        service = Service(
            brokers=NOBODY,
            registry=settings.registry_url,
            spool=str(spool.path),
            events=3_000,
            largest_file=200_000,
        )
        service.read("done")
        service.kill()

        assert "cannot write to the spool" in service.refused[-1]
        with SampleProducer(settings, register="dev", spool=spool, breaker=CALM) as later:
            drain(later)
        found = account(settings)
        print(f"sent {len(service.sent)}, refused {len(service.refused)}, duplicates {found.duplicates}")
        assert found.lost(service.sent) == set()

    def test_sigterm_flushes_what_was_sent(self, settings: Settings, spool: SpoolSettings) -> None:
        service = Service(
            brokers=settings.brokers,
            registry=settings.registry_url,
            spool=str(spool.path),
            events=100_000,
            deadline=PATIENCE,
        )
        service.read("sent 2000")
        service.process.terminate()
        service.read("-")
        assert service.process.wait(2 * PATIENCE) == -15
        service.process.communicate()

        found = account(settings)
        assert found.lost(service.sent) == set()
        assert (found.disordered, found.duplicates) == (0, 0)


def send_until_taken(producer: SampleProducer, number: int) -> None:
    """Send an event until it is acknowledged: while its broker stands still, or is about to come back, it fails."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while True:
        try:
            producer.send_and_wait(Posted(event_id="e", likes=number), timeout=PATIENCE)
        except DeliveryError:
            assert time.monotonic() < deadline, producer.statistics
            pause.wait(0.05)
        else:
            return


def send_two(producer: SampleProducer) -> None:
    """One of them may be the one that tries."""
    producer.send(Posted(event_id="e", likes=2))
    producer.send(Posted(event_id="e", likes=2))


def fail_inside(producer: SampleProducer) -> None:
    with producer.transaction():
        producer.send_and_wait(Posted(event_id="e", likes=2), timeout=PATIENCE)
        raise KeyError("the service's own")


def overtake(older: SampleProducer, newer: SampleProducer) -> None:
    with older.transaction():
        older.send_and_wait(Posted(event_id="e", likes=2), timeout=PATIENCE)
        with newer.transaction():
            newer.send(Posted(event_id="e", likes=3))


class TestTransactions:
    def test_an_exception_aborts_and_readers_see_nothing_of_it(self, settings: Settings) -> None:
        with SampleProducer(settings, register="dev", transactional_id="aborting") as producer:
            with producer.transaction():
                producer.send(Posted(event_id="e", likes=1))
            with pytest.raises(KeyError):
                fail_inside(producer)
            with producer.transaction():
                producer.send(Posted(event_id="e", likes=3))

        assert account(settings, expected=2).numbers == [1, 3]
        assert account(settings, committed=False).numbers == [1, 2, 3]

    def test_a_fenced_producer_is_told_so_whatever_it_tries(self, settings: Settings) -> None:
        older = SampleProducer(settings, register="dev", transactional_id="fenced")
        newer = SampleProducer(settings, register="dev", transactional_id="fenced")
        why = r"another producer with this transactional id has started: stop this one"
        with older.transaction():
            older.send(Posted(event_id="e", likes=1))
        with pytest.raises(DeliveryError, match=f"cannot commit the transaction: .*{why}"):
            overtake(older, newer)

        with pytest.raises(DeliveryError, match=f"cannot begin a transaction: .*{why}"), older.transaction():
            pytest.fail("the block must not run")
        with pytest.raises(DeliveryError, match=f"Posted is not sent: .*{why}.*cannot go on, a new one can"):
            older.send(Posted(event_id="e", likes=4))
        older.close()
        newer.close()
        assert account(settings, expected=2).numbers == [1, 3]


class TestDeadlines:
    def test_an_event_that_is_not_acknowledged_in_its_time_has_failed(self, settings: Settings) -> None:
        hasty = replace(settings, brokers=NOBODY, delivery_timeout_ms=500)
        producer = SampleProducer(hasty, register="dev")
        started = time.monotonic()
        future = producer.submit(Posted(event_id="e"))

        assert isinstance(future.exception(PATIENCE), DeliveryError)
        assert time.monotonic() - started >= 0.4
        producer.close()

    def test_what_a_topic_refuses_is_no_failure_of_the_brokers_and_stays_out_of_the_spool(
        self, settings: Settings, spool: SpoolSettings
    ) -> None:
        Topics(settings).configure(TOPIC, {"max.message.bytes": "2000"})
        with SampleProducer(settings, register="dev", spool=spool, breaker=QUICK) as producer:
            producer.send_and_wait(Posted(event_id="e", likes=1), timeout=PATIENCE)
            with pytest.raises(DeliveryError, match=r"[Ll]arge"):
                producer.send_and_wait(Posted(event_id="e", text="".join(map(str, range(5000)))))

            assert producer.breaker_state == "closed"
            assert producer.statistics.waiting == 0
