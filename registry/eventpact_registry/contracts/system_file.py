"""`system.yaml`: one event platform, its package, its topics' defaults and its consumer groups."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from eventpact_registry.contracts.file_model import FileModel
from eventpact_registry.contracts.model import Fill
from eventpact_registry.contracts.scalars import (
    AvroPath,
    Distinct,
    DistributionName,
    EventName,
    Given,
    GroupName,
    Level,
    Namespace,
    PackageVersion,
    Principal,
    PrincipalTemplate,
    RegularExpression,
    RuleId,
    Setting,
    SettingName,
    SystemName,
    Text,
    TopicPattern,
    TopicTemplate,
    TransactionalId,
)
from eventpact_registry.contracts.topic_file import TopicDefaults


class PackageFile(FileModel):
    """The Python package that is generated for the system."""

    name: DistributionName
    """Name of the distribution, like quikapp-events."""
    version: PackageVersion
    """Version of the package; raise it with each change of the contracts."""
    field_names: Literal["snake", "avro"] = "snake"
    """Attributes in snake_case, or as the Avro fields are named."""


class GroupFile(FileModel):
    """A consumer group."""

    description: Text
    """What the group does with what it reads; becomes the docstring of its class."""
    topics: Annotated[Distinct[TopicPattern], Field(min_length=1)]
    """Folders of the topics that it reads, or patterns on them like user.*."""
    reads: dict[EventName, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    """Events that it still reads as an older version; all others are read as the latest."""
    settings: dict[SettingName, Setting] = Field(default_factory=dict)
    """Consumer settings in librdkafka's names."""
    principal: Given[Principal] = None
    """Who the group is to the cluster, where the system's `principal` does not say it."""


class ProducerFile(FileModel):
    """A service that sends, for `apply --acls`."""

    description: Given[Text] = None
    """What the service does."""
    topics: Annotated[Distinct[TopicPattern], Field(min_length=1)]
    """Folders of the topics that it writes to, or patterns on them like user.*."""
    transactional_ids: Given[Distinct[TransactionalId]] = None
    """Its transactional ids, or how they begin, like billing-*; without them, those that begin SYSTEM.NAME."""
    principal: Given[Principal] = None
    """Who it is to the cluster, where the system's `principal` does not say it."""


class ThresholdFile(FileModel):
    """When an alert is raised."""

    warning: Given[Annotated[float, Field(ge=0)]] = None
    """Above this, somebody should look during the day."""
    critical: Given[Annotated[float, Field(ge=0)]] = None
    """Above this, somebody should look now."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.warning is None and self.critical is None:
            raise PydanticCustomError("threshold", "needs a warning or a critical threshold")
        if self.warning is not None and self.critical is not None and self.critical < self.warning:
            raise PydanticCustomError("threshold", "is critical before it is a warning")
        return self


class AlertsFile(FileModel):
    """Thresholds to watch a running system by."""

    lag: Given[ThresholdFile] = None
    """Records that a group is behind."""
    latency_p99_ms: Given[ThresholdFile] = None
    """99th percentile of request latency, in milliseconds."""
    under_replicated_partitions: Given[ThresholdFile] = None
    """Partitions with fewer replicas in sync than they should have."""
    isr_shrinks_per_minute: Given[ThresholdFile] = None
    """How often a replica falls out of sync, a minute."""
    disk_percent: Given[ThresholdFile] = None
    """Share of a broker's disk that is used, in percent."""


class SystemFile(FileModel):
    """An event platform."""

    system: SystemName
    """Name of the system; that of its folder."""
    namespace: Namespace
    """Avro namespace of all its events and types, or the start of it."""
    description: Text
    """What the system is; opens the package's documentation."""
    owner: Text
    """The team that answers for it."""
    package: PackageFile
    """The Python package that is generated."""
    topic_name: TopicTemplate = "{topic}"
    """How a topic is named on the broker; {topic} stands for the name of its folder."""
    topic_pattern: Given[RegularExpression] = None
    """A regular expression that each topic's whole name on the broker has to match, parameters as they are written."""
    defaults: TopicDefaults = TopicDefaults()
    """Topic settings that hold where a `topic.yaml` says nothing else."""
    groups: dict[GroupName, GroupFile] = Field(default_factory=dict)
    """Consumer groups by name."""
    producers: Given[dict[GroupName, ProducerFile]] = None
    """Services that send, each to topics of its own; where none are given, one called producer sends to all topics."""
    principal: PrincipalTemplate = "User:{system}.{name}"
    """Who a group or producer is to the cluster, {name} standing for its name."""
    fill: dict[AvroPath, Fill] = Field(default_factory=dict)
    """Envelope fields, by Avro path, that the runtime fills in when the caller leaves them out."""
    producer: dict[SettingName, Setting] = Field(default_factory=dict)
    """Producer settings in librdkafka's names."""
    consumer: dict[SettingName, Setting] = Field(default_factory=dict)
    """Consumer settings of all groups, in librdkafka's names."""
    alerts: AlertsFile = AlertsFile()
    """Thresholds to watch the system by."""
    rules: dict[RuleId, Level] = Field(default_factory=dict)
    """Severity by rule id, where this system is not to be judged as eventpact.yaml says."""
