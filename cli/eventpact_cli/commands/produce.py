"""`eventpact produce`: typed events from JSON lines or a container file to the topic of their contract."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import click

from eventpact_cli.explaining import Explained
from eventpact_cli.options import brokers_option, contracts_option, parameters_option, rate_option, registry_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from eventpact import Settings
    from eventpact.event import Event
    from eventpact_codegen.untyped import Untyped

_STREAM: Final = "-"
_CONTAINER: Final = ".avro"


@click.command(cls=Explained)
@click.argument("event")
@click.argument("file", default=_STREAM, metavar="[FILE]")
@click.option(
    "--json",
    "encoding",
    type=click.Choice(["plain", "avro"]),
    default="plain",
    show_default=True,
    help="How the JSON is written: for people, or as Avro's specification says.",
)
@parameters_option
@rate_option
@click.option("--dry-run", is_flag=True, help="Only judge the events: nothing is asked and nothing sent.")
@contracts_option
@brokers_option
@registry_option
def produce(
    *,
    event: str,
    file: str,
    encoding: Any,
    parameters: dict[str, str],
    rate: float | None,
    dry_run: bool,
    contracts: Path,
    brokers: str | None,
    registry: str | None,
) -> None:
    """Send events of one kind, with the key and headers of their contract, and say how many were acknowledged.

    EVENT is MessageSent or quikapp/MessageSent; MessageSent@1 is an older version. FILE has one JSON text a line, or is
    a container file (.avro) of any version that resolves; - is standard input. What the contract fills (ids, times,
    type, version) may be left out of JSON.

    A file is judged whole before its first event is sent. A stream cannot be: there the first line that is wrong ends
    the run, and what came before it is sent, acknowledged and counted.

    Examples:
      eventpact produce quikapp/MessageSent sent.jsonl
      eventpact produce quikapp/MessageSent sent.avro --rate 100
      eventpact produce chatplatform/MessageSent sent.jsonl --param tenant_id=acme
      eventpact produce quikapp/MessageSent sent.jsonl --dry-run
    """
    from eventpact.wording import counted
    from eventpact_cli.connecting import service_settings

    untyped = _untyped(contracts, event, encoding)
    topic = _topic(untyped, parameters)
    if dry_run:
        with _opened(file) as stream:
            judged = sum(1 for _ in _events(untyped, stream, file))
        click.echo(f"{counted(judged, 'event')} would go to {topic}")
        return
    if file != _STREAM:
        with _opened(file) as stream:
            for _ in _watched(_events(untyped, stream, file), stream, file, "judging"):
                pass
    _send(untyped, file, service_settings(brokers, registry), parameters, rate)


def _send(untyped: Untyped, file: str, settings: Settings, parameters: dict[str, str], rate: float | None) -> None:
    from eventpact.errors import DeliveryError
    from eventpact.operate.publishing import publish
    from eventpact.wording import counted
    from eventpact_cli.stopping import stoppable

    topic = _topic(untyped, parameters)
    _demand(topic, settings)
    producer = untyped.producer(settings)
    try:
        with stoppable() as stop, _opened(file) as stream:
            events = _watched(_events(untyped, stream, file), stream, file, "sending")
            done = publish(producer, events, parameters=parameters, rate=rate, stop=stop)
    finally:
        with suppress(DeliveryError):  # what is not acknowledged by now was counted
            producer.close(0)
    said = f"{counted(done.acknowledged, 'event')} acknowledged on {topic}"
    click.echo(f"{said}, {done.failed:,} not" if done.failed else said, err=done.error is not None)
    if done.error is not None:
        raise done.error
    if done.stopped:
        raise click.Abort


def _demand(topic: str, settings: Settings) -> None:
    """Refuse what would wait or go nowhere: sending switched off, no cluster there, or no such topic on it."""
    from eventpact.errors import BrokerError, SettingsError
    from eventpact.operate.topics import Topics

    if not settings.enabled:
        raise SettingsError("KAFKA_ENABLED is off: events would be dropped")
    if topic not in Topics(settings).states():
        raise BrokerError(f"there is no topic {topic} on {settings.brokers}: `eventpact apply` makes it")


def _untyped(contracts: Path, name: str, encoding: Any) -> Untyped:
    from eventpact.errors import ContractError, Problem
    from eventpact_cli.loading import load
    from eventpact_codegen.untyped import Untyped
    from eventpact_registry.contracts.version_names import find_version

    found = find_version(load(contracts), name if "@" in name else f"{name}@latest")
    if found.topic is None:
        raise ContractError(Problem(f"{name} is a shared type and goes to no topic", hint="name an event"))
    return Untyped(found.system, found.topic, found.event, found.version, encoding)


def _topic(untyped: Untyped, parameters: dict[str, str]) -> str:
    from eventpact.names import topic_name

    return topic_name(untyped.contract.topic).fill(parameters)


def _events(untyped: Untyped, stream: BinaryIO, file: str) -> Iterator[Event]:
    from eventpact.containers import converted, read_data, read_lines

    if not file.endswith(_CONTAINER):
        yield from read_lines(stream, untyped.of_json)
        return
    with read_data(stream) as records:
        yield from map(untyped.of_data, converted(records, records.schema, untyped.schema, name=file))


def _opened(file: str) -> BinaryIO:
    if file == _STREAM:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    return Path(file).open("rb")


def _watched(events: Iterable[Event], stream: BinaryIO, file: str, doing: str) -> Iterator[Event]:
    """The events, with a bar of the bytes read where somebody looks."""
    if file == _STREAM or not sys.stderr.isatty():
        yield from events
        return
    from eventpact_cli.console import progress

    with progress(doing) as bar:
        task = bar.add_task("", total=Path(file).stat().st_size)
        for event in events:
            bar.update(task, completed=stream.tell())
            yield event
