"""Producers: the base of the class that a generated package has one of for its system."""

from __future__ import annotations

import atexit
import logging
import time
import warnings
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Self

import confluent_kafka

from eventpact.clients import Complaints, connect, set_log_level
from eventpact.errors import DeliveryError, EventPactError, NotRegistered, RegistryError, SettingsError
from eventpact.names import topic_name
from eventpact.observing import PRODUCERS, begin, end, watched
from eventpact.produce.breaker import Breaker, BreakerPolicy
from eventpact.produce.configuration import Configuration, configured
from eventpact.produce.delivery import Delivery, Ledger, Outcomes, ProducerStatistics
from eventpact.produce.guard import Guard
from eventpact.produce.kept import NOWHERE
from eventpact.produce.poller import Poller
from eventpact.produce.remembering import RememberedIds
from eventpact.produce.sender import Sender
from eventpact.produce.serving import Serving
from eventpact.produce.spool import Spool
from eventpact.produce.spool_settings import SpoolSettings
from eventpact.produce.spooling import Spooling
from eventpact.produce.transaction import Transactions
from eventpact.schemas import SchemaCatalog
from eventpact.settings import Settings
from eventpact.shutdown import close_on_signal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import TracebackType

    from confluent_kafka import KafkaError, Message

    from eventpact.event import Event
    from eventpact.produce.breaker import State

_LOG: Final = logging.getLogger("eventpact.produce")
_LOOK: Final = 0.05
_LAST_WORDS: Final = 5.0
"""Seconds for the client to give up what is left and to abort an open transaction, at the end."""
BREAKER: Final = BreakerPolicy()
"""When a producer's breaker opens unless it is told otherwise."""


class Producer:
    """Sends events. Keyword arguments of the sending methods are the topic's run-time parameters (`tenant_id="acme"`).

    Idempotent and acknowledged by all replicas unless contracts or environment say otherwise. Threads may share one.
    A generated subclass carries the class attributes below, nothing else is needed:

        class QuikappProducer(Producer, system="quikapp"):
            events = Events("quikapp_events.message:MessageSent", …)
            settings = {"compression.type": "gzip"}

    All sending methods raise `EncodeError` for an event that does not fit its schema, `ParameterError` for wrong topic
    parameters, `NotRegistered` and `RegistryError` when the first event of its kind finds no schema in the registry,
    and `DeliveryError` when the event cannot even be queued.
    """

    system: ClassVar[str] = ""
    """The system whose contracts declare the producer; set by the class keyword `system`."""
    events: ClassVar[Sequence[type[Event]]] = ()
    """The events of the system; `check` asks the registry about each."""
    settings: ClassVar[Mapping[str, str]] = {}
    """What the contracts set for the system's producers, in librdkafka's names; the environment overrides it."""

    def __init_subclass__(cls, *, system: str | None = None) -> None:
        super().__init_subclass__()
        if system is not None:
            cls.system = system

    def __init__(
        self,
        settings: Settings,
        *,
        register: Literal["dev"] | None = None,
        transactional_id: str | None = None,
        profile: Literal["throughput", "latency"] | None = None,
        spool: SpoolSettings | Path | str | None = None,
        breaker: BreakerPolicy | None = BREAKER,
        queue_timeout: float | None = None,
        catalog: SchemaCatalog | None = None,
    ) -> None:
        """Make a producer; it connects in the background.

        Args:
            settings: of the service.
            register: `"dev"` registers schemas that the registry does not know, for development only.
            transactional_id: names this producer over restarts; needed for `transaction`.
            profile: what to be out for, in place of what the settings say.
            spool: where to keep events that no broker takes, in place of what the settings say.
            breaker: when to stop reaching for brokers; `None` never, where there is no spool.
            queue_timeout: seconds that a send waits for room in a full queue; `max.block.ms`, else 30.
            catalog: schemas to share with others; its own by default.

        Raises:
            SettingsError: the Kafka client refuses a property of contracts or settings, settings contradict each
                other, or the spool's file cannot be used.
        """
        set_log_level(settings)
        self._settings = settings
        self._catalog = catalog or SchemaCatalog(settings, register=register)
        self._owns_catalog = catalog is None
        self._complaints = Complaints(settings.brokers)
        self._ledger = Ledger(self._complaints)
        self._forgotten = self._ledger.fire_and_forget
        self._dropped = 0
        self._closed = False
        self._client: confluent_kafka.Producer | None = None
        self._transactions: Transactions | None = None
        self._breaker: Breaker | None = None
        self._guard: Guard | None = None
        self._spooling: Spooling | None = None
        if not settings.enabled:
            PRODUCERS.add(self)
            return
        if isinstance(spool, (str, Path)):
            spool = SpoolSettings(path=spool)
        config = configured(
            settings,
            type(self).settings,
            profile=profile,
            transactional_id=transactional_id,
            spool=spool,
            policy=breaker,
            queue_timeout=queue_timeout,
        )
        self._ledger.acknowledging = config.acknowledging
        self._serving = serving = Serving(self._complaints)
        store = None if config.spool is None else Spool(config.spool)
        try:
            told = watched(settings, "producer", self.system or type(self).__name__)
            self._client = connect(
                confluent_kafka.Producer, config.client, self._complaints, error_cb=serving.heard, **told
            )
            begin(settings)
        except SettingsError:
            if store is not None:
                store.close()
            if self._client is not None:
                self._client.close()
            raise
        serving.client = self._client
        self._sender = Sender(
            serving,
            ids=self._catalog if store is None else RememberedIds(self._catalog, store),
            complaints=self._complaints,
            ledger=self._ledger,
            queue_timeout=config.queue_timeout,
        )
        if transactional_id is not None:
            self._transactions = Transactions(self._client, self._complaints, serving)
            self._ledger.on_failure = self._transactions.failed
            self._transactions.on_abort = self._ledger.forget
        elif store is not None or breaker is not None:
            self._guarded(Breaker(breaker or BREAKER), store, config)
        if store is None:
            serving.on_end = self._sender.close
        self._poller = Poller(serving.poll, sent=self._ledger.count_sent, tick=self._tick)
        PRODUCERS.add(self)
        self._poller.start()
        atexit.register(self.close)

    @classmethod
    def from_env(
        cls,
        *,
        register: Literal["dev"] | None = None,
        transactional_id: str | None = None,
        profile: Literal["throughput", "latency"] | None = None,
        spool: SpoolSettings | Path | str | None = None,
    ) -> Self:
        """A producer with the settings of the environment.

        Raises:
            SettingsError: names every variable that is missing or wrong.
        """
        settings = Settings.from_env()
        return cls(settings, register=register, transactional_id=transactional_id, profile=profile, spool=spool)

    def _guarded(self, breaker: Breaker, store: Spool | None, config: Configuration) -> None:
        """Put a breaker before the client."""
        self._breaker = breaker
        if store is not None:
            self._spooling = Spooling(
                self._serving, store, breaker, judge=self._ledger.judged, complaints=self._complaints, config=config
            )
            self._sender.gate = self._serving.watch = self._spooling
            return
        self._guard = self._serving.watch = Guard(
            self._sender,
            self._serving.client,
            breaker,
            ledger=self._ledger,
            complaints=self._complaints,
            down_after=config.down_after,
        )
        self._ledger.on_failure = self._guard.failed

    @property
    def breaker_state(self) -> State:
        """Whether sends reach for the brokers: `open` after these failed, `half-open` while one event tries."""
        return "closed" if self._breaker is None else self._breaker.state

    @property
    def transactions(self) -> Transactions | None:
        """Its transactions, for a group that commits its offsets in them; `None` without transactional id."""
        return self._transactions

    @property
    def brokers(self) -> str:
        """The cluster it sends to."""
        return self._settings.brokers

    @property
    def statistics(self) -> ProducerStatistics:
        """Counts up to now."""
        ledger, spooling = self._ledger, self._spooling
        pending = self._pending()
        spooled = 0 if spooling is None else spooling.spooled
        found = ProducerStatistics(
            sent=ledger.count_sent(),
            by_event=ledger.by_event(),
            acknowledged=ledger.acknowledged(pending, spooled),
            failed=ledger.failed,
            given_up=ledger.given_up,
            dropped=self._dropped,
            pending=pending,
            rejected=0 if self._guard is None else self._guard.rejected,
            opened=0 if self._breaker is None else self._breaker.opened,
            latency=ledger.latency.snapshot(),
        )
        return found if spooling is None else replace(found, **spooling.counts())

    def check(self) -> tuple[str, ...]:
        """What the registry does not know of the system's events, a sentence each; none when all is well.

        Events whose subject depends on run-time parameters are left out.

        Raises:
            RegistryError: the registry could not be asked.
        """
        unknown = []
        for event in self.events if self._client is not None else ():
            contract = event.contract
            if topic_name(contract.subject).is_literal:
                try:
                    self._catalog.schema_id(contract, contract.subject)
                except NotRegistered as error:
                    unknown.append(str(error))
        return tuple(unknown)

    def send(self, event: Event, /, **parameters: str) -> None:
        """Send without waiting; a failed delivery is counted, logged, and raised by the next `flush` or `close`."""
        if self._client is None:
            self._dropped += 1
        else:
            self._sender.queue(event, parameters, self._forgotten)

    def send_all(self, events: Iterable[Event], /, **parameters: str) -> None:
        """Send without waiting, in their order, as `send` does each; for many at once it takes less time.

        Where one cannot be queued, those before it are on their way.
        """
        if self._client is None:
            for _ in events:
                self._dropped += 1
        else:
            self._sender.queue_all(events, parameters, self._forgotten)

    def send_and_wait(self, event: Event, /, *, timeout: float = 10.0, **parameters: str) -> Delivery:
        """Send and return when the event is acknowledged.

        Raises:
            DeliveryError: it was refused, or not acknowledged within `timeout` seconds; it may have been written.
        """
        if self._client is not None and self._poller.is_here:
            raise DeliveryError(
                f"{event.contract.name} is not sent: send_and_wait would wait for itself where acknowledgements are "
                "served, in the callback of a future; use submit there, or wait in a thread of your own"
            )
        future = self.submit(event, **parameters)
        try:
            return future.result(timeout)
        except TimeoutError as error:
            self._complaints.look_into()
            raise DeliveryError(
                f"{event.contract.name} is not acknowledged after {timeout:g} s"
                f"{self._complaints.known()}; it may still be written"
            ) from error

    def submit(self, event: Event, /, **parameters: str) -> Future[Delivery]:
        """Send and return a future of the acknowledgement; `asyncio.wrap_future` makes it awaitable.

        The future's exception is a `DeliveryError`; it cannot be cancelled.
        """
        future: Future[Delivery] = Future()
        future.set_running_or_notify_cancel()
        if self._client is None:
            self._dropped += 1
            future.set_result(Delivery(event.contract.topic, NOWHERE, NOWHERE))
            return future
        self._poller.await_one()
        try:
            self._sender.queue(event, parameters, partial(self._tell, future))
        except BaseException:
            self._poller.served_one()
            raise
        return future

    def send_many(self, events: Iterable[Event], /, *, timeout: float = 60.0, **parameters: str) -> Outcomes:
        """Send all and wait for all, at most `timeout` seconds after the last one was queued.

        An event that fails, for whatever reason of its own, is in the outcomes under its position and does not keep
        the others from being sent; so is one that the registry does not know (`NotRegistered`).

        Raises:
            RegistryError: the registry could not be asked; events before the first of a new kind are on their way.
        """
        outcomes = Outcomes()
        if self._client is None:
            outcomes.total = sum(1 for _ in events)
            self._dropped += outcomes.total
            return outcomes
        waiting: set[int] = set()
        for position, event in enumerate(events):
            outcomes.total += 1
            waiting.add(position)
            try:
                self._sender.queue(event, parameters, partial(self._record, outcomes, waiting, position))
            except EventPactError as error:
                if isinstance(error, RegistryError) and not isinstance(error, NotRegistered):
                    raise  # concerns every further event too
                waiting.discard(position)
                outcomes.failures[position] = error
        deadline = time.monotonic() + timeout
        while waiting and time.monotonic() < deadline:
            self._serving.poll(0.01)
        for position in tuple(waiting):
            outcomes.failures[position] = DeliveryError(
                f"not acknowledged after {timeout:g} s{self._complaints.known()}; it may still be written"
            )
        return outcomes

    @contextmanager
    def transaction(self, *, timeout: float = 60.0) -> Iterator[Self]:
        """Send what is sent inside the block together or not at all; an exception inside aborts and goes on.

        Each step waits at most `timeout` seconds.

        Raises:
            DeliveryError: it could not be begun or committed; what was sent in it is given up.
        """
        if self._client is None:
            yield self
            return
        if self._transactions is None:
            raise DeliveryError("this producer has no transactional id: make it with transactional_id=…")
        self._transactions.begin(timeout)
        try:
            yield self
            self._transactions.commit(timeout)
        except BaseException:
            self._abort(self._transactions, timeout)
            raise

    def flush(self, timeout: float = 30.0) -> None:
        """Wait until everything sent is acknowledged, spooled, or has failed.

        Raises:
            DeliveryError: says how many events sent with `send` failed since the last flush, and how many are still
                not acknowledged after `timeout` seconds.
        """
        self._ledger.settle(self._finish(timeout), timeout)

    def close(self, timeout: float = 30.0) -> None:
        """Flush and let go of the connection. May be called again; sending afterwards is an error.

        Where there is a spool, what is not acknowledged by then is kept in it, for the next producer to send.

        Raises:
            DeliveryError: as `flush`; the connection is let go of all the same.
        """
        if self._closed:
            return
        self._closed = True
        if self._owns_catalog:
            self._catalog.close()
        if self._client is None:
            PRODUCERS.discard(self)
            return
        self._sender.close()
        try:
            try:
                unfinished = self._finish(timeout)
            finally:  # also where a second Ctrl-C ends the wait
                if self._spooling is not None:
                    unfinished = self._spooling.close()
            self._ledger.settle(unfinished, timeout)
        finally:
            self._poller.close()
            PRODUCERS.discard(self)
            end(self._settings)
            self._let_go(self._client)
            atexit.unregister(self.close)

    def close_on_sigterm(self, timeout: float = 30.0) -> None:
        """From now on, close this producer when the process is told to end, before it ends.

        On SIGTERM sends are refused, everything sent is flushed for at most `timeout` seconds, and what was not
        delivered is logged, or spooled where there is a spool. Then the signal goes to who handled it before; by
        default it ends the process. To be called in the main thread.
        """
        close_on_signal(self._close_and_say, timeout)

    def _let_go(self, client: confluent_kafka.Producer) -> None:
        """Close the client, unless it would never come back from that: it waits without end for what is left."""
        deadline = time.monotonic() + _LAST_WORDS
        client.purge()  # what is not acknowledged now is given up
        while self._serving.poll() or (len(client) and time.monotonic() < deadline):
            client.purge()  # again, for what was between two queues
            self._serving.poll(_LOOK)
        aborted = self._transactions is None or self._transactions.aborted(_LAST_WORDS)
        if len(client) or not aborted:
            _LOG.warning("brokers do not answer%s: the connection is left open", self._complaints.known())
            return
        with warnings.catch_warnings():
            # The client aborts a transaction in any case and warns where there was none to abort.
            warnings.simplefilter("ignore", RuntimeWarning)
            client.close()

    def _close_and_say(self, timeout: float) -> None:
        try:
            self.close(timeout)
        except DeliveryError as error:
            _LOG.error("closing on a signal: %s", error)

    def _pending(self) -> int:
        if self._spooling is not None:
            return self._spooling.in_flight
        return 0 if self._client is None else len(self._client)

    def _finish(self, timeout: float) -> int:
        """Wait for what is on its way; how much of it is unfinished then."""
        if self._client is None:
            return 0
        if self._spooling is None:
            return self._serving.flush(timeout)
        deadline = time.monotonic() + timeout
        while self._spooling.in_flight and time.monotonic() < deadline:
            self._serving.poll(_LOOK)
        return self._spooling.in_flight

    def __enter__(self) -> Self:
        try:
            for sentence in self.check():
                _LOG.warning("%s", sentence)
        except RegistryError as error:
            _LOG.warning("%s", error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except DeliveryError as failure:
            if error is None:
                raise
            _LOG.warning("%s", failure)  # must not hide what ended the block

    def _tell(self, future: Future[Delivery], error: KafkaError | None, message: Message) -> None:
        self._poller.served_one()
        error = self._ledger.judged(error, message)
        if error is None:
            future.set_result(self._ledger.delivered(message))
        else:
            future.set_exception(self._ledger.undelivered(error, message))

    def _record(
        self, outcomes: Outcomes, waiting: set[int], position: int, error: KafkaError | None, message: Message
    ) -> None:
        error = self._ledger.judged(error, message)
        if error is None:
            outcomes.spooled += self._ledger.delivered(message).spooled
        elif position in waiting:
            outcomes.failures[position] = self._ledger.undelivered(error, message)
        waiting.discard(position)

    def _tick(self) -> bool:
        """What there is to do in the background; whether there is more of it at once."""
        self._ledger.look()
        watch = self._serving.watch
        return watch is not None and watch.tick()

    def _abort(self, transactions: Transactions, timeout: float) -> None:
        try:
            transactions.abort(timeout)
        except DeliveryError as error:
            _LOG.warning("%s", error)  # the transaction's own failure is what its caller must see
