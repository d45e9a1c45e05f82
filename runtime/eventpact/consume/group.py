"""Consumer groups: the base of the classes that a generated package has one of for each group of its system."""

from __future__ import annotations

import logging
import threading
from abc import ABC
from typing import TYPE_CHECKING, ClassVar, Final

from eventpact.clients import set_log_level
from eventpact.consume.clock import REAL
from eventpact.consume.policy import RETRIED
from eventpact.consume.running import REGISTRY_PATIENCE, Running
from eventpact.consume.session import Session
from eventpact.consume.statistics import GroupStatistics
from eventpact.consume.transactions import SIZE
from eventpact.event import CORRELATION, identified, source
from eventpact.observing import begin, end
from eventpact.schemas import SchemaCatalog
from eventpact.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.consume.clock import Clock
    from eventpact.consume.context import Context
    from eventpact.consume.gaps import Gap
    from eventpact.consume.lanes import Ordering
    from eventpact.consume.policy import Policy
    from eventpact.event import Event
    from eventpact.idempotent.once import Idempotent
    from eventpact.produce.producer import Producer

_LOG: Final = logging.getLogger("eventpact.consume")


class Group(ABC):
    """A consumer group with one method an event.

    A generated subclass, itself abstract, carries the class attributes below and one abstract method an event; a
    service subclasses it, writes the methods and calls `run`.

        class NotificationService(Group, name="notification-service", system="quikapp"):
            topics = ("QuikApp.message.sent", "QuikApp.user.*")
            handlers = Handlers({"io.quikapp.message.MessageSent": ("quikapp_events.message:MessageSent", …), …})

    Each record is handled at least once: its offset is committed only after its handler has returned, or what was
    sent in its place is acknowledged. A handler that raises is called again as the contract says: in place, with
    doubling backoff, then by way of retry topics; then the record goes to the dead letter topic, as does at once one
    that cannot be decoded. `errors` may say otherwise of some exceptions. Where the contract names no dead letter
    topic, an undecodable record is logged and passed over, and a failing handler stops the group.
    """

    name: ClassVar[str]
    """The group's name on the broker; set by the class keyword `name`."""
    system: ClassVar[str] = ""
    """The system whose contracts declare the group; set by the class keyword `system`."""
    topics: ClassVar[tuple[str, ...]] = ()
    """Topic names on the broker, where `{parameter}` stands for a run-time parameter and `*` for any text. A topic
    that appears later and matches is picked up while the group runs."""
    ignored_topics: ClassVar[tuple[str, ...]] = ()
    """Names, in the same notation, that no `*` in `topics` matches: dead letter topics, and others' retry topics."""
    handlers: ClassVar[Mapping[str, tuple[type[Event], str]]] = {}
    """Full name of each event to the class it is read as and the method that takes it."""
    errors: ClassVar[Mapping[type[Exception], Policy]] = RETRIED
    """What is done with a record when its handler raises, by exception class; the nearest of an exception's bases
    decides. What is not named is retried."""
    idempotent: ClassVar[Idempotent | None] = None
    """By which events are recognised that were handled before, so that their handlers are not called again."""
    clock: Clock = REAL
    """The time by which records wait between two attempts, in place and on retry topics; tests give it their own."""
    settings: ClassVar[Mapping[str, str]] = {}
    """What the contracts set for this group's consumer, in librdkafka's names; the environment overrides it."""

    def __init_subclass__(cls, *, name: str | None = None, system: str | None = None) -> None:
        super().__init_subclass__()
        if name is not None:
            cls.name = name
        if system is not None:
            cls.system = system

    def run(
        self,
        settings: Settings | None = None,
        *,
        concurrency: int = 1,
        ordering: Ordering = "partition",
        exactly_once: bool = False,
        producer: Producer | None = None,
        transaction_size: int = SIZE,
        stop: threading.Event | None = None,
        max_events: int | None = None,
        idle_timeout: float | None = None,
        catalog: SchemaCatalog | None = None,
        registry_patience: float = REGISTRY_PATIENCE,
        measure_latency: bool = False,
    ) -> GroupStatistics:
        """Consume until told to end; everything dealt with is committed when it returns or raises.

        Handlers are called in this thread, one after the other, unless `concurrency` asks for more or any of them is a
        coroutine function: then in lanes, which are threads, or tasks of one event loop in a thread of its own.

        Args:
            settings: of the service; those of the environment by default.
            concurrency: how many records, or batches, are handled at the same time.
            ordering: what is handled one after the other: the records of a `partition`, those with the same `key`, or
                `none` of them.
            exactly_once: commit what the handlers send with `producer` and the offsets of what they handled together,
                in transactions; other effects of a handler may happen again.
            producer: has a transactional id and sends to the group's cluster; for `exactly_once` alone.
            transaction_size: records of a transaction at most.
            stop: ends the run when set, after the record in hand.
            max_events: ends the run after so many records.
            idle_timeout: ends the run when nothing has come for so many seconds.
            catalog: schemas to share with others; its own by default.
            registry_patience: seconds that records whose schema is not known yet wait for a registry that does not
                answer; the others are handled meanwhile.
            measure_latency: keep each handled record's latency in the statistics.

        Raises:
            SettingsError: the environment, a property of the contracts or an argument does not make sense.
            BrokerError: the cluster refuses, or is not reached at the start.
            RegistryError: the registry did not answer for `registry_patience` seconds.
            HandlerError: a handler failed and the contract names no dead letter topic.
            DeliveryError: a dead letter was not acknowledged, or a transaction could not be committed.
        """
        running = Running(
            concurrency=concurrency,
            ordering=ordering,
            exactly_once=exactly_once,
            producer=producer,
            transaction_size=transaction_size,
            registry_patience=registry_patience,
            measure_latency=measure_latency,
        )
        chosen = settings or Settings.from_env()
        running.check(chosen)
        set_log_level(chosen)
        if not chosen.enabled:
            _LOG.warning("group %s does not run: KAFKA_ENABLED is off", self.name)
            return GroupStatistics()
        schemas = catalog or SchemaCatalog(chosen)
        begin(chosen)
        correlation = CORRELATION.set(None)
        try:
            session = Session(self, chosen, schemas, stop or threading.Event(), running)
            with identified(chosen.client_id or source()):
                session.run(max_events, idle_timeout)
        finally:
            CORRELATION.reset(correlation)
            end(chosen)
            if catalog is None:
                schemas.close()
        return session.statistics

    def on_unknown(self, full_name: str, context: Context) -> None:  # noqa: B027 - a hook with nothing to do by default
        """Take note of a record whose event this group has no method for. Does nothing unless overridden."""

    def on_tombstone(self, context: Context) -> None:  # noqa: B027 - a hook with nothing to do by default
        """Take note of a record without value, the end of its key on a compacted topic. Does nothing by default."""

    def on_gap(self, gap: Gap) -> None:  # noqa: B027 - a hook with nothing to do by default
        """Take note of records that retention took before the group came to them. They are logged and counted anyway.

        Called in the thread that polls: what takes long holds up the group.
        """
