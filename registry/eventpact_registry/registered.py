"""What a schema registry holds of contracts, as a base to compare them with.

    with RegistryClient(settings) as client:
        base = registered(client, contracts, "registry:http://localhost:8081")

A registry knows schemas and compatibility levels, by subject. Which subjects are a system's is known from its
contracts, by each topic's subject strategy; a subject that they do not name is theirs all the same when its record is
in the system's namespace: an event that was removed, moved or renamed. Topics, groups and settings are taken from the
contracts unchanged, because a registry says nothing of them, and `schemas_only` keeps them out of comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from eventpact import avro
from eventpact_registry.contracts.model import (
    Location,
    Mode,
    Retry,
    SchemaVersion,
    SubjectStrategy,
    Topic,
    VersionedType,
)
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.diff.schemas import diff_versions
from eventpact_registry.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_registry.client import RegistryClient
    from eventpact_registry.contracts.model import System
    from eventpact_registry.shelf import Registered


def registered(client: RegistryClient, contracts: ContractRepository, label: str) -> ContractRepository:
    """The contracts as a registry has them; empty where it has none of their subjects.

    Raises:
        RegistryError: the registry could not be asked, or holds something under a declared subject that is no schema.
    """
    declared = {subject for system in contracts.systems.values() for subject in _declared(system)}
    shelf = Shelf(client)
    known = shelf.subjects()
    namespaces = {system.namespace: system for system in contracts.systems.values()}
    strays: dict[str, dict[str, str]] = {}
    for subject, full_name in shelf.full_names(
        subject for subject in known - declared if _may_belong(subject, namespaces)
    ).items():
        owner = _owner(full_name, namespaces)
        if owner is not None:
            strays.setdefault(owner.name, {})[subject] = full_name
    shelf.fetch((known & declared) | {subject for found in strays.values() for subject in found})
    systems = {
        name: _Base(system, shelf, strays.get(name, {}), label).system() for name, system in contracts.systems.items()
    }
    return ContractRepository(systems=systems, policy=contracts.policy, label=label, schemas_only=True)


def _declared(system: System) -> Iterator[str]:
    for shared in system.types.values():
        yield shared.full_name
    for topic, event in system.events():
        yield topic.subject(event)


def _may_belong(subject: str, namespaces: dict[str, System]) -> bool:
    """Whether a subject's name leaves it possible that its record is in one of the namespaces."""
    return subject.endswith("-value") or _owner(subject.rpartition("-")[2], namespaces) is not None


def _owner(full_name: str, namespaces: dict[str, System]) -> System | None:
    """The system in whose namespace a name is; of nested namespaces the inner one."""
    inside = [namespace for namespace in namespaces if full_name.startswith(f"{namespace}.")]
    return namespaces[max(inside, key=len)] if inside else None


@dataclass
class _Base:
    """One system as the registry has it."""

    now: System
    shelf: Shelf
    strays: dict[str, str]
    """Subjects that the contracts do not name, to the full name of their latest record."""
    label: str
    topics: dict[str, Topic] = field(default_factory=dict)
    events: dict[str, dict[str, VersionedType]] = field(default_factory=dict)
    """By folder and short name."""
    types: dict[str, VersionedType] = field(default_factory=dict)

    def system(self) -> System:
        for shared in self.now.types.values():
            self._keep_type(shared.name, shared.full_name, shared)
        for topic, event in self.now.events():
            self._keep_event(topic, event.name, topic.subject(event), event)
        for subject, full_name in sorted(self.strays.items()):
            self._keep_stray(subject, full_name)
        topics = {
            folder: replace(topic, events=self.events.get(folder, {}), compatibility=self._level(topic))
            for folder, topic in sorted({**self.now.topics, **self.topics}.items())
        }
        return replace(self.now, topics=topics, types=self.types)

    def _keep_type(self, name: str, subject: str, now: VersionedType | None) -> None:
        versioned = self._versioned(name, subject, f"{_folder(self.now.file)}types", now)
        if versioned is not None:
            self.types[versioned.full_name] = versioned

    def _keep_event(self, topic: Topic, name: str, subject: str, now: VersionedType | None) -> None:
        versioned = self._versioned(name, subject, _folder(topic.file).rstrip("/"), now)
        if versioned is not None:
            self.events.setdefault(topic.folder, {})[name] = versioned

    def _keep_stray(self, subject: str, full_name: str) -> None:
        """An event that the contracts have elsewhere, or under a newer name, or no more."""
        name, taken = full_name.rpartition(".")[2], {name for events in self.events.values() for name in events}
        carried = next(((topic, event) for topic, event in self.now.events() if _is_version_of(full_name, event)), None)
        if carried is not None:
            name = carried[1].name
        if name in taken:
            return
        now = carried[1] if carried else None
        topic = self._topic_of(subject, full_name) or (carried[0] if carried else None)
        if topic is None:
            self._keep_type(name, subject, now)
        else:
            self._keep_event(topic, name, subject, now)

    def _topic_of(self, subject: str, full_name: str) -> Topic | None:
        """The topic that a subject's name tells, as the contracts have it or as they may have had it."""
        if subject == full_name:
            return None
        named = subject.endswith(f"-{full_name}")
        name = subject.removesuffix(f"-{full_name}" if named else "-value")
        for topic in (*self.now.topics.values(), *self.topics.values()):
            if topic.name == name:
                return topic
        before, _, after = self.now.topic_name.partition("{topic}")
        folder = name.removeprefix(before).removesuffix(after) if name.startswith(before) else name
        strategy = SubjectStrategy.TOPIC_RECORD_NAME if named else SubjectStrategy.TOPIC_NAME
        self.topics[folder] = self._lost_topic(folder, name, strategy)
        return self.topics[folder]

    def _lost_topic(self, folder: str, name: str, strategy: SubjectStrategy) -> Topic:
        """A topic of which only the name is known; nothing else of it is ever compared."""
        file = f"{_folder(self.now.file)}{folder}/topic.yaml"
        return Topic(
            folder=folder,
            name=name,
            description="",
            owner=self.now.owner,
            purpose="events",
            partitions=1,
            replication_factor=1,
            retention_ms=-1,
            cleanup_policy=("delete",),
            config={},
            key=(),
            headers={},
            compatibility=Mode.NONE,
            subject_strategy=strategy,
            retry=Retry(attempts=1, backoff_ms=0),
            dead_letters=None,
            events={},
            file=file,
            locate=self._locate(file),
        )

    def _level(self, topic: Topic) -> Mode:
        """The level of the topic's subjects in the registry; the contracts' own where that is none, or several."""
        subjects = (topic.subject(event) for event in self.events.get(topic.folder, {}).values())
        levels = {level for subject in subjects if (level := self.shelf.level(subject)) is not None}
        return levels.pop() if len(levels) == 1 else topic.compatibility

    def _versioned(self, name: str, subject: str, folder: str, now: VersionedType | None) -> VersionedType | None:
        found = self.shelf.versions(subject)
        if not found:
            return None
        current = {version.version: version for version in now.versions} if now else {}
        versions = tuple(
            self._version(one, f"{folder}/{name}.v{one.version}.avsc", current.get(one.version)) for one in found
        )
        full_name = getattr(versions[-1].schema, "name", name)
        return VersionedType(name=name, full_name=full_name, versions=versions)

    def _version(self, found: Registered, file: str, now: SchemaVersion | None) -> SchemaVersion:
        version = SchemaVersion(
            version=found.version,
            file=file,
            source=found.text,
            schema=found.schema,
            references=found.references,
            locate=self._locate(file),
        )
        if now is None or set(now.references) != set(found.references):
            return version
        # Registries write schemas in their own layout: one that says the same is the file's, and not reworded.
        same = avro.meaning(now.schema) == avro.meaning(found.schema) and not diff_versions(version, now)
        return replace(version, source=now.source, references=now.references) if same else version

    def _locate(self, file: str) -> _Registered:
        return _Registered(file, self.label)


@dataclass(frozen=True, slots=True)
class _Registered:
    """The place of everything in a schema that no file holds: where its file stands or stood."""

    file: str
    label: str

    def __call__(self, _pointer: str) -> Location:
        return Location(self.file, revision=self.label)


def _is_version_of(full_name: str, event: VersionedType) -> bool:
    """Whether a record of that name is an event, by its name or by one that a version lists among its aliases."""
    return any(
        full_name == getattr(version.schema, "name", "") or full_name in getattr(version.schema, "aliases", ())
        for version in event.versions
    )


def _folder(file: str) -> str:
    """The folder of a file, with its slash; empty for a file that stands in none."""
    folder, slash, _ = file.rpartition("/")
    return folder + slash
