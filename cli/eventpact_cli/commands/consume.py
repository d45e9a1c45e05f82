"""`eventpact consume`: typed events of a topic or an event, looked at without a group."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import click

from eventpact_cli.explaining import Explained
from eventpact_cli.options import (
    brokers_option,
    contracts_option,
    parameters_option,
    personal_option,
    registry_option,
    where_option,
)
from eventpact_cli.positions import PositionType

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from eventpact import SchemaCatalog
    from eventpact.avro.model import Schema
    from eventpact.containers import ArchivedRecord
    from eventpact.operate.browsing import Browsing
    from eventpact.operate.positions import Position
    from eventpact.operate.showing import Showing, Shown
    from eventpact_cli.named_topics import Named

_STREAM: Final = "-"
_FORMATS: Final = ("table", "json", "avro")


@click.command(cls=Explained)
@click.argument("name")
@click.option("--from", "since", type=PositionType(), metavar="POSITION", help="Where each partition begins.")
@click.option("--until", type=PositionType(), metavar="POSITION", help="Where each partition ends; by default now.")
@click.option("--follow", is_flag=True, help="Wait for what comes, until stopped; begins at the end unless told.")
@where_option
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many records.")
@parameters_option
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="table",
    show_default=True,
    help="table for people, json (a line a record) for machines, avro for files.",
)
@click.option("--out", metavar="FILE", help="For avro: the file to write, or - for standard output.")
@personal_option
@contracts_option
@brokers_option
@registry_option
def consume(
    *,
    name: str,
    since: Position | None,
    until: Position | None,
    follow: bool,
    where: dict[str, str],
    limit: int | None,
    parameters: dict[str, str],
    form: str,
    out: str | None,
    show_personal: bool,
    contracts: Path,
    brokers: str | None,
    registry: str | None,
) -> None:
    """Show the events of a topic, or those of one kind, without a group: nothing on the cluster changes.

    NAME is a topic on the cluster, or an event: MessageSent, quikapp/MessageSent. POSITION is earliest (the default),
    latest, offset:1200, last:10 (of each partition), an instant such as 2026-03-01T08:00:00Z, or how long ago: 90m, 2d.

    Personal data are masked where people read, in table and json. With avro, a topic's records go to an archive as
    they were on the wire, and an event's to a container file of its newest version; both hold personal data. Records
    that cannot be decoded are shown as such, and end nothing.

    Examples:
      eventpact consume QuikApp.message.sent --from last:10
      eventpact consume quikapp/MessageSent --where data.userId=u-1 --from 90m --format json
      eventpact consume QuikApp.message.sent --follow
      eventpact consume QuikApp.message.sent --format avro --out sent-archive.avro
      eventpact consume quikapp/MessageSent --format avro --out sent.avro --from 2026-03-01 --until 2026-03-02
    """
    from eventpact import SchemaCatalog
    from eventpact.operate.administrator import Administrator
    from eventpact.operate.browsing import Browsing
    from eventpact.operate.positions import EARLIEST, LATEST
    from eventpact.operate.showing import Showing
    from eventpact_cli.connecting import service_settings
    from eventpact_cli.named_topics import contracts_if_there, named, personal_in
    from eventpact_cli.stopping import stoppable
    from eventpact_cli.unread import tell_unread

    if (form == "avro") != (out is not None):
        raise click.UsageError("--format avro and --out go together", click.get_current_context())
    if follow and until is not None:
        raise click.UsageError("--follow waits for ever, --until says where to end", click.get_current_context())
    repository = contracts_if_there(contracts)
    settings = service_settings(brokers, registry)
    administrator = Administrator(settings)
    meant = named(name, parameters, repository, administrator)
    start = since or (LATEST if follow else EARLIEST)
    browsing = Browsing(settings, meant.topics, since=start, until=until, follow=follow, administrator=administrator)
    catalog = SchemaCatalog(settings)
    showing = Showing(catalog, personal=personal_in(repository), show_personal=show_personal)
    with stoppable() as stop:
        records = _chosen(_watched(browsing, stop, quiet=out is None), showing, meant, where, limit)
        if out is not None:
            _write(out, records, meant.schema, catalog)
        else:
            _print(map(showing.shown, records), form)
    if limit is None:
        tell_unread(browsing.unread)
    catalog.close()


def _chosen(
    records: Iterator[ArchivedRecord], showing: Showing, meant: Named, where: dict[str, str], limit: int | None
) -> Iterator[ArchivedRecord]:
    """The records that are meant; of an event's, also those that nobody can tell."""
    found = 0
    for record in records:
        event = showing.event_of(record)
        if meant.events is not None and (record.value is None or (event is not None and event not in meant.events)):
            continue
        if not showing.fits(record, where):
            continue
        yield record
        found += 1
        if found == limit:
            return


def _print(shown: Iterator[Shown], form: str) -> None:
    from eventpact.wording import printable

    if form == "json":
        for one in shown:
            click.echo(printable(json.dumps(one.as_json(), ensure_ascii=False)))
        return
    widths = [0, 0, 0, 0]
    for one in shown:
        cells = (
            one.position,
            one.time or "-",
            "-" if one.key is None else one.key,
            (one.event or "-").rpartition(".")[2],
        )
        widths = [max(width, len(cell)) for width, cell in zip(widths, cells, strict=True)]
        padded = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        click.echo(printable(f"{padded}  {_told(one)}"))


def _told(shown: Shown) -> str:
    if shown.undecodable is not None:
        return f"undecodable: {shown.undecodable}"
    return "(no value)" if shown.data is None else json.dumps(shown.data, ensure_ascii=False, separators=(",", ":"))


def _write(out: str, records: Iterator[ArchivedRecord], schema: Schema | None, catalog: SchemaCatalog) -> None:
    from eventpact.containers import ContainerWriter, write_archive
    from eventpact.wording import counted

    place: Any = sys.stdout.buffer if out == _STREAM else out
    where = "standard output" if out == _STREAM else out
    if schema is None:
        click.echo(f"{where}: {counted(write_archive(place, records), 'record')}", err=True)
        return
    undecodable = 0
    with ContainerWriter.of_data(place, schema) as writer:
        convert = _conversion(schema, catalog)
        for record in records:
            data = convert(record.value or b"")
            if data is None:
                undecodable += 1
            else:
                writer.write(data)
    left = f", {counted(undecodable, 'undecodable record')} left out" if undecodable else ""
    click.echo(f"{where}: {counted(writer.written, 'event')}{left}", err=True)


def _conversion(schema: Schema, catalog: SchemaCatalog) -> Callable[[bytes], bytes | None]:
    """A function from a record's value to data of one schema; None for a value that has no such form."""
    from eventpact.containers import converter
    from eventpact.errors import CodecError, NotRegistered
    from eventpact.wire import unframe

    known: dict[int, Callable[[bytes], bytes]] = {}

    def convert(value: bytes) -> bytes | None:
        try:
            schema_id, data = unframe(value)
            if schema_id not in known:
                known[schema_id] = converter(catalog.schema(schema_id), schema)
            return known[schema_id](data)
        except (CodecError, NotRegistered):
            return None

    return convert


def _watched(browsing: Browsing, stop: threading.Event, *, quiet: bool) -> Iterator[ArchivedRecord]:
    """The records, with a bar where they go to a file and somebody looks."""
    if quiet or browsing.total is None or not sys.stderr.isatty():
        yield from browsing.records(stop=stop)
        return
    from eventpact_cli.console import progress

    with ExitStack() as stack:
        bar = stack.enter_context(progress("reading"))
        task = bar.add_task("", total=browsing.total)
        for record in browsing.records(stop=stop):
            bar.advance(task)
            yield record
