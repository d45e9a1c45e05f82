"""Logs name events and never quote them, whatever handlers raise and producers send."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from eventpact import Context, Settings, logs
from eventpact.errors import EncodeError, EventPactError, HandlerError
from eventpact_testing.broker import LocalBroker
from tests.runtime.raw import read, write
from tests.runtime.sample import Author, Noted, NoteReader, Posted, PostReader, SampleProducer

SECRET = "the-card-number-4111"


class Failing(PostReader):
    """Raises what quotes the event, in the middle of its own code."""

    def on_posted(self, event: Posted, context: Context) -> None:
        try:
            self.charge(event.text)
        except LookupError as error:
            raise RuntimeError(f"cannot charge {event.text}") from error

    def charge(self, card: str) -> None:
        raise KeyError(card)


class Keeping(logging.Handler):
    """Keeps records as they are."""

    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


class Written:
    """Everything that was logged: records, what a plain formatter makes of them, and lines of JSON."""

    def __init__(self) -> None:
        self.lines, self.plain = io.StringIO(), io.StringIO()
        self.records: list[logging.LogRecord] = []

    @property
    def text(self) -> str:
        kept = [{name: repr(value) for name, value in vars(record).items()} for record in self.records]
        return self.plain.getvalue() + self.lines.getvalue() + json.dumps(kept)

    def about(self, part: str) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, self.lines.getvalue().splitlines()) if part in line["message"]]


@pytest.fixture
def written(settings: Settings) -> Iterator[Written]:
    """All levels of all loggers."""
    root, ours = logging.getLogger(), logging.getLogger("eventpact")
    handlers, level, our_level = root.handlers[:], root.level, ours.level
    found = Written()
    logs.configure(logging.DEBUG, stream=found.lines)
    plain = logging.StreamHandler(found.plain)
    plain.setFormatter(logging.Formatter("%(name)s %(message)s"))
    root.addHandler(plain)
    root.addHandler(Keeping(found.records))
    ours.setLevel(logging.DEBUG)
    yield found
    root.handlers[:] = handlers
    root.setLevel(level)
    ours.setLevel(our_level)


def test_a_failing_handler_is_logged_with_its_event_and_without_what_its_exception_quotes(
    written: Written, settings: Settings
) -> None:
    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(Posted(event_id="e-1", author=Author(id=SECRET), text=SECRET, correlation="c-1"))
    Failing().run(settings, max_events=1)

    attempts = written.about("failed at sample.posted/")
    assert len(attempts) == 3
    for line in attempts:
        assert (line["event_id"], line["correlation_id"]) == ("e-1", "c-1")
        assert (line["topic"], line["offset"]) == ("sample.posted", 0)
        assert line["group"] == "post-reader"
    assert "RuntimeError at test_what_logs_hold.py:" in attempts[0]["message"]
    assert "because of KeyError at test_what_logs_hold.py:" in attempts[-1]["message"]
    assert SECRET not in written.text


def test_an_undecodable_record_is_named_by_its_position(
    written: Written, settings: Settings, broker: LocalBroker
) -> None:
    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(Posted(event_id="e", text="fine"))
    [sent] = read(broker, "sample.posted", 1)
    write(broker, "sample.posted", SECRET.encode(), key=SECRET.encode(), headers=[("own", SECRET)])
    write(broker, "sample.posted", (sent.value() or b"")[:5] + b"\xff" + SECRET.encode() * 3)

    PostReader().run(settings, max_events=3)

    told = written.about("is undecodable")
    assert len(told) == 2
    assert all(line["topic"] == "sample.posted" and line["group"] == "post-reader" for line in told)
    assert SECRET not in written.text


def test_a_record_without_dead_letters_stops_the_group_and_is_not_quoted_either(
    written: Written, settings: Settings
) -> None:
    class FailingNotes(NoteReader):
        def on_noted(self, event: Noted, context: Context) -> None:
            raise ValueError(event.note)

    with SampleProducer(settings, register="dev") as producer:
        producer.send_and_wait(Noted(note=SECRET), tenant_id="acme")
    with pytest.raises(HandlerError):
        FailingNotes().run(settings, max_events=1)

    assert written.about("failed at sample.notes.acme/")
    assert SECRET not in written.text


def test_what_cannot_be_sent_is_not_quoted(written: Written, settings: Settings) -> None:
    wrong: Any = [SECRET]
    with SampleProducer(settings, register="dev") as producer:
        with pytest.raises(EncodeError) as unfit:
            producer.send(Posted(event_id="e", text=wrong))
        with pytest.raises(EventPactError) as large:
            producer.send_and_wait(Posted(event_id="e", text=SECRET * 100_000))

    assert SECRET not in written.text + str(unfit.value) + str(large.value)


def test_the_services_own_logs_name_the_event_it_handles(written: Written, settings: Settings) -> None:
    class Logging(PostReader):
        def on_posted(self, event: Posted, context: Context) -> None:
            logging.getLogger("shop").info("charged")

    with SampleProducer(settings, register="dev") as producer:
        delivery = producer.send_and_wait(Posted(event_id="e-1", correlation="c-1"))
    Logging().run(settings, max_events=1)

    [line] = written.about("charged")
    assert (line["event_id"], line["correlation_id"]) == ("e-1", "c-1")
    assert (line["topic"], line["partition"]) == ("sample.posted", delivery.partition)
