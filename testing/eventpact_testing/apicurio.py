"""A real Apicurio Registry for tests, in memory, behind its Confluent-compatible API."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eventpact.errors import EventPactError
from eventpact_testing.java import JavaProcess, free_ports, made_whole

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

JAVA: Final = 21
"""The least Java that Apicurio 3.3 runs on."""

_START_SECONDS: Final = 180
_PROBE_SECONDS: Final = 10.0


class ApicurioRegistry:
    """A running registry; end it with `close`, or use it in a `with`.

    `libraries` is a folder with the distribution (`java.fetch_libraries`), which is unpacked beside it once. The log
    is in `folder`; without one, in a temporary folder that is removed at the end, and kept when the start fails.

    Raises:
        EventPactError: there is no Java, or the registry does not start; with its last log lines.
    """

    def __init__(self, libraries: Path, *, folder: Path | None = None) -> None:
        distribution = _unpacked(libraries)
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="eventpact-apicurio-"))
        port, management_port = free_ports(2)
        self.url = f"http://127.0.0.1:{port}/apis/ccompat/v7"
        """Where clients of a Confluent registry reach it."""
        self._process = JavaProcess(
            "Apicurio Registry",
            [
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",  # a quick start matters more here than peak speed
                "-Dquarkus.http.host=127.0.0.1",
                f"-Dquarkus.http.port={port}",
                f"-Dquarkus.management.port={management_port}",
                "-Dquarkus.management.host=127.0.0.1",
                "-Dapicurio.ccompat.use-canonical-hash=true",
                "-Dapicurio.rules.global.compatibility=BACKWARD",
                "-Dapicurio.rules.global.validity=FULL",
                "-jar",
                distribution / "quarkus-run.jar",
            ],
            minimum=JAVA,
            log=self.folder / "apicurio.log",
        )
        try:
            self._process.wait_until(lambda: _answers(f"{self.url}/subjects"), timeout=_START_SECONDS)
        except BaseException:
            self._process.kill()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it, and remove the temporary folder."""
        self._process.kill()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)


def _unpacked(libraries: Path) -> Path:
    archives = sorted(libraries.glob("apicurio-registry-app-*.tar.gz"))
    if not archives:
        raise EventPactError(f"there is no apicurio-registry-app-*.tar.gz in {libraries}")
    target = archives[0].with_name("apicurio")
    if not target.is_dir():
        with made_whole(target, prefix="unpacking-") as unpacking, tarfile.open(archives[0]) as archive:
            archive.extractall(unpacking, filter="data")
    return target


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=_PROBE_SECONDS) as response:  # noqa: S310 - our own http address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
