"""One run of a group: poll, drain, deal with each record, settle dead letters, commit; until told to end."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

import confluent_kafka
from confluent_kafka import KafkaError

from eventpact.clients import Complaints, broker_error, connect, translated
from eventpact.consume.failures import Failures
from eventpact.consume.handlers import HandlerTable
from eventpact.consume.handling import Handling, Stopped, Turn
from eventpact.consume.offsets import Offsets, say_uncommitted
from eventpact.consume.reader import Reader
from eventpact.consume.record import place_of
from eventpact.consume.statistics import GroupStatistics
from eventpact.consume.topics import TopicViews, ignoring, subscription
from eventpact.errors import DeliveryError
from eventpact.in_hand import Hand
from eventpact.names import topic_name
from eventpact.observing import GROUPS

if TYPE_CHECKING:
    import threading

    from confluent_kafka import Message, TopicPartition

    from eventpact.consume.group import Group
    from eventpact.schemas import SchemaCatalog
    from eventpact.settings import Settings

_LOG: Final = logging.getLogger("eventpact.consume")

_LOOK: Final = 0.2
"""Seconds of one wait for a record, and so how soon a stop is noticed by a quiet group."""

_LARGEST_DRAIN: Final = 1000
_LONGEST_DRAIN: Final = 5.0
"""Seconds of handling that one drain should not exceed: between two drains the group shows that it is alive."""

_JOINING: Final = 60.0
"""Seconds that joining a group may take before a run with an idle time-out gives up."""

_LASTING: Final = frozenset(
    {
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.GROUP_MAX_SIZE_REACHED,
        KafkaError.INCONSISTENT_GROUP_PROTOCOL,
        KafkaError.INVALID_GROUP_ID,
        KafkaError.INVALID_SESSION_TIMEOUT,
        KafkaError._AUTO_OFFSET_RESET,
        KafkaError._UNSUPPORTED_FEATURE,
    }
)
"""Errors that stay until somebody does something; the client gets over all others by itself."""

_ABSENT: Final = frozenset({KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC})


class Session:
    """The state of one run; used by one thread."""

    def __init__(
        self, group: Group, settings: Settings, catalog: SchemaCatalog, stop: threading.Event, *, measure_latency: bool
    ) -> None:
        self.statistics = GroupStatistics()
        self._group = group
        self._name = settings.consumer_group or group.name
        self._timeout = settings.timeout
        self._stop = stop
        views = TopicViews(event.contract for event, _ in group.handlers.values())
        self._failures = Failures(group, settings, name=self._name, views=views, statistics=self.statistics)
        self._handling = Handling(
            self._name,
            table=HandlerTable(group, Reader(group.handlers, catalog), views),
            failures=self._failures,
            statistics=self.statistics,
            stop=stop,
            measure_latency=measure_latency,
        )
        self._complaints = Complaints(settings.brokers)
        config = settings.consumer_config(group.name, group.settings) | ignoring(group.ignored_topics)
        self._consumer = connect(confluent_kafka.Consumer, config, self._complaints, on_commit=_committed)
        self._offsets = Offsets(self._consumer)
        self._assigned = False
        self._hand = Hand()
        self._gone: set[tuple[str, int]] = set()
        self._seconds_a_record = 0.0

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
            except confluent_kafka.KafkaException:
                self._consumer.poll(0)  # lets the client say why
                raise
            self._consumer.subscribe(
                subscription(self._group.topics),
                on_assign=self._on_assign,
                on_revoke=self._on_revoke,
                on_lost=self._on_lost,
            )

    def _loop(self, max_events: int | None, idle_timeout: float | None) -> None:
        idle_since = time.monotonic() + _JOINING
        while not self._stop.is_set():
            left = _LARGEST_DRAIN if max_events is None else max_events - self.statistics.records
            if left <= 0:
                return
            drained = self._drain(left)
            now = time.monotonic()
            if drained:
                self._deal_with(drained)
                idle_since = time.monotonic()
                self._seconds_a_record = (idle_since - now) / len(drained)
            elif self._assigned and idle_since > now:
                idle_since = now
            elif idle_timeout is not None and now - idle_since >= idle_timeout:
                return

    def _drain(self, most: int) -> list[Message]:
        """What is there, waiting a moment when nothing is: `consume` alone would wait for its full number."""
        most = min(most, _LARGEST_DRAIN)
        if self._seconds_a_record:
            most = max(1, min(most, int(_LONGEST_DRAIN / self._seconds_a_record)))
        self._gone.clear()
        with translated(self._complaints, f"read for group {self._name}"):
            first = self._consumer.poll(_LOOK)
            if first is None:
                return []
            rest = self._consumer.consume(most - 1, 0) if most > 1 else []
        return [first, *rest]

    def _deal_with(self, drained: list[Message]) -> None:
        for message in drained:
            if self._stop.is_set():
                break
            error = message.error()
            if error is not None:
                self._weigh(error, message)
                continue
            place = place_of(message)
            if place[:2] in self._gone:
                continue  # drained just before its partition went to another member, who will read it
            try:
                self._handling.step(Turn([message]), self._hand)
            except Stopped:
                break
            self._offsets.passed(*place)
        self._settle()

    def _weigh(self, error: KafkaError, message: Message) -> None:
        if error.code() in _ABSENT:
            self._say_absent(str(message.topic()))
        elif error.fatal() or error.code() in _LASTING:
            raise broker_error(error, self._complaints, f"read for group {self._name}")
        else:
            self._complaints(error)

    def _say_absent(self, subscription: str) -> None:
        """Only a topic that is named is amiss: one that matches a pattern is there when a tenant or neighbour is."""
        wanted = next((name for name in self._group.topics if topic_name(name).subscription == subscription), "")
        if topic_name(wanted).is_literal:
            _LOG.warning("group %s: no topic %s yet: `eventpact apply` creates it", self._name, subscription)
        else:
            _LOG.info("group %s: no topic matches %s yet; the first that does is read", self._name, wanted)

    def _settle(self) -> None:
        """Commit what was dealt with, once its dead letters are safe."""
        failed = self._failures.settle()
        for place in sorted(failed, reverse=True):
            self._offsets.hold(*place)
        self._offsets.commit()
        if failed:
            (topic, partition, offset), why = min(failed.items())
            raise DeliveryError(
                f"group {self._name} stops: {len(failed)} dead letters were not acknowledged, the first for "
                f"{topic}/{partition}@{offset} ({why}); their records are not committed and will be read again",
                failed=len(failed),
            )

    def _end(self) -> None:
        try:
            self._settle()
        finally:
            self._failures.close()
            try:
                self._offsets.hand_back_all()
            finally:
                self._consumer.close()

    def _on_assign(self, _: confluent_kafka.Consumer, partitions: list[TopicPartition]) -> None:
        self._assigned = self._assigned or bool(partitions)
        _LOG.info("group %s: got %s", self._name, _listed(partitions))

    def _on_revoke(self, _: confluent_kafka.Consumer, partitions: list[TopicPartition]) -> None:
        self._gone.update((partition.topic, partition.partition) for partition in partitions)
        self._offsets.hand_back(self._gone)
        _LOG.info("group %s: handed back %s", self._name, _listed(partitions))

    def _on_lost(self, _: confluent_kafka.Consumer, partitions: list[TopicPartition]) -> None:
        self._gone.update((partition.topic, partition.partition) for partition in partitions)
        self._offsets.forget(self._gone)
        _LOG.warning("group %s: lost %s, which others may handle again", self._name, _listed(partitions))


def _committed(error: KafkaError | None, _: list[TopicPartition]) -> None:
    if error is not None:
        say_uncommitted(error)


def _listed(partitions: list[TopicPartition]) -> str:
    return ", ".join(f"{partition.topic}/{partition.partition}" for partition in partitions) or "no partitions"
