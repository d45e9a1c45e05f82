"""Producers whose brokers are away: refused at once, or kept on disk and sent later."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from eventpact import Settings
from eventpact.errors import DeliveryError, RegistryError, SettingsError
from eventpact.produce.breaker import BreakerPolicy
from eventpact.produce.spool import Spool
from eventpact.produce.spool_settings import SpoolSettings
from eventpact_registry.server.embedded import EmbeddedRegistry
from eventpact_testing.broker import LocalBroker
from tests.runtime.raw import read
from tests.runtime.sample import Author, Noted, Posted, SampleProducer

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = "127.0.0.1:1"
QUICK = BreakerPolicy(failures=3, wait=0.1, longest_wait=0.2, patience=1.0, down_after=0.1)


@pytest.fixture
def spool(tmp_path: Path) -> SpoolSettings:
    return SpoolSettings(path=tmp_path / "spool.db", synchronous="NORMAL")


def spooling(settings: Settings, spool: SpoolSettings, *, brokers: str = NOBODY) -> SampleProducer:
    """A producer with a spool, by default where no broker is."""
    return SampleProducer(replace(settings, brokers=brokers), register="dev", spool=spool, breaker=QUICK)


def drain(producer: SampleProducer) -> None:
    """Returns when nothing waits in the spool any more."""
    deadline, pause = time.monotonic() + 60, threading.Event()
    while producer.statistics.waiting:
        assert time.monotonic() < deadline, producer.statistics
        pause.wait(0.02)


def texts(broker: LocalBroker, count: int) -> list[str]:
    """The texts of the posts on the topic, by partition and offset."""
    events = [Posted.contract.decode((record.value() or b"")[5:]) for record in read(broker, "sample.posted", count)]
    return [event.text for event in events if isinstance(event, Posted)]


class TestWithoutDeadline:
    """`message.timeout.ms=0`: an event may take for ever."""

    def test_a_healthy_broker_gets_everything_and_the_spool_nothing(
        self, settings: Settings, spool: SpoolSettings, broker: LocalBroker
    ) -> None:
        endless = replace(settings, producer={**settings.producer, "message.timeout.ms": "0"})
        with SampleProducer(endless, register="dev", spool=spool) as producer:
            for n in range(20):
                producer.send_and_wait(Posted(event_id=str(n), text=str(n)))
            counts = producer.statistics

        assert (counts.acknowledged, counts.spooled, counts.opened) == (20, 0, 0)
        assert len(texts(broker, 20)) == 20

    def test_the_spool_takes_events_where_no_broker_is(self, settings: Settings, spool: SpoolSettings) -> None:
        endless = replace(settings, brokers=NOBODY, producer={**settings.producer, "message.timeout.ms": "0"})
        with SampleProducer(endless, register="dev", spool=spool, breaker=QUICK) as producer:
            assert producer.send_and_wait(Posted(event_id="e")).spooled


class TestWithSpool:
    def test_what_no_broker_takes_is_kept_and_sent_by_the_next_producer(
        self, settings: Settings, spool: SpoolSettings, broker: LocalBroker
    ) -> None:
        with spooling(settings, spool) as producer:
            for n in range(50):
                producer.send(Posted(event_id="same", text=str(n), author=Author(id="u1", name="Ada")))
            producer.flush()
            assert producer.breaker_state != "closed"
            counts = producer.statistics
            assert (counts.sent, counts.spooled, counts.waiting, counts.acknowledged) == (50, 50, 50, 0)

        with spooling(settings, spool, brokers=broker.bootstrap_servers) as later:
            drain(later)
            assert later.statistics.resent == 50

        assert texts(broker, 50) == [str(n) for n in range(50)]
        [record, *_] = read(broker, "sample.posted", 50)
        assert record.key() == b"u1"
        assert record.headers() == [("event-type", b"posted"), ("author-name", b"Ada")]

    def test_what_is_on_its_way_is_kept_when_closing_is_interrupted(
        self, settings: Settings, spool: SpoolSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        patient = replace(QUICK, down_after=60.0)
        producer = SampleProducer(replace(settings, brokers=NOBODY), register="dev", spool=spool, breaker=patient)
        producer.send(Posted(event_id="e1"))
        poll = producer._serving.poll

        def interrupted(seconds: float = 0) -> int:
            if threading.current_thread() is threading.main_thread():
                monkeypatch.setattr(producer._serving, "poll", poll)
                raise KeyboardInterrupt
            return poll(seconds)

        monkeypatch.setattr(producer._serving, "poll", interrupted)
        with pytest.raises(KeyboardInterrupt):
            producer.close()

        later = Spool(spool)
        assert later.waiting == 1
        later.close()

    def test_new_events_of_a_key_stay_behind_those_that_wait(
        self, settings: Settings, spool: SpoolSettings, broker: LocalBroker
    ) -> None:
        with spooling(settings, spool) as producer:
            for n in range(300):
                producer.send(Posted(event_id=str(n % 3), text=str(n)))

        with spooling(settings, spool, brokers=broker.bootstrap_servers) as later:
            for n in range(300, 600):
                later.send(Posted(event_id=str(n % 3), text=str(n)))
            drain(later)

        found = texts(broker, 600)
        assert sorted(found, key=int) == [str(n) for n in range(600)]
        for key in range(3):
            of_key = [int(text) for text in found if int(text) % 3 == key]
            assert of_key == sorted(of_key)

    def test_a_caller_who_waits_is_told_that_the_event_is_spooled(
        self, settings: Settings, spool: SpoolSettings
    ) -> None:
        with spooling(settings, spool) as producer:
            delivery = producer.send_and_wait(Posted(event_id="e1"))
            assert (delivery.topic, delivery.partition, delivery.offset) == ("sample.posted", -1, -1)
            assert delivery.spooled
            outcomes = producer.send_many(Posted(event_id=str(n)) for n in range(3))
            assert (outcomes.spooled, outcomes.acknowledged, outcomes.failures) == (3, 0, {})

    def test_a_full_spool_refuses_loudly_and_keeps_what_it_has(self, settings: Settings, spool: SpoolSettings) -> None:
        with spooling(settings, replace(spool, max_records=2)) as producer:
            producer.send_and_wait(Posted(event_id="e1"))
            producer.send(Posted(event_id="e2"))

            with pytest.raises(DeliveryError, match=r"the spool .* is full: 2 events"):
                producer.send(Posted(event_id="e3"))
            assert (producer.statistics.sent, producer.statistics.waiting) == (2, 2)

    def test_an_event_that_is_too_large_is_refused_while_no_broker_is_there(
        self, settings: Settings, spool: SpoolSettings
    ) -> None:
        with spooling(settings, spool) as producer:
            producer.send_and_wait(Posted(event_id="e1"))

            with pytest.raises(DeliveryError, match=r"larger than message\.max\.bytes"):
                producer.send(Posted(event_id="e2", text="x" * 2_000_000))

    def test_closing_spools_what_is_still_on_its_way(
        self, settings: Settings, spool: SpoolSettings, caplog: pytest.LogCaptureFixture
    ) -> None:
        patient = replace(QUICK, down_after=60.0)
        producer = SampleProducer(replace(settings, brokers=NOBODY), register="dev", spool=spool, breaker=patient)
        for n in range(10):
            producer.send(Posted(event_id=str(n)))
        producer.close(timeout=0.1)

        assert "10 events wait in the spool" in caplog.text
        assert producer.statistics.spooled == 10

    def test_two_producers_of_one_spool_are_refused(self, settings: Settings, spool: SpoolSettings) -> None:
        with (
            spooling(settings, spool),
            pytest.raises(SettingsError, match="each producer needs a file of its own"),
        ):
            spooling(settings, spool)

    def test_transactions_and_a_spool_contradict_each_other(self, settings: Settings, spool: SpoolSettings) -> None:
        with pytest.raises(SettingsError, match="a transactional producer has no spool"):
            SampleProducer(settings, transactional_id="t", spool=spool)

    def test_the_environment_names_the_spool(self, tmp_path: Path) -> None:
        environ = {
            "KAFKA_BROKERS": NOBODY,
            "KAFKA_CLIENT_ID": "tests",
            "SCHEMA_REGISTRY_URL": "http://127.0.0.1:1",
            "PRODUCER_SPOOL": str(tmp_path / "spool.db"),
            "PRODUCER_SPOOL_MAX_RECORDS": "7",
            "PRODUCER_SPOOL_SYNCHRONOUS": "normal",
        }

        assert Settings.from_env(environ).spool == SpoolSettings(
            path=str(tmp_path / "spool.db"), max_records=7, synchronous="NORMAL"
        )
        del environ["PRODUCER_SPOOL"]
        with pytest.raises(SettingsError, match="PRODUCER_SPOOL is missing beside PRODUCER_SPOOL_MAX_RECORDS"):
            Settings.from_env(environ)


class TestWithoutRegistry:
    def test_an_event_that_was_sent_before_goes_by_its_remembered_id(
        self, settings: Settings, spool: SpoolSettings, broker: LocalBroker
    ) -> None:
        with EmbeddedRegistry() as registry:
            known = replace(settings, registry_url=registry.url)
            with SampleProducer(known, register="dev", spool=spool) as producer:
                producer.send_and_wait(Posted(event_id="e1", text="before"))

        with SampleProducer(replace(known, registry_url="http://127.0.0.1:1"), spool=spool) as later:
            later.send_and_wait(Posted(event_id="e1", text="after"))

        assert texts(broker, 2) == ["before", "after"]

    def test_one_that_was_never_sent_is_refused_with_the_reason(self, settings: Settings, spool: SpoolSettings) -> None:
        with (
            SampleProducer(replace(settings, registry_url="http://127.0.0.1:1"), spool=spool) as producer,
            pytest.raises(RegistryError, match=r"does not know the id of Noted v1 either, for no event of it was sent"),
        ):
            producer.send(Noted(note="n"), tenant_id="acme")


class TestWithoutSpool:
    def test_failed_deliveries_open_the_breaker_and_sends_are_refused_at_once(
        self, settings: Settings, broker: LocalBroker, caplog: pytest.LogCaptureFixture
    ) -> None:
        impatient = replace(settings, producer={**settings.producer, "message.timeout.ms": "300"})
        policy = replace(QUICK, wait=60.0, longest_wait=60.0, down_after=60.0)
        producer = SampleProducer(impatient, register="dev", breaker=policy)
        producer.send_and_wait(Posted(event_id="e0"))
        broker.close()
        for n in range(3):
            producer.send(Posted(event_id=str(n)))
        with pytest.raises(DeliveryError, match="3 events failed"):
            producer.flush(10)

        assert producer.breaker_state == "open"
        assert "the breaker is open, events are refused" in caplog.text
        with pytest.raises(DeliveryError, match=r"Posted v2 is not sent: the breaker is open.*it tries again in [56]"):
            producer.send(Posted(event_id="e4"))
        counts = producer.statistics
        assert (counts.sent, counts.failed, counts.rejected, counts.opened) == (4, 3, 1, 1)
        producer.close()

    def test_one_event_tries_and_its_failure_shuts_the_breaker_again(
        self, settings: Settings, broker: LocalBroker
    ) -> None:
        impatient = replace(settings, producer={**settings.producer, "message.timeout.ms": "300"})
        producer = SampleProducer(impatient, register="dev", breaker=replace(QUICK, failures=1, down_after=60.0))
        producer.send_and_wait(Posted(event_id="e0"))
        broker.close()
        with pytest.raises(DeliveryError, match="not acknowledged"):
            producer.send_and_wait(Posted(event_id="e1"))
        waited = threading.Event()
        while True:
            try:
                future = producer.submit(Posted(event_id="e2"))
                break
            except DeliveryError:
                waited.wait(0.02)

        with pytest.raises(DeliveryError, match="it tries again with an event that is on its way"):
            producer.send(Posted(event_id="e3"))
        assert isinstance(future.exception(10), DeliveryError)
        assert producer.breaker_state == "open"
        producer.close()

    def test_an_event_that_fails_by_itself_is_no_failure_of_the_brokers(
        self, settings: Settings, broker: LocalBroker
    ) -> None:
        producer = SampleProducer(settings, register="dev", breaker=replace(QUICK, failures=1))
        with pytest.raises(DeliveryError, match=r"larger than message\.max\.bytes"):
            producer.send(Posted(event_id="e2", text="x" * 2_000_000))

        assert producer.breaker_state == "closed"
        producer.send_and_wait(Posted(event_id="e1"))
        producer.close()


class TestSwitchedOff:
    def test_no_spool_is_made_where_kafka_is_off(self, spool: SpoolSettings) -> None:
        with SampleProducer(Settings(enabled=False), spool=spool) as producer:
            producer.send(Posted(event_id="e1"))

        assert producer.statistics.dropped == 1
        assert producer.breaker_state == "closed"


SERVICE = """
import json, logging, sys, time
from eventpact import Settings
from eventpact.produce.breaker import BreakerPolicy
from tests.runtime.sample import Posted, SampleProducer

logging.basicConfig(level="INFO")
told = json.loads(sys.argv[1])
settings = Settings(brokers=told["brokers"], client_id="tests", registry_url=told["registry"])
producer = SampleProducer(settings, register="dev", spool=told["spool"])
producer.close_on_sigterm(timeout=0.5)
for n in range(20):
    producer.send(Posted(event_id=str(n)))
print("sent", flush=True)
while True:
    time.sleep(0.01)
"""


def test_sigterm_spools_what_is_on_its_way_and_then_ends_the_process(
    registry: EmbeddedRegistry, spool: SpoolSettings, settings: Settings, broker: LocalBroker
) -> None:
    told = {"brokers": NOBODY, "registry": registry.url, "spool": str(spool.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVICE, json.dumps(told)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "sent\n"
    process.terminate()
    _, said = process.communicate(timeout=30)

    assert process.returncode == -15
    assert "SIGTERM: coming to an end within 0.5 s" in said
    assert "20 events wait in the spool" in said
    with spooling(settings, spool, brokers=broker.bootstrap_servers) as later:
        drain(later)
    assert len(read(broker, "sample.posted", 20)) == 20


def test_the_state_is_logged_when_it_changes(
    settings: Settings, spool: SpoolSettings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), spooling(settings, spool) as producer:
        producer.send_and_wait(Posted(event_id="e1"))

    assert caplog.text.count("the breaker is open, events go to the spool") >= 1
