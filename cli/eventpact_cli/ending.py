"""How a run ends: its exit code, and one line on standard error for each thing that is wrong.

0 nothing found, 1 findings or drift, 2 wrong use or a system error; 130, 143 and 141 as shells count a run that was
stopped with Ctrl-C, by SIGTERM, or because nobody reads its output any more.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Final, NoReturn, TextIO

import click

from eventpact.errors import EventPactError
from eventpact.wording import printable_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

FOUND: Final = 1
"""Exit code of a run that found something."""
FAILED: Final = 2
"""Exit code of wrong use and of system errors."""
_STOPPED: Final = 128 + signal.SIGINT
_TERMINATED: Final = 128 + signal.SIGTERM
_UNREAD: Final = 128 + 13  # SIGPIPE, which Windows does not name


class OutputClosed(Exception):  # noqa: N818 - reads as the fact it states
    """Whoever read our output went away, as `| head` does. Click would take a `BrokenPipeError` for itself."""


def run(command: Callable[[], object]) -> int:
    """Run a command line that returns its exit code or nothing; reports what it raises and gives the exit code."""
    _prepare()
    try:
        code = command()
        sys.stdout.flush()  # what stands against writing is to be said here, not at the interpreter's end
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
    except click.UsageError as error:
        _report(_usage(error))
    except click.ClickException as error:
        _report(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return _STOPPED
    except EventPactError as error:
        _report(*str(error).splitlines())
    except (OutputClosed, BrokenPipeError):
        _drop_output()
        return _UNREAD
    except OSError as error:
        _report(f"{error.filename}: {error.strerror}" if error.filename else f"{error.strerror or error}")
        _drop_output()
    except Exception as error:  # nobody should meet a traceback who did not ask for one
        if sys.flags.dev_mode:
            raise
        at = extract_tb(error.__traceback__)[-1]
        where = f"{Path(at.filename).name}:{at.lineno}"
        _report(f"this is a bug in eventpact: {error!r} in {where}; report it with what PYTHONDEVMODE=1 shows")
    else:
        return code if isinstance(code, int) else 0
    return FAILED


def _prepare() -> None:
    """Make SIGTERM unwind what is going on, every character printable, and closed streams go nowhere."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(_TERMINATED)


def _report(*lines: str) -> None:
    for line in lines:
        click.echo(f"error: {printable_lines(line)}", err=True)


def _usage(error: click.UsageError) -> str:
    message = error.format_message().rstrip(".")
    help_of = f" (see `{error.ctx.command_path} --help`)" if error.ctx else ""
    if message[:1].isupper() and message[1:2].islower():  # click's sentences, and not a word like OLD
        message = message[:1].lower() + message[1:]
    return message + help_of


def _drop_output() -> None:
    """Let what is still to be printed go nowhere, so that the interpreter does not fail on it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
