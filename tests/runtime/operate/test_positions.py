"""Positions as people write them, and what they lead to on a partition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from eventpact.errors import BrokerError, PositionError
from eventpact.operate.administrator import Administrator
from eventpact.operate.log_offsets import LogOffsets
from eventpact.operate.positions import EARLIEST, LATEST, Position, moment, parse_position
from tests.runtime.leaders import hang
from tests.runtime.raw import write

if TYPE_CHECKING:
    from eventpact import Settings
    from eventpact_testing.broker import LocalBroker

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACE = ("sample.dead", 0)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("earliest", EARLIEST),
        ("latest", LATEST),
        ("offset:0", Position("offset", 0)),
        ("last:10", Position("last", 10)),
        ("2026-03-01T08:00:00Z", moment(datetime(2026, 3, 1, 8, tzinfo=UTC))),
        ("2026-03-01T09:00:00.25+01:00", moment(datetime(2026, 3, 1, 8, 0, 0, 250_000, tzinfo=UTC))),
        ("2026-03-01", moment(datetime(2026, 3, 1, tzinfo=UTC))),
        ("90m", moment(NOW - timedelta(minutes=90))),
        ("2d", moment(NOW - timedelta(days=2))),
    ],
)
def test_a_position_is_written_in_one_word(text: str, position: Position) -> None:
    assert parse_position(text, now=NOW) == position


@pytest.mark.parametrize(
    "position", [EARLIEST, LATEST, Position("offset", 12), Position("last", 3), moment(NOW)], ids=str
)
def test_a_position_is_shown_as_it_is_written(position: Position) -> None:
    assert parse_position(str(position), now=NOW) == position


@pytest.mark.parametrize(
    "text", ["", "soon", "offset:", "offset:-1", "last:x", "12", "-5m", "5 m", "2026-13-01", "999999999d"]
)
def test_what_is_no_position_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(PositionError, match="is no position: give earliest, latest, offset:1200"):
        parse_position(text, now=NOW)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(PositionError, match="has no zone: add Z for UTC"):
        parse_position("2026-03-01T08:00:00", now=NOW)


def test_a_moment_is_the_same_in_every_zone() -> None:
    assert moment(datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=1)))) == moment(
        datetime(2026, 3, 1, 8, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("position", "offset"),
    [
        (EARLIEST, 0),
        (LATEST, 3),
        (Position("offset", 2), 2),
        (Position("offset", 9), 3),
        (Position("last", 2), 1),
        (Position("last", 9), 0),
    ],
    ids=str,
)
def test_a_position_never_leads_outside_of_a_partition(
    broker: LocalBroker, settings: Settings, position: Position, offset: int
) -> None:
    write(broker, "sample.dead", b"1", b"2", b"3")

    assert LogOffsets(Administrator(settings)).at([PLACE], position) == {PLACE: offset}


def test_partitions_are_listed_in_order_and_missing_topics_named(broker: LocalBroker, settings: Settings) -> None:
    log = LogOffsets(Administrator(settings))

    assert log.partitions(["sample.notes.acme", "sample.dead"]) == (
        ("sample.notes.acme", 0),
        ("sample.notes.acme", 1),
        ("sample.dead", 0),
    )
    with pytest.raises(BrokerError, match="there is no topic nowhere on 127"):
        log.partitions(["sample.dead", "nowhere"])


def test_a_leader_that_does_not_answer_is_an_error_and_no_offset(broker: LocalBroker, settings: Settings) -> None:
    log = LogOffsets(Administrator(settings, timeout=2))
    hang(broker, times=1)

    with pytest.raises(BrokerError, match="cannot list offsets: "):
        log.latest([PLACE])
