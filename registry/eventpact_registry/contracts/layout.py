"""Which file of a contracts folder is what: systems, shared types, topics and the versions of their events.

    contracts/
      eventpact.yaml
      SYSTEM/system.yaml
      SYSTEM/types/NAME.vN.avsc
      SYSTEM/TOPIC/topic.yaml
      SYSTEM/TOPIC/EVENT.vN.avsc

Markdown files may stand anywhere, for people; anything else is a problem, so that a misplaced file is never ignored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from eventpact_registry.contracts.problems import Tolerable, nearest

if TYPE_CHECKING:
    from eventpact_registry.contracts.problems import Problems
    from eventpact_registry.contracts.source import Tree

POLICY_FILE: Final = "eventpact.yaml"
SYSTEM_FILE: Final = "system.yaml"
TOPIC_FILE: Final = "topic.yaml"
TYPES_FOLDER: Final = "types"

MAX_VERSIONS: Final = 500
"""Versions of one event or type: each is compared with all before it, and nobody keeps more in mind."""

_VERSION_FILE: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\.v([1-9][0-9]{0,8})\.avsc", re.ASCII)
_LOOSE_VERSION: Final = re.compile(
    r"([A-Za-z_][A-Za-z0-9_]*)(?:[._-]?[vV]?0*([0-9]{1,9}))?\.(?:avsc|avro|json)", re.ASCII
)
_TOPIC_FOLDER: Final = re.compile(r"([A-Za-z0-9._-]|\{[a-z][a-z0-9_]*\}){1,249}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Series:
    """The versions of an event or shared type: version number to path, in rising order."""

    name: str
    files: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class TopicFiles:
    """A topic's folder."""

    folder: str
    path: str
    topic_file: str | None = None
    events: dict[str, Series] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    """Names of files that were meant for something here and could not be taken for it; each was noted."""


@dataclass(slots=True)
class SystemFiles:
    """A system's folder."""

    name: str
    system_file: str | None = None
    types: dict[str, Series] = field(default_factory=dict)
    topics: dict[str, TopicFiles] = field(default_factory=dict)


@dataclass(slots=True)
class Layout:
    """A contracts folder."""

    policy_file: str | None = None
    systems: dict[str, SystemFiles] = field(default_factory=dict)


def arrange(tree: Tree, problems: Problems) -> Layout:
    """Say of every file what it is; notes what has no place, what is missing, and gaps between versions."""
    layout = Layout()
    for path, reason in tree.refused.items():
        problems.add(reason, tree.location(path))
    for path in tree.files:
        _arrange_file(layout, tree, path, problems)
    for path in tree.refused:
        system_name, _, rest = path.partition("/")
        folder, _, name = rest.partition("/")
        if system_name in layout.systems and folder in layout.systems[system_name].topics:
            layout.systems[system_name].topics[folder].refused.append(name)
    for system in layout.systems.values():
        _check_system(system, tree, problems)
    return layout


def _arrange_file(layout: Layout, tree: Tree, path: str, problems: Problems) -> None:
    *folders, name = path.split("/")
    if name.lower().endswith(".md"):
        return
    if not folders:
        if name == POLICY_FILE:
            layout.policy_file = path
        else:
            hint = _expected(name, POLICY_FILE, "folders of systems")
            problems.add("has no place here", tree.location(path), hint=hint)
        return
    system = layout.systems.get(folders[0])
    if system is None:
        system = layout.systems[folders[0]] = SystemFiles(folders[0])
    if len(folders) == 1:
        if name == SYSTEM_FILE:
            system.system_file = path
        else:
            hint = _expected(name, SYSTEM_FILE, f"folders of topics, and the folder {TYPES_FOLDER}")
            problems.add("has no place here", tree.location(path), hint=hint)
    elif folders[1] == TYPES_FOLDER:
        _add_version(system.types, name, tree, path, problems)
    else:
        topic = system.topics.get(folders[1])
        if topic is None:
            topic = system.topics[folders[1]] = TopicFiles(folders[1], "/".join(folders))
        _arrange_topic_file(topic, name, tree, path, problems)


def _arrange_topic_file(topic: TopicFiles, name: str, tree: Tree, path: str, problems: Problems) -> None:
    if name == TOPIC_FILE:
        topic.topic_file = path
    elif name.endswith((".yaml", ".yml")):
        problems.add("has no place here", tree.location(path), hint=_expected(name, TOPIC_FILE, "EVENT.vN.avsc"))
    elif not _add_version(topic.events, name, tree, path, problems):
        topic.refused.append(name)


def _add_version(into: dict[str, Series], name: str, tree: Tree, path: str, problems: Problems) -> bool:
    match = _VERSION_FILE.fullmatch(name)
    if match:
        series = into.get(match[1])
        if series is None:
            series = into[match[1]] = Series(match[1])
        series.files[int(match[2])] = path
        return True
    loose = _LOOSE_VERSION.fullmatch(name)
    hint = f"name it {loose[1]}.v{loose[2] or 1}.avsc" if loose else "a schema is named like MessageSent.v1.avsc"
    problems.add("is not named as a version of a schema", tree.location(path), hint=hint)
    return False


def _expected(name: str, wanted: str, others: str) -> str:
    return nearest(name, [wanted]) or f"here stand {wanted} and {others}"


def _check_system(system: SystemFiles, tree: Tree, problems: Problems) -> None:
    if system.system_file is None and f"{system.name}/{SYSTEM_FILE}" not in tree.refused:
        message = f"there is no {SYSTEM_FILE} in the system's folder"
        problems.add(message, tree.location(system.name), hint="a folder of contracts/ is a system")
    for series in system.types.values():
        _sort_versions(series, tree, problems)
    for folder in [folder for folder in system.topics if not _TOPIC_FOLDER.fullmatch(folder)]:
        hint = "letters, digits, '.', '_' and '-', with parameters like {tenant_id}"
        problems.add(f"'{folder}' cannot be a topic's name", tree.location(system.topics.pop(folder).path), hint=hint)
    for topic in system.topics.values():
        if topic.topic_file is None and TOPIC_FILE not in topic.refused:
            events = f"; {_listed(topic.events)} would have no topic" if topic.events else ""
            problems.add(f"there is no {TOPIC_FILE} in the topic's folder{events}", tree.location(topic.path))
        for series in topic.events.values():
            _sort_versions(series, tree, problems)


def _sort_versions(series: Series, tree: Tree, problems: Problems) -> None:
    """Put a series in order and note where numbers are missing."""
    found = sorted(series.files.items())
    if len(found) > MAX_VERSIONS:
        message = f"{series.name} has {len(found):,} versions, and contracts may have {MAX_VERSIONS} of one type"
        problems.add(message, tree.location(found[MAX_VERSIONS][1]), hint="begin a new event")
        series.files.clear()
        return
    series.files.clear()
    series.files.update(found)
    before = 0
    for version, path in found:
        if version != before + 1:
            gap = f"version {before + 1} is" if version == before + 2 else f"versions {before + 1} to {version - 1} are"
            hint = f"name it {series.name}.v{before + 1}.avsc; versions count from 1 without gaps"
            problems.add(f"{gap} missing before it", tree.location(path), hint=hint, kind=Tolerable.GAP)
        before = version


def _listed(names: dict[str, Series]) -> str:
    return ", ".join(names)
