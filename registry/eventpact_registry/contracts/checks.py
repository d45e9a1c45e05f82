"""What must hold between the files of a system, and between systems: names are unique, and what is named exists."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from eventpact_registry.contracts.problems import nearest
from eventpact_registry.contracts.retry_checks import check_retry
from eventpact_registry.contracts.yaml_file import pointer_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from eventpact_registry.contracts.layout import SystemFiles
    from eventpact_registry.contracts.model import System, Topic, VersionedType
    from eventpact_registry.contracts.problems import Problems
    from eventpact_registry.contracts.yaml_file import YamlFile

_TAKEN_PACKAGES: Final = frozenset({"eventpact", "eventpact-native", "eventpact-registry", "eventpact-codegen"})


def check_system(system: System, files: SystemFiles, yaml: YamlFile, problems: Problems) -> None:
    """Everything that can be said of a system without looking into its events' fields."""
    _check_system_file(system, files, yaml, problems)
    _check_event_names(files, system, problems)
    _check_full_names(system, problems)
    for topic in system.topics.values():
        _check_events_fit(topic, files, problems)
        _check_dead_letters(topic, system, files, problems)
        check_retry(topic, system, files, problems)
    _check_topic_names(system.topics.values(), problems)
    for name in system.groups:
        _check_group(name, system, files, yaml, problems)
    for name, producer in system.producers.items():
        _check_patterns(producer.topics, pointer_of("producers", name), files, yaml, problems)


def check_systems(systems: Collection[System], problems: Problems) -> None:
    """What must be unique in the whole repository: packages, and full names, which are registry subjects."""
    packages: dict[str, System] = {}
    defined: dict[str, tuple[System, VersionedType]] = {}
    for system in systems:
        other = packages.setdefault(system.import_package, system)
        if other is not system:
            message = f"the package {system.package_name} is that of {other.name} already"
            problems.add(message, system.locate("/package/name"))
        for versioned in _versioned(system):
            owner, first = defined.setdefault(versioned.full_name, (system, versioned))
            if owner is not system:
                message = f"{versioned.full_name} is defined in {first.latest.file} too"
                problems.add(message, versioned.latest.locate("/name"), hint=_UNIQUE)


_UNIQUE: Final = "full names are unique, because registries and packages know types by them"


def _check_system_file(system: System, files: SystemFiles, yaml: YamlFile, problems: Problems) -> None:
    if system.name != files.name:
        problems.add(f"the system is called {system.name}, its folder {files.name}", yaml.locate("/system"))
    if "{topic}" not in yaml.data.get("topic-name", "{topic}"):
        problems.add("'topic-name' does not hold {topic}: all topics would have one name", yaml.locate("/topic-name"))
    if system.package_name in _TAKEN_PACKAGES:
        problems.add(f"the package cannot be called {system.package_name}", yaml.locate("/package/name"))


def _check_event_names(files: SystemFiles, system: System, problems: Problems) -> None:
    """An event's short name is its class and what groups pin it by: one in a system."""
    seen: dict[str, str] = {}
    for folder, topic in sorted(files.topics.items()):
        for name in sorted(topic.events):
            first = seen.setdefault(name, folder)
            if first != folder and folder in system.topics and name in system.topics[folder].events:
                at = system.topics[folder].events[name].versions[0].locate("/name")
                hint = "an event belongs to one topic; name this one after what makes it another"
                problems.add(f"{name} is an event of {first} already", at, hint=hint)


def _check_full_names(system: System, problems: Problems) -> None:
    seen: dict[str, VersionedType] = {}
    for versioned in _versioned(system):
        latest = versioned.latest
        first = seen.setdefault(versioned.full_name, versioned)
        if first is not versioned and first.name != versioned.name:
            message = f"{versioned.full_name} is defined in {first.latest.file} too"
            problems.add(message, latest.locate("/name"), hint=_UNIQUE)
        if not f"{versioned.full_name}.".startswith(f"{system.namespace}."):
            message = f"{versioned.full_name} is not in the system's namespace, {system.namespace}"
            problems.add(message, latest.locate("/namespace"))


def _versioned(system: System) -> Iterable[VersionedType]:
    yield from system.types.values()
    for _, event in system.events():
        yield event


def _check_events_fit(topic: Topic, files: SystemFiles, problems: Problems) -> None:
    found = files.topics[topic.folder].events
    if topic.purpose == "events" and not found and not files.topics[topic.folder].refused:
        hint = "add EVENT.v1.avsc beside it, or say `purpose: dead-letters` or `purpose: retry`"
        problems.add("the topic has no event", topic.locate(""), hint=hint)
    if topic.purpose != "events" and found:
        message = f"a topic for {topic.purpose} has no events of its own, but {', '.join(sorted(found))} stands here"
        problems.add(message, topic.locate("/purpose"))


def _check_dead_letters(topic: Topic, system: System, files: SystemFiles, problems: Problems) -> None:
    if topic.dead_letters is None:
        return
    at = topic.locate("/dead-letters")
    if topic.dead_letters not in files.topics:
        known = [folder for folder, other in system.topics.items() if other.purpose == "dead-letters"]
        hint = nearest(topic.dead_letters, files.topics)
        hint = hint or (f"topics for dead letters: {', '.join(known)}" if known else _NO_DEAD_LETTERS)
        problems.add(f"there is no topic {topic.dead_letters}", at, hint=hint)
        return
    target = system.topics.get(topic.dead_letters)
    if target is None:
        return
    if target.purpose != "dead-letters":
        problems.add(f"{target.folder} is not a topic for dead letters", at, hint=_NO_DEAD_LETTERS)
    strange = [name for name in target.parameters if name not in topic.parameters]
    if strange:
        message = f"{target.folder} needs {{{strange[0]}}}, which {topic.folder} does not have"
        problems.add(message, at, hint="dead letters go to a topic that is known from the record's own")


_NO_DEAD_LETTERS: Final = "a topic for dead letters says `purpose: dead-letters` in its topic.yaml"


def _check_topic_names(topics: Iterable[Topic], problems: Problems) -> None:
    seen: dict[str, Topic] = {}
    for topic in topics:
        # Kafka's metrics write '.' as '_', so it refuses two names that differ in nothing else.
        first = seen.setdefault(topic.name.replace(".", "_"), topic)
        if first is topic:
            continue
        at = topic.locate("/name")
        if first.name == topic.name:
            problems.add(f"the topic's name, {topic.name}, is that of {first.folder} too", at)
        else:
            problems.add(f"Kafka takes {topic.name} and {first.name} for one name", at, hint="'.' and '_' collide")


def _check_group(name: str, system: System, files: SystemFiles, yaml: YamlFile, problems: Problems) -> None:
    group = system.groups[name]
    pointer = pointer_of("groups", name)
    _check_patterns(group.topics, pointer, files, yaml, problems)
    events = {event: series for topic in files.topics.values() for event, series in topic.events.items()}
    for event, version in group.reads.items():
        pin = pointer + pointer_of("reads", event)
        if event not in events:
            problems.add(f"there is no event {event}", yaml.locate_key(pin), hint=nearest(event, events))
        elif version not in events[event].files:
            versions = ", ".join(map(str, events[event].files))
            problems.add(f"{event} has no version {version}", yaml.locate(pin), hint=f"it has {versions}")
    read = {
        event
        for folder, topic in files.topics.items()
        if any(fnmatchcase(folder, topic_pattern) for topic_pattern in group.topics)
        for event in topic.events
    }
    for event in group.reads:
        if event in events and event not in read:
            place = yaml.locate_key(pointer_of("groups", name, "reads", event))
            problems.add(f"{name} pins {event}, but reads no topic that carries it", place)


def _check_patterns(
    patterns: Iterable[str], pointer: str, files: SystemFiles, yaml: YamlFile, problems: Problems
) -> None:
    """Topics that are named exist; a pattern may wait for its first one."""
    for at, pattern in enumerate(patterns):
        if not any(sign in pattern for sign in "*?") and pattern not in files.topics:
            place = yaml.locate(f"{pointer}/topics/{at}")
            problems.add(f"there is no topic {pattern}", place, hint=nearest(pattern, files.topics))
