"""`rules.md`: every rule of the gate, from its own documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_cli.reference.markdown import code, table
from eventpact_cli.reference.markdown import page as whole
from eventpact_registry.rules.catalog import rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_registry.rules.model import Rule

_INTRODUCTION: Final = """\
What the gate judges contracts by. Each rule has a severity of its own; `eventpact.yaml` may give it another one, or
turn it `off`:

```yaml
rules:
  FIELD_DOC: error
  TYPE_NAME: off
```

Only errors make a command exit with 1. [The gate](../gate.md) says how to run it and how to read a finding."""

_SECTIONS: Final = {
    "data": (
        "What a version breaks",
        "Found by `check` between the versions of an event under its topic's compatibility mode, and between each pin "
        "of a consumer group and everything that is written to its topic.",
    ),
    "policy": (
        "What has changed against a base",
        "Found by `check --against SOURCE`: changes that no schema forbids, and that hurt a running system all the "
        "same.",
    ),
    "lint": (
        "How the contracts are written",
        "Found by `lint` and by `check` in the contracts as they are. Of an event or a shared type, the latest version "
        "is judged, because older ones cannot be changed any more.",
    ),
}
"""Folder of the rules to a title and what they have in common."""

_OURS: Final = "eventpact_registry.rules"
"""Rules of plug-ins that happen to be installed are documented by their own projects."""


def page() -> str:
    """The page's text."""
    return whole("Rules", _INTRODUCTION, *_parts())


def _parts() -> Iterator[str]:
    for folder, (title, what) in _SECTIONS.items():
        found = [rule for rule in rules().values() if rule.module.rpartition(".")[0] == f"{_OURS}.{folder}"]
        yield f"## {title}"
        yield what
        yield table(
            ("rule", "severity", ""),
            [(f"[{rule.id}](#{rule.id.lower()})", rule.severity.value, rule.summary) for rule in found],
        )
        for rule in found:
            yield from _described(rule)


def _described(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id}"
    yield f"{code(rule.severity.value)} · {rule.summary}"
    yield rule.reason
    yield f"- Anti-pattern: {rule.anti_pattern}\n- Best practice: {rule.best_practice}"
