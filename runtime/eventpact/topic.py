"""A topic as its contract declares it: what is needed to create it and to judge whether it is as it should be."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from eventpact.names import TopicName, topic_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_MIN_IN_SYNC: Final = "min.insync.replicas"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicContract:
    """One topic, or one for each value of its run-time parameters (`chat.messages.{tenant_id}`)."""

    name: str
    partitions: int
    replication_factor: int
    config: Mapping[str, str] = field(default_factory=dict)
    """Topic configuration in Kafka's names, `{"retention.ms": "604800000"}`."""

    @property
    def template(self) -> TopicName:
        """The name, parsed."""
        return topic_name(self.name)

    def for_parameters(self, values: Mapping[str, str]) -> TopicContract:
        """The contract of one topic.

        Raises:
            ParameterError: a parameter is missing, unknown or not a name.
        """
        return replace(self, name=self.template.fill(values))

    def limited(self, replicas: int | None) -> TopicContract:
        """The contract with at most `replicas` replicas, and no more of them demanded in sync; `None` is no limit.

        For clusters with fewer brokers than the contract was written for, such as those of development.
        """
        if replicas is None or self.replication_factor <= replicas:
            return self
        config = dict(self.config)
        in_sync = config.get(_MIN_IN_SYNC, "")
        if in_sync.isdecimal() and int(in_sync) > replicas:
            config[_MIN_IN_SYNC] = str(replicas)
        return replace(self, replication_factor=replicas, config=config)
