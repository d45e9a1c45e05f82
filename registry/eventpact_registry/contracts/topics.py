"""Makes a topic of what its file, its system's defaults and its events say."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eventpact_registry.contracts.model import Location, Mode, Retry, SubjectStrategy, Topic
from eventpact_registry.contracts.topic_file import RetryFile, TopicFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact_registry.contracts.layout import TopicFiles
    from eventpact_registry.contracts.model import VersionedType
    from eventpact_registry.contracts.problems import Problems
    from eventpact_registry.contracts.system_file import SystemFile
    from eventpact_registry.contracts.yaml_file import YamlFile

_TEMPLATE_TOPIC: Final = "{topic}"
_BROKER_NAME: Final = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_PARAMETER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_MAX_NAME: Final = 249
_OWN_KEYS: Final = {"cleanup.policy": "cleanup-policy", "retention.ms": "retention"}
"""Kafka's names of what a topic file says in a key of its own."""


@dataclass(frozen=True, slots=True)
class TopicLocator:
    """Places in a `topic.yaml`; what it leaves to the system's defaults is found there."""

    file: YamlFile
    system_file: YamlFile

    def __call__(self, pointer: str) -> Location:
        """The place of a setting by JSON pointer."""
        inherited = f"/defaults{pointer}"
        if pointer and pointer not in self.file.values and inherited in self.system_file.values:
            return self.system_file.locate(inherited)
        return self.file.locate(pointer)


@dataclass(frozen=True, slots=True)
class TopicDraft:
    """A `topic.yaml` that was read, in the system that it belongs to."""

    file: TopicFile
    yaml: YamlFile
    system: SystemFile
    system_yaml: YamlFile

    def setting(self, name: str, otherwise: Any) -> Any:
        """A setting of the topic, else of the system's defaults, else the product's."""
        for part in (self.file, self.system.defaults):
            if name in part.model_fields_set:
                return getattr(part, name)
        return otherwise

    def inherits(self, name: str) -> bool:
        """Whether a setting is left to the system's defaults."""
        return name not in self.file.model_fields_set


def build_topic(
    files: TopicFiles, draft: TopicDraft, events: Mapping[str, VersionedType], problems: Problems
) -> Topic | None:
    """The topic; None where something that it needs is missing."""
    locate = TopicLocator(draft.yaml, draft.system_yaml)
    complete = True
    for name in ("partitions", "retention"):
        if draft.setting(name, None) is None:
            complete = False
            hint = f"give it here or under `defaults` in {draft.system_yaml.path}"
            problems.add(f"'{name}' is missing", locate(""), hint=hint)
    if not complete:
        return None
    carries_events = draft.file.purpose == "events"
    if not carries_events:
        _check_passing(draft, problems)
    if draft.file.delay is not None and draft.file.purpose != "retry":
        message = f"'delay' has no meaning on a topic for {draft.file.purpose}"
        problems.add(message, draft.yaml.locate_key("/delay"), hint="records wait on topics of `purpose: retry`")
    name = draft.file.name or draft.system.topic_name.replace(_TEMPLATE_TOPIC, files.folder)
    retry: RetryFile = draft.setting("retry", RetryFile())
    own, inherited = draft.file.headers, draft.system.defaults.headers
    headers = {header: value for header, value in {**inherited, **own}.items() if value is not None}
    return Topic(
        folder=files.folder,
        name=name,
        description=draft.file.description,
        owner=draft.setting("owner", draft.system.owner),
        purpose=draft.file.purpose,
        partitions=draft.setting("partitions", None),
        replication_factor=draft.setting("replication_factor", 3),
        retention_ms=draft.setting("retention", None),
        cleanup_policy=tuple(sorted(draft.setting("cleanup_policy", ["delete"]), reverse=True)),
        config=_config(draft, problems),
        key=tuple(draft.setting("key", None) or ()) if carries_events else (),
        headers=headers if carries_events else {},
        compatibility=draft.setting("compatibility", Mode.BACKWARD_TRANSITIVE),
        subject_strategy=draft.setting("subject_strategy", None) or _strategy(name, events),
        retry=Retry(attempts=retry.attempts, backoff_ms=retry.backoff, tiers=tuple(retry.tiers), order=retry.order),
        dead_letters=draft.setting("dead_letters", None) if carries_events else None,
        delay_ms=draft.file.delay,
        envelope=draft.setting("envelope", True),
        events=events,
        file=draft.yaml.shown,
        locate=locate,
    )


def check_name(topic: Topic, problems: Problems) -> None:
    """Note a name that Kafka would refuse, and parameters that a service could not give."""
    at = topic.locate("/name")
    fixed = _PARAMETER.sub("", topic.name)
    if fixed and not _BROKER_NAME.fullmatch(fixed):
        problems.add(
            f"'{topic.name}' cannot be a topic's name", at, hint="Kafka takes letters, digits, '.', '_' and '-'"
        )
    elif topic.name in {".", ".."}:
        problems.add(f"Kafka refuses a topic named '{topic.name}'", at)
    elif len(topic.name) > _MAX_NAME:
        problems.add(f"the topic's name has {len(topic.name)} characters; Kafka takes {_MAX_NAME}", at)
    elif "}{" in topic.name:
        problems.add("two parameters of the topic's name stand side by side", at, hint="put a '.' between them")
    for parameter in topic.parameters:
        if topic.parameters.count(parameter) > 1:
            problems.add(f"the topic's name has the parameter {{{parameter}}} twice", at)
        if parameter in _RESERVED_PARAMETERS:
            hint = "a service gives it by keyword beside the event"
            problems.add(f"a topic's parameter cannot be called {parameter}", at, hint=hint)


_RESERVED_PARAMETERS: Final = frozenset({*keyword.kwlist, "self", "event", "events", "timeout", "topic"})
"""Python's keywords, and what `Producer`'s methods take beside the parameters."""


def _check_passing(draft: TopicDraft, problems: Problems) -> None:
    """Records pass through retry and dead letter topics as they came: these topics say nothing about their content."""
    for name in ("key", "headers", "dead-letters", "subject-strategy", "retry"):
        if getattr(draft.file, name.replace("-", "_")):
            message = f"'{name}' has no meaning on a topic for {draft.file.purpose}"
            hint = "records pass through with the key and headers that they came with; remove it"
            problems.add(message, draft.yaml.locate_key(f"/{name}"), hint=hint)


def _strategy(name: str, events: Mapping[str, VersionedType]) -> SubjectStrategy:
    if "{" in name:
        return SubjectStrategy.RECORD_NAME
    return SubjectStrategy.TOPIC_RECORD_NAME if len(events) > 1 else SubjectStrategy.TOPIC_NAME


def _config(draft: TopicDraft, problems: Problems) -> dict[str, str]:
    for name, ours in _OWN_KEYS.items():
        if name in draft.file.config:
            at = draft.yaml.locate_key(f"/config/{name}")
            problems.add(f"'{name}' is said by '{ours}'", at, hint=f"write `{ours}: …` beside `config`")
    return {**draft.system.defaults.config, **draft.file.config}
