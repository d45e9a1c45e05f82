"""`eventpact serve`: the embedded schema registry in the foreground."""

from __future__ import annotations

import click

from eventpact_cli.explaining import Explained
from eventpact_cli.waiting import until_stopped


@click.command(cls=Explained)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen on.")
@click.option(
    "--port", default=8081, show_default=True, type=click.IntRange(0, 65535), metavar="PORT", help="0 takes a free one."
)
@click.option(
    "--database",
    default="eventpact-registry.db",
    show_default=True,
    metavar="FILE",
    help="SQLite file that keeps the schemas; `:memory:` keeps nothing.",
)
def serve(host: str, port: int, database: str) -> None:
    """Run the embedded schema registry: Confluent's REST API for Avro, judged by eventpact's own resolver.

    It has no authentication yet: keep it on loopback.

    Examples:
      eventpact serve
      eventpact serve --port 0 --database :memory:
    """
    from eventpact_registry.server import EmbeddedRegistry

    with EmbeddedRegistry(database, host=host, port=port) as registry:
        click.echo(f"schema registry on {registry.url}, data in {database}; stop it with Ctrl-C")
        until_stopped()
