"""A comparison for machines: one JSON document. Within a `version` keys are only added."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from eventpact_registry.diff.event_changes import VersionAdded, VersionMutated, VersionReworded

if TYPE_CHECKING:
    from eventpact_registry.diff.changes import Change
    from eventpact_registry.diff.comparison import Comparison
    from eventpact_registry.diff.schema_changes import SchemaChange

SHAPE_VERSION: Final = 1


def render(comparison: Comparison) -> str:
    """The document, indented: changes with their kind, place and sentence, and per event the verdict of each mode."""
    document = {
        "version": SHAPE_VERSION,
        "changes": [
            *(_change(change) for change in comparison.changes),
            *(_placed(change) for change in comparison.schema_changes),
        ],
        "verdicts": [
            {
                "subject": judgement.subject,
                "old": judgement.old,
                "new": judgement.new,
                "modes": {
                    mode.value: {"compatible": not breaks, "breaks": list(breaks)}
                    for mode, breaks in judgement.breaks.items()
                },
            }
            for judgement in comparison.judgements
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _change(change: Change) -> dict[str, Any]:
    written = {"subject": change.subject, **_placed(change)}
    if isinstance(change, VersionAdded | VersionMutated | VersionReworded):
        written["changes"] = [_placed(inner) for inner in change.changes]
    return written


def _placed(change: Change | SchemaChange) -> dict[str, Any]:
    place = change.location
    return {
        "kind": type(change).__name__,
        "text": change.text,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "revision": place.revision or None,
    }
