"""What do container files and adapted classes cost: ours, and what else Python has for them?

1,000 copies of quikapp's MessageSent to a file and back, and one message as classes that no contract made.
"""

from __future__ import annotations

import io
import json
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import fastavro

from benchmarks.codec_events import measured_events
from benchmarks.codec_models import avro_models, plain_dataclasses
from benchmarks.table import Table, main, measure
from eventpact import adapt
from eventpact.avro import executor as executors
from eventpact.containers import read_events, read_values, write_events, write_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.codec_events import Measured
    from benchmarks.table import Candidates

_RECORDS: Final = 1000
_ROUNDS: Final = 25
_CODECS: Final = ("null", "deflate")
_COLUMNS: Final = ["write", "of the peer", "read", "of the peer"]


def run() -> list[Table]:
    """Measure both."""
    with tempfile.TemporaryDirectory() as folder:
        message = measured_events(Path(folder))[0]
        return [_files(message), _models(message)]


def _files(message: Measured) -> Table:
    schema = fastavro.parse_schema(json.loads(message.text))
    event = message.cls.contract.decode(message.raw)
    events, values = [event] * _RECORDS, [message.value] * _RECORDS
    rows: dict[str, list[float | None]] = {}
    for codec in _CODECS:
        stream = io.BytesIO()
        fastavro.writer(stream, schema, values, codec=codec, sync_interval=64_000)
        data = stream.getvalue()
        pack: dict[str, Any] = {"codec": codec}
        peer = f"fastavro, dicts, {codec}"
        writing: Candidates = {
            f"eventpact, generated class, {codec}": partial(_write, write_events, events, **pack),
            f"eventpact, dicts, {codec}": partial(_write, write_values, values, message.schema, **pack),
            peer: partial(_write, _fastavro_write, values, schema, **pack),
        }
        reading: Candidates = {
            f"eventpact, generated class, {codec}": partial(_read, read_events, data, message.cls),
            f"eventpact, dicts, {codec}": partial(_read, read_values, data),
            peer: partial(_read, fastavro.reader, data),
        }
        rows |= _rows(writing, reading, peer, _RECORDS)
    notes = [f"Codecs run in {executors.chosen()} here. The peer is fastavro with the same compression."]
    return Table("Container files: CPU microseconds a record", _COLUMNS, rows, notes)


def _models(message: Measured) -> Table:
    makers = avro_models()
    peer: Any = makers.of(message.schema)
    theirs = makers.instance(message.schema, message.value)
    ours = adapt(peer, schema=message.text)
    dataclasses = plain_dataclasses()
    plain = adapt(dataclasses.of(message.schema), schema=message.text)
    instance = dataclasses.instance(message.schema, message.value)
    assert ours.encode(theirs) == plain.encode(instance) == message.raw
    writing: Candidates = {
        "eventpact.adapt, AvroModel": lambda: ours.encode(theirs),
        "eventpact.adapt, dataclass": lambda: plain.encode(instance),
        "AvroModel itself": theirs.serialize,
    }
    reading: Candidates = {
        "eventpact.adapt, AvroModel": lambda: ours.decode(message.raw),
        "eventpact.adapt, dataclass": lambda: plain.decode(message.raw),
        "AvroModel itself": lambda: peer.deserialize(message.raw),
    }
    rows = _rows(writing, reading, "AvroModel itself", 1)
    return Table(
        "Classes that no contract made: CPU microseconds", _COLUMNS, rows, ["The peer is the AvroModel itself."]
    )


def _rows(writing: Candidates, reading: Candidates, peer: str, records: int) -> dict[str, list[float | None]]:
    written, read = measure(writing, peer, _ROUNDS), measure(reading, peer, _ROUNDS)
    return {
        name: [
            written[name].microseconds / records,
            written[name].ratio,
            read[name].microseconds / records,
            read[name].ratio,
        ]
        for name in writing
    }


def _write(write: Callable[..., object], *arguments: Any, **options: Any) -> None:
    write(io.BytesIO(), *arguments, **options)


def _fastavro_write(stream: io.BytesIO, values: list[Any], schema: Any, codec: str) -> None:
    fastavro.writer(stream, schema, values, codec=codec, sync_interval=64_000)


def _read(read: Callable[..., Any], data: bytes, *arguments: Any) -> None:
    for _ in read(io.BytesIO(data), *arguments):
        pass


if __name__ == "__main__":
    main(run)
