"""The gate of a producer without spool: shut while the breaker is open, and not in the way otherwise."""

from __future__ import annotations

import logging
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from eventpact.errors import DeliveryError
from eventpact.produce.absence import Absence
from eventpact.produce.refusal import PERMANENT, PURGED
from eventpact.produce.unconfirmed import UNCONFIRMED

if TYPE_CHECKING:
    from collections.abc import Callable

    import confluent_kafka
    from confluent_kafka import KafkaError, Message

    from eventpact.clients import Complaints
    from eventpact.produce.breaker import Breaker
    from eventpact.produce.delivery import Ledger
    from eventpact.produce.route import Route
    from eventpact.produce.sender import Arguments, Sender, Told

_LOG: Final = logging.getLogger("eventpact.produce")


class Guard:
    """Refuses events at once where brokers failed, and lets one through now and then to see whether they still do.

    Threads may share it.
    """

    def __init__(
        self,
        sender: Sender,
        client: confluent_kafka.Producer,
        breaker: Breaker,
        *,
        ledger: Ledger,
        complaints: Complaints,
        down_after: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make the gate; it puts itself into the sender when the breaker opens, and takes itself out.

        Args:
            sender: whose gate it is.
            client: that the sender sends with.
            breaker: guarded by this object from now on.
            ledger: whose counts tell what was acknowledged.
            complaints: what the client says.
            down_after: seconds without any broker and any acknowledgement that open the breaker.
            clock: seconds, steady.
        """
        self._sender = sender
        self._client = client
        self._breaker = breaker
        self._ledger = ledger
        self._complaints = complaints
        self._down_after = down_after
        self._clock = clock
        self._lock = threading.Lock()
        self._absence = Absence()
        self._seen = 0
        self.rejected = 0

    def queue(self, way: Route, arguments: Arguments) -> None:
        """Refuse an event, or let it try."""
        now = self._clock()
        with self._lock:
            admitted, closed = self._breaker.admits(now), self._breaker.state == "closed"
            self.rejected += not admitted
            wait = self._breaker.seconds_to_try(now)
        if closed:
            self._sender.produce(way, arguments)
            return
        if not admitted:
            when = f"in {wait:.1f} s" if wait else "with an event that is on its way"
            raise DeliveryError(
                f"{way.event} is not sent: the breaker is open, for brokers failed; it tries again {when}"
                f"{self._complaints.known()}"
            )
        *before, told, other, timestamp, headers = arguments
        try:
            self._sender.produce(way, (*before, partial(self._tried, told), other, timestamp, headers))  # type: ignore[arg-type]  # as it was
        except BaseException:
            with self._lock:
                self._breaker.withdrawn(self._clock())
            raise

    def failed(self, error: KafkaError) -> None:
        """A delivery failed."""
        if error.code() in PERMANENT or error is UNCONFIRMED:
            return  # brokers answer
        with self._lock:
            if self._breaker.state == "closed" and self._acknowledged_more():
                self._breaker.succeeded()
            self._breaker.failed(self._clock())
            self._shut()

    def no_broker(self) -> None:
        """The client says that no broker is there."""
        with self._lock:
            self._absence.reported(self._clock())

    def tick(self) -> bool:
        """Open the breaker where events have waited for any broker for too long; there is never more to do at once."""
        with self._lock:
            now = self._clock()
            absent = self._absence.seconds(now)
            if absent is None or self._breaker.state != "closed":
                return False
            if not len(self._client) or self._acknowledged_more():
                self._absence.over()
            elif absent >= self._down_after:
                self._breaker.trip(now)
                self._shut()
        return False

    def _tried(self, told: Told, error: KafkaError | None, message: Message) -> None:
        with self._lock:
            if error is None:
                self._breaker.succeeded()
                self._absence.over()
                if self._breaker.state == "closed" and self._sender.gate is not None:
                    self._sender.gate = None
                    _LOG.warning("brokers answer again: the breaker is closed")
            elif error.code() in PERMANENT | PURGED:
                self._breaker.withdrawn(self._clock())
        told(error, message)

    def _shut(self) -> None:
        if self._breaker.state == "open" and self._sender.gate is None:
            self._sender.gate = self
            _LOG.warning("brokers failed%s: the breaker is open, events are refused", self._complaints.known())

    def _acknowledged_more(self) -> bool:
        """Whether anything was acknowledged since the last look."""
        seen, self._seen = self._seen, self._ledger.acknowledged(len(self._client))
        return self._seen > seen
