"""`eventpact replay`: records of topics or an archive once more, into a topic or through a group's handlers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eventpact_cli.explaining import Explained
from eventpact_cli.options import brokers_option, rate_option, registry_option
from eventpact_cli.positions import parsed
from eventpact_cli.schema_ids import ids_option

if TYPE_CHECKING:
    from eventpact import Group
    from eventpact.operate.administrator import Administrator
    from eventpact.operate.replay_sources import ArchiveSource, TopicSource
    from eventpact.settings import Settings

_ARCHIVE = ".avro"


@click.command(cls=Explained)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--to", "topic", metavar="TOPIC", help="Where records go; by default each to the topic it was read from.")
@click.option("--handler", metavar="MODULE:CLASS", help="A group whose handlers take the records instead.")
@click.option("--from", "since", default="earliest", show_default=True, metavar="POSITION", help="Where topics begin.")
@click.option("--until", default="latest", show_default=True, metavar="POSITION", help="Where topics end.")
@click.option("--id", "name", metavar="NAME", help="The replay's name; by default made from what is replayed.")
@rate_option
@click.option("--same-partitions", is_flag=True, help="Keep each record's partition; by default its key leads to one.")
@click.option(
    "--new-timestamps", is_flag=True, help="Let records count as written now; by default they keep their time."
)
@ids_option
@click.option("--dry-run", is_flag=True, help="Only count what would be replayed.")
@brokers_option
@registry_option
def replay(
    *,
    sources: tuple[str, ...],
    topic: str | None,
    handler: str | None,
    since: str,
    until: str,
    name: str | None,
    rate: float | None,
    same_partitions: bool,
    new_timestamps: bool,
    ids: Path | None,
    dry_run: bool,
    brokers: str | None,
    registry: str | None,
) -> None:
    """Write records to a topic again, or have a group handle them: from topics, a range of their time, or an archive.

    SOURCE is one archive (.avro, as `consume` and `dead-letters export` write them), or topics. POSITION is earliest,
    latest, offset:1200, last:10, an instant such as 2026-03-01T08:00:00Z, or how long ago: 90m, 2d.

    The cluster keeps how far a replay came, and where its first run began and was to end: 2d means what it meant then.
    The same command goes on there, whether it was stopped, killed or done, and writes nothing twice; another --id
    begins anew. A handler may see the last records before a kill twice.

    Examples:
      eventpact replay sent-archive.avro
      eventpact replay QuikApp.message.sent --from 2026-03-01 --until 2026-03-02 --rate 500
      eventpact replay QuikApp.message.sent --handler indexer.groups:SearchIndexer --from 2d
      eventpact replay QuikApp.message.sent --from 2d --to QuikApp.message.edited --dry-run
    """
    from eventpact.operate.administrator import Administrator
    from eventpact.operate.replaying import Replay, name_of
    from eventpact_cli.connecting import cluster_settings, service_settings
    from eventpact_cli.replaying import archive_name, run
    from eventpact_cli.schema_ids import read_ids

    if topic is not None and handler is not None:
        raise click.UsageError("--to and --handler are two targets: give one", click.get_current_context())
    group = None if handler is None else _group(handler)
    settings = cluster_settings(brokers) if group is None else service_settings(brokers, registry)
    target = handler or topic or ""
    administrator = Administrator(settings)
    source = _source(sources, since, until, settings, administrator)
    if name is None and sources[0].endswith(_ARCHIVE):
        name = archive_name(Path(sources[0]), target)
    todo = Replay(
        settings,
        source,
        name=name or name_of("topics", *sorted(sources), since, until, target),
        topic=topic,
        group=group,
        rate=rate,
        same_partitions=same_partitions,
        new_timestamps=new_timestamps,
        ids=read_ids(ids),
        administrator=administrator,
    )
    click.echo(f"replay {todo.name}", err=True)
    run(todo, total=getattr(source, "total", None), dry_run=dry_run)


def _source(
    sources: tuple[str, ...], since: str, until: str, settings: Settings, administrator: Administrator
) -> ArchiveSource | TopicSource:
    from eventpact.operate.replay_sources import ArchiveSource, TopicSource

    if not any(source.endswith(_ARCHIVE) for source in sources):
        begin, end = parsed(since, "--from"), parsed(until, "--until")
        return TopicSource(settings, sources, begin, end, administrator=administrator)
    if len(sources) > 1:
        raise click.UsageError("an archive is replayed alone: give one SOURCE", click.get_current_context())
    if (since, until) != ("earliest", "latest"):
        raise click.UsageError("--from and --until are of topics, an archive is replayed whole")
    return ArchiveSource(Path(sources[0]))


def _group(link: str) -> Group:
    """An instance of a group's class, looked up as Python started here would."""
    from eventpact import Group
    from eventpact.links import load

    module, colon, name = link.partition(":")
    if not (module and colon and name):
        raise click.UsageError(f"'{link}' is no MODULE:CLASS", click.get_current_context())
    sys.path.insert(0, "")
    try:
        found = load(link)
    except (ImportError, AttributeError) as error:
        raise click.UsageError(f"{link} cannot be imported: {error}", click.get_current_context()) from error
    if not (isinstance(found, type) and issubclass(found, Group)):
        raise click.UsageError(f"{link} is no group: give a class that generated groups are a base of")
    try:
        return found()
    except TypeError as error:
        raise click.UsageError(f"{link} cannot be made without arguments: {error}") from error
