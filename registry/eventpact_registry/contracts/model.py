"""Contracts as loaded: systems, topics, events and their versions. Immutable; made by `ContractRepository`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from eventpact.avro.walk import named_types
from eventpact.subjects import SubjectStrategy as SubjectStrategy  # noqa: PLC0414, TC001 - re-exported
from eventpact_registry.contracts.avro_paths import Paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from eventpact.avro.model import Named, Schema


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a contract file; line and column start at 1."""

    file: str
    """As a user would type it: `contracts/quikapp/system.yaml`."""
    line: int = 1
    column: int = 1
    revision: str = ""
    """Where the file was read from when that is not the working tree: `git:main`."""

    @property
    def shown_file(self) -> str:
        """The file with its revision, `git:main:contracts/quikapp/system.yaml`, as `git show main:…` takes it."""
        return f"{self.revision}:{self.file}" if self.revision else self.file

    def __str__(self) -> str:
        return f"{self.shown_file}:{self.line}:{self.column}"


class Mode(StrEnum):
    """Confluent's compatibility levels: who must be able to read whom, and how far back."""

    NONE = "NONE"
    BACKWARD = "BACKWARD"
    BACKWARD_TRANSITIVE = "BACKWARD_TRANSITIVE"
    FORWARD = "FORWARD"
    FORWARD_TRANSITIVE = "FORWARD_TRANSITIVE"
    FULL = "FULL"
    FULL_TRANSITIVE = "FULL_TRANSITIVE"


class Fill(StrEnum):
    """What the runtime puts into an envelope field that the caller leaves out."""

    ID = "id"  # a random UUID
    TIME = "time"  # now, in UTC
    TYPE = "type"  # the topic folder's name for a one-event topic, else the event's name in kebab-case
    VERSION = "version"  # the contract version
    SOURCE = "source"  # the service's name
    CORRELATION = "correlation"  # the correlation id of the event being handled, else a new one


class Reference(NamedTuple):
    """A pinned shared type: registered under `subject` (its full name) as `version`."""

    name: str
    version: int

    @property
    def subject(self) -> str:
        """The registry subject of the shared type."""
        return self.name


@dataclass(frozen=True, eq=False, kw_only=True)
class SchemaVersion:
    """One version of an event or shared type: one `NAME.vN.avsc` file."""

    version: int
    file: str
    """Path as a user would type it, `contracts/quikapp/message.sent/MessageSent.v2.avsc`."""
    source: str
    """The file's text."""
    schema: Schema
    references: tuple[Reference, ...]
    locate: Callable[[str], Location]
    """Turns a JSON pointer into the schema into a place in the file."""
    pinned: Mapping[str, SchemaVersion] = field(default_factory=dict)
    """The shared types of `references`, by full name."""

    @cached_property
    def types(self) -> Mapping[str, Named]:
        """All named types that the schema is or holds, by full name."""
        return named_types(self.schema)

    @cached_property
    def paths(self) -> Paths:
        """Where Avro paths such as `data.userId` lead in the schema."""
        return Paths(self.schema)

    @cached_property
    def shared(self) -> frozenset[str]:
        """Full names of the types that other files define for it."""
        return frozenset(name for pinned in self.pinned.values() for name in pinned.types)

    @property
    def text(self) -> str:
        """What the registry gets: compact JSON without `references`. Made when asked for; checking never needs it."""
        body = json.loads(self.source)
        body.pop("references", None)
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class VersionedType:
    """An event or a shared type with all its versions."""

    name: str
    """Short name, `MessageSent`."""
    full_name: str
    """`io.quikapp.message.MessageSent`, that of the latest version."""
    versions: tuple[SchemaVersion, ...]
    """In rising order; version numbers start at 1 and have no gaps, unless gaps were tolerated to be judged."""

    @property
    def latest(self) -> SchemaVersion:
        """The newest version."""
        return self.versions[-1]

    def numbered(self, number: int) -> SchemaVersion:
        """The version of a number that it has."""
        return next(version for version in self.versions if version.version == number)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Retry:
    """How a record whose handler fails is tried again, before it goes to dead letters."""

    attempts: int
    """In place, the first included."""
    backoff_ms: int
    tiers: tuple[str, ...] = ()
    """Folders of the system's retry topics that it goes through after that, in order of their growing delays."""
    order: Literal["none", "key"] = "none"
    """`key`: later records of a key wait behind one that is on a retry topic."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Topic:
    """A topic and the events it carries: one folder with a `topic.yaml`."""

    folder: str
    """`message.sent`; what consumer groups match on."""
    name: str
    """On the broker, `QuikApp.message.sent`; may hold run-time parameters such as `{tenant_id}`."""
    description: str
    owner: str
    purpose: Literal["events", "retry", "dead-letters"]
    partitions: int
    replication_factor: int
    retention_ms: int
    """-1 keeps records for ever."""
    cleanup_policy: tuple[str, ...]
    """`delete`, `compact`, or both."""
    config: Mapping[str, str]
    """Further topic configuration in Kafka's names."""
    key: tuple[str, ...]
    """Avro paths tried in order (`data.userId`); empty: records have no key and spread at random.

    Each event has at least one of them; those that it does not have are passed over.
    """
    headers: Mapping[str, str]
    """Header name to Avro path, or to a constant when the value starts with `=`.

    A path from the topic's own file leads somewhere in each of its events; one from the system's defaults may be
    missing in an event, which then goes without that header.
    """
    compatibility: Mode
    subject_strategy: SubjectStrategy
    retry: Retry
    dead_letters: str | None
    """Folder of the system's dead letter topic."""
    delay_ms: int | None = None
    """How long a record waits on it before it is tried again, where its purpose is `retry`."""
    envelope: bool = True
    """Whether each event is to have every field that `System.fill` names."""
    events: Mapping[str, VersionedType]
    """By short name; empty unless `purpose` is `events`."""
    file: str
    locate: Callable[[str], Location]
    """Turns a JSON pointer into `topic.yaml` into a place in it."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the run-time parameters in `name`."""
        return tuple(part.split("}", 1)[0] for part in self.name.split("{")[1:])

    def subject(self, event: VersionedType) -> str:
        """The registry subject of an event on this topic."""
        return self.subject_strategy.subject(self.name, event.full_name)

    def topic_config(self) -> dict[str, str]:
        """The whole configuration this contract sets, in Kafka's names."""
        return {
            "cleanup.policy": ",".join(self.cleanup_policy),
            "retention.ms": str(self.retention_ms),
            **self.config,
        }


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ConsumerGroup:
    """A consumer group: which topics it reads, and which versions it pins."""

    name: str
    description: str
    topics: tuple[str, ...]
    """Patterns on topic folders, `message.sent` or `user.*`."""
    reads: Mapping[str, int]
    """Event short name to the version this group reads as; others read the latest."""
    settings: Mapping[str, str]
    """Consumer settings in librdkafka's names."""
    principal: str
    """Who it is to the cluster: `User:quikapp.search-indexer`."""
    locate: Callable[[str], Location]
    """Turns a JSON pointer inside this group's YAML into a place."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SendingService:
    """A service that sends: which topics it writes to."""

    name: str
    topics: tuple[str, ...]
    """Patterns on topic folders."""
    transactional_ids: tuple[str, ...]
    """Whole ones, or how they begin where `*` ends them."""
    principal: str
    """Who it is to the cluster: `User:quikapp.producer`."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class System:
    """One event platform: one folder with a `system.yaml`."""

    name: str
    namespace: str
    description: str
    owner: str
    package_name: str
    """Distribution name, `quikapp-events`; the import package has underscores."""
    package_version: str
    field_names: Literal["snake", "avro"]
    topic_name: str = "{topic}"
    """How a topic's folder becomes its name on the broker, `QuikApp.{topic}`."""
    topic_pattern: str | None = None
    """A regular expression for whole names of topics, where the system has one (`contracts/patterns.py`)."""
    topics: Mapping[str, Topic]
    """By folder."""
    types: Mapping[str, VersionedType]
    """Shared types by full name."""
    groups: Mapping[str, ConsumerGroup]
    producers: Mapping[str, SendingService]
    """By name; one for all topics where the system declares none."""
    fill: Mapping[str, Fill]
    """Envelope path (`metadata.source`) to what the runtime fills in."""
    producer: Mapping[str, str]
    """Producer settings in librdkafka's names."""
    consumer: Mapping[str, str]
    """Consumer settings that all groups share."""
    alerts: Mapping[str, Mapping[str, float]]
    """Threshold name to `{warning: …, critical: …}`."""
    severities: Mapping[str, str] = field(default_factory=dict)
    """Rule id to `error`, `warning`, `info` or `off`, where the system departs from `Policy.severities`."""
    locate_rule: Callable[[str], Location] | None = None
    """Turns a rule id of `severities` into its place in `system.yaml`."""
    file: str
    locate: Callable[[str], Location]

    @property
    def import_package(self) -> str:
        """`quikapp_events`."""
        return self.package_name.replace("-", "_")

    @property
    def type_compatibility(self) -> Mode:
        """The mode of the shared types' own subjects: that of the topics where they agree, else the built-in one.

        What really binds a shared type is the mode of each event that holds it, judged with the type written out.
        """
        modes = {topic.compatibility for topic in self.topics.values() if topic.events}
        return modes.pop() if len(modes) == 1 else Mode.BACKWARD_TRANSITIVE

    def events(self) -> Iterator[tuple[Topic, VersionedType]]:
        """Every event with its topic, in order of topic folder and event name."""
        for topic in self.topics.values():
            for event in topic.events.values():
                yield topic, event

    def tiers_of(self, topic: Topic) -> tuple[Topic, ...]:
        """The retry topics that records of a topic go through, in order."""
        return tuple(self.topics[folder] for folder in topic.retry.tiers)

    def topics_of(self, group: ConsumerGroup | SendingService) -> tuple[Topic, ...]:
        """The event topics that its patterns match, each once, in order of folder."""
        return tuple(
            topic
            for topic in self.topics.values()
            if topic.purpose == "events" and any(fnmatchcase(topic.folder, pattern) for pattern in group.topics)
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Approval:
    """A finding that is meant: where it may be, why, who says so, and until when."""

    rule: str
    at: str
    """A file below the contracts folder, a thing like `shop/OrderPlaced`, or a pattern on either."""
    reason: str
    by: str
    until: date
    """The last day on which it holds."""
    locate: Callable[[str], Location]
    """Turns a JSON pointer inside this approval into a place in `eventpact.yaml`."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Policy:
    """What `eventpact.yaml` says: severities by rule, and approvals."""

    severities: Mapping[str, str] = field(default_factory=dict)
    """Rule id to `error`, `warning`, `info` or `off`."""
    approvals: tuple[Approval, ...] = ()
    """In the order of the file."""
    personal_data_names: tuple[str, ...] = ()
    """Field names, or patterns, that stand for personal data beside those that the gate knows."""
    personal_data_allowed: tuple[str, ...] = ()
    """Field names, or patterns, that stand for none."""
    runtime_path: str | None = None
    """The folder that the runtime is installed from instead of an index, relative to `eventpact.yaml`."""
    locate_rule: Callable[[str], Location] | None = None
    """Turns a rule id of `severities` into its place in `eventpact.yaml`."""
