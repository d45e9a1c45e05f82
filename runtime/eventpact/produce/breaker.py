"""The circuit breaker: when to stop reaching for brokers that do not answer, and when to try again.

    closed ── failures in a row, or tripped ──> open ── its time is up ──> half-open ── acknowledged ──> closed
                                                  ^                            │
                                                  └──── failed: twice the wait ┘

Nothing here knows of Kafka or of a clock: every call says what time it is, in seconds of any steady clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

State: TypeAlias = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerPolicy:
    """When a breaker opens, and how it tries again."""

    failures: int = 5
    """So many failed deliveries, with none acknowledged in between, open it."""
    wait: float = 1.0
    """Seconds until the first try."""
    longest_wait: float = 10.0
    """Each try that fails doubles the wait, up to this many seconds."""
    patience: float = 10.0
    """Seconds that a try may take; one that takes longer has failed."""
    down_after: float | None = None
    """Seconds without any broker and any acknowledgement that open it; `None`: the delivery deadline, but 2 seconds
    where there is a spool to go on with."""

    def __post_init__(self) -> None:
        positive = (self.wait, self.patience, self.down_after is None or self.down_after)
        if self.failures < 1 or min(positive) <= 0 or self.longest_wait < self.wait:
            raise ValueError(f"not a policy: {self}: counts and seconds are positive, longest_wait is at least wait")


class Breaker:
    """One breaker. Not safe to share between threads by itself: its owner holds a lock around each call."""

    def __init__(self, policy: BreakerPolicy) -> None:
        self._policy = policy
        self.state: State = "closed"
        self.opened = 0
        """How often it opened from closed."""
        self._failures = 0
        self._wait = policy.wait
        self._try_at = 0.0
        self._tried_at = 0.0

    def admits(self, now: float) -> bool:
        """Whether something may be sent. While it is not closed, that is one thing at a time, and that one is the try.

        Whoever is let through then reports what became of it, by `succeeded`, `failed` or `withdrawn`.
        """
        if self.state == "closed":
            return True
        if self.state == "half-open":
            if now - self._tried_at >= self._policy.patience:
                self._reopen(now)
            return False
        if now < self._try_at:
            return False
        self.state, self._tried_at = "half-open", now
        return True

    def succeeded(self) -> None:
        """A delivery was acknowledged. While the breaker is open this is one from before, and proves nothing."""
        if self.state != "open":
            self.state, self._failures, self._wait = "closed", 0, self._policy.wait

    def failed(self, now: float) -> None:
        """A delivery failed because of the brokers."""
        if self.state == "half-open":
            self._reopen(now)
        elif self.state == "closed":
            self._failures += 1
            if self._failures >= self._policy.failures:
                self.trip(now)

    def trip(self, now: float) -> None:
        """Open at once: it is known from elsewhere that no broker answers."""
        if self.state == "half-open":
            self._reopen(now)
        elif self.state == "closed":
            self.state, self._failures, self._try_at = "open", 0, now + self._wait
            self.opened += 1

    def withdrawn(self, now: float) -> None:
        """What was let through was never sent, for a reason of its own: the next one may try at once."""
        if self.state == "half-open":
            self.state, self._try_at = "open", now

    def seconds_to_try(self, now: float) -> float:
        """How long it stays open before the next try; 0 while it is not open."""
        return max(0.0, self._try_at - now) if self.state == "open" else 0.0

    def _reopen(self, now: float) -> None:
        self._wait = min(self._wait * 2, self._policy.longest_wait)
        self.state, self._try_at = "open", now + self._wait
