"""A topic as its contract declares it: what is needed to create it and to judge whether it is as it should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eventpact.names import TopicName, topic_name

if TYPE_CHECKING:
    from collections.abc import Mapping


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
        return TopicContract(
            name=self.template.fill(values),
            partitions=self.partitions,
            replication_factor=self.replication_factor,
            config=self.config,
        )
