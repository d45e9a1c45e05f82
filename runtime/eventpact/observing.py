"""Who is there to be observed: the producers and running groups of this process.

They add themselves when they start and are taken out when they end; metrics and health read their `statistics` when
somebody asks (`eventpact.observe.readings`).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar
from weakref import WeakSet

from eventpact.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact.consume.session import Session
    from eventpact.observe.clients import ClientWatch
    from eventpact.observe.metrics import SharedPorts
    from eventpact.produce.producer import Producer
    from eventpact.settings import Settings

T = TypeVar("T")


class Observed(Generic[T]):
    """Live objects of one kind, held weakly; threads may share it."""

    def __init__(self) -> None:
        self.lock: Final = threading.RLock()
        """Held by whoever must not see one come or go meanwhile."""
        self._live: WeakSet[T] = WeakSet()
        self._at_end: list[Callable[[T], None]] = []

    def add(self, one: T) -> None:
        """Observe one from now on."""
        with self.lock:
            self._live.add(one)

    def discard(self, one: T) -> None:
        """One has ended, its counts are final; nothing happens when it is not here."""
        with self.lock:
            if one in self._live:
                for call in self._at_end:
                    call(one)
                self._live.discard(one)

    def at_end(self, call: Callable[[T], None]) -> None:
        """Have `call` take the last reading of each one that ends from now on."""
        with self.lock:
            self._at_end.append(call)

    def __iter__(self) -> Iterator[T]:
        with self.lock:
            return iter(tuple(self._live))

    def __len__(self) -> int:
        return len(self._live)


PRODUCERS: Final[Observed[Producer]] = Observed()
"""Producers that are not closed."""

GROUPS: Final[Observed[Session]] = Observed()
"""Runs of groups that have not ended."""

CLIENTS: Final[Observed[ClientWatch]] = Observed()
"""What the Kafka clients of both tell of themselves, where metrics are shown."""


def begin(settings: Settings) -> None:
    """A producer or group begins: give it what its settings ask for, spans and a port for metrics.

    Raises:
        SettingsError: the extra for it is not installed, or the port cannot be opened.
    """
    if settings.tracing:
        from eventpact import tracing  # noqa: PLC0415 - only where spans are asked for

        if tracing.SPANS is None:
            tracing.instrument()
    if settings.metrics_port is not None:
        _ports().enter(settings.metrics_address, settings.metrics_port)


def end(settings: Settings) -> None:
    """A producer or group that had begun has ended; the last one closes the port."""
    if settings.metrics_port is not None:
        _ports().leave(settings.metrics_address, settings.metrics_port)


def watched(settings: Settings, client: Literal["producer", "consumer"], name: str) -> dict[str, Any]:
    """The properties that make a Kafka client tell of itself; none unless metrics are shown."""
    if settings.metrics_port is None:
        return {}
    from eventpact.observe.clients import INTERVAL_MS, ClientWatch  # noqa: PLC0415 - only where metrics are shown

    return {"statistics.interval.ms": str(INTERVAL_MS), "stats_cb": ClientWatch(client, name)}


def _ports() -> SharedPorts:
    try:
        from eventpact.observe.metrics import SHARED  # noqa: PLC0415 - only here is the extra needed
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("prometheus_client"):
            raise
        raise SettingsError("METRICS_PORT needs prometheus_client: pip install 'eventpact[metrics]'") from error
    return SHARED
