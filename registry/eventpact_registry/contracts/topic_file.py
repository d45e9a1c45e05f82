"""`topic.yaml`: one topic, and the settings that a system's `defaults` may give to all of its topics."""

from typing import Annotated, Literal

from pydantic import Field

from eventpact_registry.contracts.file_model import FileModel
from eventpact_registry.contracts.model import Mode, SubjectStrategy
from eventpact_registry.contracts.scalars import (
    CleanupPolicy,
    Distinct,
    Duration,
    Given,
    HeaderName,
    HeaderValue,
    KeyPaths,
    Retention,
    Setting,
    SettingName,
    Text,
    TopicFolder,
    TopicTemplate,
)


class RetryFile(FileModel):
    """What happens when a handler fails."""

    attempts: Annotated[int, Field(ge=1, le=100)] = 3
    """How often a record is tried, the first time included, before it goes to dead letters."""
    backoff: Annotated[Duration, Field(json_schema_extra={"default": "100ms"})] = 100
    """How long to wait before the second attempt; each further wait is twice as long."""
    tiers: Annotated[Distinct[TopicFolder], Field(max_length=16)] = Field(default_factory=list)
    """Folders of the retry topics that a record goes through after those attempts, in order of their growing delays."""
    order: Literal["none", "key"] = "none"
    """With key, later records of a key wait behind one that is on a retry topic."""


class TopicDefaults(FileModel):
    """Topic settings that `topic.yaml` and a system's `defaults` share."""

    owner: Given[Text] = None
    """The team that answers for the topic; the system's when left out."""
    partitions: Given[Annotated[int, Field(ge=1, le=100_000)]] = None
    """How many partitions the topic has; needed here or in the system's defaults."""
    replication_factor: Given[Annotated[int, Field(ge=1, le=1_000)]] = None
    """How many brokers hold each partition; 3 when left out."""
    retention: Given[Retention] = None
    """How long records are kept: 60s, 15m, 12h, 30d or unlimited; needed here or in the system's defaults."""
    cleanup_policy: Given[CleanupPolicy] = None
    """What happens to old records: delete, compact or both; delete when left out."""
    config: dict[SettingName, Setting] = Field(default_factory=dict)
    """Further topic configuration in Kafka's names; merged over the system's defaults."""
    key: KeyPaths | None = None
    """Avro paths of the record's key, the first that is present wins; null for records without a key."""
    headers: dict[HeaderName, HeaderValue | None] = Field(default_factory=dict)
    """Header to an Avro path, or to a constant as `=text`; null drops a header that the defaults give."""
    compatibility: Given[Mode] = None
    """Who must be able to read whom; BACKWARD_TRANSITIVE when left out."""
    subject_strategy: Given[SubjectStrategy] = None
    """How the registry's subjects are named; chosen by the topic's events and parameters when left out."""
    retry: Given[RetryFile] = None
    """How failing records are tried again."""
    dead_letters: TopicFolder | None = None
    """Folder of the system's dead letter topic that takes what cannot be handled; null for none."""
    envelope: Given[bool] = None
    """Whether each event is to have every field that the system fills in; true when left out."""


class TopicFile(TopicDefaults):
    """A topic and what it promises."""

    description: Text
    """What is on the topic, for its readers."""
    name: Given[TopicTemplate] = None
    """Name on the broker; made by the system's `topic-name` when left out."""
    purpose: Literal["events", "retry", "dead-letters"] = "events"
    """Whether the topic carries events, or records on their way to another attempt or to a person."""
    delay: Given[Duration] = None
    """How long a record waits on a retry topic before it is tried again."""
