"""Which dead letters a command is about: its options, and the topics that they lead to."""

from __future__ import annotations

from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from eventpact_cli.positions import InstantType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from eventpact import SchemaCatalog
    from eventpact.operate.administrator import Administrator
    from eventpact.operate.dead_letters import DeadLetters, Which

topics_option = click.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="TOPIC",
    help="A dead letter topic; repeatable. By default all of the contracts that the cluster has.",
)


def filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which letters are meant, handed on as `which`."""

    @wraps(command)
    def run(*, ids: tuple[str, ...] = (), **options: Any) -> Any:
        from eventpact.operate.dead_letters import Which

        names = ("event", "exception", "reason", "group", "origin", "since", "until")
        told = {name: options.pop(name) for name in names}
        return command(which=Which(ids=ids, topic=told.pop("origin"), **told), **options)

    for option in reversed(
        (
            click.option("--event", metavar="EVENT", help="Of this event, MessageSent; may be a pattern."),
            click.option("--exception", metavar="CLASS", help="With this exception, ValueError; may be a pattern."),
            click.option("--reason", metavar="REASON", help="undecodable or handler-failed."),
            click.option("--group", metavar="GROUP", help="That this consumer group gave up."),
            click.option("--origin", metavar="TOPIC", help="That came from this topic; may be a pattern."),
            click.option("--since", type=InstantType(), metavar="INSTANT", help="Dead since then, or for so long: 2h."),
            click.option("--until", type=InstantType(), metavar="INSTANT", help="Dead before then."),
        )
    ):
        run = option(run)
    return run


@contextmanager
def letters_of(
    contracts: Path, topics: tuple[str, ...], brokers: str | None, registry: str | None, which: Which
) -> Iterator[DeadLetters]:
    """The letters of the topics that were named, or of those that the contracts declare and the cluster has."""
    from eventpact import SchemaCatalog
    from eventpact.operate.administrator import Administrator
    from eventpact.operate.dead_letters import DeadLetters
    from eventpact_cli.connecting import cluster_settings, service_settings

    if which.event is not None and registry is None:
        raise click.UsageError("--event asks the registry: give --registry, or set SCHEMA_REGISTRY_URL")
    settings = cluster_settings(brokers) if registry is None else service_settings(brokers, registry)
    catalog: SchemaCatalog | None = None if registry is None else SchemaCatalog(settings)
    try:
        administrator = Administrator(settings)
        wanted = topics or _declared(contracts, administrator)
        yield DeadLetters(settings, wanted, catalog=catalog, administrator=administrator)
    finally:
        if catalog is not None:
            catalog.close()


def _declared(contracts: Path, administrator: Administrator) -> tuple[str, ...]:
    from eventpact.errors import BrokerError
    from eventpact.names import topic_name
    from eventpact_cli.loading import load

    templates = [
        topic_name(topic.name)
        for system in load(contracts).systems.values()
        for topic in system.topics.values()
        if topic.purpose == "dead-letters"
    ]
    there = sorted(administrator.metadata().topics)
    found = tuple(name for name in there if any(template.match(name) is not None for template in templates))
    if not found:
        raise BrokerError(
            f"none of the contracts' dead letter topics is on {administrator.brokers}: `eventpact apply` makes them, "
            "--topic names another one"
        )
    return found
