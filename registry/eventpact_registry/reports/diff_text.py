"""A comparison for people: what changed, then what each compatibility mode says of it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from eventpact_registry.diff.event_changes import VersionAdded, VersionMutated, VersionReworded
from eventpact_registry.reports.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from eventpact_registry.diff.changes import Change
    from eventpact_registry.diff.comparison import Comparison, Judgement
    from eventpact_registry.diff.schema_changes import SchemaChange


def render(comparison: Comparison, *, color: bool = False) -> str:
    """The changes by subject, and a table of verdicts for each event that has a new or changed version."""
    style = Style(color)
    lines = [*_changes(comparison.changes, style), *_schema_changes(comparison.schema_changes, "", style)]
    if not lines:
        lines = [style("nothing changed", "green")]
    for judgement in comparison.judgements:
        lines += ["", *_judgement(judgement, style)]
    return "\n".join(lines) + "\n"


def _changes(changes: Iterable[Change], style: Style) -> Iterator[str]:
    for subject, of_subject in groupby(changes, key=lambda change: change.subject):
        yield style(subject, "bold")
        for change in of_subject:
            yield f"  {change.text}  {style(str(change.location), 'dim')}"
            if isinstance(change, VersionAdded | VersionMutated | VersionReworded):
                yield from _schema_changes(change.changes, "    ", style)


def _schema_changes(changes: Iterable[SchemaChange], indent: str, style: Style) -> Iterator[str]:
    for change in changes:
        yield f"{indent}{change.text}  {style(str(change.location), 'dim')}"


def _judgement(judgement: Judgement, style: Style) -> Iterator[str]:
    yield f"{style(judgement.subject, 'bold')}: {judgement.new} after {judgement.old}"
    for mode, breaks in judgement.breaks.items():
        label = mode.value.ljust(20)
        if not breaks:
            yield f"  {label} {style('compatible', 'green')}"
            continue
        more = f" (and {len(breaks) - 1} more)" if len(breaks) > 1 else ""
        yield f"  {label} {style('breaks', 'red')}: {breaks[0]}{more}"
