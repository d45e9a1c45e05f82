"""Avro Java 1.12 as the judge of our parser, resolver and codec: one JVM, asked over pipes (see Judge.java)."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eventpact_testing.java import fetch_libraries, find_java

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Self

JAVA: Final = 17
"""The least Java that runs Judge.java from its source."""

_FOLDER: Final = Path(__file__).parent


class JavaAvro:
    """A running judge; use it in a `with`."""

    def __init__(self) -> None:
        java = find_java(JAVA)
        assert java is not None, f"Java {JAVA} is missing"
        libraries = fetch_libraries(_FOLDER / "pom.xml")
        self._process = subprocess.Popen(
            [java, "-XX:+UseSerialGC", "-cp", f"{libraries}/*", _FOLDER / "Judge.java"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, requests: Iterable[dict[str, Any]]) -> list[Any]:
        """The answer to each request, in order."""
        lines = [json.dumps(request) for request in requests]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asking = threading.Thread(target=self._write, args=("\n".join([*lines, ""]),))  # both pipes may fill up
        asking.start()
        answers = [self._process.stdout.readline() for _ in lines]
        asking.join()
        assert all(answers), "the judge ended before its last answer"
        return [json.loads(answer) for answer in answers]

    def parse(self, schema: str, *references: str) -> dict[str, Any]:
        """Its canonical form and fingerprint, or an `error`."""
        [answer] = self.ask([{"op": "parse", "schema": schema, "references": references}])
        return dict(answer)

    def versions(self, subjects: Iterable[list[str]]) -> list[list[bool]]:
        """Of each subject whether each version reads each earlier one, the newest of these first."""
        answers = self.ask({"op": "versions", "schemas": texts} for texts in subjects)
        return [answer["compatible"] for answer in answers]

    def _write(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text)
        self._process.stdin.flush()
