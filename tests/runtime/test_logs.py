from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import NoReturn

import pytest

from eventpact import Context, logs
from eventpact.errors import DecodeError
from eventpact.in_hand import IN_HAND, Hand

SECRET = "the-card-number-4111"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Where `configure` writes; root's handlers come back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(logging.INFO, stream=stream)
    yield stream
    logs.configure(stream=io.StringIO())
    root.handlers[:] = handlers
    root.setLevel(level)


def told(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def fail(error: Exception, cause: Exception | None = None) -> NoReturn:
    raise error from cause


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    """An exception with the frames that it came through."""
    with pytest.raises(type(error)) as caught:
        fail(error, cause)
    return caught.value


def context() -> Context:
    return Context("QuikApp.message.sent", 3, 42, correlation_id="c-1", event_id="e-1", key=b"user")


def test_a_record_is_one_line_of_json(lines: io.StringIO) -> None:
    logging.getLogger("shop").info("two\nlines of %s", "tëxt", extra={"order": 7, "odd": {1}})

    assert lines.getvalue().count("\n") == 1
    [line] = told(lines)
    assert line["message"] == "two\nlines of tëxt"
    assert (line["level"], line["logger"], line["order"], line["odd"]) == ("INFO", "shop", 7, "{1}")
    assert str(line["time"]).endswith("+00:00")


def test_what_is_logged_while_an_event_is_handled_names_it(lines: io.StringIO) -> None:
    hand = Hand()
    hand.context, hand.since = context(), 0.0
    token = IN_HAND.set(hand)
    logging.getLogger("shop").info("charged", extra={"topic": "own"})
    IN_HAND.reset(token)
    logging.getLogger("shop").info("later")

    during, after = told(lines)
    assert (during["event_id"], during["correlation_id"]) == ("e-1", "c-1")
    assert (during["partition"], during["offset"]) == (3, 42)
    assert during["topic"] == "own"
    assert not after.keys() & {*logs.ATTRIBUTES}


def test_attributes_that_are_not_known_are_left_out() -> None:
    known = logs.about(Context("t", 0, 7, correlation_id="c"), group="g")

    assert known == {"group": "g", "correlation_id": "c", "topic": "t", "partition": 0, "offset": 7}
    assert logs.about(None) == {}


def test_an_exception_is_told_by_kind_and_place_but_not_by_its_message() -> None:
    said = logs.described(raised(ValueError(SECRET)))

    assert said.startswith("ValueError at test_logs.py:")
    assert said.endswith(" in fail")


def test_our_own_exceptions_quote_nothing_and_are_told_whole() -> None:
    said = logs.described(DecodeError("expected a long", path="data.amount", offset=9))

    assert said == "eventpact.errors.DecodeError: data.amount at byte 9: expected a long"


def test_frames_and_causes_are_told_without_messages() -> None:
    error = raised(RuntimeError(SECRET), cause=raised(KeyError(SECRET)))

    first, *rest = logs.described(error, frames=True).splitlines()

    assert first.startswith("RuntimeError at test_logs.py:")
    assert [line.split(" at ")[0] for line in rest if not line.startswith("  ")] == ["because of KeyError"]
    assert SECRET not in "\n".join([first, *rest])


def test_an_exception_that_is_its_own_cause_ends() -> None:
    error = ValueError("a")
    error.__cause__ = error

    assert logs.described(error, frames=True).splitlines()[:2] == ["ValueError", "because of ValueError"]


def test_json_lines_hold_exceptions_without_their_messages(lines: io.StringIO) -> None:
    try:
        fail(ValueError(SECRET))
    except ValueError:
        logging.getLogger("eventpact.consume").exception("failed")

    assert SECRET not in lines.getvalue()
    assert "ValueError at test_logs.py:" in str(told(lines)[0]["exception"])


def test_a_service_may_ask_for_the_messages(lines: io.StringIO) -> None:
    logs.configure(stream=lines, exception_messages=True)

    assert logs.described(ValueError("full disk")) == "ValueError: full disk"


def test_standard_error_is_the_default(capsys: pytest.CaptureFixture[str], lines: io.StringIO) -> None:
    logs.configure()
    logging.getLogger("shop").warning("heard")

    assert json.loads(capsys.readouterr().err)["message"] == "heard"
