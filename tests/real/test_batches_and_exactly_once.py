"""Groups on Apache Kafka that take many records at once: in batches, and in transactions with what they send."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from eventpact import Context, Settings, Topics, correlated
from eventpact.errors import DeliveryError, SettingsError
from eventpact.operate.tenants import Tenants
from tests.real.members import running, send, until
from tests.runtime.raw import committed, read_all, write
from tests.runtime.sample import TOPICS, Noted, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventpact_testing.kafka import KafkaCluster


class TestBatches:
    def test_a_batch_holds_many_and_a_poison_record_is_isolated(
        self, producer: SampleProducer, settings: Settings, kafka: KafkaCluster
    ) -> None:
        class Many(PostReader, name="many"):
            sizes: ClassVar[list[int]] = []
            alone: ClassVar[list[str]] = []

            def on_posted(self, event: Posted, context: Context) -> None:
                self.alone.append(event.event_id)
                if event.event_id == "70":
                    raise ValueError("poison")

            def on_posted_batch(self, events: Sequence[Posted], contexts: Sequence[Context]) -> None:
                assert [event.event_id for event in events] == [context.event_id for context in contexts]
                if any(event.event_id == "70" for event in events):
                    raise ValueError("poison in here")
                self.sizes.append(len(events))

        send(producer, 500)
        group = Many()

        statistics = group.run(settings, max_events=500)

        assert (statistics.handled, statistics.dead_lettered) == (499, 1)
        assert sum(group.sizes) + len(set(group.alone)) == 500
        assert max([*group.sizes, len(group.alone)]) > 10
        [letter] = read_all(kafka, "sample.dead", 1)
        assert letter.key() == b"k0"

    def test_what_a_batch_method_does_with_its_list_of_events_is_its_own_affair(
        self, producer: SampleProducer, settings: Settings
    ) -> None:
        class Taking(PostReader, name="taking"):
            alone: ClassVar[list[tuple[str, str | None]]] = []
            taken: ClassVar[list[str]] = []

            def on_posted(self, event: Posted, context: Context) -> None:
                self.alone.append((event.event_id, context.event_id))

            def on_posted_batch(self, events: Sequence[Posted], contexts: Sequence[Context]) -> None:
                assert isinstance(events, list)
                events.sort(key=lambda event: event.event_id, reverse=True)
                while events:
                    self.taken.append(events.pop().event_id)
                raise ValueError("and now they are gone")

        send(producer, 200)
        group = Taking()

        statistics = group.run(settings, max_events=200)

        assert statistics.handled == 200
        assert len(group.taken) > 10
        assert sorted(group.alone) == sorted((str(number), str(number)) for number in range(200))

    def test_what_a_batch_sends_carries_on_the_id_of_its_first_event_or_the_one_given(
        self, producer: SampleProducer, settings: Settings, kafka: KafkaCluster
    ) -> None:
        class Answering(PostReader, name="answering"):
            firsts: ClassVar[dict[str, str]] = {}

            def on_posted(self, event: Posted, context: Context) -> None:
                self.on_posted_batch([event], [context])

            def on_posted_batch(self, events: Sequence[Posted], contexts: Sequence[Context]) -> None:
                producer.send_all((Noted(note=event.event_id) for event in events), tenant_id="acme")
                for event, context in zip(events, contexts, strict=True):
                    self.firsts[event.event_id] = contexts[0].correlation_id
                    with correlated(context.correlation_id):
                        producer.send(Noted(note=f"own {event.event_id}"), tenant_id="acme")

        Tenants(Topics(settings), TOPICS).create("acme")
        for number in range(200):
            with correlated(f"c-{number}"):
                producer.send(Posted(event_id=str(number)))
        producer.flush()
        group = Answering()

        group.run(settings, max_events=200)
        producer.flush()

        carried = {
            (note.key() or b"").decode(): dict(note.headers() or ())["correlation-id"]
            for note in read_all(kafka, "sample.notes.acme", 400)
        }
        given = group.firsts | {f"own {number}": f"c-{number}" for number in range(200)}
        assert len(set(group.firsts.values())) < 200
        assert carried == {note: correlation.encode() for note, correlation in given.items()}


class PassingOn(PostReader, name="passing-on"):
    """Sends a note for every post; half way through some it fails."""

    def __init__(self, producer: SampleProducer) -> None:
        super().__init__()
        self.producer = producer
        self.attempts: list[int] = []

    def on_posted(self, event: Posted, context: Context) -> None:
        self.producer.send(Noted(note=event.event_id), tenant_id="acme")
        if event.text == "bad" or (event.text == "late" and context.attempt == 1):
            self.attempts.append(context.attempt)
            raise LookupError(event.text)


class PassingBatchesOn(PassingOn, name="passing-batches-on"):
    """The same in batches, which fail as a whole."""

    def on_posted_batch(self, events: Sequence[Posted], _: Sequence[Context]) -> None:
        self.producer.send_all((Noted(note=event.event_id) for event in events), tenant_id="acme")
        if any(event.text for event in events):
            raise LookupError("one of them")


class TestExactlyOnce:
    @pytest.fixture(autouse=True)
    def _target(self, settings: Settings) -> None:
        Tenants(Topics(settings), TOPICS).create("acme")

    def notes(self, kafka: KafkaCluster, count: int) -> list[str]:
        return sorted(((r.key() or b"").decode() for r in read_all(kafka, "sample.notes.acme", count)), key=int)

    @pytest.mark.parametrize("kind", [PassingOn, PassingBatchesOn])
    def test_each_event_has_its_result_once_whatever_fails(
        self, producer: SampleProducer, settings: Settings, kafka: KafkaCluster, unique: str, kind: type[PassingOn]
    ) -> None:
        texts = {7: "bad", 100: "late", 180: "late"}
        for number in range(300):
            producer.send(Posted(event_id=str(number), text=texts.get(number, "")))
        producer.flush()
        write(kafka, "sample.posted", b"poison")

        with SampleProducer(settings, register="dev", transactional_id=unique) as sending:
            group = kind(sending)
            statistics = group.run(settings, exactly_once=True, producer=sending, transaction_size=100, max_events=301)

        assert (statistics.handled, statistics.dead_lettered) == (299, 2)
        assert group.attempts.count(3) == 1
        assert self.notes(kafka, 299) == [str(number) for number in range(300) if number != 7]
        letters = read_all(kafka, "sample.dead", 2)
        assert {letter.key() for letter in letters} == {b"7", None}
        assert len(letters) == 2
        # Each transaction leaves a marker behind, so the position may be beyond the last record.
        assert sum(committed(kafka, unique, "sample.posted").values()) >= 301

    def test_a_run_that_dies_in_a_transaction_leaves_nothing_behind(
        self, producer: SampleProducer, settings: Settings, kafka: KafkaCluster, unique: str
    ) -> None:
        class Dying(PassingOn, name="dying"):
            def on_posted(self, event: Posted, context: Context) -> None:
                super().on_posted(event, context)
                if event.event_id == "150":
                    raise SystemExit

        send(producer, 300, keys=1)
        with SampleProducer(settings, register="dev", transactional_id=unique) as sending, pytest.raises(SystemExit):
            Dying(sending).run(settings, exactly_once=True, producer=sending, transaction_size=100)
        with (
            SampleProducer(settings, register="dev", transactional_id=unique) as sending,
            running(PassingOn(sending), settings, exactly_once=True, producer=sending),
        ):
            until(lambda: sum(committed(kafka, unique, "sample.posted").values()) >= 300)

        assert self.notes(kafka, 300) == [str(number) for number in range(300)]

    def test_members_that_come_and_go_leave_no_duplicate(
        self, producer: SampleProducer, settings: Settings, kafka: KafkaCluster, unique: str
    ) -> None:
        def member(number: int) -> Any:
            sending = SampleProducer(settings, register="dev", transactional_id=f"{unique}-{number}")
            group = PassingOn(sending)
            return running(group, settings, exactly_once=True, producer=sending, transaction_size=50), sending

        members = []
        for round_ in range(4):
            for number in range(round_ * 250, (round_ + 1) * 250):
                producer.send(Posted(event_id=str(number)))
            producer.flush()
            members.append(member(round_))
            members[-1][0].__enter__()
            if round_ == 2:
                first, sending = members.pop(0)
                first.__exit__(None, None, None)
                sending.close()
        until(lambda: sum(committed(kafka, unique, "sample.posted").values()) >= 1000)
        for one, sending in members:
            one.__exit__(None, None, None)
            sending.close()

        assert self.notes(kafka, 1000) == [str(number) for number in range(1000)]

    def test_a_member_whose_producer_is_fenced_stops_and_says_why(
        self, producer: SampleProducer, settings: Settings, unique: str
    ) -> None:
        send(producer, 1)
        sending = SampleProducer(settings, register="dev", transactional_id=unique)
        group = PassingOn(sending)

        def run_and_be_fenced() -> None:
            with (
                running(group, settings, exactly_once=True, producer=sending) as stop,
                SampleProducer(settings, register="dev", transactional_id=unique) as newer,
            ):
                until(lambda: sending.statistics.acknowledged)
                with newer.transaction():
                    newer.send(Noted(note="1"), tenant_id="acme")
                send(producer, 1)
                until(stop.is_set)

        with pytest.raises(DeliveryError, match="another producer with this transactional id has started"):
            run_and_be_fenced()
        with suppress(DeliveryError):
            sending.close(1)

    def test_what_does_not_fit_together_is_said_before_anything_connects(
        self, producer: SampleProducer, settings: Settings
    ) -> None:
        with pytest.raises(SettingsError, match=r"transactional id.*\n.*leave concurrency at 1"):
            PostReader().run(settings, exactly_once=True, producer=producer, concurrency=4)
