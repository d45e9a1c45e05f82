"""What the registry tells of its requests: metrics for Prometheus, and a line each in the access log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily

from eventpact_registry.server.access import USER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric
    from starlette.types import Scope

    from eventpact_registry.server.store import Store

ROUTE: Final = "eventpact.route"
"""The key of a request's scope under which the path of its operation is kept, parameters in braces."""

ACCESS_LOG: Final = logging.getLogger("eventpact_registry.access")
"""A line a request, at INFO: client, user, method, path, status, milliseconds."""

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_KNOWN_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})


class Metrics:
    """Counts of requests and of what is kept; made anew for each registry, so that two in a process stay apart."""

    def __init__(self, store: Store) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "eventpact_registry_requests",
            "Requests answered, by method, operation and status.",
            ["method", "operation", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "eventpact_registry_request_seconds",
            "Seconds from a request's arrival to its answer, by operation.",
            ["operation"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._registry.register(_Kept(store))
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, operation: str, status: int, seconds: float) -> None:
        """Count a request."""
        known = method if method in _KNOWN_METHODS else "other"
        series = self._series.get((known, operation, status))
        if series is None:
            requests = self._requests.labels(known, operation, str(status))
            series = self._series[known, operation, status] = requests, self._seconds.labels(operation)
        requests, histogram = series
        requests.inc()
        histogram.observe(seconds)

    def exposition(self) -> bytes:
        """All metrics in Prometheus's text format."""
        return generate_latest(self._registry)


class _Kept:
    """Gauges of what the database holds, counted when somebody asks."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[Metric]:
        with self._store.reading() as rows:
            counts = rows.counts()
        for name, count in zip(("subjects", "versions", "schemas"), counts, strict=True):
            yield GaugeMetricFamily(f"eventpact_registry_{name}", f"Live {name} in the database.", value=count)


def log(scope: Scope, status: int, seconds: float) -> None:
    """A line in the access log; the path stands escaped, as it was sent, so that it stays a line."""
    if ACCESS_LOG.isEnabledFor(logging.INFO):
        client = scope.get("client") or ("-", 0)
        path = scope["raw_path"].decode("latin-1")
        user, method = scope.get(USER, "-"), scope["method"]
        ACCESS_LOG.info("%s %s %s %s %d %.1f ms", client[0], user, method, path, status, seconds * 1000)
