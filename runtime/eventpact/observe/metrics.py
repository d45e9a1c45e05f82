"""Metrics for Prometheus: a collector over what producers and groups count, and a port that it can be scraped at.

`METRICS_PORT` opens the port with the first producer or group of the process and closes it with the last;
`MetricsServer` does it by hand. A service that shows metrics already adds the collector to its own registry:
`register(registry)`.
"""

from __future__ import annotations

import threading
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final, Self
from weakref import WeakSet

from confluent_kafka import libversion
from prometheus_client import REGISTRY, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from eventpact.avro.executor import chosen
from eventpact.errors import SettingsError
from eventpact.observe.catalogue import BUILD, METRICS
from eventpact.observe.readings import TOTALS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import CollectorRegistry, Metric

    from eventpact.histogram import HistogramSnapshot
    from eventpact.observe.catalogue import Metric as Described
    from eventpact.observe.readings import Readings

LOOPBACK: Final = "127.0.0.1"
_INFINITE: Final = float("inf")


class EventPactCollector(Collector):
    """Reads what producers and groups have counted when somebody scrapes, and costs nothing in between."""

    def collect(self) -> Iterator[Metric]:
        """Every metric of the catalogue that something was counted for."""
        readings = TOTALS.read()
        readings.gauges[BUILD.name, _build()] = 1
        for described in METRICS:
            yield from _family(described, readings)

    def describe(self) -> Iterator[Metric]:
        """The names, so that registering does not scrape."""
        for described in METRICS:
            yield from _family(described, None)


_REGISTERED: Final[WeakSet[CollectorRegistry]] = WeakSet()


def register(registry: CollectorRegistry = REGISTRY) -> None:
    """Add the collector to a registry, prometheus_client's own by default; again is harmless."""
    if registry not in _REGISTERED:
        registry.register(EventPactCollector())
        _REGISTERED.add(registry)


class MetricsServer:
    """A port that shows a registry to Prometheus at `/metrics`; end it with `close`, or use it in a `with`."""

    def __init__(self, port: int, address: str = LOOPBACK, *, registry: CollectorRegistry = REGISTRY) -> None:
        """Open the port; 0 takes a free one.

        Raises:
            SettingsError: it cannot be opened.
        """
        register(registry)
        try:
            self._server, self._thread = start_http_server(port, address, registry)
        except OSError as error:
            raise SettingsError(
                f"cannot show metrics at {address}:{port}: {error.strerror or error}: "
                "give METRICS_PORT a free port, and METRICS_ADDRESS one of this machine"
            ) from error
        self.port: int = self._server.server_port
        """The port that is open."""

    def close(self) -> None:
        """Close the port; it is closed when this returns."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SharedPorts:
    """The ports that producers and groups of the process share; each is closed with its last user."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[tuple[str, int], tuple[MetricsServer, int]] = {}

    def enter(self, address: str, port: int) -> None:
        """One more uses a port; the first opens it, or raises `SettingsError`."""
        with self._lock:
            server, users = self._open.get((address, port)) or (MetricsServer(port, address), 0)
            self._open[address, port] = server, users + 1

    def leave(self, address: str, port: int) -> None:
        """One less uses a port; the last closes it."""
        with self._lock:
            server, users = self._open.pop((address, port))
            if users > 1:
                self._open[address, port] = server, users - 1
            else:
                server.close()


SHARED: Final = SharedPorts()


def _family(described: Described, readings: Readings | None) -> Iterator[Metric]:
    """A metric with its values; without readings, empty."""
    labels = described.labels
    if described.kind == "histogram":
        histogram = HistogramMetricFamily(described.name, described.meaning, labels=labels)
        for values, snapshot in _of(described, readings.histograms) if readings else ():
            histogram.add_metric(values, _buckets(snapshot), snapshot.sum)
        yield histogram
        return
    make: Any = CounterMetricFamily if described.kind == "counter" else GaugeMetricFamily
    family = make(described.name, described.meaning, labels=labels)
    if readings is not None:
        for values, value in _of(described, readings.counters if described.kind == "counter" else readings.gauges):
            family.add_metric(values, value)
    yield family


def _of(described: Described, values: dict[tuple[str, tuple[str, ...]], Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    return ((labels, value) for (name, labels), value in values.items() if name == described.name)


def _buckets(snapshot: HistogramSnapshot) -> list[tuple[str, float]]:
    """Prometheus's buckets: each counts all below its bound, and the last has none."""
    found, seen = [], 0
    for bound, count in zip((*snapshot.bounds, _INFINITE), snapshot.counts, strict=True):
        seen += count
        found.append(("+Inf" if bound == _INFINITE else str(bound), float(seen)))
    return found


@cache
def _build() -> tuple[str, ...]:
    try:
        own = version("eventpact")
    except PackageNotFoundError:
        own = "unknown"
    return own, chosen(), version("confluent-kafka"), libversion()[0]
