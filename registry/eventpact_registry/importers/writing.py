"""Files of contracts from a draft: `system.yaml`, a `topic.yaml` a topic, a schema file a version.

What all topics have in common goes into the system's defaults, what nobody has said gets a placeholder that `lint`
reports, and the same draft always gives the same bytes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import yaml

from eventpact_registry.contracts.layout import SYSTEM_FILE, TOPIC_FILE, TYPES_FOLDER
from eventpact_registry.contracts.model import Mode, SubjectStrategy
from eventpact_registry.contracts.placeholder import NOBODY, UNKNOWN
from eventpact_registry.contracts.scalars import UNLIMITED_MS, duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eventpact_registry.importers.drafts import SeriesDraft, SystemDraft, TopicDraft, VersionDraft

PARTITIONS: Final = 3
"""Of a topic that no cluster was asked about."""
RETENTION_MS: Final = 7 * 24 * 60 * 60 * 1000
"""Of a topic that no cluster was asked about: Kafka's own default."""

_PARAMETER: Final = re.compile(r"[._-]?\{[a-z][a-z0-9_]*\}")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_TRUTH: Final = {"true": True, "false": False}
_SHARED: Final = ("replication-factor", "cleanup-policy", "compatibility", "config")
"""What goes into the system's defaults where all topics agree."""
_WIDTH: Final = 116
_GUESSED: Final = "# Guessed, because no cluster told it: {}.\n"
_KEY: Final = "# Which field is the key is for you to say, as `key`; without it records have none.\n"


def written(system: SystemDraft) -> dict[str, str]:
    """The text of every file, by its path below the contracts folder."""
    folders = topic_folders(system)
    topics = {topic.name: _settings(topic) for topic in system.topics}
    defaults = _defaults(list(topics.values()))
    files = {f"{system.name}/{SYSTEM_FILE}": _system_text(system, folders, defaults)}
    for series in system.types:
        files.update(_schema_files(f"{system.name}/{TYPES_FOLDER}", series))
    for topic in system.topics:
        folder = f"{system.name}/{folders[topic.name]}"
        files[f"{folder}/{TOPIC_FILE}"] = _topic_text(topic, system, folders, topics[topic.name], defaults)
        for series in topic.events:
            files.update(_schema_files(folder, series))
    return dict(sorted(files.items()))


def topic_folders(system: SystemDraft) -> dict[str, str]:
    """The folder of each topic, by its name on the broker."""
    before, _, after = system.topic_name.partition("{topic}")
    folders: dict[str, str] = {}
    for name in sorted(topic.name for topic in system.topics):
        fits = name.startswith(before) and name.endswith(after) and len(name) > len(before) + len(after)
        inner = name[len(before) : len(name) - len(after)] if fits else name
        short = _PARAMETER.sub("", inner).strip("._-")
        taken = {*folders.values(), TYPES_FOLDER}
        folders[name] = next(folder for folder in (short or inner, inner, f"topic.{inner}") if folder not in taken)
    return folders


def _system_text(system: SystemDraft, folders: Mapping[str, str], defaults: Mapping[str, Any]) -> str:
    data: dict[str, Any] = {
        "system": system.name,
        "namespace": system.namespace,
        "description": system.description or f"{UNKNOWN} Imported: say what the system is.",
        "owner": system.owner or NOBODY,
        "package": {"name": _distribution(system.name), "version": "1.0.0"},
    }
    if system.topic_name != "{topic}":
        data["topic-name"] = system.topic_name
    if defaults:
        data["defaults"] = dict(defaults)
    if system.groups:
        data["groups"] = {
            name: {
                "description": f"{UNKNOWN} Imported: say what the group does with what it reads.",
                "topics": sorted(folders[topic] for topic in topics),
            }
            for name, topics in sorted(system.groups.items())
        }
    return _yaml(data)


def _topic_text(
    topic: TopicDraft,
    system: SystemDraft,
    folders: Mapping[str, str],
    settings: Mapping[str, Any],
    defaults: Mapping[str, Any],
) -> str:
    folder = folders[topic.name]
    head: dict[str, Any] = {"description": topic.description or f"{UNKNOWN} Imported: say what is on {topic.name}."}
    if system.topic_name.replace("{topic}", folder) != topic.name:
        head["name"] = topic.name
    if topic.purpose != "events":
        head["purpose"] = topic.purpose
    if topic.owner is not None:
        head["owner"] = topic.owner
    own = {name: value for name, value in settings.items() if defaults.get(name) != value}
    if "config" in defaults:
        own["config"] = {
            name: value for name, value in settings["config"].items() if defaults["config"].get(name) != value
        }
        if not own["config"]:
            del own["config"]
    told = {"partitions": topic.partitions, "retention": topic.retention_ms}
    guessed = [name for name, value in told.items() if value is None]
    comment = _GUESSED.format(" and ".join(guessed)) if guessed else ""
    key = _KEY if topic.purpose == "events" else ""
    return _yaml(head) + comment + _yaml(own) + key


def _settings(topic: TopicDraft) -> dict[str, Any]:
    """Everything that a topic's file may say beside its name and description."""
    retention = topic.retention_ms if topic.retention_ms is not None else RETENTION_MS
    settings: dict[str, Any] = {
        "partitions": topic.partitions or PARTITIONS,
        "retention": duration(retention if retention > 0 or retention == UNLIMITED_MS else 1),
    }
    if topic.replication_factor is not None:
        settings["replication-factor"] = topic.replication_factor
    if topic.cleanup_policy:
        settings["cleanup-policy"] = (
            topic.cleanup_policy[0] if len(topic.cleanup_policy) == 1 else [*topic.cleanup_policy]
        )
    if topic.config:
        settings["config"] = {name: _plain(value) for name, value in sorted(topic.config.items())}
    if topic.compatibility not in {None, Mode.BACKWARD_TRANSITIVE}:
        settings["compatibility"] = str(topic.compatibility)
    if topic.purpose == "events" and topic.strategy not in {None, _inferred(topic)}:
        settings["subject-strategy"] = str(topic.strategy)
    return settings


def _inferred(topic: TopicDraft) -> SubjectStrategy:
    """What a loader chooses where a topic's file does not say."""
    if "{" in topic.name:
        return SubjectStrategy.RECORD_NAME
    return SubjectStrategy.TOPIC_RECORD_NAME if len(topic.events) > 1 else SubjectStrategy.TOPIC_NAME


def _defaults(topics: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What two or more topics all agree on, partitions and retention left out."""
    if len(topics) < 2:
        return {}
    found: dict[str, Any] = {}
    for name in _SHARED:
        values = [topic.get(name) for topic in topics]
        if name == "config":
            common = _common_config([value or {} for value in values])
            if common:
                found[name] = common
        elif values[0] is not None and all(value == values[0] for value in values):
            found[name] = values[0]
    return found


def _common_config(configs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    first, *others = configs
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def _schema_files(folder: str, series: SeriesDraft) -> Iterator[tuple[str, str]]:
    for number, version in enumerate(series.versions, 1):
        yield f"{folder}/{series.name}.v{number}.avsc", _schema_text(version)


def _schema_text(version: VersionDraft) -> str:
    """Pretty JSON with the references before the fields."""
    body = dict(version.body)
    if version.references:
        pins = [{"name": reference.name, "version": reference.version} for reference in version.references]
        fields = {"fields": body.pop("fields")} if "fields" in body else {}
        body = {**body, "references": pins, **fields}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def _plain(value: str) -> Any:
    if value in _TRUTH:
        return _TRUTH[value]
    return int(value) if _NUMBER.fullmatch(value) else value


def _distribution(system: str) -> str:
    """A distribution's name from a system's, whose dashes may stand at its end or side by side."""
    return "-".join([*filter(None, system.split("-")), "events"])


def _yaml(data: Mapping[str, Any]) -> str:
    if not data:
        return ""
    return yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=False)
