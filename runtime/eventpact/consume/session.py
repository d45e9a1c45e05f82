"""One run of a group: fetch, hand over to whoever handles, commit what is dealt with; until told to end."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

import confluent_kafka
from confluent_kafka import KafkaException

from eventpact.clients import Complaints, connect, translated
from eventpact.consume.closing import Closing
from eventpact.consume.drains import outside, partition_of, untrack, without_errors
from eventpact.consume.failures import Failures
from eventpact.consume.gaps import Starts
from eventpact.consume.handlers import HandlerTable
from eventpact.consume.handling import Handling
from eventpact.consume.inline import MOST, Inline
from eventpact.consume.keeper import AFTER, Keeper
from eventpact.consume.offsets import Offsets, say_uncommitted
from eventpact.consume.patience import Patience
from eventpact.consume.pauses import Pauses
from eventpact.consume.reader import Reader
from eventpact.consume.reports import Reports
from eventpact.consume.settling import Settling
from eventpact.consume.slowness import Slowness
from eventpact.consume.statistics import GroupStatistics
from eventpact.consume.topics import TopicViews, ignoring, subscription
from eventpact.consume.transactions import Isolation, Transacted
from eventpact.consume.within import within
from eventpact.errors import SettingsError
from eventpact.logs import about
from eventpact.observing import GROUPS, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from confluent_kafka import KafkaError, Message, TopicPartition

    from eventpact.consume.gaps import Gap
    from eventpact.consume.group import Group
    from eventpact.consume.lanes import Lanes
    from eventpact.consume.offsets import Partition
    from eventpact.consume.running import Running
    from eventpact.schemas import SchemaCatalog
    from eventpact.settings import Settings

_LOG: Final = logging.getLogger("eventpact.consume")

_LOOK: Final = 0.2
"""Seconds of one wait for a record, and so how soon a stop is noticed by a quiet group."""

_COMMIT_EVERY: Final = 1.0
"""Seconds between two commits: what a crash makes others handle again, against a request to the cluster each time."""

_JOINING: Final = 60.0
"""Seconds that joining a group may take before a run with an idle time-out gives up."""

_IN_HAND: Final = 30.0
"""Seconds that the end of a run, or at most a rebalance, waits for records in hand."""

_CLOSING: Final = 5.0
"""Seconds that letting go of a connection may take: to a cluster that is gone, the client would wait for minutes."""

_MAX_POLL_INTERVAL: Final = "max.poll.interval.ms"
_MAX_POLL_INTERVAL_MS: Final = 300_000  # librdkafka's default
_MAX_POLL_RECORDS: Final = "max.poll.records"


class Session:
    """The state of one run. Its own thread polls, or in a long handler's place the keeper's; never both at once."""

    def __init__(
        self, group: Group, settings: Settings, catalog: SchemaCatalog, stop: threading.Event, running: Running
    ) -> None:
        self.statistics = GroupStatistics()
        self._group = group
        self._name = settings.consumer_group or group.name
        self._timeout = settings.timeout
        self._stop = stop
        views = TopicViews(event.contract for event, _ in group.handlers.values())
        self._failures = Failures(group, settings, name=self._name, views=views, statistics=self.statistics)
        config = settings.consumer_config(group.name, group.settings) | ignoring(group.ignored_topics)
        # The Java client's property, which librdkafka does not have: how many records one look takes.
        self._most = min(MOST, int(config.pop(_MAX_POLL_RECORDS, MOST)))
        if self._most < 1:
            raise SettingsError(f"{_MAX_POLL_RECORDS}={self._most} does not fit: expected at least 1")
        self._interval = int(config.get(_MAX_POLL_INTERVAL, _MAX_POLL_INTERVAL_MS)) / 1000
        self._in_hand = min(_IN_HAND, self._interval / 3)
        table = HandlerTable(group, Reader(group.handlers, catalog), views, name=self._name)
        running.check_handlers(table)
        isolation = Isolation(self._failures)
        handling = Handling(
            self._name,
            table=table,
            failures=isolation if running.exactly_once else self._failures,
            statistics=self.statistics,
            stop=stop,
            measure_latency=running.measure_latency,
            batch=self._most,
        )
        self._complaints = Complaints(settings.brokers)
        if running.exactly_once:
            config["isolation.level"] = "read_committed"
        self._starts = Starts(config, timeout=self._timeout, report=self._on_gap, is_retry=self._failures.is_retry)
        self._consumer = connect(
            confluent_kafka.Consumer,
            config | self._starts.config,
            self._complaints,
            on_commit=self._on_commit,
            **watched(settings, "consumer", self._name),
        )
        self._closing = Closing(self._consumer)
        self._offsets = Offsets(self._consumer)
        self._pauses = Pauses(self._consumer)
        self._reports = Reports(self._name, group.topics, self._complaints)
        self._settling = Settling(self._name, self._consumer, self._offsets, self._failures)
        self._slowness = Slowness(self._name)
        self._polling = threading.Lock()
        self._polled_at = time.monotonic()
        self._committed_at = time.monotonic()
        self._started = False
        self._assigned = False
        self._gone: set[Partition] | None = None
        """What went to other members while records were drained; `None` while none are."""
        self._spare: list[Message] = []
        self._unplaced: list[Message] = []
        patience = Patience(self._name, running.registry_patience)
        self._workers: Inline | Lanes = running.workers(
            handling, self._offsets, patience, stop, asynchronous=table.is_async, most=self._most
        )
        if isinstance(self._workers, Transacted):
            self._workers.bind(
                self._consumer,
                running,
                failures=self._failures,
                isolation=isolation,
                statistics=self.statistics,
                polling=self._polling,
            )
        self._keeper = self._keep(self._workers) if isinstance(self._workers, Inline) else None

    @property
    def name(self) -> str:
        """The group's name on the broker."""
        return self._name

    @property
    def topics(self) -> tuple[str, ...]:
        """What the group reads, in the contracts' notation."""
        return self._group.topics

    def run(self, max_events: int | None, idle_timeout: float | None) -> None:
        """Consume until stopped, done or idle; what was dealt with is committed however it ends."""
        GROUPS.add(self)
        try:
            self._start()
            self._loop(max_events, idle_timeout)
        finally:
            try:
                self._end()
            finally:
                GROUPS.discard(self)

    def _start(self) -> None:
        with translated(self._complaints, f"start group {self._name}"):
            try:
                self._consumer.list_topics(timeout=self._timeout)
            except KafkaException:
                self._consumer.poll(0)  # lets the client say why
                raise
            self._consumer.subscribe(
                subscription([*self._group.topics, *self._failures.topics()]),
                on_assign=self._closing.until_then(self._on_assign),
                on_revoke=self._closing.until_then(self._on_revoke),
                on_lost=self._closing.until_then(self._on_lost),
            )
        self._workers.start()
        if self._keeper is not None:
            self._keeper.start()
        self._started = True

    def _loop(self, max_events: int | None, idle_timeout: float | None) -> None:
        idle_since = time.monotonic() + _JOINING
        while not self._stop.is_set():
            left = self._most
            if max_events is not None:
                left = min(left, max_events - self.statistics.records - self._workers.in_flight + self._workers.resting)
                if self.statistics.records >= max_events:
                    return
            drained = self._look(left)
            self._workers.offer(drained)
            self._tend(max_events)
            now = time.monotonic()
            joined = self._assigned and idle_since > now
            if drained or joined or self._workers.in_flight > self._workers.resting:
                idle_since = now
            elif idle_timeout is not None and now - idle_since >= idle_timeout:
                return

    def _look(self, left: int) -> list[Message]:
        """What there is to handle; nothing while there is no room for it."""
        room = min(left, self._workers.room)
        if room > 0:
            with self._polling:
                self._pauses.release_all()
                return self._drain(room)
        self._workers.wait_for_room(_LOOK)
        if time.monotonic() - self._polled_at >= self._patience_without_poll:
            with self._polling:
                self._pauses.hold_all()
                self._serve()
        return []

    def _drain(self, most: int) -> list[Message]:
        """What is there, at most so many, waiting a moment where nothing is: `consume` would wait for all of them."""
        self._drop_rewound()
        with translated(self._complaints, f"read for group {self._name}"):
            # What this returns was fetched after the rebalances that it serves, also of partitions that went in them.
            first = self._consumer.poll(0 if self._spare else _LOOK)
            drained, self._spare = self._spare, []
            if first is not None:
                drained.append(first)
                self._gone = set()
                drained += self._consumer.consume(most - 1, 0) if most > 1 else []
        self._polled_at = time.monotonic()
        gone, self._gone = self._gone, None
        records, errors = without_errors(drained)
        untrack(records)
        for message in errors:
            if self._starts.may_recover(message):
                self._unplaced.append(message)
            else:
                self._reports.weigh(message)
        # Drained just before its partition went to another member, who will read it.
        return outside(records, gone) if gone else records

    def _serve(self) -> None:
        """Poll without wanting records: everything is paused."""
        self._drop_rewound()
        message = self._consumer.poll(0)
        self._polled_at = time.monotonic()
        if message is not None:
            self._spare.append(message)

    def _drop_rewound(self) -> None:
        """Forget records that the client reads again, before it may come to them."""
        self._spare = outside(self._spare, self._workers.rewound)
        self._workers.rewound.clear()

    def _tend(self, max_events: int | None) -> None:
        """What has to be done now and then."""
        if isinstance(self._workers, Inline) and max_events is not None:
            self._workers.wanted = max_events - self.statistics.records
        waiting = self._workers.tend(self._offsets.partitions)
        with self._polling:  # the keeper may be about to let go
            unplaced, self._unplaced = self._unplaced, []
            for message in unplaced:
                self._recover(message)
            self._pauses.only("waiting", waiting)
        self.statistics.in_flight = self._workers.in_flight
        self.statistics.paused = len(self._pauses)
        failure = self._workers.failure or (self._keeper.failure if self._keeper is not None else None)
        if failure is not None:
            raise failure
        if time.monotonic() - self._committed_at >= _COMMIT_EVERY:
            self._committed_at = time.monotonic()
            self._settling.settle()
            self._slowness.look(self._workers.hands)
            with self._polling:
                self.statistics.lag = self._settling.lag()

    def _recover(self, message: Message) -> None:
        partition = partition_of(message)
        if partition not in self._offsets.partitions:
            return  # another member has it, and finds the same
        try:
            gap = self._starts.recover(self._consumer, message, self._offsets.positions())
        except KafkaException as error:
            self._complaints(error.args[0])
            self._unplaced.append(message)  # asked again on the next round
            return
        if gap is not None and not self._workers.in_flight:
            self._offsets.rewound(partition, gap.resumed)

    def _end(self) -> None:
        if self._keeper is not None and self._started:
            self._keeper.close()
        for hand in self._workers.end(self._in_hand) if self._started else ():
            _LOG.warning(
                "group %s ends while %s is still being handled: it will be handled again",
                self._name,
                hand.context.position,
                extra=about(hand.context, self._name),
            )
        try:
            self._settling.finish()
        finally:
            try:
                self._let_go(self._failures.close)
            finally:
                self._let_go(self._closing.close)  # after its last commits

    def _let_go(self, close: Callable[[], None]) -> None:
        if not within(_CLOSING, close, name="eventpact-close"):
            _LOG.warning(
                "group %s ends without a word from the brokers%s: its connection is left to end by itself",
                self._name,
                self._complaints.known(),
            )

    def _keep(self, inline: Inline) -> Keeper:
        return Keeper(
            inline,
            after=self._patience_without_poll,
            polling=self._polling,
            hold=self._pauses.hold_all,
            serve=self._serve,
            watch=lambda: self._slowness.look(inline.hands),
        )

    @property
    def _patience_without_poll(self) -> float:
        return min(AFTER, self._interval / 3)

    def _on_gap(self, gap: Gap) -> None:
        self.statistics.gaps += gap.missing
        self._group.on_gap(gap)

    def _on_commit(self, error: KafkaError | None, positions: list[TopicPartition]) -> None:
        if error is None:
            self._offsets.answered(positions)
        else:
            say_uncommitted(error)
            self._offsets.not_committed()

    def _on_assign(self, consumer: confluent_kafka.Consumer, partitions: list[TopicPartition]) -> None:
        self._assigned = self._assigned or bool(partitions)
        got = _places(partitions)
        if self._gone and self._gone & got:
            self._pauses.hold_all()  # until the next drain: in this one, what it gave before would look the same
        self._starts.assign(consumer, partitions)
        for partition in got:
            self._offsets.mark(partition)
        self._failures.assigned(got)
        self._pauses.assigned(got)
        _LOG.info("group %s: got %s", self._name, _listed(partitions), extra=about(None, self._name))

    def _on_revoke(self, _: confluent_kafka.Consumer, partitions: list[TopicPartition]) -> None:
        gone = _places(partitions)
        for hand in self._workers.revoke(gone, self._in_hand):
            _LOG.warning(
                "group %s hands back a partition while %s is being handled: another member handles it again",
                self._name,
                hand.context.position,
                extra=about(hand.context, self._name),
            )
        self._settling.hand_back(gone)
        self._leave(gone)
        _LOG.info("group %s: handed back %s", self._name, _listed(partitions), extra=about(None, self._name))

    def _on_lost(self, _: confluent_kafka.Consumer, partitions: list[TopicPartition]) -> None:
        gone = _places(partitions)
        self._workers.revoke(gone, 0.0)
        self._leave(gone)
        _LOG.warning(
            "group %s: lost %s, which others may handle again",
            self._name,
            _listed(partitions),
            extra=about(None, self._name),
        )

    def _leave(self, gone: set[Partition]) -> None:
        if self._gone is not None:
            self._gone |= gone
        self._spare = outside(self._spare, gone)
        self._unplaced = outside(self._unplaced, gone)
        self._offsets.forget(gone)
        self._failures.revoked(gone)
        self._pauses.revoked(gone)


def _places(partitions: Iterable[TopicPartition]) -> set[Partition]:
    return {(partition.topic, partition.partition) for partition in partitions}


def _listed(partitions: Iterable[TopicPartition]) -> str:
    return ", ".join(f"{partition.topic}/{partition.partition}" for partition in partitions) or "no partitions"
