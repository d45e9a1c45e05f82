"""Topics on a cluster: listed, described, created, grown, configured, deleted.

Every call waits a bounded time (`Settings.timeout` unless told otherwise) and raises `BrokerError` with what to do;
a broker that cannot administer topics at all, such as the embedded one, gives `Unsupported`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # it imports these names without re-exporting them
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    ResourceType,
    TopicMetadata,
)

from eventpact.errors import BrokerError
from eventpact.operate.administrator import Administrator
from eventpact.topic import TopicContract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from eventpact.settings import Settings

_DAY_MS: Final = 24 * 60 * 60 * 1000
_LOOK_AGAIN: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicState:
    """A topic as it is on the cluster."""

    name: str
    partitions: int
    replication_factor: int
    under_replicated: int
    """Partitions of which not every replica is in sync."""
    offline: int
    """Partitions without a leader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicConfig:
    """A topic's configuration in Kafka's names."""

    values: Mapping[str, str]
    """What is in effect."""
    own: Mapping[str, str]
    """What is set on the topic itself, the rest being the broker's defaults."""


class Topics:
    """The topics of one cluster."""

    def __init__(
        self, settings: Settings, *, timeout: float | None = None, administrator: Administrator | None = None
    ) -> None:
        """Connect in the background, or share the connection of `administrator`, and its timeout."""
        self._administrator = administrator or Administrator(settings, timeout=timeout)
        self._client = self._administrator.client
        self._timeout = self._administrator.timeout

    def states(self, *, internal: bool = False) -> dict[str, TopicState]:
        """Every topic by name; Kafka's own (`__consumer_offsets`, …) only on request."""
        topics = self._administrator.metadata().topics
        return {name: _state(topic) for name, topic in topics.items() if internal or not name.startswith("__")}

    def broker_count(self) -> int:
        """How many brokers the cluster has now: the most replicas that a topic can get."""
        return len(self._administrator.metadata().brokers)

    def config(self, name: str) -> TopicConfig:
        """The configuration of one topic."""
        resource = ConfigResource(ResourceType.TOPIC, name)
        entries: Mapping[str, ConfigEntry] = self._result(
            f"describe topic {name}", lambda: self._client.describe_configs([resource], request_timeout=self._timeout)
        )
        values = {entry.name: value for entry in entries.values() if (value := entry.value) is not None}
        own = {
            entry.name for entry in entries.values() if ConfigSource(entry.source) is ConfigSource.DYNAMIC_TOPIC_CONFIG
        }
        return TopicConfig(values=values, own={name: value for name, value in values.items() if name in own})

    def create(self, *contracts: TopicContract) -> None:
        """Create topics and wait until each partition has a leader."""
        for contract in contracts:
            self._create(contract)
        names = [contract.name for contract in contracts]
        self._wait(names, lambda states: all(name in states and states[name].offline == 0 for name in names))

    def grow(self, name: str, partitions: int) -> None:
        """Raise a topic's partition count; keyed records move to other partitions from then on."""
        self._result(
            f"grow topic {name} to {partitions} partitions",
            lambda: self._client.create_partitions([NewPartitions(name, partitions)], request_timeout=self._timeout),
        )
        self._wait([name], lambda states: name in states and states[name].partitions == partitions)

    def configure(self, name: str, config: Mapping[str, str | None]) -> None:
        """Set configuration values; `None` returns one to the broker's default."""
        changes = [
            ConfigEntry(
                key,
                value,
                incremental_operation=AlterConfigOpType.DELETE if value is None else AlterConfigOpType.SET,
            )
            for key, value in config.items()
        ]
        resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=changes)
        self._result(
            f"configure topic {name}",
            lambda: self._client.incremental_alter_configs([resource], request_timeout=self._timeout),
        )

    def delete(self, *names: str) -> None:
        """Delete topics with everything on them and wait until they are gone."""
        for name in names:
            self._delete(name)
        self._wait(names, lambda states: not any(name in states for name in names))

    def _create(self, contract: TopicContract) -> None:
        new = NewTopic(
            contract.name,
            num_partitions=contract.partitions,
            replication_factor=contract.replication_factor,
            config=dict(contract.config),
        )
        self._result(
            f"create topic {contract.name}", lambda: self._client.create_topics([new], request_timeout=self._timeout)
        )

    def _delete(self, name: str) -> None:
        self._result(f"delete topic {name}", lambda: self._client.delete_topics([name], request_timeout=self._timeout))

    def _result(self, doing: str, call: Callable[[], Mapping[Any, Any]]) -> Any:
        [answer] = self._administrator.answers(doing, lambda: call().values())
        return answer

    def _wait(self, names: Iterable[str], settled: Callable[[Mapping[str, TopicState]], bool]) -> None:
        """A change is answered by the controller before every broker has heard of it."""
        deadline = time.monotonic() + self._timeout
        while not settled(self.states()):
            if time.monotonic() > deadline:
                raise BrokerError(
                    f"the cluster took the change of {', '.join(names)}, but does not show it after {self._timeout:g} s"
                )
            time.sleep(_LOOK_AGAIN)


def plain_topic(name: str, settings: Settings) -> TopicContract:
    """The contract of a topic that nobody declared: the settings' partitions, replication factor and retention."""
    return TopicContract(
        name=name,
        partitions=settings.partitions,
        replication_factor=settings.replication_factor,
        config={"retention.ms": str(settings.retention_days * _DAY_MS)},
    )


def _state(topic: TopicMetadata) -> TopicState:
    partitions = topic.partitions.values()
    return TopicState(
        name=str(topic.topic),
        partitions=len(partitions),
        replication_factor=min((len(partition.replicas) for partition in partitions), default=0),
        under_replicated=sum(len(partition.isrs) < len(partition.replicas) for partition in partitions),
        offline=sum(partition.leader < 0 for partition in partitions),
    )
