"""Container files that Avro Java reads and writes: ours go through it, in every codec, and come back as they were."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from eventpact.containers import CODECS, ArchivedHeader, ArchivedRecord, read_archive, read_contents, write_archive
from eventpact_testing.java import fetch_libraries, find_java
from tests.real.judge.java_avro import JAVA

JUDGE = Path(__file__).parent / "judge"
RECORDS = [
    ArchivedRecord(
        topic="orders",
        partition=number % 3,
        offset=number,
        timestamp=datetime(2024, 2, 29, 12, 0, number % 60, tzinfo=UTC) if number % 2 else None,
        key=b"k" * (number % 5) or None,
        value=bytes(range(number % 256)),
        headers=tuple(ArchivedHeader(name=f"h{header}", value=b"v") for header in range(number % 4)),
        schema_id=number,
    )
    for number in range(200)
]
JAVAS = [codec for codec in CODECS if codec != "xz"]
"""Java's xz is in a library that neither Avro nor Kafka brings."""


def test_java_reads_and_writes_what_we_write_and_read(libraries: Path, tmp_path: Path) -> None:
    java = find_java(JAVA)
    assert java is not None
    arguments: list[str] = []
    for codec in JAVAS:
        write_archive(tmp_path / f"{codec}.avro", RECORDS, codec=codec, block_bytes=500)
        arguments += [codec, str(tmp_path / f"{codec}.avro"), str(tmp_path / f"{codec}.java.avro")]
    # Kafka's libraries hold snappy and zstd, which Avro asks for and does not bring.
    search = os.pathsep.join(f"{folder}/*" for folder in (fetch_libraries(JUDGE / "pom.xml"), libraries))

    done = subprocess.run(
        [java, "-XX:+UseSerialGC", "-cp", search, JUDGE / "ContainerFiles.java", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.stdout.split() == ["200"] * len(JAVAS), done.stderr
    for codec in JAVAS:
        assert read_contents(tmp_path / f"{codec}.java.avro").header.codec == codec
        assert list(read_archive(tmp_path / f"{codec}.java.avro")) == RECORDS
