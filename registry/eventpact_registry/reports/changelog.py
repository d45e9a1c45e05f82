"""A comparison as text for a changelog: per system what was added, changed, deprecated and removed, event by event.

The headings are those of keepachangelog.com. Deprecated is a version that other code should leave: one that its `doc`
calls so.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

from eventpact_registry.diff import changes, event_changes, topic_changes
from eventpact_registry.diff.schema_changes import DocChanged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eventpact_registry.diff.changes import Change
    from eventpact_registry.diff.comparison import Comparison, Judgement
    from eventpact_registry.diff.schema_changes import SchemaChange

_HEADINGS: Final = ("Added", "Changed", "Deprecated", "Removed")

_KINDS: Final[Mapping[type[Change], str]] = {
    changes.SystemAdded: "Added",
    changes.SystemRemoved: "Removed",
    changes.GroupAdded: "Added",
    changes.GroupRemoved: "Removed",
    topic_changes.TopicAdded: "Added",
    topic_changes.TopicRemoved: "Removed",
    topic_changes.HeaderAdded: "Added",
    topic_changes.HeaderDropped: "Removed",
    event_changes.EventAdded: "Added",
    event_changes.EventRemoved: "Removed",
    event_changes.VersionRemoved: "Removed",
}
"""Everything else is a change."""

_DEPRECATED: Final = re.compile(r"\bdeprecated\b", re.IGNORECASE)


def render(comparison: Comparison) -> str:
    """Markdown, a section a system; a line says it when nothing changed."""
    verdicts = {judgement.subject: judgement for judgement in comparison.judgements}
    sections = [
        "\n".join(_system(name, list(found), verdicts))
        for name, found in groupby(comparison.changes, key=lambda change: change.system.name)
    ]
    return "\n\n".join(sections or ["Nothing changed."]) + "\n"


def _system(name: str, found: list[Change], verdicts: Mapping[str, Judgement]) -> Iterator[str]:
    [package, *_] = [change.system for change in found]
    yield f"## {name} ({package.package_name} {package.package_version})"
    by_heading: dict[str, list[str]] = {heading: [] for heading in _HEADINGS}
    for change in found:
        if not isinstance(change, changes.PackageVersionChanged):
            by_heading[_heading(change)].extend(_entry(change, verdicts))
    for heading, entries in by_heading.items():
        if entries:
            yield ""
            yield f"### {heading}"
            yield from entries


def _heading(change: Change) -> str:
    if isinstance(change, event_changes.VersionAdded) and _says_deprecated(change):
        return "Deprecated"
    return _KINDS.get(type(change), "Changed")


def _says_deprecated(change: event_changes.VersionAdded) -> bool:
    """Whether the version's documentation calls the event deprecated, and that of the version before did not."""
    before = [version for version in change.event.versions if version.version == change.version.version - 1]
    docs = [getattr(version.schema, "doc", None) or "" for version in (change.version, *before)]
    return bool(_DEPRECATED.search(docs[0])) and not any(_DEPRECATED.search(doc) for doc in docs[1:])


def _entry(change: Change, verdicts: Mapping[str, Judgement]) -> Iterator[str]:
    subject = change.subject.partition("/")[2] or change.system.name
    verdict = verdicts.get(change.subject) if isinstance(change, event_changes.VersionChange) else None
    of_latest = isinstance(change, event_changes.VersionChange) and change.version is change.event.latest
    said = f" ({_verdict(verdict)})" if verdict and of_latest else ""
    yield f"- **{subject}**: {change.text}{said}"
    inner: tuple[SchemaChange, ...] = getattr(change, "changes", ())
    for part in inner:
        if not isinstance(part, DocChanged):
            yield f"  - {part.text}"


def _verdict(judgement: Judgement) -> str:
    """Who can read whom, in the words of the modes."""
    fine = {mode.value for mode, breaks in judgement.breaks.items() if not breaks}
    for mode, meaning in _MEANINGS.items():
        if mode in fine:
            return meaning
    return "breaks readers of either side"


_MEANINGS: Final = {
    "FULL_TRANSITIVE": "compatible both ways",
    "BACKWARD_TRANSITIVE": "new readers take old messages; old readers do not take new ones",
    "FORWARD_TRANSITIVE": "old readers take new messages; new readers do not take old ones",
    "FULL": "compatible both ways with the version before, not with older ones",
    "BACKWARD": "new readers take messages of the version before",
    "FORWARD": "readers of the version before take new messages",
}
"""The strongest mode that a version keeps, to what that says."""
