"""What the runtime's log records carry beside their text, and logs as JSON, a line each.

Records of the loggers `eventpact.*` name the event they are about in attributes (`ATTRIBUTES`), where it is known. No
log holds a part of an event: an undecodable record is named by its position, and of an exception that a handler raised
only its kind and its place in the code are told, for its message may quote the event. A service whose exceptions never
do can ask for the messages: `configure(exception_messages=True)`.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any, Final

from eventpact.errors import EventPactError
from eventpact.in_hand import IN_HAND

if TYPE_CHECKING:
    from eventpact.consume.context import Context

ATTRIBUTES: Final = ("event_id", "correlation_id", "topic", "partition", "offset", "group")
"""Attributes of a log record, each only where it is known."""

_MOST_CAUSES: Final = 5
_OF_EVERY_RECORD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_messages_wanted = False


def about(context: Context | None, group: str | None = None) -> dict[str, Any]:
    """The attributes of a log record that concerns one consumed record: `_LOG.warning(…, extra=about(context))`."""
    known: dict[str, Any] = {"group": group}
    if context is not None:
        known |= {
            "event_id": context.event_id,
            "correlation_id": context.known_correlation_id,
            "topic": context.topic,
            "partition": context.partition,
            "offset": context.offset,
        }
    return {name: value for name, value in known.items() if value not in (None, "")}


def described(error: BaseException, *, frames: bool = False) -> str:
    """An exception without what it may quote: `ValueError at notifier.py:12 in on_message_sent`.

    The message follows where it is ours, and so free of payload, or where `configure` was told to give all. With
    `frames` the places it came through follow, a line each, and the same of what caused it.
    """
    lines = [_sentence(error)]
    for _ in range(_MOST_CAUSES if frames else 0):
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in _frames(error)]
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is None:
            break
        lines.append(f"because of {_sentence(cause)}")
        error = cause
    return "\n".join(lines)


class InHand(logging.Filter):
    """Gives every log record that is made while an event is handled that event's attributes; the service's own too."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add what the record does not say itself; every record passes."""
        hand = IN_HAND.get()
        context = None if hand is None or hand.since is None else getattr(hand, "context", None)
        if context is not None:
            for name, value in about(context).items():
                if not hasattr(record, name):
                    setattr(record, name, value)
        return True


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON: `time`, `level`, `logger`, `message`, `ATTRIBUTES`, and what else it carries.

    Of an exception stands what `described` tells.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = described(record.exc_info[1], frames=True)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(
    level: int | str = logging.INFO,
    *,
    stream: IO[str] | None = None,
    exception_messages: bool = False,
) -> logging.Handler:
    """Write this process's logs as lines of JSON to `stream`, standard error by default; replaces earlier handlers.

    Args:
        level: of the root logger; `LOG_LEVEL` still sets that of `eventpact`.
        stream: where the lines go.
        exception_messages: whether messages of exceptions that handlers raise are logged: say so only when they never
            quote an event.
    """
    global _messages_wanted  # noqa: PLW0603 - a choice for the process, as logging's own are
    _messages_wanted = exception_messages
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(InHand())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    return handler


def _sentence(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    frames = _frames(error)
    place = f" at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
    said = f": {error}" if _messages_wanted or isinstance(error, EventPactError) else ""
    return f"{name}{place}{said}"


def _frames(error: BaseException) -> traceback.StackSummary:
    return traceback.extract_tb(error.__traceback__)
