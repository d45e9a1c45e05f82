"""`eventpact groups`: consumer groups, how far they are behind, and moving their offsets."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from eventpact_cli import ending
from eventpact_cli.explaining import Explained, ExplainedGroup
from eventpact_cli.options import brokers_option, contracts_option, form_option
from eventpact_cli.positions import PositionType

if TYPE_CHECKING:
    from eventpact.operate.positions import Position

_yes_option = click.option("--yes", is_flag=True, help="Move the offsets; without it, they are only shown.")


@click.group(cls=ExplainedGroup)
def groups() -> None:
    """Look at consumer groups, judge their lag, and move, export and restore their offsets.

    Examples:
      eventpact groups list
      eventpact groups describe search-indexer
      eventpact groups lag --fail-on warning
      eventpact groups reset search-indexer --to earliest --topic QuikApp.message.sent
      eventpact groups export search-indexer --out offsets.json
      eventpact groups restore offsets.json --yes
    """


@groups.command("list", cls=Explained)
@brokers_option
@form_option
def list_groups(*, brokers: str | None, form: str) -> None:
    """List the groups that a cluster knows, with their members and their lag.

    Examples:
      eventpact groups list --brokers localhost:9092
    """
    from eventpact.operate.groups import Groups
    from eventpact_cli.connecting import cluster_settings
    from eventpact_cli.console import show_table

    found = Groups(cluster_settings(brokers)).list()
    if form == "json":
        facts = ({"group": one.name, "state": one.state, "members": len(one.members), "lag": one.lag} for one in found)
        click.echo(json.dumps(list(facts), indent=2))
        return
    show_table(
        ("group", "state", "members", "lag"),
        [(one.name, one.state, str(len(one.members)), f"{one.lag:,}") for one in found],
        right=("members", "lag"),
    )


@groups.command(cls=Explained)
@click.argument("group")
@contracts_option
@brokers_option
@form_option
def describe(*, group: str, contracts: Path, brokers: str | None, form: str) -> None:
    """Show one group: its members, who has which partition, its lag, and the thresholds of the contracts' alerts.

    Examples:
      eventpact groups describe search-indexer
    """
    from eventpact.operate.groups import Groups
    from eventpact_cli.connecting import cluster_settings
    from eventpact_cli.group_tables import show_group
    from eventpact_registry.alerts import lag_thresholds

    thresholds = lag_thresholds(_repository(contracts)).get(group, {})
    state = Groups(cluster_settings(brokers)).describe(group)
    show_group(state, thresholds, form)


@groups.command(cls=Explained)
@click.argument("names", nargs=-1, metavar="[GROUP]...")
@contracts_option
@brokers_option
@form_option
@click.option(
    "--fail-on",
    type=click.Choice(["warning", "critical", "never"]),
    default="critical",
    show_default=True,
    help="The level from which on the command exits with 1.",
)
def lag(
    *,
    names: tuple[str, ...],
    contracts: Path,
    brokers: str | None,
    form: str,
    fail_on: Literal["warning", "critical", "never"],
) -> None:
    """Judge the lag of groups against the thresholds of the contracts' alerts; exits with 1 from --fail-on on.

    Without GROUP, those of the contracts that the cluster knows. A group that systems share is judged by the lowest of
    their thresholds; one without thresholds is never bad.

    Examples:
      eventpact groups lag
      eventpact groups lag search-indexer --fail-on warning
    """
    from eventpact.errors import BrokerError
    from eventpact.operate.groups import Groups, total
    from eventpact.operate.thresholds import reaches
    from eventpact_cli.connecting import cluster_settings
    from eventpact_cli.group_tables import Judged, show_lag
    from eventpact_registry.alerts import lag_thresholds

    declared = lag_thresholds(_repository(contracts))
    cluster = Groups(cluster_settings(brokers))
    known = cluster.names()
    for name in names:
        if name not in known:
            raise BrokerError(f"there is no group {name}: `eventpact groups list` shows those that there are")
    chosen = names or tuple(sorted(declared.keys() & set(known)))
    judged = [Judged.of(name, total(cluster.lag(name)), declared.get(name, {})) for name in chosen]
    show_lag(judged, form)
    if fail_on != "never" and any(reaches(one.level, fail_on) for one in judged):
        click.get_current_context().exit(ending.FOUND)


@groups.command(cls=Explained)
@click.argument("group")
@click.option(
    "--to", type=PositionType(), required=True, metavar="POSITION", help="Where the group goes on: see above."
)
@click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="Only this topic; repeatable.")
@click.option("--partition", "partitions", multiple=True, type=click.IntRange(min=0), metavar="N", help="Only this.")
@click.option("--create", is_flag=True, help="The cluster need not know the group yet; --topic says what it will read.")
@brokers_option
@form_option
@_yes_option
def reset(
    *,
    group: str,
    to: Position,
    topics: tuple[str, ...],
    partitions: tuple[int, ...],
    create: bool,
    brokers: str | None,
    form: str,
    yes: bool,
) -> None:
    """Show where a group would go on, and with --yes move it there.

    POSITION is earliest, latest, offset:1200, last:10 (records before the end), an instant such as
    2026-03-01T08:00:00Z, or how long ago: 90m, 2d. Refused while members of the group run.

    Examples:
      eventpact groups reset search-indexer --to earliest
      eventpact groups reset search-indexer --to 2026-03-01T08:00:00Z --topic QuikApp.message.sent --yes
      eventpact groups reset search-indexer --to offset:1200 --topic QuikApp.message.sent --partition 3 --yes
    """
    from eventpact.operate.groups import Groups
    from eventpact.operate.resetting import apply_reset, plan_reset
    from eventpact_cli.connecting import cluster_settings
    from eventpact_cli.group_tables import show_reset

    cluster = Groups(cluster_settings(brokers))
    todo = plan_reset(cluster, group, to, topics=topics, partitions=partitions, create=create)
    if yes:
        apply_reset(cluster, todo)
    show_reset(todo, form, moved=yes)


@groups.command(cls=Explained)
@click.argument("group")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE", help="The file to write."
)
@brokers_option
def export(*, group: str, out: Path, brokers: str | None) -> None:
    """Write a group's offsets to a file, each with the moment that it means.

    Examples:
      eventpact groups export search-indexer --out offsets.json
    """
    from eventpact.operate.groups import Groups
    from eventpact.operate.offset_files import export_offsets, write_offsets
    from eventpact.wording import counted
    from eventpact_cli.connecting import cluster_settings

    settings = cluster_settings(brokers)
    kept = export_offsets(Groups(settings), settings, group, now=datetime.now(UTC))
    write_offsets(kept, out)
    click.echo(f"{out}: {counted(len(kept.offsets), 'partition')} of group {group}")


@groups.command(cls=Explained)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option("--group", "other", metavar="GROUP", help="Another group than the exported one.")
@click.option(
    "--by",
    type=click.Choice(["offset", "time"]),
    default="offset",
    show_default=True,
    help="offset on the cluster that they are of; time on one that was filled again.",
)
@brokers_option
@form_option
@_yes_option
def restore(
    *, file: Path, other: str | None, by: Literal["offset", "time"], brokers: str | None, form: str, yes: bool
) -> None:
    """Show what an export of offsets would change, and with --yes give a group these offsets.

    Refused while members of the group run.

    Examples:
      eventpact groups restore offsets.json
      eventpact groups restore offsets.json --by time --yes
    """
    from eventpact.operate.groups import Groups
    from eventpact.operate.offset_files import plan_restore, read_offsets
    from eventpact.operate.resetting import apply_reset
    from eventpact_cli.connecting import cluster_settings
    from eventpact_cli.group_tables import show_reset

    kept = read_offsets(file)
    cluster = Groups(cluster_settings(brokers))
    todo = plan_restore(cluster, kept, group=other, by=by)
    if yes:
        apply_reset(cluster, todo)
    show_reset(todo, form, moved=yes)


def _repository(contracts: Path) -> Any:
    from eventpact_cli.loading import load

    return load(contracts)
