"""Every command that a page shows exists and takes the options that it is given."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from eventpact_cli.main import COMMANDS, cli
from tests.docs.pages import EVERY_PAGE, HOW_TOS, ROOT, blocks, inline_code

_OPERATORS = {"|", "||", "&&", ";", ">", ">>", "<"}
_WORKFLOW_STEP = re.compile(r"^\s*- run: (?P<command>.+)$", re.MULTILINE)
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
_TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


def commands(page: Path) -> Iterator[list[str]]:
    """The simple commands in a page's shell blocks and workflow steps, as words."""
    scripts = [block.text for block in blocks(page, "sh")]
    for block in blocks(page, "yaml"):
        scripts += [_EXPRESSION.sub("X", found["command"]) for found in _WORKFLOW_STEP.finditer(block.text)]
    for script in scripts:
        for line in script.replace("\\\n", " ").splitlines():
            yield from simple_commands(line)


def simple_commands(line: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    for word in lexer:
        if word in _OPERATORS:
            yield words
            words = []
        else:
            words.append(word)
    if words:
        yield words


def complaint(words: list[str]) -> str | None:
    """What is wrong with a command of ours; None for commands that are not."""
    match Path(words[0]).name, words[1:]:
        case "eventpact", [name, *arguments]:
            command = cli.get_command(click.Context(cli), name)
            if command is None:
                return f"there is no command {name}"
            try:
                command.make_context(name, arguments)
            except click.exceptions.Exit:  # --help
                return None
            except click.ClickException as error:
                return f"{shlex.join(words)}: {error.format_message()}"
        case "make", targets:
            known = _TARGET.findall((ROOT / "Makefile").read_text())
            return next((f"there is no target {target}" for target in targets if target not in known), None)
    return None


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_their_options_exist(page: Path) -> None:
    assert [said for words in commands(page) if (said := complaint(words))] == []


@pytest.mark.parametrize("page", HOW_TOS, ids=lambda page: page.name)
def test_commands_named_in_prose_exist(page: Path) -> None:
    named = {found[1] for code in inline_code(page) if (found := re.match(r"eventpact ([a-z-]+)", code))}

    assert sorted(named - COMMANDS.keys()) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("cd contracts && eventpact chekc", "there is no command chekc"),
        ("eventpact check --agianst git:main | head", "No such option '--agianst'"),
        ("make tset", "there is no target tset"),
    ],
)
def test_a_wrong_command_is_noticed(line: str, said: str) -> None:
    [complaint_made] = [one for words in simple_commands(line) if (one := complaint(words))]

    assert said in complaint_made
