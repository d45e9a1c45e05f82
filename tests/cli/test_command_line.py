"""The command as a whole: help, exit codes, streams, and what is imported for it."""

from __future__ import annotations

import errno
import json
import os
import pty
import shlex
import subprocess
import sys
from inspect import cleandoc
from pathlib import Path

import click
import pytest

from eventpact_cli import ending
from eventpact_cli.explaining import Explained
from eventpact_cli.main import COMMANDS, cli
from tests.cli.commands import COMMAND, PATIENCE, Run, environment, execute, write
from tests.registry.contracts.building import TOPIC

HEAVY = (
    "confluent_kafka",
    "eventpact_codegen",
    "eventpact_registry",
    "eventpact_testing",
    "importlib.metadata",
    "jinja2",
    "pydantic",
    "rich",
    "starlette",
    "uvicorn",
    "yaml",
)
"""What takes longer to import than an answer to `--help` may."""


def commands() -> dict[str, click.Command]:
    context = click.Context(cli, info_name="eventpact")
    return {name: command for name in COMMANDS if (command := cli.get_command(context, name)) is not None}


def test_help_lists_every_command_with_what_it_is_for(run: Run) -> None:
    said = run("--help")

    assert (said.code, said.err) == (0, "")
    for name in COMMANDS:
        assert f"\n  {name} " in said.out
    assert "\nExamples:\n  eventpact check --against git:origin/main\n" in said.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_examples_of_its_own(run: Run, name: str) -> None:
    said = run(name, "--help")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: eventpact {name} ")
    assert "\\b" not in said.out
    usage, _, examples = said.out.partition("\nExamples:\n")
    assert examples.startswith(f"  eventpact {name}")
    assert all(len(line) <= 80 for line in usage.splitlines())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name: str) -> None:
    options = [each for each in commands()[name].params if isinstance(each, click.Option)]

    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("name", ["eventpact", *COMMANDS])
def test_every_example_is_one_that_the_command_line_takes(name: str) -> None:
    explained = {"eventpact": cli, **commands()}[name]
    assert isinstance(explained, Explained)

    for line in cleandoc(explained.examples).splitlines():
        program, command, *arguments = shlex.split(line, comments=True)
        assert program == "eventpact"
        commands()[command].make_context(command, arguments)


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_imports_nothing_that_takes_long(tmp_path: Path, name: str) -> None:
    line = f"import sys; sys.argv[1:] = {[*filter(None, [name]), '--help']}; from eventpact_cli.main import main\n"
    script = f"{line}try: main()\nexcept SystemExit: print(*sys.modules, sep='\\n')\n"

    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=True
    )

    assert "Usage: eventpact" in done.stdout
    assert set(done.stdout.splitlines()) & set(HEAVY) == set()


def test_checking_flawless_contracts_imports_no_codec_and_no_client(shop: Path) -> None:
    script = "import sys; sys.argv[1:] = ['check']; from eventpact_cli.main import main\n"
    script += "try: main()\nexcept SystemExit: print(*sys.modules, sep='\\n')\n"

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=shop.parent,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )

    imported = set(done.stdout.splitlines())
    assert "nothing found" in imported
    heavy = {
        "confluent_kafka",
        "eventpact.avro.codec",
        "eventpact_codegen",
        "eventpact_testing",
        "rich",
        "urllib.request",
    }
    assert imported & heavy == set()


def test_the_version_is_the_packages(run: Run) -> None:
    said = run("--version")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("eventpact 0.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bulid"], "no such command 'bulid' (see `eventpact --help`)"),
        (["--loud"], "no such option '--loud' (see `eventpact --help`)"),
        (["check", "--contract"], "no such option '--contract'. (Did you mean one of: '--contracts', '--format'?)"),
        (["check", "--format", "xml"], "'xml' is not one of 'text', 'json', 'github'"),
        (["check", "contracts"], "got unexpected extra argument (contracts) (see `eventpact check --help`)"),
        (["check", "--against", "main"], "'main' is not a source (write"),
        (["check", "--against"], "option '--against' requires an argument"),
        (["diff", "MessageSent@1"], "missing argument 'NEW' (see `eventpact diff --help`)"),
        (["diff", "MessageSent@1", "git:main"], "one version and one source: OLD and NEW are two of a kind (see `"),
        (["serve", "--port", "99999"], "invalid value for '--port': 99999 is not in the range"),
        (["serve", "--port", "http"], "invalid value for '--port': 'http' is not a valid integer range"),
        (["demo", "--events", "1"], "invalid value for '--events': 1 is not in the range"),
        (["demo", "--brokers", "localhost:9092"], "--brokers and --registry go together (see `eventpact demo --help`)"),
        (["plan", "--replication-factor-limit", "0"], "invalid value for '--replication-factor-limit'"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(run: Run, arguments: list[str], said: str) -> None:
    assert said in run(*arguments).error


def test_no_command_at_all_shows_the_help_as_wrong_use(run: Run) -> None:
    said = run()

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Usage: eventpact [OPTIONS] COMMAND [ARGS]...")


def test_a_reader_that_goes_away_ends_the_command_quietly(shop: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "check"], cwd=shop.parent, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()  # before the first line is written, as a `head` that has enough
        said = process.stderr.read()
        code = process.wait(PATIENCE)

    assert (code, said) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
def test_output_that_cannot_be_written_is_an_error(shop: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "check"],
            cwd=shop.parent,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    assert (done.returncode, done.stderr) == (2, f"error: {os.strerror(errno.ENOSPC)}\n")


def test_closed_output_is_as_good_as_none(shop: Path) -> None:
    def code_of(line: str) -> int:
        return subprocess.run(
            ["sh", "-c", line], cwd=shop.parent, env=environment(), timeout=PATIENCE, check=False
        ).returncode

    check = shlex.join([*COMMAND, "check"])

    assert code_of(f"{check} >&-") == 0
    assert code_of(f"{check} --contracts nowhere 2>&-") == 2


def test_what_the_terminals_encoding_lacks_is_escaped(shop: Path) -> None:
    write(shop, {"shop/order.placed/topic.yaml": TOPIC.replace("retention: 7d", "retention: 7 Täge")})

    said = execute("check", cwd=shop.parent, PYTHONIOENCODING="ascii")

    assert (said.code, said.err) == (1, "")
    assert "'retention' must be like 60s, 15m, 12h or 30d, or unlimited" in said.out


def on_a_terminal(folder: Path, *arguments: str, **variables: str) -> str:
    """What a command prints to a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=folder, env=environment(TERM="xterm", **variables), stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        said = b""
        try:
            while chunk := os.read(ours, 65_536):
                said += chunk
        except OSError:  # how Linux says that the other side is closed
            pass
        process.wait(PATIENCE)
    os.close(ours)
    return said.decode()


def test_a_terminal_gets_colours_unless_no_color_says_otherwise(shop: Path) -> None:
    assert "\x1b[" in on_a_terminal(shop.parent, "check")
    assert "\x1b[" not in on_a_terminal(shop.parent, "check", NO_COLOR="1")


def test_a_pipe_gets_no_colours(shop: Path) -> None:
    assert execute("check", cwd=shop.parent, TERM="xterm").out == "nothing found\n"


def test_a_bug_is_told_in_a_line_that_says_where(run: Run, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventpact_registry.gate.check", lambda *_: 1 // 0)

    said = run("check")

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error: this is a bug in eventpact: ZeroDivisionError('")
    assert "test_command_line.py:" in said.err
    assert said.err.count("\n") == 1


def test_ctrl_c_is_told_and_counted_as_shells_do(run: Run, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("eventpact_registry.gate.check", interrupted)

    said = run("check")

    assert (said.code, said.out, said.err.strip()) == (130, "", "stopped")


def test_exit_codes_are_told_apart() -> None:
    assert (ending.FOUND, ending.FAILED) == (1, 2)


def test_every_format_of_findings_can_be_read_by_what_it_is_for(run: Run, shop: Path) -> None:
    write(shop, {"shop/order.placed/topic.yaml": TOPIC.replace("partitions: 3", "partitions: none")})

    text, github, document = (run("check", "--format", form) for form in ("text", "github", "json"))

    where = "contracts/shop/order.placed/topic.yaml"
    assert [said.code for said in (text, github, document)] == [1, 1, 1]
    assert text.out.startswith(f"{where}:2:13: error CONTRACT\n")
    assert github.out.startswith(f"::error file={where},line=2,col=13,title=CONTRACT::'partitions' must be")
    [finding] = json.loads(document.out)["findings"]
    assert (finding["file"], finding["line"], finding["column"]) == (where, 2, 13)
