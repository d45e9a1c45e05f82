"""`eventpact demo`: the five systems proved end to end, told as a story."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from eventpact_cli import ending
from eventpact_cli.explaining import Explained
from eventpact_cli.options import contracts_option, limit_option

_COLUMNS = ("system", "topics", "sent", "received", "lost", "dead letters", "messages/s", "p99 ms")


@click.command(cls=Explained)
@contracts_option
@click.option("--brokers", metavar="HOST:PORT", help="Run on this Kafka cluster instead of the embedded broker.")
@click.option("--registry", metavar="URL", help="Run on this schema registry instead of the embedded one.")
@click.option(
    "--events",
    default=2_000,
    show_default=True,
    type=click.IntRange(10, 100_000),
    metavar="N",
    help="How many events each system sends at least.",
)
@limit_option
def demo(*, contracts: Path, brokers: str | None, registry: str | None, events: int, limit: int | None) -> None:
    """Prove the five systems end to end: from the contracts, by way of a pull request, to handled events.

    Without --brokers and --registry, which go together, it runs on the embedded broker and registry and needs nothing
    else. On real ones it creates what the contracts declare, leaves it there, and cleans up only the tenant that it
    made.

    Examples:
      eventpact demo
      eventpact demo --events 20000
      eventpact demo --brokers localhost:9092 --registry http://localhost:8081 --replication-factor-limit 1
    """
    from eventpact_cli.connecting import settings_for
    from eventpact_cli.console import console, show_table
    from eventpact_cli.telling import ConsoleNarrator
    from eventpact_testing.demo.flow_process import FlowFailed
    from eventpact_testing.demo.story import Demo, Unexpected
    from eventpact_testing.stack import embedded_stack, remote_stack

    if (brokers is None) != (registry is None):
        raise click.UsageError("--brokers and --registry go together", click.get_current_context())
    remote = settings_for(brokers, registry) if brokers is not None else None
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="eventpact-demo-")))
        narrator = stack.enter_context(ConsoleNarrator(console()))
        told = Demo(contracts=contracts, work=work, events=events, narrator=narrator, replication_limit=limit)
        try:
            repository = told.gate()
            parts = remote_stack(remote) if remote else stack.enter_context(embedded_stack(client_id="demo"))
            told.synchronise(repository, parts)
            scratch, older = told.packages(repository)
            results = list(told.flows(repository, parts, scratch, older))
        except (Unexpected, FlowFailed) as error:
            click.echo(f"unexpected: {error}", err=True)
            click.get_current_context().exit(ending.FOUND)
    rows = [
        (
            result.system,
            str(result.topics),
            f"{result.sent:,}",
            f"{result.received:,}",
            str(result.lost),
            str(result.dead_letters),
            f"{result.rate:,.0f}",
            f"{result.p99_ms:,.0f}",
        )
        for result in results
    ]
    click.echo()
    show_table(_COLUMNS, rows, right=_COLUMNS[1:])
