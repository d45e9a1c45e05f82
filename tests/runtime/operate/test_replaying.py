"""Records taken once more: into topics as they were, and through handlers from where the last run ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import confluent_kafka
import pytest

from eventpact.containers import ArchivedHeader, ArchivedRecord, read_archive, write_archive
from eventpact.errors import BrokerError, ContainerError, HandlerError
from eventpact.idempotent import Idempotent, SqliteStore
from eventpact.operate.browsing import Browsing
from eventpact.operate.positions import Position, instant_text
from eventpact.operate.replay_sources import ArchiveSource, TopicSource
from eventpact.operate.replaying import Replay, Replayed, name_of
from eventpact.wire import frame
from tests.runtime.raw import read, read_all, write
from tests.runtime.sample import Author, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from eventpact import Context, Settings
    from eventpact_testing.broker import LocalBroker

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def archive(file: Path, *values: bytes | None) -> Path:
    """An archive of records of `sample.posted`."""
    headers = (ArchivedHeader(name="event-type", value=b"posted"), ArchivedHeader(name="replay-id", value=b"old"))
    records = [
        ArchivedRecord(
            topic="sample.posted",
            partition=2,
            offset=10 + number,
            timestamp=AT,
            key=b"k",
            value=value,
            headers=headers,
        )
        for number, value in enumerate(values)
    ]
    write_archive(file, records)
    return file


class Indexer(PostReader):
    """Remembers what it handled; fails on a text until it is told not to."""

    def __init__(self, failing: str | None = None) -> None:
        self.texts: list[str] = []
        self.contexts: list[Context] = []
        self.failing = failing

    def on_posted(self, event: Posted, context: Context) -> None:
        if event.text == self.failing:
            raise ValueError("no index")
        self.texts.append(event.text)
        self.contexts.append(context)


class AsyncIndexer(PostReader):
    def __init__(self) -> None:
        self.texts: list[str] = []

    async def on_posted(self, event: Posted, context: Context) -> None:  # type: ignore[override]  # groups take both
        self.texts.append(event.text)


class TestIntoTopics:
    def test_an_archive_goes_back_to_the_topics_that_it_was_read_from(
        self, broker: LocalBroker, settings: Settings, tmp_path: Path
    ) -> None:
        file = archive(tmp_path / "posted.avro", b"one", None)

        done = Replay(settings, ArchiveSource(file), name="restore", same_partitions=True).run()

        first, second = read(broker, "sample.posted", 2)
        assert (done.taken, done.resumed, done.stopped) == (Counter({"sample.posted": 2}), False, False)
        assert (first.partition(), first.key(), first.value(), second.value()) == (2, b"k", b"one", None)
        assert first.timestamp()[1] == int(AT.timestamp() * 1000)
        assert first.headers() == [
            ("event-type", b"posted"),
            ("replay-id", b"restore"),
            ("replay-position", b"sample.posted/2@10"),
        ]

    def test_a_range_of_a_topic_goes_to_another_one(self, broker: LocalBroker, settings: Settings) -> None:
        write(broker, "sample.posted", b"0", b"1", b"2", b"3")
        source = TopicSource(settings, ["sample.posted"], Position("offset", 1), Position("offset", 3))

        Replay(settings, source, name="some", topic="sample.dead", new_timestamps=True).run()

        copied = read_all(broker, "sample.dead", 2)
        assert [one.value() for one in copied] == [b"1", b"2"]
        assert copied[0].timestamp()[1] > AT.timestamp() * 1000

    def test_a_topic_replayed_into_itself_ends(self, broker: LocalBroker, settings: Settings) -> None:
        write(broker, "sample.dead", b"one", b"two")

        first = Replay(settings, TopicSource(settings, ["sample.dead"]), name="twice").run()
        again = Replay(settings, TopicSource(settings, ["sample.dead"], Position("offset", 2)), name="twice").run()

        # This broker keeps no offsets of transactions: the second run begins where the first one did.
        assert (first.total, again.total, again.passed_over) == (2, 2, 2)

    def test_schema_ids_that_have_become_others_are_written_as_such(
        self, broker: LocalBroker, settings: Settings, tmp_path: Path
    ) -> None:
        record = ArchivedRecord(topic="sample.dead", partition=0, offset=0, value=frame(7, b"a"), schema_id=7)
        other = ArchivedRecord(topic="sample.dead", partition=0, offset=1, value=frame(8, b"b"), schema_id=8)
        write_archive(tmp_path / "old.avro", [record, other])

        Replay(settings, ArchiveSource(tmp_path / "old.avro"), name="ids", ids={7: 70}).run()

        assert [one.value() for one in read(broker, "sample.dead", 2)] == [frame(70, b"a"), frame(8, b"b")]

    def test_a_dry_run_counts_and_writes_nothing(self, broker: LocalBroker, settings: Settings, tmp_path: Path) -> None:
        file = archive(tmp_path / "posted.avro", b"one", b"two")

        done = Replay(settings, ArchiveSource(file), name="dry", topic="sample.dead").run(dry_run=True)

        assert done.taken == Counter({"sample.dead": 2})
        assert read(broker, "sample.dead", 1, patience=0.5) == []

    @pytest.mark.parametrize(
        "record",
        [
            ArchivedRecord(topic="", partition=0, offset=0),
            ArchivedRecord(topic="a b/c", partition=0, offset=0),
            ArchivedRecord(topic="sample.posted", partition=-3, offset=0),
        ],
        ids=["no topic", "no name of a topic", "no partition"],
    )
    def test_a_record_that_no_cluster_can_have_had_is_refused(
        self, settings: Settings, tmp_path: Path, record: ArchivedRecord
    ) -> None:
        good = ArchivedRecord(topic="sample.posted", partition=0, offset=0)
        write_archive(tmp_path / "first.avro", [record])
        write_archive(tmp_path / "second.avro", [good, record])

        with pytest.raises(ContainerError, match=r"first\.avro: record 1 says that it was on topic"):
            ArchiveSource(tmp_path / "first.avro")
        with pytest.raises(ContainerError, match=r"second\.avro: record 2 says that it was on topic"):
            Replay(settings, ArchiveSource(tmp_path / "second.avro"), name="evil").run()

    def test_times_that_no_calendar_has_go_through_archives_and_replays(
        self, broker: LocalBroker, settings: Settings, tmp_path: Path
    ) -> None:
        """A producer that counts in microseconds writes them, and Kafka took any number for long."""
        microseconds = 1_772_352_000_000_000
        sender = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap_servers})
        sender.produce("sample.dead", b"early", partition=0, timestamp=microseconds)
        assert sender.flush(10) == 0

        records = list(Browsing(settings, ["sample.dead"]).records())
        write_archive(tmp_path / "odd.avro", records)
        Replay(settings, ArchiveSource(tmp_path / "odd.avro"), name="odd", topic="sample.posted").run()

        [record] = records
        assert (record.timestamp, record.timestamp_ms) == (None, microseconds)
        assert list(read_archive(tmp_path / "odd.avro")) == records
        assert [one.timestamp()[1] for one in read(broker, "sample.posted", 1)] == [microseconds]
        assert instant_text(microseconds) == "1772352000000000"

    def test_a_topic_to_write_to_that_is_not_there_is_named_at_once(
        self, broker: LocalBroker, settings: Settings
    ) -> None:
        replay = Replay(settings, TopicSource(settings, ["sample.dead"]), name="nowhere", topic="sample.nowhere")

        with pytest.raises(BrokerError, match=r"there is no topic sample\.nowhere on .*topics list"):
            replay.run(dry_run=True)

    def test_an_archive_without_records_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(BrokerError, match=r"empty\.avro holds no records"):
            ArchiveSource(archive(tmp_path / "empty.avro"))


class TestThroughHandlers:
    @pytest.fixture
    def posted(self, broker: LocalBroker, settings: Settings) -> Settings:
        """Settings of a cluster with four events of one author, and a record between them that nobody can read."""
        with SampleProducer(settings, register="dev") as producer:
            for text in ("a", "b"):
                producer.send_and_wait(Posted(event_id=text, author=Author(id="u-1"), text=text, correlation="r-1"))
            [partition] = {one.partition() or 0 for one in read(broker, "sample.posted", 2)}
            write(broker, "sample.posted", b"damaged", partition=partition)
            for text in ("c", "d"):
                producer.send_and_wait(Posted(event_id=text, author=Author(id="u-1"), text=text, correlation="r-1"))
        return settings

    def test_events_are_handled_with_their_context(self, posted: Settings) -> None:
        indexer = Indexer()

        done = Replay(posted, TopicSource(posted, ["sample.posted"]), name="index", group=indexer).run()

        assert indexer.texts == ["a", "b", "c", "d"]
        assert (done.total, done.passed_over) == (4, 1)
        context = indexer.contexts[0]
        assert (context.topic, context.offset, context.key) == ("sample.posted", 0, b"u-1")
        assert (context.correlation_id, context.event_id, context.attempt) == ("r-1", "a", 1)
        assert context.schema_id is not None
        assert context.timestamp is not None
        assert context.headers["event-type"] == b"posted"

    def test_events_that_the_group_has_handled_are_recognised_by_their_ids(
        self, posted: Settings, tmp_path: Path
    ) -> None:
        with SqliteStore(tmp_path / "handled.sqlite3", keep=timedelta(days=1)) as store:
            running, replaying = Indexer(), Indexer()
            running.idempotent = replaying.idempotent = Idempotent(store)  # type: ignore[misc]  # of this test alone
            running.run(posted, max_events=3, idle_timeout=60)

            Replay(posted, TopicSource(posted, ["sample.posted"]), name="once", group=replaying).run()

        assert (running.texts, replaying.texts) == (["a", "b"], ["c", "d"])

    def test_correlation_ids_come_from_the_header_else_from_the_event(
        self, posted: Settings, broker: LocalBroker, tmp_path: Path
    ) -> None:
        value = read(broker, "sample.posted", 2)[0].value()
        plain = ArchivedRecord(topic="sample.posted", partition=0, offset=0, timestamp=AT, value=value)
        header = ArchivedHeader(name="correlation-id", value=b"from-header")
        write_archive(tmp_path / "posted.avro", [plain, replace(plain, offset=1, headers=(header,))])
        indexer = Indexer()

        Replay(posted, ArchiveSource(tmp_path / "posted.avro"), name="ids", group=indexer).run()

        assert [context.correlation_id for context in indexer.contexts] == ["r-1", "from-header"]
        assert [context.timestamp for context in indexer.contexts] == [AT, AT]

    def test_handlers_may_be_coroutines(self, posted: Settings) -> None:
        indexer = AsyncIndexer()

        Replay(posted, TopicSource(posted, ["sample.posted"]), name="async", group=indexer).run()

        assert indexer.texts == ["a", "b", "c", "d"]

    def test_a_replay_that_is_taken_up_again_keeps_to_the_range_that_it_began_with(
        self, broker: LocalBroker, settings: Settings
    ) -> None:
        """`last:3` and `last:1` mean other records by then."""

        def run(indexer: Indexer) -> Replayed:
            source = TopicSource(settings, ["sample.dead"], Position("last", 3), Position("last", 1))
            return Replay(settings, source, name="moving", group=indexer).run()

        def post(*texts: str) -> None:
            value = read(broker, "sample.posted", 1)[0].value() or b""
            write(broker, "sample.dead", *[value.replace(b"text-0", text.encode()) for text in texts])

        with SampleProducer(settings, register="dev") as producer:
            producer.send_and_wait(Posted(event_id="e", author=Author(id="u-1"), text="text-0", correlation="r-1"))
        post("text-1", "text-2", "text-3", "text-4")
        failing, second = Indexer(failing="text-3"), Indexer()
        with pytest.raises(HandlerError):
            run(failing)
        post("text-5", "text-6", "text-7", "text-8")

        done = run(second)

        assert (failing.texts, second.texts, done.resumed) == (["text-2"], ["text-3"], True)
        assert run(second).total == 0

    def test_a_run_that_failed_is_taken_up_at_the_record_that_failed(self, posted: Settings) -> None:
        source = TopicSource(posted, ["sample.posted"])
        failing, second, third = Indexer(failing="c"), Indexer(), Indexer()

        with pytest.raises(HandlerError, match=r"Indexer failed on sample\.posted/\d@3 \(ValueError: no index\)"):
            Replay(posted, source, name="again", group=failing).run()
        done = Replay(posted, source, name="again", group=second).run()
        Replay(posted, source, name="again", group=third).run()

        assert (failing.texts, second.texts, third.texts) == (["a", "b"], ["c", "d"], [])
        assert done.resumed


def test_the_same_replay_has_the_same_name() -> None:
    assert name_of("topic", "a", "earliest") == name_of("topic", "a", "earliest")
    assert name_of("topic", "a", "earliest") != name_of("topic", "ae", "arliest")
