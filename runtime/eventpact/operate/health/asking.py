"""The facts that health is judged from, asked of cluster and registry in bounded time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import wait
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import ConfigResource, ResourceType  # type: ignore[attr-defined]  # not re-exported there

from eventpact.errors import EventPactError
from eventpact.operate.health.report import RegistryHealth
from eventpact.schemas import SchemaCatalog

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from concurrent.futures import Future

    from eventpact.operate.administrator import Administrator
    from eventpact.settings import Settings

_ROUNDS: Final = 4
"""Requests to each broker, of which the first makes the connection and is not counted."""

_TRIES: Final = 3
"""How often the registry's client tries; all of them together have the time of one answer."""

_GRACE: Final = 0.5
"""Seconds that a client may need beyond its own time-out to say so."""


@dataclass(frozen=True, slots=True)
class PartitionFacts:
    """One partition as the cluster describes it."""

    leader: int
    """-1 where there is none."""
    replicas: tuple[int, ...]
    """Brokers that should have it."""
    in_sync: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFacts:
    """A cluster as it describes itself."""

    id: str | None
    controller: int | None
    brokers: Mapping[int, str]
    """Those that are there, to `host:port`."""
    topics: Mapping[str, tuple[PartitionFacts, ...]]
    connecting_seconds: float
    seconds: float

    @property
    def gone(self) -> tuple[int, ...]:
        """Brokers that replicas are assigned to and that are not there."""
        assigned = {broker for topic in self.topics.values() for one in topic for broker in one.replicas}
        return tuple(sorted(assigned - self.brokers.keys()))


@dataclass(frozen=True, slots=True)
class Answered:
    """How one broker answered."""

    seconds: float | None = None
    error: str | None = None


def cluster_facts(administrator: Administrator, clock: Callable[[], float] = time.monotonic) -> ClusterFacts:
    """What the cluster says of itself, asked twice: the first time is that of connecting.

    Raises:
        BrokerError: it does not answer.
    """
    began = clock()
    administrator.metadata()
    connected = clock()
    found = administrator.metadata()
    ended = clock()
    return ClusterFacts(
        id=found.cluster_id,
        controller=found.controller_id if found.controller_id in found.brokers else None,
        brokers={number: f"{broker.host}:{broker.port}" for number, broker in sorted(found.brokers.items())},
        topics={
            name: tuple(
                PartitionFacts(one.leader, tuple(one.replicas), tuple(one.isrs))
                for _, one in sorted(topic.partitions.items())
            )
            for name, topic in sorted(found.topics.items())
            if not name.startswith("__")
        },
        connecting_seconds=connected - began,
        seconds=ended - connected,
    )


def broker_answers(
    administrator: Administrator, brokers: Collection[int], clock: Callable[[], float] = time.monotonic
) -> dict[int, Answered]:
    """How each broker answers requests for itself alone, all at the same time; the slowest of a few."""
    slowest = dict.fromkeys(brokers, Answered())
    left = set(brokers)
    for number in range(_ROUNDS):
        for broker, answered in _round(administrator, left, clock).items():
            if answered.seconds is None:
                left.discard(broker)  # it would only cost the same time again
                slowest[broker] = answered
            elif number:
                slowest[broker] = Answered(max(slowest[broker].seconds or 0.0, answered.seconds))
    return slowest


class RegistryQuestion:
    """Whether the registry answers, asked beside everything else: it may take all its time."""

    def __init__(self, settings: Settings, timeout: float) -> None:
        """Ask; all tries of the registry's client together have about `timeout` seconds."""
        self._settings = replace(settings, timeout=timeout / _TRIES)
        self._until = time.monotonic() + timeout + _GRACE
        self._found = RegistryHealth(
            url=settings.registry_url,
            reachable=False,
            error=f"no answer within {timeout:g} s: check SCHEMA_REGISTRY_URL",
        )
        self._thread = threading.Thread(target=self._ask, name="eventpact-health", daemon=True)
        self._thread.start()

    def answer(self) -> RegistryHealth:
        """What came of it, by the end of the time at the latest."""
        self._thread.join(max(0.0, self._until - time.monotonic()))
        return self._found

    def _ask(self) -> None:
        catalog = SchemaCatalog(self._settings)
        began = time.monotonic()
        try:
            catalog.ping()
        except EventPactError as error:
            self._found = replace(self._found, error=str(error))
        else:
            self._found = replace(self._found, reachable=True, seconds=time.monotonic() - began, error=None)
        finally:
            catalog.close()


def _round(administrator: Administrator, brokers: Collection[int], clock: Callable[[], float]) -> dict[int, Answered]:
    """One request to each broker for its own configuration: the only question that goes to the broker it is about."""
    ended: dict[int, float] = {}
    began: dict[int, float] = {}
    asked: dict[int, Future[Any]] = {}
    for broker in brokers:
        began[broker] = clock()
        resource = ConfigResource(ResourceType.BROKER, str(broker))
        [asked[broker]] = administrator.client.describe_configs(
            [resource], request_timeout=administrator.timeout
        ).values()
        asked[broker].add_done_callback(partial(_note, ended, broker, clock))
    wait(asked.values(), administrator.timeout + _GRACE)
    administrator.client.poll(0)
    return {
        broker: _answered(future, ended.get(broker, clock()) - began[broker], administrator)
        for broker, future in asked.items()
    }


def _note(ended: dict[int, float], broker: int, clock: Callable[[], float], _: Future[Any]) -> None:
    ended[broker] = clock()


def _answered(future: Future[Any], seconds: float, administrator: Administrator) -> Answered:
    if not future.done():
        return Answered(error=f"no answer within {administrator.timeout:g} s")
    error = future.exception()
    if error is None:
        return Answered(seconds)
    cause = error.args[0] if isinstance(error, KafkaException) else None
    if not isinstance(cause, KafkaError):
        return Answered(error=str(error))
    if cause.code() in {KafkaError.CLUSTER_AUTHORIZATION_FAILED, KafkaError.TOPIC_AUTHORIZATION_FAILED}:
        return Answered(seconds)  # a refusal is an answer
    if cause.code() == KafkaError._UNSUPPORTED_FEATURE:
        return Answered()
    return Answered(error=administrator.complaints.explain(cause))
