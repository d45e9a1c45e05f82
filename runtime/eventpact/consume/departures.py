"""Where records go that a group gives up for now or for good: a retry topic or the dead letters, counted once."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from eventpact import tracing
from eventpact.consume import dead_letters, retries
from eventpact.consume.dead_letters import (
    TRACEPARENT,
    DeadLetterInfo,
    bounded,
    letter_of,
    redrives_of,
    texts,
    without,
)
from eventpact.consume.letters import Letter, Letters
from eventpact.consume.record import has_lost_headers, headers_of, place_of
from eventpact.consume.retries import BEHIND, waiting_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    import confluent_kafka
    from confluent_kafka import Message

    from eventpact.consume.context import Context
    from eventpact.consume.parked_order import KeyOrder
    from eventpact.consume.record import Place
    from eventpact.consume.statistics import GroupStatistics
    from eventpact.settings import Settings

    Fate: TypeAlias = Literal["delayed", "dead_lettered"]

_LOG: Final = logging.getLogger("eventpact.consume")

HANDLER_FAILED: Final = "handler-failed"
UNDECODABLE: Final = "undecodable"
TOO_LARGE: Final = "too-large-to-retry"
"""Why a record is on a retry topic or among the dead letters."""


class Departures:
    """Sends records on; any thread may call."""

    def __init__(self, settings: Settings, group: str, order: KeyOrder, statistics: GroupStatistics) -> None:
        self._group = group
        self._order = order
        self._statistics = statistics
        self._letters = Letters(settings)
        self._lock = threading.Lock()
        self._fates: dict[Place, Fate] = {}

    def to_tier(
        self,
        message: Message,
        context: Context,
        tier: str,
        *,
        due: float,
        dead_letters: str | None,
        error: Exception | None = None,
    ) -> None:
        """Put a record on a tier, where it is to be tried at `due`; one that is too large for it is a dead letter.

        Without an error it was not tried here: it goes behind others of its key.
        """
        topic, place = context.topic, place_of(message)
        info = self._info(message, context, BEHIND if error is None else HANDLER_FAILED, error)
        if error is None:
            info = replace(info, attempts=context.attempt - 1)
        headers = [*without(headers_of(message), (retries.PREFIX,)), *waiting_headers(info, due)]
        letter = Letter(
            tier,
            message.key(),
            message.value(),
            headers,
            written=partial(self._order.written, topic),
            refused=partial(self._refused, place, topic, message, tier),
        )
        too_large = replace(info, reason=TOO_LARGE)
        smaller = () if dead_letters is None else _dead_letter(message, too_large, dead_letters)
        self._order.sent(topic, message, tier, 0.0 if error is None else due)
        self._decide(place, "delayed")
        self._letters.send(place, (letter, *smaller))

    def to_dead_letters(self, message: Message, context: Context, topic: str, reason: str, error: Exception) -> None:
        """Make a record a dead letter."""
        place = place_of(message)
        self._decide(place, "dead_lettered")
        self._letters.send(place, _dead_letter(message, self._info(message, context, reason, error), topic))

    def settle(self, timeout: float) -> Mapping[Place, str]:
        """Wait until all that was sent before is acknowledged; the places of the records where it was not, and why."""
        with self._lock:
            decided = list(self._fates)
        failed = self._letters.settle(timeout)
        with self._lock:
            for place in decided:
                fate = self._fates.pop(place, None)
                if place in failed:
                    self._count(fate, -1)
        return failed

    def through(self, client: confluent_kafka.Producer) -> None:
        """Send with a client of somebody else's, so that what is sent is part of its transactions."""
        self._letters.through(client)

    def taken_back(self) -> None:
        """A transaction was aborted, and with it what was sent in it."""
        with self._lock:
            self._fates.clear()
        self._letters.taken_back()
        self._order.taken_back()

    def close(self) -> None:
        """Let go of the connection; what is not settled by now was reported."""
        self._letters.close()

    def _info(self, message: Message, context: Context, reason: str, error: Exception | None) -> DeadLetterInfo:
        kind, headers = type(error), headers_of(message)
        before = letter_of(headers, retries.PREFIX)
        return DeadLetterInfo(
            reason=reason,
            exception="" if error is None else f"{kind.__module__}.{kind.__qualname__}",
            message="" if error is None else bounded(str(error)),
            group=self._group,
            topic=context.topic,
            partition=context.partition,
            offset=context.offset,
            timestamp_ms=context.timestamp_ms,
            schema_id=context.schema_id,
            attempts=context.attempt,
            redrives=redrives_of(headers),
            left_headers=has_lost_headers(message) or (before is not None and before.left_headers),
        )

    def _refused(self, place: Place, topic: str, message: Message, tier: str) -> None:
        _LOG.warning("group %s: %s/%d@%d is too large for %s: given up", self._group, *place, tier)
        self._order.withdrawn(topic, message, tier)
        self._decide(place, "dead_lettered")

    def _decide(self, place: Place, fate: Fate) -> None:
        """Count what becomes of a record, in place of what was counted for it before it was settled."""
        with self._lock:
            self._count(self._fates.get(place), -1)
            self._fates[place] = fate
            self._count(fate, 1)

    def _count(self, fate: Fate | None, times: int) -> None:
        if fate == "delayed":
            self._statistics.delayed += times
        elif fate == "dead_lettered":
            self._statistics.dead_lettered += times


def _dead_letter(message: Message, info: DeadLetterInfo, topic: str) -> tuple[Letter, ...]:
    """A dead letter, and what is left of it where it is too large: its value and, at last, its key stay behind."""
    kept = without(headers_of(message), (retries.PREFIX, dead_letters.PREFIX))
    key, value = message.key(), message.value()
    if TRACEPARENT not in texts(kept) and (trace := tracing.outgoing()) is not None:
        kept.append((TRACEPARENT, trace))
    left = replace(info, left_bytes=len(value or b""))
    return (
        Letter(topic, key, value, [*kept, *info.headers()]),
        Letter(topic, key, None, [*kept, *left.headers()]),
        Letter(topic, None, None, left.headers()),
    )
