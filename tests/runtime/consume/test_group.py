"""Consumer groups on a real broker and registry."""

from __future__ import annotations

import logging
import re
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from eventpact import Context, Event, Group, Settings
from eventpact.errors import BrokerError, HandlerError, RegistryError, SettingsError
from tests.runtime.raw import committed, read, write
from tests.runtime.sample import (
    Author,
    Noted,
    NoteReader,
    Posted,
    PostedV1,
    PostReader,
    Remarked,
    SampleProducer,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_testing.broker import LocalBroker


@pytest.fixture
def producer(settings: Settings) -> Iterator[SampleProducer]:
    with SampleProducer(settings, register="dev") as producer:
        yield producer


def send(producer: SampleProducer, *events: Event, **parameters: Any) -> None:
    producer.send_many(events, **parameters).raise_for_failures()


class TestHandling:
    def test_events_reach_their_method(self, producer: SampleProducer, settings: Settings) -> None:
        events = [Posted(event_id=str(n), author=Author(id="u"), text=f"text {n}") for n in range(20)]
        send(producer, *events)
        reader = PostReader()

        statistics = reader.run(settings, max_events=20)

        assert reader.events == events
        assert statistics.handled == 20
        assert statistics.by_event == {"Posted": 20}

    def test_the_context_names_the_record(
        self, producer: SampleProducer, settings: Settings, broker: LocalBroker
    ) -> None:
        delivery = producer.send_and_wait(Posted(event_id="e1", author=Author(id="u1", name="Ada")))
        reader = PostReader()

        reader.run(settings, max_events=1)

        [context] = reader.contexts
        [record] = read(broker, "sample.posted", 1)
        assert (context.topic, context.partition, context.offset) == (delivery.topic, delivery.partition, 0)
        assert context.key == b"u1"
        assert context.headers == {"event-type": b"posted", "author-name": b"Ada"}
        assert context.timestamp is not None
        assert context.timestamp.timestamp() * 1000 == pytest.approx(record.timestamp()[1])
        assert context.schema_id == int.from_bytes((record.value() or b"")[1:5], "big")

    def test_what_was_handled_is_not_handled_again(self, producer: SampleProducer, settings: Settings) -> None:
        send(producer, *(Posted(event_id=str(n)) for n in range(10)))
        PostReader().run(settings, max_events=10)
        send(producer, Posted(event_id="later"))
        reader = PostReader()

        reader.run(settings, max_events=1)

        assert [event.event_id for event in reader.events if isinstance(event, Posted)] == ["later"]

    def test_a_run_stops_after_the_record_in_hand(self, producer: SampleProducer, settings: Settings) -> None:
        stop = threading.Event()

        class OneOnly(PostReader, name="one-only"):
            def on_posted(self, event: Posted, context: Context) -> None:
                super().on_posted(event, context)
                stop.set()

        send(producer, *(Posted(event_id="same", likes=n) for n in range(10)))
        reader = OneOnly()
        reader.run(settings, stop=stop)
        assert len(reader.events) == 1

        rest = OneOnly()
        stop = threading.Event()
        rest.run(settings, stop=stop)
        assert [event.likes for event in rest.events if isinstance(event, Posted)] == [1]

    def test_a_run_ends_when_nothing_comes(self, producer: SampleProducer, settings: Settings) -> None:
        send(producer, Posted(event_id="e1"))

        statistics = PostReader().run(settings, idle_timeout=5)

        assert statistics.handled == 1

    def test_latencies_are_measured_on_request(self, producer: SampleProducer, settings: Settings) -> None:
        send(producer, *(Posted(event_id=str(n)) for n in range(5)))

        statistics = PostReader().run(settings, max_events=5, measure_latency=True)

        assert len(statistics.latencies_ms) == 5
        assert 0 <= (statistics.latency(0.99) or -1) < 60_000
        assert statistics.latency(0.5) <= statistics.latency(0.99)  # type: ignore[operator]  # neither is None

    def test_switched_off_a_group_does_not_run(self) -> None:
        assert PostReader().run(Settings(enabled=False)).records == 0

    def test_the_environment_renames_the_group(
        self, producer: SampleProducer, settings: Settings, broker: LocalBroker
    ) -> None:
        send(producer, Posted(event_id="e1"))

        PostReader().run(replace(settings, consumer_group="mine"), max_events=1)

        assert sum(committed(broker, "mine", "sample.posted").values()) == 1
        assert committed(broker, "post-reader", "sample.posted") == {}


class TestVersions:
    def test_an_older_reader_reads_newer_events(self, producer: SampleProducer, settings: Settings) -> None:
        class OldReader(PostReader, name="old-reader"):
            handlers: ClassVar = {"io.sample.Posted": (PostedV1, "on_posted")}

        send(producer, Posted(event_id="e1", text="hi", correlation="c", likes=7))
        reader = OldReader()

        reader.run(settings, max_events=1)

        assert reader.events == [PostedV1(event_id="e1", text="hi", correlation="c")]

    def test_a_newer_reader_fills_older_events_up(self, producer: SampleProducer, settings: Settings) -> None:
        send(producer, PostedV1(event_id="e1", text="hi", correlation="c"))
        reader = PostReader()

        reader.run(settings, max_events=1)

        assert reader.events == [Posted(event_id="e1", text="hi", correlation="c", likes=0)]

    def test_an_event_is_known_by_its_former_name(self, producer: SampleProducer, settings: Settings) -> None:
        send(producer, Remarked(note="old"), Noted(note="new"), tenant_id="acme")
        reader = NoteReader()

        reader.run(settings, max_events=2)

        assert sorted(reader.notes) == [("acme", "new"), ("acme", "old")]

    def test_an_event_without_method_goes_to_the_hook(self, producer: SampleProducer, settings: Settings) -> None:
        class Wide(PostReader, name="wide"):
            topics = ("sample.*",)
            ignored_topics = ("sample.dead",)

        send(producer, Noted(note="n"), tenant_id="acme")
        reader = Wide()

        statistics = reader.run(settings, max_events=1)

        assert reader.unknown == ["io.sample.Noted"]
        assert (statistics.unknown, statistics.handled) == (1, 0)

    def test_the_end_of_a_key_goes_to_its_hook(
        self, producer: SampleProducer, settings: Settings, broker: LocalBroker
    ) -> None:
        write(broker, "sample.notes.acme", None, key=b"k1")
        reader = NoteReader()

        statistics = reader.run(settings, max_events=1)

        assert reader.ended == [b"k1"]
        assert statistics.tombstones == 1


class TestSubscriptions:
    def test_a_tenant_that_appears_is_picked_up(
        self, producer: SampleProducer, settings: Settings, broker: LocalBroker
    ) -> None:
        class Welcoming(NoteReader, name="welcoming"):
            def on_noted(self, event: Noted, context: Context) -> None:
                super().on_noted(event, context)
                if event.note == "first":
                    broker.create_topic("sample.notes.initech", 1)
                    producer.send_and_wait(Noted(note="hello"), tenant_id="initech")

        send(producer, Noted(note="first"), tenant_id="acme")
        reader = Welcoming()

        reader.run(settings, max_events=2)

        assert reader.notes == [("acme", "first"), ("initech", "hello")]

    def test_ignored_topics_are_not_matched_by_a_wildcard(
        self, producer: SampleProducer, settings: Settings, broker: LocalBroker
    ) -> None:
        class Wide(PostReader, name="wide"):
            topics = ("sample.*",)
            ignored_topics = ("sample.dead", "sample.notes.{tenant_id}")

        write(broker, "sample.dead", b"poison")
        write(broker, "sample.notes.acme", b"poison")
        send(producer, Posted(event_id="e1"))

        statistics = Wide().run(settings, idle_timeout=5)

        assert (statistics.records, statistics.handled) == (1, 1)

    def test_a_contract_setting_that_does_not_exist_is_named(self, settings: Settings) -> None:
        class Wrong(PostReader, name="wrong"):
            settings: ClassVar = {"sesion.timeout.ms": "1"}

        with pytest.raises(SettingsError, match=r"sesion\.timeout\.ms"):
            Wrong().run(settings)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("max.poll.records", "0"),
            ("max.poll.records", "-1"),
            ("max.poll.records", "abc"),
            ("max.poll.interval.ms", "abc"),
            ("heartbeat.interval.ms", "abc"),
        ],
    )
    def test_a_number_that_makes_no_sense_is_named_before_anything_is_read(
        self, settings: Settings, name: str, value: str
    ) -> None:
        with pytest.raises(SettingsError, match=re.escape(name)):
            PostReader().run(replace(settings, consumer={name: value}), idle_timeout=0.1)


class TestCorrelation:
    def test_what_a_handler_sends_carries_the_id_of_what_it_handles(
        self, producer: SampleProducer, settings: Settings
    ) -> None:
        made: list[str] = []

        class Answering(PostReader, name="answering"):
            def on_posted(self, event: Posted, context: Context) -> None:
                made.append(Posted(event_id="answer").correlation)

        send(producer, Posted(event_id="same", correlation="c-1"), Posted(event_id="same", correlation="c-2"))

        Answering().run(settings, max_events=2)

        assert made == ["c-1", "c-2"]

    def test_a_header_says_it_where_the_event_does_not(
        self, producer: SampleProducer, settings: Settings, broker: LocalBroker
    ) -> None:
        producer.send_and_wait(Posted(event_id="e1", correlation=""))
        [record] = read(broker, "sample.posted", 1)
        write(broker, "sample.posted", record.value(), headers=[("correlation-id", b"from-header")], partition=2)
        reader = PostReader()

        reader.run(settings, max_events=2)

        ids = {context.correlation_id for context in reader.contexts}
        assert "from-header" in ids
        assert all(ids)

    def test_the_source_is_the_service_while_it_handles(self, producer: SampleProducer, settings: Settings) -> None:
        from eventpact import source

        names: list[str] = []

        class Naming(PostReader, name="naming"):
            def on_posted(self, event: Posted, context: Context) -> None:
                names.append(source())

        send(producer, Posted(event_id="e1"))
        Naming().run(replace(settings, client_id="billing"), max_events=1)

        assert names == ["billing"]


class TestTrouble:
    def test_a_broker_that_is_not_there_is_one_clear_error(self, settings: Settings) -> None:
        nowhere = replace(settings, brokers="127.0.0.1:1", timeout=0.5)

        with pytest.raises(BrokerError, match=r"cannot start group post-reader: Connect .* refused.*KAFKA_BROKERS"):
            PostReader().run(nowhere)

    def test_a_registry_that_does_not_answer_stops_the_group_and_loses_nothing(
        self, producer: SampleProducer, settings: Settings, broker: LocalBroker
    ) -> None:
        send(producer, Posted(event_id="e1"))

        with pytest.raises(RegistryError, match="no schema registry answers"):
            PostReader().run(replace(settings, registry_url="http://127.0.0.1:1"), registry_patience=0)

        assert committed(broker, "post-reader", "sample.posted") == {}
        assert PostReader().run(settings, max_events=1).handled == 1

    def test_a_failing_handler_without_dead_letters_stops_the_group_and_loses_nothing(
        self, producer: SampleProducer, settings: Settings
    ) -> None:
        class Failing(NoteReader, name="failing"):
            def on_noted(self, event: Noted, context: Context) -> None:
                super().on_noted(event, context)
                if event.note == "bad":
                    raise ValueError("no")

        notes = [Noted(note=text) for text in ("good", "bad")]
        for note in notes:
            producer.send_and_wait(note, tenant_id="acme")

        with pytest.raises(HandlerError, match=r"group failing stops at sample\.notes\.acme/\d@\d.*ValueError: no"):
            Failing().run(settings)

        again = Failing()
        with pytest.raises(HandlerError):
            again.run(settings)
        assert ("acme", "bad") in again.notes

    def test_an_undecodable_record_without_dead_letters_is_said_and_passed_over(
        self, producer: SampleProducer, settings: Settings, broker: LocalBroker, caplog: pytest.LogCaptureFixture
    ) -> None:
        write(broker, "sample.notes.acme", b"\xff poison")
        send(producer, Noted(note="after"), tenant_id="acme")
        reader = NoteReader()

        with caplog.at_level(logging.WARNING, "eventpact"):
            statistics = reader.run(settings, max_events=2)

        assert (statistics.discarded, statistics.handled) == (1, 1)
        assert "sample.notes.acme/0@0 is undecodable and passed over" in caplog.text

    def test_a_literal_topic_that_is_missing_does_not_stop_the_others(
        self, producer: SampleProducer, settings: Settings
    ) -> None:
        class Hoping(PostReader, name="hoping"):
            topics = ("sample.posted", "sample.not-there-yet")

        send(producer, Posted(event_id="e1"))

        assert Hoping().run(settings, max_events=1).handled == 1


class TestMembers:
    def test_a_missing_topic_is_said_as_the_contracts_name_it(self, settings: Settings) -> None:
        class Early(PostReader, name="early"):
            topics: ClassVar[tuple[str, ...]] = ("sample.absent", "sample.rooms.{tenant_id}")

        expected = {
            (
                "WARNING",
                "group early: no topic sample.absent that it may read yet: "
                "`eventpact apply` creates it, and with --acls the right",
            ),
            ("INFO", "group early: no topic matches sample.rooms.{tenant_id} yet; the first that does is read"),
        }
        said: set[tuple[str, str]] = set()
        stop = threading.Event()

        class Listener(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                said.add((record.levelname, record.getMessage()))
                if said >= expected:
                    stop.set()

        logger, listener = logging.getLogger("eventpact.consume"), Listener()
        logger.addHandler(listener)
        level = logger.level
        logger.setLevel(logging.INFO)
        try:
            Early().run(settings, stop=stop, idle_timeout=60)
        finally:
            logger.removeHandler(listener)
            logger.setLevel(level)

        assert {one for one in said if "no topic" in one[1]} == expected

    def test_two_members_share_the_work_and_handle_each_event(
        self, producer: SampleProducer, settings: Settings
    ) -> None:
        first, second = PostReader(), PostReader()
        stop = threading.Event()
        running = threading.Thread(target=first.run, args=(settings,), kwargs={"stop": stop})
        running.start()
        try:
            send(producer, *(Posted(event_id=f"a{n}") for n in range(30)))
            helper = threading.Thread(target=second.run, args=(settings,), kwargs={"stop": stop})
            helper.start()
            deadline = threading.Event()
            for round_ in range(300):
                send(producer, *(Posted(event_id=f"b{round_}-{n}") for n in range(6)))
                if first.events and second.events:
                    break
                deadline.wait(0.2)
            send(producer, *(Posted(event_id=f"c{n}") for n in range(30)))
            wanted = 60 + 6 * (round_ + 1)
            for _ in range(600):
                if len(ids(first) | ids(second)) >= wanted:
                    break
                deadline.wait(0.1)
        finally:
            stop.set()
            running.join()
            helper.join()

        assert second.events
        assert len(ids(first) | ids(second)) == wanted


def ids(reader: PostReader) -> set[str]:
    return {event.event_id for event in reader.events if isinstance(event, Posted)}


def test_a_group_cannot_be_made_without_its_methods() -> None:
    from abc import abstractmethod

    class Generated(Group, name="generated", system="sample"):
        @abstractmethod
        def on_posted(self, event: Posted, context: Context) -> None: ...

    assert (Generated.name, Generated.system) == ("generated", "sample")
    with pytest.raises(TypeError, match="on_posted"):
        Generated()  # type: ignore[abstract]  # the point of the test
