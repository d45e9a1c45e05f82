"""Topics on a cluster: listed, described, created, grown, configured, deleted.

Every call waits a bounded time (`Settings.timeout` unless told otherwise) and raises `BrokerError` with what to do;
a broker that cannot administer topics at all, such as the embedded one, gives `Unsupported`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import KafkaError
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
from eventpact.operate.log_offsets import LogOffsets, leaders_of
from eventpact.operate.looks import Looks
from eventpact.topic import TopicContract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from eventpact.operate.log_offsets import Partition
    from eventpact.settings import Settings

_LOG: Final = logging.getLogger("eventpact.operate")
_DAY_MS: Final = 24 * 60 * 60 * 1000


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
        return {name: state for name, state in self._states().items() if internal or not name.startswith("__")}

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

    def create(self, *contracts: TopicContract, wait: bool = True) -> None:
        """Create topics and wait until each partition's leader serves it: what is sent from then on is taken.

        Without `wait`, `wait_for_leaders` is left to the caller, who may do it once for several calls.
        """
        for contract in contracts:
            self._create(contract)
        if wait:
            self.wait_for_leaders([(one.name, number) for one in contracts for number in range(one.partitions)])

    def grow(self, name: str, partitions: int, *, wait: bool = True) -> None:
        """Raise a topic's partition count, and wait as `create` does; keyed records move to other partitions then."""
        before = self._states().get(name)
        self._result(
            f"grow topic {name} to {partitions} partitions",
            lambda: self._client.create_partitions([NewPartitions(name, partitions)], request_timeout=self._timeout),
        )
        if wait:
            self.wait_for_leaders([(name, number) for number in range(before.partitions if before else 0, partitions)])

    def wait_for_leaders(self, partitions: Iterable[Partition]) -> None:
        """Wait until the cluster shows new partitions, and the leader of each knows that it leads.

        Metadata of one broker names leaders that have not heard of it themselves. An idempotent producer of librdkafka
        whose first batch such a leader refuses may take it for written with the second. Topics that this account may
        not describe are not waited for, with a warning: neither can leaders be asked about them.

        Raises:
            BrokerError: no further one is served within the time of one answer.
        """
        offsets, waiting = LogOffsets(self._administrator), set(partitions)
        looks, failure = Looks(self._timeout), None
        for _ in looks:
            try:
                states = self._states(looks.left)
                unseen = {name for name, _ in waiting} - states.keys()
                hidden = {name for name in unseen if self._is_hidden(name, looks.left)}
            except BrokerError as error:  # a leader that hangs may hold up the connection that is asked
                failure = error
                continue
            waiting = {place for place in waiting if place[0] not in hidden}
            for name in hidden:
                _LOG.warning(
                    "topic %s: %s lacks DESCRIBE on it, so nobody waits until its leaders serve it; what is sent at "
                    "once may be refused",
                    name,
                    self._administrator.complaints.client.account,
                )
            shown = [place for place in waiting if place[0] in states and place[1] < states[place[0]].partitions]
            unserved = offsets.unserved(shown, timeout=looks.left)
            waiting = waiting.difference(shown).union(unserved)
            if not waiting:
                return
            if len(unserved) < len(shown):
                looks.progressed()
        raise BrokerError(
            f"the cluster took the change, but {leaders_of(waiting)} did not answer as such within {self._timeout:g} s"
            f"{self._administrator.complaints.known()} (brokers: {self._administrator.brokers}): what is sent there "
            "may be refused; `eventpact health` tells what is wrong with brokers and topics"
        ) from failure

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
        looks = Looks(self._timeout)
        for _ in looks:
            shown = self._states(looks.left).keys() & set(names)
            if not shown:
                return
        raise BrokerError(
            f"the cluster took the deletion of {', '.join(sorted(shown))}, but still shows it after {self._timeout:g} s"
        )

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

    def _states(self, timeout: float | None = None) -> dict[str, TopicState]:
        topics = self._administrator.metadata(timeout=timeout).topics
        return {name: _state(topic) for name, topic in topics.items()}

    def _is_hidden(self, name: str, timeout: float) -> bool:
        """Whether this account may not describe a topic: then there is nothing to see of it, however long one looks."""
        error = self._administrator.metadata(name, timeout=timeout).topics[name].error
        return error is not None and error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED


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
