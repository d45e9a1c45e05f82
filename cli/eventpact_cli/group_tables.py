"""Groups, their lag and moves of their offsets, as tables and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import click

from eventpact.operate.thresholds import Level, level
from eventpact.wording import counted, printable
from eventpact_cli.console import show_table

if TYPE_CHECKING:
    from eventpact.operate.groups import GroupState, PartitionLag
    from eventpact.operate.resetting import Reset


_STYLES: Final[dict[Level, str | None]] = {"ok": None, "warning": "yellow", "critical": "red"}


class Judged(NamedTuple):
    """A group's lag beside its thresholds."""

    group: str
    lag: int
    thresholds: dict[str, float]
    level: Level

    @classmethod
    def of(cls, group: str, lag: int, thresholds: dict[str, float]) -> Self:
        """Judge a group's lag."""
        return cls(group, lag, thresholds, level(lag, thresholds))


def show_group(state: GroupState, thresholds: dict[str, float], form: str) -> None:
    """Print a group whole."""
    if form == "json":
        click.echo(json.dumps(_facts(state, thresholds), indent=2))
        return
    for label, value in (
        ("group", state.name),
        ("state", state.state),
        ("coordinator", state.coordinator or "-"),
        ("assignor", state.assignor or "-"),
        ("lag", f"{state.lag:,}"),
        ("thresholds", _spelled(thresholds)),
    ):
        click.echo(f"{label:<14}{printable(value)}")
    if state.members:
        click.echo()
        show_table(
            ("member", "host", "partitions"),
            [(one.client_id, one.host, _listed(one.partitions)) for one in state.members],
        )
    if state.partitions:
        click.echo()
        show_table(
            ("topic", "partition", "committed", "end", "lag", "member"),
            [
                (
                    one.topic,
                    str(one.partition),
                    _or_dash(one.committed),
                    str(one.end),
                    _or_dash(one.lag),
                    one.member or "-",
                )
                for one in state.partitions
            ],
            right=("partition", "committed", "end", "lag"),
        )


def show_lag(judged: list[Judged], form: str) -> None:
    """Print the lag of groups."""
    if form == "json":
        click.echo(json.dumps([one._asdict() for one in judged], indent=2))
        return
    show_table(
        ("group", "lag", "thresholds", "level"),
        [(one.group, f"{one.lag:,}", _spelled(one.thresholds), one.level) for one in judged],
        right=("lag",),
        styles=[_STYLES[one.level] for one in judged],
    )


def show_reset(todo: Reset, form: str, *, moved: bool) -> None:
    """Print what moves, or has moved."""
    if form == "json":
        facts = {"group": todo.group, "moved": moved, "changes": [asdict(change) for change in todo.changes]}
        click.echo(json.dumps(facts, indent=2))
        return
    if not todo.changes:
        click.echo(f"Nothing to move: group {todo.group} is there already")
        return
    show_table(
        ("topic", "partition", "from", "to", "records"),
        [
            (
                change.topic,
                str(change.partition),
                _or_dash(change.old),
                str(change.new),
                "-" if change.records is None else f"{change.records:+,}",
            )
            for change in todo.changes
        ],
        right=("partition", "from", "to", "records"),
    )
    partitions = counted(len(todo.changes), "partition")
    click.echo(f"Moved {partitions} of group {todo.group}" if moved else f"Nothing was moved: --yes moves {partitions}")


def _facts(state: GroupState, thresholds: dict[str, float]) -> dict[str, Any]:
    return {
        "group": state.name,
        "state": state.state,
        "coordinator": state.coordinator,
        "assignor": state.assignor,
        "lag": state.lag,
        "thresholds": thresholds,
        "members": [asdict(one) for one in state.members],
        "partitions": [_partition(one) for one in state.partitions],
    }


def _partition(one: PartitionLag) -> dict[str, Any]:
    return {**asdict(one), "lag": one.lag}


def _spelled(thresholds: dict[str, float]) -> str:
    return ", ".join(f"{name} above {value:,g}" for name, value in thresholds.items()) or "none"


def _listed(partitions: tuple[tuple[str, int], ...]) -> str:
    by_topic: dict[str, list[str]] = {}
    for topic, number in partitions:
        by_topic.setdefault(topic, []).append(str(number))
    return " ".join(f"{topic}/{','.join(numbers)}" for topic, numbers in by_topic.items()) or "-"


def _or_dash(value: int | None) -> str:
    return "-" if value is None else str(value)
