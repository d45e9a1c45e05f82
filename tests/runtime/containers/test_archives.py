"""Archives: records of topics as they were on the wire."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fastavro
import pytest

from eventpact.containers import (
    ARCHIVE_SCHEMA,
    ArchivedHeader,
    ArchivedRecord,
    archive_writer,
    read_archive,
    write_archive,
)
from eventpact.errors import EncodeError
from eventpact.wire import frame
from tests.runtime import raw

if TYPE_CHECKING:
    from eventpact_testing.broker import LocalBroker

RECORDS = [
    ArchivedRecord(
        topic="sample.posted",
        partition=2,
        offset=1 << 40,
        timestamp=datetime(2024, 2, 29, 12, 30, 15, 123000, UTC),
        key=b"a-1",
        value=frame(7, b"\x02a"),
        headers=(ArchivedHeader(name="n", value=b"1"), ArchivedHeader(name="n"), ArchivedHeader(name="", value=b"")),
        schema_id=7,
    ),
    ArchivedRecord(topic="sample.posted", partition=0, offset=0),
]


def test_records_come_back_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "replay.avro"

    write_archive(file, RECORDS, codec="null")

    assert list(read_archive(file)) == RECORDS


def test_an_archive_grows_record_by_record(tmp_path: Path) -> None:
    file = tmp_path / "dead.avro"
    for record in RECORDS:
        with archive_writer(file, append=True) as archive:
            archive.write(record)

    assert list(read_archive(file)) == RECORDS


def test_others_read_archives_by_the_documented_schema(tmp_path: Path) -> None:
    file = tmp_path / "replay.avro"
    write_archive(file, RECORDS)

    with file.open("rb") as stream:
        reader: Any = fastavro.reader(stream)
        first, second = reader
        assert json.loads(reader.metadata["avro.schema"]) == json.loads(ARCHIVE_SCHEMA)

    assert first["headers"][0] == {"name": "n", "value": b"1"}
    assert (first["schemaId"], first["value"]) == (7, b"\x00\x00\x00\x00\x07\x02a")
    assert second["timestamp"] is second["key"] is second["value"] is None


def test_a_wrong_value_is_refused_with_its_path(tmp_path: Path) -> None:
    wrong = ArchivedRecord(topic="t", partition=0, offset=0, key="text")  # type: ignore[arg-type]

    with pytest.raises(EncodeError, match="record 1: key: expected"):
        write_archive(tmp_path / "x.avro", [wrong])


def test_a_record_is_archived_as_the_client_has_read_it(broker: LocalBroker, tmp_path: Path) -> None:
    value = frame(9, b"\x02a")
    raw.write(broker, "sample.dead", value, b"no wire format", None, key=b"k", headers=[("why", b"x"), ("none", None)])

    messages = raw.read(broker, "sample.dead", 3)
    write_archive(tmp_path / "dead.avro", map(ArchivedRecord.of, messages))
    framed, bare, tombstone = read_archive(tmp_path / "dead.avro")

    assert (framed.topic, framed.partition, framed.offset, framed.position) == (
        "sample.dead",
        0,
        0,
        "sample.dead/0@0",
    )
    assert (framed.key, framed.value, framed.schema_id) == (b"k", value, 9)
    assert framed.headers == (ArchivedHeader(name="why", value=b"x"), ArchivedHeader(name="none"))
    assert framed.timestamp is not None
    assert framed.timestamp.timestamp() * 1000 == pytest.approx(messages[0].timestamp()[1])
    assert (bare.value, bare.schema_id) == (b"no wire format", None)
    assert (tombstone.value, tombstone.schema_id) == (None, None)
