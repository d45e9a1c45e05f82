"""What producers and groups have counted, summed over those that live and those that have ended.

A counter never falls: what one had counted when it ended stays in the sum.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from eventpact.histogram import Histogram, HistogramSnapshot
from eventpact.names import topic_name
from eventpact.observe.catalogue import (
    BREAKER,
    BREAKER_STATES,
    CONNECTED,
    GROUP,
    HANDLED,
    LAG,
    PRODUCER,
    QUEUED,
    QUEUED_BYTES,
    ROUND_TRIP,
    SENT,
    WAITING,
)
from eventpact.observing import CLIENTS, GROUPS, PRODUCERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eventpact.consume.session import Session
    from eventpact.observe.catalogue import Read
    from eventpact.observe.clients import ClientWatch
    from eventpact.produce.producer import Producer

_OF_THE_WORST: Final = frozenset({ROUND_TRIP.name, CONNECTED.name})
"""Gauges of which the highest of several counts, for their sum says nothing."""

Key: TypeAlias = tuple[str, tuple[str, ...]]
"""A metric's name and the values of its labels."""


@dataclass(slots=True)
class Readings:
    """Values by metric and labels."""

    counters: dict[Key, float] = field(default_factory=dict)
    gauges: dict[Key, float] = field(default_factory=dict)
    histograms: dict[Key, HistogramSnapshot] = field(default_factory=dict)

    def add(self, other: Readings, *, gauges: bool = True) -> None:
        """Sum up; gauges of what has ended say nothing any more and can be left out."""
        for key, value in other.counters.items():
            self.counters[key] = self.counters.get(key, 0) + value
        for key, snapshot in other.histograms.items():
            self.histograms[key] = self.histograms[key] + snapshot if key in self.histograms else snapshot
        for key, value in other.gauges.items() if gauges else ():
            known = self.gauges.get(key, 0)
            self.gauges[key] = max(known, value) if key[0] in _OF_THE_WORST else known + value

    def counter(self, name: str) -> float:
        """A counter over all its labels."""
        return sum(value for (each, _), value in self.counters.items() if each == name)

    def histogram(self, name: str) -> HistogramSnapshot | None:
        """A histogram over all its labels; `None` when nothing has it."""
        found = [snapshot for (each, _), snapshot in self.histograms.items() if each == name]
        return sum(found[1:], start=found[0]) if found else None

    def read(self, metrics: Iterable[Read], statistics: object, labels: tuple[str, ...]) -> None:
        """Take over each metric's attribute of some statistics."""
        for metric in metrics:
            value = getattr(statistics, metric.attribute)
            if metric.kind == "histogram":
                snapshot = value.snapshot() if isinstance(value, Histogram) else value
                self.histograms[metric.name, labels] = snapshot
            elif metric.kind == "gauge":
                self.gauges[metric.name, labels] = value
            else:
                self.counters[metric.name, labels] = value


def of_producer(producer: Producer) -> Readings:
    """What one producer has counted."""
    system = producer.system or type(producer).__name__
    readings = Readings()
    statistics = producer.statistics
    readings.read(PRODUCER, statistics, (system,))
    for event, count in statistics.by_event.items():
        readings.counters[SENT.name, (system, event)] = count
    return readings


def of_group(session: Session) -> Readings:
    """What one run of a group has counted."""
    statistics, group = session.statistics, session.name
    readings = Readings()
    readings.read(GROUP, statistics, (group,))
    for event, count in tuple(statistics.by_event.items()):
        readings.counters[HANDLED.name, (group, event)] = count
    declared = tuple(name for name in session.topics if topic_name(name).parameters)
    for (topic, partition), lag in statistics.lag.items():
        key = LAG.name, (group, _label(topic, declared), str(partition))
        readings.gauges[key] = readings.gauges.get(key, 0) + lag
    return readings


def of_client(watch: ClientWatch) -> Readings:
    """What one Kafka client told last; of several of one name the queues add up and the slowest answer counts."""
    readings = Readings()
    whose = watch.client, watch.name
    readings.gauges[QUEUED.name, whose] = watch.queued
    readings.gauges[QUEUED_BYTES.name, whose] = watch.queued_bytes
    readings.gauges[CONNECTED.name, whose] = sum(one.connected for one in watch.brokers)
    for one in watch.brokers:
        readings.gauges[WAITING.name, (*whose, one.broker)] = one.waiting
        readings.gauges[ROUND_TRIP.name, (*whose, one.broker, "mean")] = one.round_trip_mean
        readings.gauges[ROUND_TRIP.name, (*whose, one.broker, "p99")] = one.round_trip_p99
    return readings


class Totals:
    """The sums of this process, from when it is first asked for."""

    def __init__(self) -> None:
        self._ended = Readings()
        PRODUCERS.at_end(lambda one: self._ended.add(of_producer(one), gauges=False))
        GROUPS.at_end(lambda one: self._ended.add(of_group(one), gauges=False))

    def read(self) -> Readings:
        """All that was counted up to now."""
        with PRODUCERS.lock, GROUPS.lock:
            sums = Readings()
            sums.add(self._ended)
            for producer in PRODUCERS:
                sums.add(of_producer(producer))
            for session in GROUPS:
                sums.add(of_group(session))
            for watch in CLIENTS:
                if watch.fresh:
                    sums.add(of_client(watch))
            worst: dict[str, str] = {}
            for producer in PRODUCERS:
                system = producer.system or type(producer).__name__
                worst[system] = max(worst.get(system, "closed"), producer.breaker_state, key=BREAKER_STATES.index)
            for system, state in worst.items():
                for each in BREAKER_STATES:
                    sums.gauges[BREAKER.name, (system, each)] = float(each == state)
            return sums


TOTALS: Final = Totals()
"""Importing this module starts the sums."""


def _label(topic: str, declared: tuple[str, ...]) -> str:
    """A topic's name in metrics: as declared, where it holds run-time parameters."""
    return next((name for name in declared if topic_name(name).match(topic) is not None), topic)
