"""The `eventpact` command: a table of subcommands, each imported only when it runs."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from keyword import iskeyword
from typing import Any, Final

import click

from eventpact_cli import ending
from eventpact_cli.explaining import Explained

COMMANDS: Final[dict[str, str]] = {
    "init": "Begin a repository of contracts: an example, and what has it judged.",
    "import": "Make contracts of a registry and a cluster, schema files, AsyncAPI documents or Python classes.",
    "lint": "Judge the contracts by themselves: names, docs, types, topics.",
    "check": "Judge every version pair, and what a change breaks and for whom.",
    "diff": "Show what changed between two versions or sources, and what each mode says of it.",
    "generate": "Compile the contracts into typed Python packages.",
    "build": "Build the packages as wheels and source distributions.",
    "plan": "Show what a registry and a cluster lack of the contracts.",
    "apply": "Bring a registry and a cluster to what the contracts say.",
    "topics": "List and describe topics; recommend partitions.",
    "tenants": "Create, delete, list and check the topics of tenants.",
    "groups": "List and describe consumer groups, judge their lag, move, export and restore their offsets.",
    "health": "Judge brokers, topics, groups and registry by the contracts and their alerts.",
    "produce": "Send typed events from JSON lines or a container file, validated and keyed by contract.",
    "consume": "Show typed events of a topic or an event, without a group.",
    "dead-letters": "List, show, redrive, export and import records that could not be handled.",
    "replay": "Write records of topics or an archive to a topic again, or handle them, each once.",
    "schemas": "Keep a registry's schemas with their ids in a file, and give them back.",
    "serve": "Run the embedded schema registry.",
    "dev": "Run the embedded broker and registry with the contracts applied.",
    "convert": "Turn files of events into others: container files, JSON lines, other versions.",
    "demo": "Prove the five systems end to end, from a pull request to a handled event.",
}


class LazyGroup(Explained, click.Group):
    """A group that lists its commands from the table and imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of the table, which is the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of that name: the function `NAME` of module `commands.NAME`; `NAME_` for a word of Python."""
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "_")
        command = getattr(import_module(f"eventpact_cli.commands.{name}"), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The table, without importing what it lists."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ending.OutputClosed from error


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # costs a quarter of `--help`

        click.echo(f"eventpact {version('eventpact')}")
        ctx.exit()


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def cli() -> None:
    """Events as contracts: judged in a pull request, synchronised by one plan, compiled into typed packages.

    Examples:
      eventpact check --against git:origin/main
      eventpact generate --out build/packages
      eventpact dev
    """


def main() -> None:
    """Run the command line."""
    code = ending.run(lambda: cli.main(prog_name="eventpact", standalone_mode=False))
    gc.freeze()  # the process ends: what it has loaded need not be looked through once more
    sys.exit(code)


if __name__ == "__main__":
    main()
