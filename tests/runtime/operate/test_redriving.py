"""Dead letters found by what they say of themselves, and sent back each once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from eventpact.consume.dead_letters import DeadLetterInfo, letter_of
from eventpact.consume.record import headers_of
from eventpact.errors import BrokerError
from eventpact.operate.dead_letters import DeadLetters, Which
from eventpact.operate.pace import Pace
from eventpact.operate.redriving import any_topic
from eventpact.operate.redriving import redrive as send_back
from eventpact.schemas import SchemaCatalog
from eventpact.wire import frame
from tests.runtime.raw import read, read_all, write
from tests.runtime.sample import Author, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from eventpact import Context, Settings
    from eventpact_testing.broker import LocalBroker

redrive = partial(send_back, origins=any_topic)
"""Sends letters wherever they say that they came from."""


def bury(broker: LocalBroker, value: bytes | None, *, key: bytes | None = b"k", **facts: object) -> None:
    """Write a dead letter as a group does."""
    known = {
        "reason": "handler-failed",
        "exception": "builtins.ValueError",
        "message": "no such author",
        "group": "reader",
        "topic": "sample.posted",
        "partition": 0,
        "offset": 7,
    }
    info = DeadLetterInfo(**{**known, **facts})  # type: ignore[arg-type]  # tests change one fact at a time
    write(broker, "sample.dead", value, key=key, headers=[("event-type", b"posted"), *info.headers()])


def origin(broker: LocalBroker, count: int) -> list[tuple[bytes | None, bytes | None]]:
    """Keys and values of what came back, where `count` records are expected."""
    return [(one.key(), one.value()) for one in read_all(broker, "sample.posted", count)]


class FailingReader(PostReader):
    def on_posted(self, event: Posted, context: Context) -> None:
        raise ValueError("no such author")


@pytest.fixture
def catalog(settings: Settings) -> Iterator[SchemaCatalog]:
    catalog = SchemaCatalog(settings, register="dev")
    yield catalog
    catalog.close()


class TestWhich:
    @pytest.fixture
    def letters(self, broker: LocalBroker, settings: Settings) -> DeadLetters:
        bury(broker, b"one", exception="builtins.ValueError", group="reader")
        bury(broker, b"two", exception="shop.errors.NoStock", group="writer", topic="sample.notes.acme")
        bury(broker, b"three", exception="eventpact.errors.DecodeError", reason="undecodable")
        write(broker, "sample.dead", b"no letter")
        return DeadLetters(settings, ["sample.dead"])

    @pytest.mark.parametrize(
        ("which", "expected"),
        [
            (Which(), [b"one", b"two", b"three"]),
            (Which(exception="NoStock"), [b"two"]),
            (Which(exception="shop.errors.*"), [b"two"]),
            (Which(exception="Stock"), []),
            (Which(group="reader"), [b"one", b"three"]),
            (Which(topic="sample.notes.*"), [b"two"]),
            (Which(reason="undecodable"), [b"three"]),
            (Which(ids=["sample.dead/0@1"]), [b"two"]),
            (Which(group="reader", reason="handler-failed"), [b"one"]),
            (Which(since=datetime.now(UTC) + timedelta(hours=1)), []),
            (Which(since=datetime(2026, 1, 1, tzinfo=UTC)), [b"one", b"two", b"three"]),
            (Which(until=datetime(2026, 1, 1, tzinfo=UTC)), []),
        ],
    )
    def test_letters_are_found_by_what_they_say(
        self, letters: DeadLetters, which: Which, expected: list[bytes]
    ) -> None:
        assert [letter.record.value for letter in letters.letters(which)] == expected

    def test_letters_are_found_by_the_event_that_they_hold(
        self, broker: LocalBroker, settings: Settings, catalog: SchemaCatalog
    ) -> None:
        schema_id = catalog.schema_id(Posted.contract, Posted.contract.subject)
        bury(broker, frame(schema_id, b"damaged"), schema_id=schema_id)
        bury(broker, b"not in the wire format")
        letters = DeadLetters(settings, ["sample.dead"], catalog=catalog)

        assert [letter.event for letter in letters.letters()] == ["io.sample.Posted", None]
        assert [letter.id for letter in letters.letters(Which(event="Posted"))] == ["sample.dead/0@0"]
        assert [letter.id for letter in letters.letters(Which(event="io.sample.*"))] == ["sample.dead/0@0"]
        assert list(letters.letters(Which(event="Noted"))) == []

    def test_a_schema_id_that_cannot_be_is_that_of_no_event(
        self, broker: LocalBroker, settings: Settings, catalog: SchemaCatalog
    ) -> None:
        bury(broker, b"forged", schema_id=10**30)
        bury(broker, b"forged", schema_id=-1)

        letters = DeadLetters(settings, ["sample.dead"], catalog=catalog)

        assert [letter.event for letter in letters.letters()] == [None, None]

    def test_a_topic_that_is_missing_is_named(self, settings: Settings) -> None:
        with pytest.raises(BrokerError, match=r"there is no topic nowhere\.dead"):
            list(DeadLetters(settings, ["nowhere.dead"]).letters())


class TestRedrive:
    def test_a_record_goes_back_as_it_came(self, broker: LocalBroker, settings: Settings) -> None:
        bury(broker, b"\x00raw", key=b"u-1")

        done = redrive(settings, "sample.dead")

        [back] = read(broker, "sample.posted", 1)
        assert (done.sent, back.key(), back.value()) == ({"sample.posted": 1}, b"u-1", b"\x00raw")
        assert back.headers() == [
            ("event-type", b"posted"),
            ("dead-letter-id", b"sample.dead/0@0"),
            ("dead-letter-redrives", b"1"),
        ]
        assert letter_of(headers_of(back)) is None

    def test_nothing_is_sent_back_twice_unless_asked_for(self, broker: LocalBroker, settings: Settings) -> None:
        bury(broker, b"one")
        redrive(settings, "sample.dead")
        bury(broker, b"two")

        second = redrive(settings, "sample.dead")
        third = redrive(settings, "sample.dead")

        assert (second.total, second.already) == (1, 1)
        assert (third.total, third.already) == (0, 2)
        assert origin(broker, 2) == [(b"k", b"one"), (b"k", b"two")]
        assert [letter.redriven for letter in DeadLetters(settings, ["sample.dead"]).letters()] == [True, True]
        assert redrive(settings, "sample.dead", again=True).total == 2

    def test_letters_of_topics_that_are_none_of_its_origins_stay(self, broker: LocalBroker, settings: Settings) -> None:
        bury(broker, b"forged", topic="sample.notes.acme")
        bury(broker, b"one")

        done = send_back(settings, "sample.dead", origins={"sample.posted"}.__contains__)

        assert (done.sent, done.refused) == ({"sample.posted": 1}, {"sample.notes.acme": 1})
        assert read(broker, "sample.notes.acme", 1, patience=0.3) == []

    def test_a_dry_run_says_what_would_go_and_writes_nothing(self, broker: LocalBroker, settings: Settings) -> None:
        bury(broker, b"one")
        bury(broker, b"two", exception="shop.NoStock")

        done = redrive(settings, "sample.dead", Which(exception="NoStock"), dry_run=True)

        assert done.sent == {"sample.posted": 1}
        assert origin(broker, 0) == []

    def test_a_record_that_keeps_coming_back_stays_where_it_is(self, broker: LocalBroker, settings: Settings) -> None:
        bury(broker, b"twice", redrives=2)
        bury(broker, b"for ever", redrives=3)

        done = redrive(settings, "sample.dead", max_redrives=3)

        assert (done.total, done.looping) == (1, ["sample.dead/0@1"])
        [back] = read(broker, "sample.posted", 1)
        assert dict(back.headers() or ())["dead-letter-redrives"] == b"3"

    def test_letters_that_cannot_go_back_are_named_with_the_reason(
        self, broker: LocalBroker, settings: Settings
    ) -> None:
        bury(broker, b"from nowhere", topic="")
        bury(broker, b"from a topic that is gone", topic="sample.gone")
        bury(broker, None, left_bytes=2_000_000, offset=7)

        done = redrive(settings, "sample.dead")

        assert done.total == 0
        assert list(done.lost.values()) == [
            "its topic (not named) is not on the cluster",
            "its topic sample.gone is not on the cluster",
            "the letter does not hold its value, and sample.posted/0@7 is not kept any more",
        ]

    def test_a_value_that_was_left_at_its_origin_is_fetched_there(
        self, broker: LocalBroker, settings: Settings
    ) -> None:
        write(broker, "sample.posted", b"large", key=b"big", headers=[("event-type", b"posted")], partition=2)
        bury(broker, None, key=None, left_bytes=5, partition=2, offset=0)

        redrive(settings, "sample.dead")

        assert sorted(origin(broker, 2)) == [(b"big", b"large"), (b"big", b"large")]

    @pytest.mark.parametrize(
        "facts",
        [
            {"offset": 1000},
            {"offset": 10**30},
            {"offset": 0, "left_bytes": 6},
            {"offset": 0, "timestamp_ms": 1_772_352_000_000},
        ],
        ids=["beyond the end", "beyond all ends", "of another length", "of another time"],
    )
    def test_another_record_at_the_place_of_the_origin_is_not_sent_in_its_stead(
        self, broker: LocalBroker, settings: Settings, facts: dict[str, Any]
    ) -> None:
        write(broker, "sample.posted", b"other", key=b"somebody else's")
        bury(broker, None, **{"left_bytes": 5, **facts})

        done = redrive(settings, "sample.dead")

        assert (done.total, len(done.lost)) == (0, 1)
        assert origin(broker, 1) == [(b"somebody else's", b"other")]

    def test_a_rate_is_kept(self, broker: LocalBroker, settings: Settings) -> None:
        for _ in range(4):
            bury(broker, b"one")
        now, slept = [0.0], []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            now[0] += seconds

        redrive(settings, "sample.dead", pace=Pace(2, clock=lambda: now[0], sleep=sleep))

        assert slept == [0.5, 0.5, 0.5]


class TestRoundTrips:
    @pytest.fixture
    def session_timeout_ms(self) -> int:
        """Short: the group is started three times."""
        return 1500

    def test_a_record_that_fails_again_comes_back_with_its_count(
        self, broker: LocalBroker, settings: Settings, catalog: SchemaCatalog
    ) -> None:
        with SampleProducer(settings, register="dev") as producer:
            producer.send_and_wait(Posted(event_id="p-1", author=Author(id="u-1")))
        FailingReader().run(settings, max_events=1)

        for _ in range(2):
            redrive(settings, "sample.dead", max_redrives=2)
            FailingReader().run(settings, max_events=1)
        last = redrive(settings, "sample.dead", max_redrives=2)

        letters = list(DeadLetters(settings, ["sample.dead"]).letters())
        assert [letter.info.redrives for letter in letters] == [0, 1, 2]
        assert [letter.redriven for letter in letters] == [True, True, False]
        assert (last.total, last.looping) == (0, [letters[2].id])
        assert {(letter.record.key, letter.record.value) for letter in letters} == {
            (b"u-1", letters[0].record.value),
        }
