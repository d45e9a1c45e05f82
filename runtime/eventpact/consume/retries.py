"""Retry topics: how a contract's tiers are found from a record's topic, and what a record on one says of itself.

A record there has the raw key and value and the headers that it came with, and beside them headers like those of a dead
letter, under a prefix of their own, with the moment from which it is to be tried again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from eventpact.consume.dead_letters import DUE, DeadLetterInfo, damaged_of, letter_of, number_of, texts
from eventpact.names import topic_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from eventpact.consume.record import RawHeaders
    from eventpact.event import EventContract

PREFIX: Final = "retry-letter-"
"""What the headers that a record carries on a retry topic begin with."""

BEHIND: Final = "behind-its-key"
"""Why a record is on a retry topic that was not tried itself."""

_ATTEMPTS: Final = 3
_BACKOFF_MS: Final = 100
"""For records of topics that no contract of the group names."""


class Tier(NamedTuple):
    """A retry topic on the way of a record."""

    topic: str
    delay: float
    """Seconds that a record waits there after it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What the contract says of the records of one topic that fail."""

    attempts: int = _ATTEMPTS
    """In place, the first included."""
    backoff: float = _BACKOFF_MS / 1000
    """Seconds before the second attempt in place; twice as long before each further one."""
    tiers: tuple[Tier, ...] = ()
    in_order: bool = False

    def is_tier(self, topic: str) -> bool:
        """Whether a topic is one of the tiers."""
        return any(tier.topic == topic for tier in self.tiers)

    def after(self, topic: str) -> tuple[Tier, ...]:
        """The tiers that are still before a record that is read from `topic`, which may be the first of all topics."""
        names = [tier.topic for tier in self.tiers]
        return self.tiers[names.index(topic) + 1 :] if topic in names else self.tiers

    def wait(self, attempt: int) -> float | None:
        """Seconds to wait in place after an attempt failed; `None` when it was the last one there."""
        return None if attempt >= self.attempts else self.backoff * float(2 ** (attempt - 1))


class Courses:
    """The courses of a group's topics by name, and its retry topics."""

    def __init__(self, contracts: Iterable[EventContract]) -> None:
        self._contracts = tuple(contracts)
        self._found: dict[str, Course] = {}
        self._retry: dict[str, bool] = {}
        self.retry_topics = tuple(dict.fromkeys(name for each in self._contracts for name, _ in each.retry_tiers))
        """In the contracts' notation."""
        self.ordered_topics = tuple(
            dict.fromkeys(name for each in self._contracts if each.retry_in_order for name, _ in each.retry_tiers)
        )
        """Those among them where records of some topic wait for others of their key."""

    def of(self, topic: str) -> Course:
        """That of the records of a topic that is read for its events."""
        found = self._found.get(topic)
        if found is None:
            found = self._found[topic] = self._look(topic)
        return found

    def is_retry(self, topic: str) -> bool:
        """Whether a topic is one of the group's retry topics."""
        found = self._retry.get(topic)
        if found is None:
            names = self.retry_topics
            found = self._retry[topic] = any(topic_name(name).match(topic) is not None for name in names)
        return found

    def _look(self, topic: str) -> Course:
        for contract in self._contracts:
            parameters = topic_name(contract.topic).match(topic)
            if parameters is not None:
                return _course(contract, parameters)
        return Course()


def _course(contract: EventContract, parameters: Mapping[str, str]) -> Course:
    return Course(
        attempts=max(1, contract.retry_attempts),
        backoff=contract.retry_backoff_ms / 1000,
        tiers=tuple(Tier(name.format_map(parameters), delay / 1000) for name, delay in contract.retry_tiers),
        in_order=contract.retry_in_order,
    )


class Waiting(NamedTuple):
    """What a record on a retry topic says of itself."""

    info: DeadLetterInfo
    due: float
    """Seconds since 1970 before which it must not be handled."""
    damaged: Sequence[str] = ()
    """Names of headers that hold none of the numbers that they could: nobody knows how often the record was tried."""


def waiting_of(headers: RawHeaders) -> Waiting | None:
    """What the headers of a record on a retry topic say; `None` for one that nobody of ours put there."""
    info = letter_of(headers, PREFIX)
    if info is None:
        return None
    due = number_of(texts(headers, PREFIX), DUE) or 0
    return Waiting(info, due / 1000, damaged_of(headers, PREFIX))


def waiting_headers(info: DeadLetterInfo, due: float) -> list[tuple[str, bytes]]:
    """The headers that a record carries on a retry topic until it is due."""
    return [*info.headers(PREFIX), (PREFIX + DUE, str(int(due * 1000)).encode())]
