"""A plan as data for output: rows for a table, and JSON for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from eventpact.wording import counted
from eventpact_registry.plan.steps import describe
from eventpact_registry.reports.markup import inline

if TYPE_CHECKING:
    from eventpact_registry.plan.steps import Plan


def rows(plan: Plan) -> list[tuple[str, str, str, str]]:
    """(action, subject, topic or account, its name, detail) of each step, in order."""
    described = [describe(step) for step in plan.steps]
    return [(one.action, one.part, one.name, one.detail) for one in described]


def as_markdown(plan: Plan) -> str:
    """The plan for a comment on a pull request: a table, conflicts and notes."""
    lines = [f"## Plan: {inline(summary(plan))}", ""]
    if plan.steps:
        lines += ["| change | of | name | detail |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(map(inline, row))} |" for row in rows(plan)]
        lines.append("")
    lines += [f"- **conflict:** {inline(str(conflict))}" for conflict in plan.conflicts]
    lines += [f"- note: {inline(note.about)}: {inline(note.text)}" for note in plan.notes]
    return "\n".join(lines).rstrip() + "\n"


def summary(plan: Plan) -> str:
    """The plan in a line."""
    found = [
        counted(count, noun)
        for count, noun in (
            (plan.subjects_in_sync, "subject"),
            (plan.topics_in_sync, "topic"),
            (plan.accounts_in_sync, "account"),
        )
        if count
    ]
    in_sync = f"{' and '.join(filter(None, [', '.join(found[:-1]), found[-1]]))} as declared" if found else ""
    if plan.empty:
        return f"No changes: {in_sync or 'nothing is declared'}"
    conflicts = f" and {counted(len(plan.conflicts), 'conflict')}" if plan.conflicts else ""
    return "; ".join(filter(None, [f"{counted(len(plan.steps), 'change')}{conflicts}", in_sync]))


def as_json(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values; `changes` has one object a step, with `action` and what the step is about."""
    return {
        "empty": plan.empty,
        "changes": [{"action": describe(step).action, **asdict(step)} for step in plan.steps],
        "conflicts": [asdict(conflict) for conflict in plan.conflicts],
        "notes": [asdict(note) for note in plan.notes],
        "in_sync": {
            "subjects": plan.subjects_in_sync,
            "topics": plan.topics_in_sync,
            "accounts": plan.accounts_in_sync,
        },
    }
