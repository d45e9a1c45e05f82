"""What became of events that were sent: counted, logged, and told to whoever waits for it."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from eventpact.errors import DeliveryError, EventPactError
from eventpact.histogram import DELIVERY_SECONDS, Histogram, HistogramSnapshot
from eventpact.produce.kept import NOWHERE, Kept
from eventpact.produce.refusal import PURGED
from eventpact.produce.unconfirmed import judged
from eventpact.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from confluent_kafka import KafkaError, Message

    from eventpact.clients import Complaints

_LOG: Final = logging.getLogger("eventpact.produce")
_LOGGED: Final = 10
"""Failures that are logged one by one; those that follow soon are only counted, and their count is logged."""

_COUNT_EVERY: Final = 30.0
"""Seconds between two such counts."""

_LOOK_MASK: Final = 64 - 1
"""The latency of one event in 64 is looked at: looking at each would cost a tenth of the callback."""

NO_LATENCY: Final = Histogram(DELIVERY_SECONDS).snapshot()


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where an acknowledged event was written.

    -1 where nothing was, for it is spooled or `KAFKA_ENABLED` is off, and where nobody says at which offset (`acks=0`).
    """

    topic: str
    partition: int
    offset: int
    spooled: bool = False
    """Not acknowledged by a broker, but safe in the spool, from where it is sent later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProducerStatistics:
    """Counts since the producer was made."""

    sent: int
    by_event: Mapping[str, int] = field(default_factory=dict)
    """Of those sent, how many by event name."""
    acknowledged: int
    failed: int
    given_up: int
    """Aborted with their transaction, or not acknowledged when the producer was closed."""
    dropped: int
    """Accepted and dropped because `KAFKA_ENABLED` is off."""
    pending: int
    """Neither acknowledged nor failed yet."""
    spooled: int = 0
    """Put into the spool because no broker took them."""
    resent: int = 0
    """Of the spool's events, acknowledged later; those that an earlier process left behind included."""
    waiting: int = 0
    """In the spool now."""
    waiting_bytes: int = 0
    """How much room they take there, in bytes."""
    set_aside: int = 0
    """Of those waiting, refused by the brokers for what they are: kept, and not sent again by this producer."""
    rejected: int = 0
    """Refused at once because the breaker was open and there is no spool."""
    opened: int = 0
    """How often the breaker opened."""
    latency: HistogramSnapshot = NO_LATENCY
    """From a send to its acknowledgement, of one event in 64; `latency.count` is how many were looked at."""


@dataclass(slots=True)
class Outcomes:
    """What became of the events of one `send_many`."""

    total: int = 0
    spooled: int = 0
    """Safe in the spool, from where they are sent later."""
    failures: dict[int, EventPactError] = field(default_factory=dict)
    """Position in the order given to what went wrong."""

    @property
    def acknowledged(self) -> int:
        """How many events were acknowledged by brokers."""
        return self.total - self.spooled - len(self.failures)

    def raise_for_failures(self) -> None:
        """Raise `DeliveryError` when anything failed."""
        if self.failures:
            position, first = min(self.failures.items())
            failed = len(self.failures)
            message = f"{failed} of {counted(self.total, 'event')} failed; the first, at position {position}: {first}"
            raise DeliveryError(message, failed=failed) from first


class Tally:
    """How many events of one name were sent.

    Raised without a lock: the interpreter switches threads at calls and jumps, and there is none in `sent += 1`.
    """

    __slots__ = ("sent",)

    def __init__(self) -> None:
        self.sent = 0


class Ledger:
    """Counts what was sent and what failed, and holds failures that nobody was told of yet."""

    def __init__(self, complaints: Complaints, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing; `clock` tells seconds, steady."""
        self.failed = 0
        self.given_up = 0
        self._complaints = complaints
        self._lock = threading.Lock()
        self._untold: dict[str, int] = {}
        self._tallies: dict[str, Tally] = {}
        self._clock = clock
        self._logged = 0
        self._logged_since = 0.0
        self._unlogged = 0
        self._last_failure: DeliveryError | None = None
        self._reports = 0
        self.on_failure: Callable[[KafkaError], None] = lambda _: None
        """Told of each failed delivery."""
        self.latency = Histogram(DELIVERY_SECONDS)
        self.acknowledging = True
        """Whether brokers are asked to acknowledge: not with `acks=0`."""

    def acknowledged(self, pending: int, spooled: int = 0) -> int:
        """How many were acknowledged when so many are pending and so many went to the spool."""
        return max(0, self.count_sent() - self.failed - self.given_up - pending - spooled)

    def judged(self, error: KafkaError | None, message: Message) -> KafkaError | None:
        """What went wrong with a delivery, if anything did: the client can be wrong about that."""
        return judged(error, message) if self.acknowledging else error

    def delivered(self, message: Message) -> Delivery:
        """What somebody who waited is told of an acknowledged or spooled event."""
        latency = message.latency()
        if latency is not None:
            self.latency.observe(latency)
        offset = message.offset()
        return Delivery(
            str(message.topic()),
            int(message.partition() or 0),
            NOWHERE if offset is None else offset,
            spooled=isinstance(message, Kept),
        )

    def undelivered(self, error: KafkaError, message: Message) -> DeliveryError:
        """What somebody who waited is told of a failed event."""
        return self.failure(error, message) or DeliveryError(
            "given up: its transaction was aborted, or its producer was closed before it was acknowledged"
        )

    def tally(self, event: str) -> Tally:
        """The tally of an event's name; the same for all its topics."""
        with self._lock:
            return self._tallies.setdefault(event, Tally())

    def by_event(self) -> dict[str, int]:
        """How many were sent by event name."""
        # The copy is made in one step, so the poller needs no lock that a client in trouble may keep it waiting for.
        return {event: tally.sent for event, tally in tuple(self._tallies.items())}

    def count_sent(self) -> int:
        """How many events were sent."""
        return sum(self.by_event().values())

    def fire_and_forget(self, error: KafkaError | None, message: Message) -> None:
        """Delivery callback of events that nobody waits for."""
        if error is None and message.offset() is None:
            error = self.judged(error, message)
        if error is None:
            self._reports = reports = self._reports + 1
            if not reports & _LOOK_MASK:
                latency = message.latency()
                if latency is not None:  # as of an event that went to the spool
                    self.latency.observe(latency)
            return
        failure = self.failure(error, message)
        if failure is not None:
            with self._lock:
                reason = str(failure)
                self._untold[reason] = self._untold.get(reason, 0) + 1

    def failure(self, error: KafkaError, message: Message) -> DeliveryError | None:
        """Count and log a failed delivery; `None` for what its caller gave up."""
        if error.code() in PURGED:
            with self._lock:
                self.given_up += 1
            return None
        failure = DeliveryError(
            f"not acknowledged on {message.topic()}: {self._complaints.explain(error)}; it may have been written"
        )
        with self._lock:
            self.failed += 1
            self._last_failure = failure
            log = self._is_logged()
        if log:
            _LOG.warning("%s", failure, extra={"topic": message.topic()})
        self.on_failure(error)
        return failure

    def look(self) -> None:
        """Log how many failures were not logged one by one, if it is time for that; to be called now and then."""
        if not self._unlogged:
            return
        with self._lock:
            now = self._clock()
            seconds, count, last = now - self._logged_since, self._unlogged, self._last_failure
            if seconds < _COUNT_EVERY:
                return
            self._begin_to_log(now)
        _LOG.warning("%s failed within %.0f s; the last: %s", counted(count, "more event"), seconds, last)

    def forget(self) -> None:
        """Failures that nobody was told of were those of a transaction that is given up, and that is told."""
        with self._lock:
            self._untold.clear()

    def settle(self, unfinished: int, waited: float) -> None:
        """Raise `DeliveryError` when events are unfinished or failed without anybody being told; forget the latter."""
        with self._lock:
            untold, self._untold = self._untold, {}
            self._begin_to_log(self._clock())
        if not untold and not unfinished:
            return
        failed = sum(untold.values())
        parts = []
        if failed:
            parts.append(f"{counted(failed, 'event')} failed ({_summed(untold)})")
        if unfinished:
            parts.append(f"{counted(unfinished, 'event')} still not acknowledged after {waited:g} s")
        raise DeliveryError(" and ".join(parts), failed=failed + unfinished)

    def _is_logged(self) -> bool:
        """Whether a failure is logged by itself."""
        now = self._clock()
        if not self._unlogged and now - self._logged_since >= _COUNT_EVERY:
            self._begin_to_log(now)
        if self._logged < _LOGGED:
            self._logged += 1
            return True
        self._unlogged += 1
        return False

    def _begin_to_log(self, now: float) -> None:
        self._logged, self._unlogged, self._logged_since = 0, 0, now


def _summed(reasons: Mapping[str, int], most: int = 3) -> str:
    ordered = sorted(reasons.items(), key=lambda item: -item[1])
    shown = [f"{counted(count, 'time')}: {reason}" for reason, count in ordered[:most]]
    if len(ordered) > most:
        shown.append(f"and {counted(len(ordered) - most, 'more reason')}")
    return "; ".join(shown)
