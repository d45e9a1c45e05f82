"""The gate of a producer with a spool: straight to the brokers while they answer, to the disk while they do not.

Every event gets its place in the order of sending, and what is not acknowledged is known by it. When the breaker opens,
all of that goes to the spool in that order and is taken back from the client; from then on everything new goes there,
too. One event tries whether brokers answer again; then the spool is sent in order, and only events whose key has none
waiting pass it by. So events of one key reach the brokers in the order in which they were sent; all but those that no
broker took although the client says so (`unconfirmed`), which are sent again after what was on its way behind them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from confluent_kafka import KafkaError, KafkaException

from eventpact.errors import DeliveryError
from eventpact.produce.absence import Absence
from eventpact.produce.disk import Disk
from eventpact.produce.kept import Kept
from eventpact.produce.refusal import PERMANENT, PURGED, queue_full, refused, too_large
from eventpact.produce.spool import Spooled
from eventpact.produce.unconfirmed import UNCONFIRMED
from eventpact.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from confluent_kafka import Message

    from eventpact.clients import Complaints
    from eventpact.produce.breaker import Breaker
    from eventpact.produce.configuration import Configuration
    from eventpact.produce.route import Route
    from eventpact.produce.sender import Arguments, Told
    from eventpact.produce.serving import Serving
    from eventpact.produce.spool import Spool
    from eventpact.produce.unconfirmed import Judge

_LOG: Final = logging.getLogger("eventpact.produce")

_WINDOW: Final = 2000
"""Events of the spool that are on their way at once: enough for full batches, little to do over."""
_READ: Final = 500
_LOOK: Final = 0.05
_SERVE_MASK: Final = 64 - 1
_LAST_REPORTS: Final = 2.0
"""Seconds to wait at the end for the reports of what is on its way from the spool, and of what was taken back."""


class _Flight(NamedTuple):
    """An event on its way."""

    record: Spooled
    told: Told
    at: float


class Spooling:
    """Lets events of one producer through, or spools them. Threads may share it."""

    def __init__(
        self,
        serving: Serving,
        spool: Spool,
        breaker: Breaker,
        *,
        judge: Judge,
        complaints: Complaints,
        config: Configuration,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make the gate.

        Args:
            serving: has the client to send with; it must not give deliveries up by itself, which would break the order.
            spool: to keep events in; closed by `close`.
            breaker: guarded by this object from now on.
            judge: of what the client reports.
            complaints: what the client says.
            config: of the producer.
            clock: seconds, steady.
        """
        self._client = serving.client
        self._serve = serving.poll
        self._spool = spool
        self._breaker = breaker
        self._judge = judge
        self._complaints = complaints
        self._config = config
        self._clock = clock
        self._lock = threading.RLock()
        self._in_flight: dict[int, _Flight] = {}
        self._resending: dict[int, _Flight] = {}
        self._taken_back: dict[int, Spooled] = {}
        """In the spool now; the client's last word on each is still to come."""
        self._acknowledged: dict[int, Spooled] = {}
        """To be deleted from the spool."""
        self._keys_sent: Counter[tuple[str, bytes]] = Counter()
        """How many of each key's events in the spool are on their way, or acknowledged and to be deleted."""
        self._tellings: deque[Callable[[], None]] = deque()
        self._next_seq = spool.next_seq
        self._cursor = 0
        self._absence = Absence()
        self._closing = False
        self._disk = Disk(spool.path)
        self.spooled = 0
        self.resent = 0
        if spool.waiting:
            _LOG.warning("%s wait in the spool %s and are sent first", counted(spool.waiting, "event"), spool.path)

    @property
    def in_flight(self) -> int:
        """Events that are neither acknowledged, nor failed, nor spooled."""
        return len(self._in_flight)

    def counts(self) -> dict[str, Any]:
        """What `ProducerStatistics` tells of the spool."""
        spool = self._spool
        return {
            "spooled": self.spooled,
            "resent": self.resent,
            "waiting": spool.waiting,
            "waiting_bytes": spool.waiting_bytes,
            "set_aside": spool.set_aside,
        }

    def queue(self, way: Route, arguments: Arguments) -> None:
        """Send an event or spool it; what it raises: see `Producer`."""
        value, key = arguments[1], arguments[2]
        size = len(value) + len(key or b"")
        if size > self._config.largest:
            raise too_large(way, size)
        waits_until = 0.0
        while not self._queued(way, arguments):
            waits_until = waits_until or self._clock() + self._config.queue_timeout
            if self._clock() >= waits_until:
                raise queue_full(way, self._config.queue_timeout, self._complaints)
            self._serve(_LOOK)
        tally = way.tally
        tally.sent = sent = tally.sent + 1
        if not sent & _SERVE_MASK:
            self._serve(0)
        self._tell()

    def tick(self) -> bool:
        """What is to be done now and then: whether there is more of it at once."""
        with self._lock:
            if self._closing:
                return False
            now = self._clock()
            self._delete_acknowledged(now)
            self._look_for_overdue(now)
            try:
                more = self._resend(now)
            except DeliveryError as error:
                self._disk.refused("send", error, now)
                more = False
        self._tell()
        return more

    def no_broker(self) -> None:
        """The client says that no broker is there."""
        self._absence.reported(self._clock())

    def close(self) -> int:
        """Spool what is still on its way, and let go of the file; how many events could not even be spooled."""
        with self._lock:
            self._closing = True
        self._wait_while(lambda: bool(self._resending) and self._breaker.state == "closed")
        with self._lock:
            self._take_back()
            unspooled = len(self._in_flight)
            if unspooled:
                self._client.purge()
        self._tell()
        self._wait_while(lambda: bool(self._taken_back or self._resending or self._in_flight))
        with self._lock:
            self._disk.ask_again()
            self._delete_acknowledged(self._clock())
            if self._spool.waiting:
                _LOG.warning(
                    "%s wait in the spool %s for the next producer",
                    counted(self._spool.waiting, "event"),
                    self._spool.path,
                )
            self._spool.close()
        return unspooled

    def _wait_while(self, open_: Callable[[], bool]) -> None:
        end = self._clock() + _LAST_REPORTS
        while open_() and self._clock() < end:
            self._serve(_LOOK)

    def _queued(self, way: Route, arguments: Arguments) -> bool:
        """Whether the event found a place; false while the client's queue is full."""
        topic, value, key, _, told, _, _, headers = arguments
        with self._lock:
            if self._closing:
                raise DeliveryError(f"{way.event} is not sent: the producer is closed")
            record = Spooled(self._next_seq, way.event, topic, key, value, headers, int(time.time() * 1000))
            if self._breaker.state == "closed" and (key is None or self._is_next(topic, key)):
                self._in_flight[record.seq] = _Flight(record, told, self._clock())
                try:
                    self._produce(record, self._delivered)
                except BufferError:
                    del self._in_flight[record.seq]
                    return False
                except KafkaException as error:
                    del self._in_flight[record.seq]
                    if error.args[0].code() in PERMANENT:
                        raise refused(error.args[0], way, len(value), self._complaints) from error
                    self._open(error.args[0])
                else:
                    self._next_seq += 1
                    return True
            self._spool.add([record])
            self._disk.did("keep", self._clock())
            self._next_seq += 1
            self.spooled += 1
        self._tellings.append(partial(told, None, Kept(topic)))  # type: ignore[arg-type]  # as much as callbacks ask for
        return True

    def _is_next(self, topic: str, key: bytes) -> bool:
        """Whether all of the key's events in the spool are on their way: then the client keeps their order."""
        return self._spool.of_key(topic, key) <= self._keys_sent.get((topic, key), 0)

    def _produce(self, record: Spooled, done: Callable[[int, KafkaError | None, Message], None]) -> None:
        report = partial(done, record.seq)
        self._client.produce(
            record.topic, record.value, record.key, -1, report, None, record.timestamp_ms, record.headers
        )

    def _delivered(self, seq: int, error: KafkaError | None, message: Message) -> None:
        """Delivery callback of events that went straight to the client."""
        error = self._judge(error, message)
        with self._lock:
            flight = self._in_flight.pop(seq, None)
            if flight is None:  # it went to the spool meanwhile
                record = self._taken_back.pop(seq)
                if error is None:
                    self._acknowledged[seq] = record
                    self._sent(record)
                    self.resent += 1
                return
            if error is None:
                self._broker_answers()
            elif error is UNCONFIRMED:  # brokers answer
                if self._keep([flight]):
                    return
            elif error.code() not in PERMANENT | PURGED:
                self._in_flight[seq] = flight
                self._open(error)
                if seq not in self._in_flight:
                    self._taken_back.pop(seq, None)
                    return
                del self._in_flight[seq]  # the spool does not take it either
        flight.told(error, message)

    def _resent(self, seq: int, error: KafkaError | None, message: Message) -> None:
        """Delivery callback of events from the spool."""
        error = self._judge(error, message)
        with self._lock:
            record = self._resending.pop(seq).record
            if error is None:
                self._acknowledged[seq] = record
                self.resent += 1
                self._broker_answers()
                return
            self._unsent(record)
            if error is UNCONFIRMED:
                self._cursor = 0
                self._breaker.withdrawn(self._clock())
            elif error.code() in PERMANENT:
                self._set_apart(record, self._complaints.explain(error))
                self._breaker.withdrawn(self._clock())
            elif error.code() not in PURGED:
                self._open(error)

    def _broker_answers(self) -> None:
        self._absence.over()
        self._disk.spared("keep")
        if self._breaker.state == "half-open":
            self._breaker.succeeded()
            waiting = counted(self._spool.waiting - len(self._acknowledged), "event")
            _LOG.warning("brokers answer again: the breaker is closed, %s are sent from the spool", waiting)

    def _open(self, why: KafkaError | None) -> None:
        """Open the breaker, and spool what is on its way."""
        if self._breaker.state != "open":
            said = self._complaints.known() if why is None else f" ({self._complaints.explain(why)})"
            self._breaker.trip(self._clock())
            _LOG.warning("brokers do not answer%s: the breaker is open, events go to the spool", said)
        self._take_back()

    def _take_back(self) -> None:
        """Spool what is on its way, and make the client forget it; it stays with the client where the disk refuses."""
        flights = [flight for _, flight in sorted(self._in_flight.items())]
        if not self._keep(flights):
            return
        self._in_flight.clear()
        self._taken_back.update((flight.record.seq, flight.record) for flight in flights)
        if flights or self._resending:
            self._client.purge()

    def _keep(self, flights: Sequence[_Flight]) -> bool:
        """Spool what was on its way, to be sent in its order; whether the disk takes it."""
        if flights:
            try:
                self._spool.add([flight.record for flight in flights])
            except DeliveryError as error:
                self._disk.refused("keep", error, self._clock())
                return False
            self._disk.did("keep", self._clock())
        self.spooled += len(flights)
        self._tellings.extend(
            partial(flight.told, None, Kept(flight.record.topic))  # type: ignore[arg-type]  # as above
            for flight in flights
        )
        self._cursor = 0
        return True

    def _look_for_overdue(self, now: float) -> None:
        """Open where what is on its way is not acknowledged in time."""
        patience = self._config.deadline
        if self._absence.seconds(now) is not None:
            patience = min(patience, self._config.down_after)
        if self._breaker.state == "half-open":
            self._breaker.admits(now)  # gives the try up when its time is up
            if self._breaker.state != "half-open":
                self._take_back()
            return
        oldest = min(
            (next(iter(flights.values())).at for flights in (self._in_flight, self._resending) if flights), default=now
        )
        if now - oldest >= patience and not self._disk.rests(now):
            self._open(None)

    def _resend(self, now: float) -> bool:
        """Send what waits, as far as the breaker lets it; whether more can go at once."""
        spool = self._spool
        if spool.waiting - spool.set_aside <= len(self._resending) + len(self._acknowledged):
            return False
        if self._disk.rests(now):
            return False
        if not self._cursor and (self._taken_back or self._resending):
            return False  # not before the client has had its last word on each, or it might overtake
        closed = self._breaker.state == "closed"
        if not closed and not self._breaker.admits(now):
            return False
        room = _WINDOW - len(self._resending) if closed else 1
        records = []
        if room > 0:
            records = spool.read(self._cursor, min(_READ, room))
            self._disk.did("send", now)
        for record in records:
            if record.seq in self._acknowledged:
                continue
            try:
                self._produce(record, self._resent)
            except BufferError:
                break
            except KafkaException as error:
                if error.args[0].code() not in PERMANENT:
                    self._open(error.args[0])
                    return False
                self._set_apart(record, self._complaints.explain(error.args[0]))
            else:
                self._resending[record.seq] = _Flight(record, _nobody, now)
                self._sent(record)
            self._cursor = record.seq
        if not closed and not self._resending:
            self._breaker.withdrawn(now)
        return bool(records)

    def _sent(self, record: Spooled) -> None:
        """An event of the spool is on its way."""
        if record.key is not None:
            self._keys_sent[record.topic, record.key] += 1

    def _unsent(self, record: Spooled) -> None:
        """An event of the spool is not on its way any more."""
        if record.key is not None:
            place = record.topic, record.key
            self._keys_sent[place] -= 1
            if self._keys_sent[place] <= 0:
                del self._keys_sent[place]

    def _set_apart(self, record: Spooled, reason: str) -> None:
        _LOG.error("%s from the spool is refused, and kept there: %s", record.event, reason)
        try:
            self._spool.set_apart(record, reason)
        except DeliveryError as error:
            _LOG.warning("%s", error)  # it is sent again, and refused again

    def _delete_acknowledged(self, now: float) -> None:
        if not self._acknowledged or self._disk.rests(now):
            return
        gone = list(self._acknowledged.values())
        try:
            self._spool.delete(gone)
        except DeliveryError as error:
            self._disk.refused("delete", error, now)
        else:
            self._disk.did("delete", now)
            self._acknowledged.clear()
            for record in gone:
                self._unsent(record)

    def _tell(self) -> None:
        """Tell callers what became of their events, outside the lock: they may do anything."""
        while self._tellings:
            try:
                telling = self._tellings.popleft()
            except IndexError:  # another thread was faster
                return
            telling()


def _nobody(_: KafkaError | None, __: Message) -> None:
    """Who waits for an event from the spool."""
