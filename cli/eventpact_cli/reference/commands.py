"""`cli.md`: every command with its usage, options and examples, as `--help` gives them."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING, Final

import click

from eventpact_cli.explaining import Explained
from eventpact_cli.main import COMMANDS, cli
from eventpact_cli.reference.markdown import code, fenced, table
from eventpact_cli.reference.markdown import page as whole

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTRODUCTION: Final = """\
`eventpact COMMAND --help` says the same on a terminal. Exit codes of every command: 0 nothing found, 1 findings or
drift, 2 wrong use or a system error. `NO_COLOR` turns colours off."""


def page() -> str:
    """The page's text."""
    context = click.Context(cli, info_name="eventpact", **cli.context_settings)
    commands = {name: command for name in COMMANDS if (command := cli.get_command(context, name)) is not None}
    summary = table(("command", ""), [(f"[{name}](#{_anchor(name)})", COMMANDS[name]) for name in commands])
    described = (part for name, command in commands.items() for part in _described(context, name, command))
    return whole("Command line", _INTRODUCTION, summary, *described)


def _anchor(name: str) -> str:
    return f"eventpact-{name}"


def _described(parent: click.Context, name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    yield f"## {context.command_path}"
    yield command.help or ""
    yield fenced(" ".join([context.command_path, *command.collect_usage_pieces(context)]))
    records = filter(None, (parameter.get_help_record(context) for parameter in command.params))
    yield table(("option", ""), [(code(spelled), meaning) for spelled, meaning in records if meaning])
    if isinstance(command, Explained):
        yield fenced(cleandoc(command.examples), "sh")
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            yield from _described(context, inner, command.commands[inner])
