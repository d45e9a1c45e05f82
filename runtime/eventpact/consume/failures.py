"""What becomes of records that cannot be decoded, or whose handler failed: tried again, sent on, given up.

One object a session; any of its threads may call. It changes the statistics `retried`, `dead_lettered` and `discarded`,
and nobody else does.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eventpact import tracing
from eventpact.consume.dead_letters import PREFIX, TRACEPARENT, DeadLetterInfo, bounded, texts, without
from eventpact.consume.letters import PATIENCE, Letter, Letters
from eventpact.consume.record import headers_of, milliseconds_of, place_of
from eventpact.errors import HandlerError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from confluent_kafka import Message

    from eventpact.consume.context import Context
    from eventpact.consume.group import Group
    from eventpact.consume.record import Place
    from eventpact.consume.statistics import GroupStatistics
    from eventpact.consume.topics import TopicViews
    from eventpact.event import EventContract
    from eventpact.settings import Settings

_LOG: Final = logging.getLogger("eventpact.consume")

_ATTEMPTS: Final = 3
_BACKOFF_MS: Final = 100
"""For the hooks, which belong to no contract."""


class Failures:
    """Deals with the failures of one run of a group."""

    def __init__(
        self, group: Group, settings: Settings, *, name: str, views: TopicViews, statistics: GroupStatistics
    ) -> None:
        self._group = group
        self._name = name
        self._views = views
        self._statistics = statistics
        self._letters = Letters(settings)
        self._lock = threading.Lock()

    def topics(self) -> Collection[str]:
        """Topics that the session has to subscribe to besides the group's own, in the contracts' notation."""
        return ()

    def assigned(self, partitions: Iterable[tuple[str, int]]) -> None:
        """This member got partitions, by topic and number; call before it handles any of their records."""

    def revoked(self, partitions: Iterable[tuple[str, int]]) -> None:
        """This member has partitions no more."""

    def due(self, message: Message) -> float | None:  # noqa: ARG002 - no retry topics yet
        """Seconds since 1970 before which the record must not be handled; `None`: at once.

        The session seeks back to a record that is not due yet, pauses its partition until then, and asks again.
        """
        return None

    def origin(self, message: Message, context: Context) -> bool:  # noqa: ARG002 - as above
        """Let the context of a retried record say where it was first; false for one of another group: pass over it.

        Call for each record before it is decoded.
        """
        return True

    def parked(self, message: Message, context: Context) -> bool:  # noqa: ARG002 - as above
        """Whether an earlier record of its key waits for another attempt, so that this one was put behind it.

        Call for each record before it is handled, in the order of its key. It is dealt with when this is true.
        """
        return False

    def undecodable(self, message: Message, context: Context, error: Exception) -> None:
        """Deal with a record that cannot be decoded: no attempt will do better, so it is a dead letter at once."""
        topic = self._views.of(context.topic).dead_letters
        where = "passed over, for the contract names no dead letter topic" if topic is None else f"sent to {topic}"
        _LOG.warning("group %s: %s is undecodable and %s: %s", self._name, context.position, where, error)
        if topic is None:
            with self._lock:
                self._statistics.discarded += 1
            return
        self._give_up(message, context, topic, "undecodable", error)

    def attempt_failed(
        self, message: Message, context: Context, contract: EventContract | None, error: Exception
    ) -> float | None:
        """Seconds to wait before another attempt, for which `context.attempt` is raised; `None`: it is dealt with.

        Raises:
            HandlerError: it cannot be dealt with, and the group has to stop.
        """
        attempts = _ATTEMPTS if contract is None else max(1, contract.retry_attempts)
        backoff = (_BACKOFF_MS if contract is None else contract.retry_backoff_ms) / 1000
        last = context.attempt >= attempts
        _LOG.warning(
            "group %s: %s failed, attempt %d of %d: %s: %s",
            self._name,
            context.position,
            context.attempt,
            attempts,
            type(error).__name__,
            error,
            exc_info=error if last else None,
        )
        if not last:
            with self._lock:
                self._statistics.retried += 1
            wait: float = backoff * 2 ** (context.attempt - 1)
            context.attempt += 1
            return wait
        topic = self._views.of(context.topic).dead_letters
        if topic is None:
            raise HandlerError(
                f"group {self._name} stops at {context.position}: its handler failed {context.attempt} times "
                f"({type(error).__name__}: {error}), and the contract names no dead letter topic for it: "
                "give topic.yaml `dead-letters`, or catch the exception"
            ) from error
        self._give_up(message, context, topic, "handler-failed", error)
        return None

    def settle(self, timeout: float = PATIENCE + 5) -> Mapping[Place, str]:
        """Wait until all that was sent before is acknowledged; the places of the records where it was not, and why.

        Take the positions that are to be committed before calling this, and commit none of those that it returns.
        """
        failed = self._letters.settle(timeout)
        with self._lock:
            self._statistics.dead_lettered -= len(failed)
        return failed

    def close(self) -> None:
        """Let go of connections; what is not settled by now was reported."""
        self._letters.close()

    def _give_up(self, message: Message, context: Context, topic: str, reason: str, error: Exception) -> None:
        headers = headers_of(message)
        said = texts(headers, PREFIX)
        kind = type(error)
        redrives = said.get("redrives", "")
        info = DeadLetterInfo(
            reason=reason,
            exception=f"{kind.__module__}.{kind.__qualname__}",
            message=bounded(str(error)),
            group=self._name,
            topic=str(message.topic()),
            partition=int(message.partition() or 0),
            offset=int(message.offset() or 0),
            timestamp_ms=milliseconds_of(message),
            schema_id=context.schema_id,
            attempts=context.attempt,
            redrives=int(redrives) if redrives.isdecimal() else 0,
        )
        kept = without(headers, (PREFIX,))
        if TRACEPARENT not in texts(kept) and (trace := tracing.outgoing()) is not None:
            kept.append((TRACEPARENT, trace))
        value, key = message.value(), message.key()
        left = replace(info, left_bytes=len(value or b""))
        self._letters.send(
            place_of(message),
            (
                Letter(topic, key, value, [*kept, *info.headers()]),
                Letter(topic, key, None, [*kept, *left.headers()]),
                Letter(topic, None, None, left.headers()),
            ),
        )
        with self._lock:
            self._statistics.dead_lettered += 1
