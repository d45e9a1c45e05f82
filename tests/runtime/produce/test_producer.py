"""Producing to a real broker and registry."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import pytest

from eventpact import Producer, Settings, correlated
from eventpact.errors import DeliveryError, EncodeError, NotRegistered, ParameterError, RegistryError, SettingsError
from eventpact.produce.breaker import BreakerPolicy
from eventpact.produce.delivery import Delivery
from eventpact_registry.server.embedded import EmbeddedRegistry
from tests.runtime.raw import read
from tests.runtime.sample import Author, Noted, Posted, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_testing.broker import LocalBroker


@pytest.fixture
def producer(settings: Settings) -> Iterator[SampleProducer]:
    with SampleProducer(settings, register="dev") as producer:
        yield producer


def impatient(settings: Settings, **properties: str) -> Settings:
    """Gives a delivery up after 300 ms."""
    return replace(settings, producer={**settings.producer, "message.timeout.ms": "300", **properties})


class TestRecords:
    def test_an_event_becomes_a_record_with_key_headers_and_wire_format(
        self, producer: SampleProducer, broker: LocalBroker
    ) -> None:
        event = Posted(event_id="e1", author=Author(id="u1", name="Ada"), text="hello")

        producer.send(event)
        producer.flush()

        [record] = read(broker, "sample.posted", 1)
        value = record.value() or b""
        assert record.key() == b"u1"
        assert record.headers() == [("event-type", b"posted"), ("author-name", b"Ada")]
        assert value[0] == 0
        assert Posted.contract.decode(value[5:]) == event

    def test_the_key_is_the_first_path_that_holds_something(
        self, producer: SampleProducer, broker: LocalBroker
    ) -> None:
        producer.send_and_wait(Posted(event_id="e1"))

        [record] = read(broker, "sample.posted", 1)
        assert record.key() == b"e1"

    def test_a_header_without_value_is_left_out(self, producer: SampleProducer, broker: LocalBroker) -> None:
        producer.send_and_wait(Posted(event_id="e1", author=Author(id="u1")))

        [record] = read(broker, "sample.posted", 1)
        assert record.headers() == [("event-type", b"posted")]

    def test_a_producer_as_it_comes_is_idempotent_and_keeps_order(
        self, settings: Settings, broker: LocalBroker
    ) -> None:
        with SampleProducer(replace(settings, producer={}), register="dev") as producer:
            for n in range(100):
                producer.send(Posted(event_id="same", likes=n))

        values = [Posted.contract.decode((record.value() or b"")[5:]) for record in read(broker, "sample.posted", 100)]
        assert [event.likes for event in values if isinstance(event, Posted)] == list(range(100))

    def test_one_key_goes_to_one_partition(self, producer: SampleProducer, broker: LocalBroker) -> None:
        producer.send_many(Posted(event_id=str(n % 5)) for n in range(50))

        records = read(broker, "sample.posted", 50)
        assert len({(record.key(), record.partition()) for record in records}) == 5

    def test_events_made_in_a_correlated_block_carry_its_id(
        self, producer: SampleProducer, broker: LocalBroker
    ) -> None:
        with correlated("c-1"):
            producer.send_and_wait(Posted(event_id="e1"))

        [record] = read(broker, "sample.posted", 1)
        assert b"c-1" in (record.value() or b"")


class TestParameters:
    def test_keyword_arguments_choose_the_topic(self, producer: SampleProducer) -> None:
        assert producer.send_and_wait(Noted(note="n"), tenant_id="acme").topic == "sample.notes.acme"

    def test_a_new_tenant_needs_no_new_schema(self, producer: SampleProducer, registry: EmbeddedRegistry) -> None:
        producer.send_and_wait(Noted(note="n"), tenant_id="acme")

        later = SampleProducer(replace(producer_settings(producer), registry_url=registry.url))
        assert later.send_and_wait(Noted(note="n"), tenant_id="initech").topic == "sample.notes.initech"
        later.close()

    @pytest.mark.parametrize("tenant", ["../x", "a*", "", "a" * 300])
    def test_a_tenant_that_is_no_name_is_refused(self, producer: SampleProducer, tenant: str) -> None:
        with pytest.raises(ParameterError, match="is not a name"):
            producer.send(Noted(note="n"), tenant_id=tenant)
        assert producer.statistics.sent == 0

    def test_a_missing_tenant_is_named(self, producer: SampleProducer) -> None:
        with pytest.raises(ParameterError, match="tenant_id is missing"):
            producer.send(Noted(note="n"))

    def test_a_parameter_that_the_topic_has_not_is_refused(self, producer: SampleProducer) -> None:
        with pytest.raises(ParameterError, match="region is not part of it"):
            producer.send(Posted(event_id="e1"), region="eu")


class TestRefusals:
    def test_no_key_on_a_compacted_topic_is_refused(self, producer: SampleProducer) -> None:
        with pytest.raises(DeliveryError, match=r"Noted has no key \(it is taken from note\)"):
            producer.send(Noted(note=None), tenant_id="acme")

    def test_an_event_that_does_not_fit_its_schema_is_refused(self, producer: SampleProducer) -> None:
        with pytest.raises(EncodeError):
            producer.send(Posted(event_id=1))  # type: ignore[arg-type]  # the point of the test

    def test_an_event_larger_than_the_limit_is_refused_with_its_size(self, producer: SampleProducer) -> None:
        with pytest.raises(DeliveryError, match=r"Posted v2 is not sent.*2,000,\d+ bytes is larger than message.max"):
            producer.send(Posted(event_id="e1", text="x" * 2_000_000))
        assert producer.statistics.sent == 0

    def test_an_event_that_nobody_registered_is_refused(self, settings: Settings) -> None:
        with EmbeddedRegistry() as empty:
            producer = SampleProducer(replace(settings, registry_url=empty.url))

            with pytest.raises(NotRegistered, match=r"Posted v2 is not registered under sample\.posted-value"):
                producer.send(Posted(event_id="e1"))
            producer.close()

    def test_a_closed_producer_sends_nothing(self, producer: SampleProducer) -> None:
        producer.send(Posted(event_id="e1"))
        producer.close()

        with pytest.raises(DeliveryError, match="the producer is closed"):
            producer.send(Posted(event_id="e2"))

    def test_a_contract_setting_that_does_not_exist_is_named(self, settings: Settings) -> None:
        class Wrong(Producer):
            settings: ClassVar = {"compresion.type": "gzip"}

        with pytest.raises(SettingsError, match=r"compresion\.type"):
            Wrong(settings)


class TestStarting:
    def test_entering_says_what_the_registry_does_not_know(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        with EmbeddedRegistry() as empty, SampleProducer(replace(settings, registry_url=empty.url)) as producer:
            assert len(producer.check()) == 2

        said = [record.message for record in caplog.records if record.levelno == logging.WARNING]
        assert [sentence.split(" is not registered")[0] for sentence in said] == ["Posted v2", "Noted v1"]

    def test_a_registry_that_is_down_at_the_start_is_said_and_no_more(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        with SampleProducer(replace(settings, registry_url="http://127.0.0.1:1")) as producer:
            assert "no schema registry answers" in caplog.text
            with pytest.raises(RegistryError, match="no schema registry answers"):
                producer.send(Posted(event_id="e1"))

    def test_a_checked_producer_has_nothing_to_say(self, producer: SampleProducer) -> None:
        assert producer.check() == ()


class TestFailures:
    def test_flush_says_how_many_failed_and_why(self, settings: Settings, broker: LocalBroker) -> None:
        producer = SampleProducer(impatient(settings), register="dev")
        producer.send_and_wait(Posted(event_id="e0"))
        broker.close()
        for n in range(3):
            producer.send(Posted(event_id=str(n)))

        with pytest.raises(
            DeliveryError, match=r"3 events failed \(3 times: not acknowledged on sample\.posted"
        ) as caught:
            producer.flush(10)

        assert caught.value.failed == 3
        assert producer.statistics.failed == 3
        producer.flush()  # told once
        producer.close()

    def test_flush_says_what_is_still_open_when_its_time_is_up(self, settings: Settings, broker: LocalBroker) -> None:
        producer = SampleProducer(impatient(settings, **{"message.timeout.ms": "1500"}), register="dev")
        producer.send_and_wait(Posted(event_id="e0"))
        broker.close()
        producer.send(Posted(event_id="e1"))

        with pytest.raises(DeliveryError, match=r"1 event still not acknowledged after 0\.1 s"):
            producer.flush(0.1)
        with pytest.raises(DeliveryError, match="1 event failed"):
            producer.close(10)

    def test_leaving_the_block_raises_what_failed(self, settings: Settings, broker: LocalBroker) -> None:
        def serve() -> None:
            with SampleProducer(impatient(settings), register="dev") as producer:
                producer.send_and_wait(Posted(event_id="e0"))
                broker.close()
                producer.send(Posted(event_id="e1"))

        with pytest.raises(DeliveryError, match="1 event failed"):
            serve()

    def test_a_failure_does_not_hide_what_ended_the_block(self, settings: Settings, broker: LocalBroker) -> None:
        def serve() -> None:
            with SampleProducer(impatient(settings), register="dev") as producer:
                producer.send_and_wait(Posted(event_id="e0"))
                broker.close()
                producer.send(Posted(event_id="e1"))
                raise KeyError("the service's own")

        with pytest.raises(KeyError, match="the service's own"):
            serve()

    def test_waiting_ends_with_its_time_and_says_so(self, settings: Settings, broker: LocalBroker) -> None:
        producer = SampleProducer(impatient(settings, **{"message.timeout.ms": "1000"}), register="dev")
        producer.send_and_wait(Posted(event_id="e0"))
        broker.close()

        with pytest.raises(DeliveryError, match=r"Posted is not acknowledged after 0\.2 s.*it may still be written"):
            producer.send_and_wait(Posted(event_id="e1"), timeout=0.2)
        producer.close(10)

    def test_a_future_carries_the_reason(self, settings: Settings, broker: LocalBroker) -> None:
        producer = SampleProducer(impatient(settings), register="dev")
        producer.send_and_wait(Posted(event_id="e0"))
        broker.close()

        future = producer.submit(Posted(event_id="e1"))

        assert isinstance(future.exception(10), DeliveryError)
        producer.close()  # its caller was told: nothing is left to raise


class TestCallbacks:
    def test_nobody_waits_for_an_acknowledgement_where_acknowledgements_are_served(
        self, producer: SampleProducer, broker: LocalBroker
    ) -> None:
        refusals: list[DeliveryError] = []
        told = threading.Event()

        def again(_: Future[Delivery]) -> None:
            try:
                producer.send_and_wait(Posted(event_id="inner"), timeout=60)
            except DeliveryError as error:
                refusals.append(error)
            told.set()

        producer.submit(Posted(event_id="outer")).add_done_callback(again)

        assert told.wait(20)
        [refusal] = refusals
        assert "Posted is not sent: send_and_wait would wait for itself" in str(refusal)
        assert "use submit" in str(refusal)
        assert producer.statistics.sent == 1


class TestBackPressure:
    def test_a_full_queue_blocks_until_there_is_room(self, settings: Settings, broker: LocalBroker) -> None:
        small = replace(settings, producer={"queue.buffering.max.messages": "10"})
        with SampleProducer(small, register="dev") as producer:
            for n in range(300):
                producer.send(Posted(event_id=str(n)))

        assert producer.statistics.acknowledged == 300
        assert len(read(broker, "sample.posted", 300)) == 300

    def test_a_queue_that_stays_full_is_an_error_and_drops_nothing(
        self, settings: Settings, broker: LocalBroker
    ) -> None:
        small = impatient(settings, **{"queue.buffering.max.messages": "10", "message.timeout.ms": "1000"})
        producer = SampleProducer(small, register="dev", queue_timeout=0.3)
        producer.send_and_wait(Posted(event_id="e"))
        broker.close()
        for n in range(10):
            producer.send(Posted(event_id=str(n)))

        with pytest.raises(DeliveryError, match=r"Posted v2 is not sent: the queue .* stayed full for 0\.3 s"):
            producer.send(Posted(event_id="one too many"))
        with pytest.raises(DeliveryError, match="10 events failed"):
            producer.close(10)


class TestManyAtOnce:
    def test_every_outcome_is_reported(self, producer: SampleProducer) -> None:
        good, bad = Posted(event_id="e"), Posted(event_id=1)  # type: ignore[arg-type]  # the point of the test

        outcomes = producer.send_many([good, bad, good, bad])

        assert (outcomes.total, outcomes.acknowledged) == (4, 2)
        assert list(outcomes.failures) == [1, 3]
        with pytest.raises(DeliveryError, match="2 of 4 events failed; the first, at position 1"):
            outcomes.raise_for_failures()

    def test_an_event_that_nobody_registered_is_listed_among_the_others(
        self, settings: Settings, registry: EmbeddedRegistry
    ) -> None:
        class Foreign(Posted):
            __slots__ = ()
            contract = replace(Posted.contract, subject="nobody-registered-this")

        known = Posted(event_id="e")
        with SampleProducer(settings, register="dev") as first:
            first.send_and_wait(known)
        with SampleProducer(replace(settings, registry_url=registry.url)) as producer:
            outcomes = producer.send_many([known, Foreign(event_id="f"), known])

        assert (outcomes.total, outcomes.acknowledged, list(outcomes.failures)) == (3, 2, [1])
        assert isinstance(outcomes.failures[1], NotRegistered)

    def test_all_well_raises_nothing(self, producer: SampleProducer) -> None:
        outcomes = producer.send_many((Noted(note=str(n)) for n in range(3)), tenant_id="acme")

        outcomes.raise_for_failures()
        assert outcomes.acknowledged == 3

    def test_what_is_not_acknowledged_in_time_is_a_failure(self, settings: Settings, broker: LocalBroker) -> None:
        producer = SampleProducer(impatient(settings, **{"message.timeout.ms": "1500"}), register="dev")
        producer.send_and_wait(Posted(event_id="e0"))
        broker.close()

        outcomes = producer.send_many([Posted(event_id="e1"), Posted(event_id="e2")], timeout=0.2)

        assert list(outcomes.failures) == [0, 1]
        assert "not acknowledged after 0.2 s" in str(outcomes.failures[0])
        producer.close(10)

    def test_threads_share_a_producer(self, producer: SampleProducer, broker: LocalBroker) -> None:
        def work(name: str) -> None:
            for n in range(100):
                producer.send(Posted(event_id=f"{name}-{n}"))

        threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        producer.flush()

        keys = Counter(record.key() for record in read(broker, "sample.posted", 400))
        assert len(keys) == 400
        assert set(keys.values()) == {1}
        assert producer.statistics.acknowledged == 400

    def test_futures_can_be_awaited(self, producer: SampleProducer) -> None:
        async def send() -> list[int]:
            sent = [asyncio.wrap_future(producer.submit(Posted(event_id="same"))) for _ in range(3)]
            return [delivery.offset for delivery in await asyncio.gather(*sent)]

        assert asyncio.run(send()) == [0, 1, 2]


class TestAllWithoutWaiting:
    def test_records_are_those_of_single_sends_in_their_order(
        self, producer: SampleProducer, broker: LocalBroker
    ) -> None:
        events = [Posted(event_id=str(number), author=Author(id="u1", name="Ada")) for number in range(200)]

        for event in events:
            producer.send(event)
        producer.flush()
        producer.send_all(iter(events))
        producer.flush()

        records = [(one.key(), one.headers(), one.value()) for one in read(broker, "sample.posted", 400)]
        assert records[200:] == records[:200]
        assert producer.statistics.by_event == {"Posted": 400}
        assert producer.statistics.acknowledged == 400

    def test_kinds_may_be_mixed(self, producer: SampleProducer, broker: LocalBroker) -> None:
        class Other(Posted):
            __slots__ = ()
            contract = replace(Posted.contract, name="Other", topic="sample.others", subject="sample.others-value")

        producer.send_all([Posted(event_id="a"), Other(event_id="b"), Posted(event_id="c")])
        producer.flush()

        assert len(read(broker, "sample.posted", 2)) == 2
        assert len(read(broker, "sample.others", 1)) == 1
        assert producer.statistics.by_event == {"Posted": 2, "Other": 1}

    def test_what_the_context_has_is_carried_on(self, producer: SampleProducer, broker: LocalBroker) -> None:
        with correlated("c-1"):
            producer.send_all((Noted(note=str(number)) for number in range(3)), tenant_id="acme")
        producer.flush()

        assert [one.headers() for one in read(broker, "sample.notes.acme", 3)] == [[("correlation-id", b"c-1")]] * 3

    def test_each_carries_on_what_the_context_has_when_it_is_sent(
        self, producer: SampleProducer, broker: LocalBroker
    ) -> None:
        def notes() -> Iterator[Noted]:
            for number in range(4):
                with correlated(f"c-{number // 2}"):
                    yield Noted(note=str(number))

        producer.send_all(notes(), tenant_id="acme")
        producer.flush()

        carried = {one.key(): dict(one.headers() or ()) for one in read(broker, "sample.notes.acme", 4)}
        assert carried == {str(n).encode(): {"correlation-id": f"c-{n // 2}".encode()} for n in range(4)}

    def test_those_before_one_that_does_not_fit_are_on_their_way(
        self, producer: SampleProducer, broker: LocalBroker
    ) -> None:
        wrong = Posted(event_id=1)  # type: ignore[arg-type]  # the point of the test

        with pytest.raises(EncodeError, match="event_id"):
            producer.send_all([Posted(event_id="a"), wrong, Posted(event_id="b")])
        producer.flush()

        assert producer.statistics.by_event == {"Posted": 1}
        assert len(read(broker, "sample.posted", 1)) == 1

    def test_failures_are_those_of_single_sends(self, settings: Settings, broker: LocalBroker) -> None:
        producer = SampleProducer(impatient(settings), register="dev")
        producer.send_and_wait(Posted(event_id="a"))
        broker.close()
        producer.send_all([Posted(event_id="b")] * 3)

        with pytest.raises(DeliveryError, match="3 events failed"):
            producer.close()

    def test_an_open_breaker_refuses_them(self, settings: Settings, broker: LocalBroker) -> None:
        policy = BreakerPolicy(failures=1, wait=60, longest_wait=60)
        producer = SampleProducer(impatient(settings), register="dev", breaker=policy)
        producer.send_and_wait(Posted(event_id="a"))
        broker.close()
        with pytest.raises(DeliveryError):
            producer.send_and_wait(Posted(event_id="b"))
        assert producer.breaker_state == "open"

        with pytest.raises(DeliveryError, match="breaker"):
            producer.send_all([Posted(event_id="c")])
        producer.close()

    def test_a_breaker_that_opens_meanwhile_refuses_the_rest(self, settings: Settings, broker: LocalBroker) -> None:
        policy = BreakerPolicy(failures=1, wait=60, longest_wait=60)
        producer = SampleProducer(impatient(settings), register="dev", breaker=policy)
        producer.send_and_wait(Posted(event_id="a"))

        def events() -> Iterator[Posted]:
            yield Posted(event_id="b")
            producer.flush()
            broker.close()
            with pytest.raises(DeliveryError):
                producer.send_and_wait(Posted(event_id="c"))
            yield Posted(event_id="d")

        with pytest.raises(DeliveryError, match="breaker"):
            producer.send_all(events())
        assert producer.statistics.acknowledged == 2
        producer.close()

    def test_a_full_queue_blocks_until_there_is_room(self, settings: Settings, broker: LocalBroker) -> None:
        small = replace(settings, producer={**settings.producer, "queue.buffering.max.messages": "10"})
        with SampleProducer(small, register="dev") as producer:
            producer.send_all(Posted(event_id=str(number)) for number in range(500))

        assert producer.statistics.acknowledged == 500
        assert len(read(broker, "sample.posted", 500)) == 500

    def test_a_closed_producer_sends_nothing(self, producer: SampleProducer) -> None:
        producer.send_all([Posted(event_id="a")])
        producer.close()

        with pytest.raises(DeliveryError, match="the producer is closed"):
            producer.send_all([Posted(event_id="b")])

    def test_one_that_is_closed_meanwhile_sends_no_more(self, producer: SampleProducer) -> None:
        def events() -> Iterator[Posted]:
            yield Posted(event_id="a")
            producer.close()
            yield Posted(event_id="b")

        with pytest.raises(DeliveryError, match="the producer is closed"):
            producer.send_all(events())
        assert producer.statistics.acknowledged == 1


class TestTransactions:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, producer={})

    @pytest.fixture
    def producer(self, settings: Settings) -> Iterator[SampleProducer]:
        with SampleProducer(settings, register="dev", transactional_id="tests") as producer:
            yield producer

    def test_what_is_sent_inside_is_committed(self, producer: SampleProducer, broker: LocalBroker) -> None:
        with producer.transaction():
            producer.send(Posted(event_id="e1"))
            producer.send(Posted(event_id="e2"))

        assert len(read(broker, "sample.posted", 2)) == 2

    def test_an_exception_aborts_and_goes_on(self, producer: SampleProducer) -> None:
        def fail() -> None:
            with producer.transaction():
                producer.send(Posted(event_id="e1"))
                raise KeyError("the service's own")

        with pytest.raises(KeyError, match="the service's own"):
            fail()
        with producer.transaction():
            producer.send(Posted(event_id="e2"))
        producer.flush()

    def test_a_thread_that_comes_while_another_has_one_open_is_told_so(
        self, producer: SampleProducer, broker: LocalBroker
    ) -> None:
        refusals: list[str] = []

        def other() -> None:
            try:
                with producer.transaction():
                    producer.send(Posted(event_id="never"))
            except DeliveryError as error:
                refusals.append(str(error))

        with producer.transaction():
            producer.send(Posted(event_id="e1"))
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
            other()
        with producer.transaction():
            producer.send(Posted(event_id="e2"))

        [theirs, ours] = refusals
        assert theirs.startswith("cannot begin a transaction: thread MainThread has one open")
        assert "a producer, and a transactional id, of its own" in theirs
        assert ours.startswith("cannot begin a transaction: this thread has one open")
        assert len(read(broker, "sample.posted", 2)) == 2

    def test_sending_outside_is_refused(self, producer: SampleProducer) -> None:
        with producer.transaction():
            producer.send(Posted(event_id="e1"))

        with pytest.raises(DeliveryError, match=r"inside `with producer\.transaction"):
            producer.send(Posted(event_id="e2"))

    def test_a_producer_without_id_has_no_transactions(self, settings: Settings) -> None:
        with (
            SampleProducer(settings, register="dev") as producer,
            pytest.raises(DeliveryError, match="no transactional id"),
            producer.transaction(),
        ):
            pytest.fail("the block must not run")

    def test_a_cluster_that_is_down_ends_in_time(self, settings: Settings, broker: LocalBroker) -> None:
        producer = SampleProducer(settings, register="dev", transactional_id="tests")
        broker.close()

        with (
            pytest.raises(DeliveryError, match="cannot register the transactional producer"),
            producer.transaction(timeout=1),
        ):
            pytest.fail("the block must not run")
        producer.close()


class TestSwitchedOff:
    def test_everything_is_accepted_and_counted_and_nothing_connects(self) -> None:
        with SampleProducer(Settings.from_env({"KAFKA_ENABLED": "false"})) as producer:
            producer.send(Posted(event_id="e1"))
            assert producer.send_and_wait(Posted(event_id="e2")).offset == -1
            assert producer.send_many([Posted(event_id="e3"), Posted(event_id="e4")]).acknowledged == 2
            producer.send_all(Posted(event_id=event) for event in ("e5", "e6"))
            with producer.transaction():
                producer.send(Noted(note="n"), tenant_id="acme")
            producer.flush()

        assert producer.statistics.dropped == 7
        assert producer.statistics.sent == 0


def producer_settings(producer: SampleProducer) -> Settings:
    """The settings a producer was made with."""
    return producer._catalog._settings
