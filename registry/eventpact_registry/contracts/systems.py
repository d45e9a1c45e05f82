"""Puts one system together from its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_registry.contracts import checks, path_checks
from eventpact_registry.contracts.model import ConsumerGroup, SendingService, System
from eventpact_registry.contracts.schema_files import SchemaFiles
from eventpact_registry.contracts.system_file import ProducerFile, SystemFile
from eventpact_registry.contracts.topic_file import TopicFile
from eventpact_registry.contracts.topics import TopicDraft, build_topic, check_name
from eventpact_registry.contracts.yaml_file import pointer_of

if TYPE_CHECKING:
    from eventpact_registry.contracts.layout import SystemFiles, TopicFiles
    from eventpact_registry.contracts.model import Topic, VersionedType
    from eventpact_registry.contracts.parsed import ParsedFiles
    from eventpact_registry.contracts.problems import Problems
    from eventpact_registry.contracts.source import Tree
    from eventpact_registry.contracts.yaml_file import YamlFile

_PRODUCER: Final = "producer"
"""Who sends in a system that does not say who does."""


def load_system(files: SystemFiles, tree: Tree, problems: Problems, parsed: ParsedFiles) -> System | None:
    """A system; what is wrong is noted, and None given when it could not be put together."""
    before = len(problems)
    yaml, file = parsed.read(SystemFile, tree, files.system_file, problems)
    schemas = SchemaFiles(tree, problems, parsed)
    types = schemas.load_types(files.types.values())
    topics: dict[str, Topic] = {}
    drafts: dict[str, TopicDraft] = {}
    for folder, topic_files in sorted(files.topics.items()):
        events = _load_events(schemas, topic_files)
        topic_yaml, topic_file = parsed.read(TopicFile, tree, topic_files.topic_file, problems)
        if topic_file and topic_yaml and file and yaml:
            drafts[folder] = TopicDraft(topic_file, topic_yaml, file, yaml)
            topic = build_topic(topic_files, drafts[folder], events, problems)
            if topic is not None:
                topics[folder] = topic
                check_name(topic, problems)
    if file is None or yaml is None:
        return None
    system = _build(file, yaml, topics, types)
    checks.check_system(system, files, yaml, problems)
    for folder, topic in topics.items():
        if len(topic.events) == len(files.topics[folder].events):
            path_checks.check_topic_paths(topic, drafts[folder], problems)
    if len(problems) == before:
        # What some event must have is looked for only in a system that is whole: a broken event could have had it.
        path_checks.check_system_paths(system, yaml, drafts, problems)
    return system


def _load_events(schemas: SchemaFiles, files: TopicFiles) -> dict[str, VersionedType]:
    events = {}
    for name, series in sorted(files.events.items()):
        event = schemas.load_event(series)
        if event is not None:
            events[name] = event
    return events


def _build(file: SystemFile, yaml: YamlFile, topics: dict[str, Topic], types: dict[str, VersionedType]) -> System:
    groups = {
        name: ConsumerGroup(
            name=name,
            description=group.description,
            topics=tuple(group.topics),
            reads=group.reads,
            settings=group.settings,
            principal=_principal(file, name, group.principal),
            locate=yaml.below(pointer_of("groups", name)),
        )
        for name, group in file.groups.items()
    }
    alerts = file.alerts.model_dump(by_alias=True, exclude_none=True)
    return System(
        name=file.system,
        namespace=file.namespace,
        description=file.description,
        owner=file.owner,
        package_name=file.package.name,
        package_version=file.package.version,
        field_names=file.package.field_names,
        topic_name=file.topic_name,
        topic_pattern=file.topic_pattern,
        topics=topics,
        types=types,
        groups=groups,
        producers=_producers(file),
        fill=file.fill,
        producer=file.producer,
        consumer=file.consumer,
        alerts=alerts,
        severities=file.rules,
        locate_rule=lambda rule: yaml.locate_key(pointer_of("rules", rule)),
        file=yaml.shown,
        locate=yaml.locate,
    )


def _producers(file: SystemFile) -> dict[str, SendingService]:
    declared = {_PRODUCER: ProducerFile(topics=["*"])} if file.producers is None else file.producers
    return {
        name: SendingService(
            name=name,
            topics=tuple(producer.topics),
            transactional_ids=(
                (f"{file.system}.{name}*",) if producer.transactional_ids is None else tuple(producer.transactional_ids)
            ),
            principal=_principal(file, name, producer.principal),
        )
        for name, producer in declared.items()
    }


def _principal(file: SystemFile, name: str, own: str | None) -> str:
    return own or file.principal.replace("{system}", file.system).replace("{name}", name)
