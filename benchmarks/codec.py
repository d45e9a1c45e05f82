"""How fast is quikapp's MessageSent encoded and decoded: by us, and by what else Python has?

The generated package is made from `contracts/` when this starts. fastavro is called as one would call it for speed (C,
schemaless, the schema parsed once, values as dicts); confluent-kafka's serializers take and give dicts with their
five-byte frame, and ask an embedded registry once; dataclasses-avroschema takes and gives its own model classes.
"""

import importlib
import io
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import fastavro
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from dataclasses_avroschema import AvroModel, types

from benchmarks.standalone import written_out
from benchmarks.table import Table, main, measure
from eventpact import avro
from eventpact_codegen.generator import generate
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import parse_source
from eventpact_registry.server.embedded import EmbeddedRegistry

# No `from __future__ import annotations` here: dataclasses-avroschema reads the annotations of its models.

Codec: TypeAlias = tuple[Callable[[], bytes], Callable[[], object]]
"""Encode and decode one message."""

_CONTRACTS = Path(__file__).parent.parent / "contracts"
_JUDGE = "fastavro, dicts"

MESSAGE: dict[str, Any] = {
    "eventId": UUID("0b6ff5ad-8ab0-4e7b-9f5c-3bd7b1b8a7c4"),
    "eventType": "message.sent",
    "timestamp": datetime(2026, 11, 21, 10, 23, 45, 678000, tzinfo=UTC),
    "version": 2,
    "data": {
        "messageId": "01JD7QZ8M3V5W9XK2T4B6N8P0R",
        "channelId": "chn_7f3a9c2e41",
        "workspaceId": "ws_5d2b8e6f",
        "userId": "usr_c4e19a7b30",
        "content": "Could you look at the release notes before we ship? Two questions are in the document.",
        "attachments": [
            {"name": "notes.md", "url": "https://files.example.org/f/9x2k", "mimeType": "text/plain", "sizeBytes": 4096}
        ],
        "mentions": ["usr_8d1f6b2a95"],
        "threadId": None,
    },
    "metadata": {
        "source": "message-service",
        "correlationId": "6a1e0d94-53c7-4f0e-8d5b-2f9c7a3e1b68",
        "userAgent": "quikapp-ios/4.2",
    },
}


def run() -> Table:
    """Measure, after checking that all agree on the bytes and on what they read."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedRegistry() as registry:
        event_class = _generated(Path(folder))
        contract = event_class.contract
        text = json.dumps(written_out(json.loads(contract.schema), _definitions(contract.references)))
        candidates = {
            "eventpact, generated class": _generated_codec(event_class, text),
            "eventpact, dicts": _plain_codec(text),
            _JUDGE: _fastavro(text),
            "confluent-kafka, dicts, framed": _confluent(text, registry.url),
            "dataclasses-avroschema": _avroschema(text),
        }
        raw = candidates[_JUDGE][0]()
        for name, (encode, decode) in candidates.items():
            assert encode() in {raw, encode()[:5] + raw}, f"{name} writes other bytes"
            decode()
    encoding = measure({name: encode for name, (encode, _) in candidates.items()}, _JUDGE)
    decoding = measure({name: decode for name, (_, decode) in candidates.items()}, _JUDGE)
    rows = {
        name: [time for timing in (encoding[name], decoding[name]) for time in (timing.microseconds, timing.ratio)]
        for name in candidates
    }
    return Table(
        f"quikapp's MessageSent v{contract.version}, {len(raw)} bytes: CPU microseconds, and parts of fastavro's time",
        ["encode", "of fastavro", "decode", "of fastavro"],
        rows,
        ["Our limits with generated classes, in pure Python: 0.40 to encode, 0.75 to decode."],
    )


def _generated(folder: Path) -> Any:
    """The class of the package that `contracts/` makes."""
    generate(ContractRepository.load(parse_source(f"dir:{_CONTRACTS}", _CONTRACTS)), folder, systems=["quikapp"])
    sys.path.insert(0, str(folder / "quikapp"))
    return importlib.import_module("quikapp_events").MessageSent


def _definitions(references: Any) -> dict[str, Any]:
    """Shared types by full name, those that they use included."""
    found: dict[str, Any] = {}
    for reference in references:
        found |= {reference.name: json.loads(reference.schema)} | _definitions(reference.references)
    return found


def _generated_codec(event_class: Any, text: str) -> Codec:
    contract = event_class.contract
    raw = avro.Codec(avro.parse(text)).encode(MESSAGE)
    event = contract.decode(raw)
    assert type(event) is event_class
    encode, decode = contract.encode, contract.decode
    return lambda: encode(event), lambda: decode(raw)


def _plain_codec(text: str) -> Codec:
    codec = avro.Codec(avro.parse(text))
    raw = codec.encode(MESSAGE)
    assert codec.decode(raw) == MESSAGE
    return lambda: codec.encode(MESSAGE), lambda: codec.decode(raw)


def _fastavro(text: str) -> Codec:
    schema = fastavro.parse_schema(json.loads(text))

    def encode() -> bytes:
        out = io.BytesIO()
        fastavro.schemaless_writer(out, schema, MESSAGE)
        return out.getvalue()

    raw = encode()
    assert fastavro.schemaless_reader(io.BytesIO(raw), schema, None) == MESSAGE
    return encode, lambda: fastavro.schemaless_reader(io.BytesIO(raw), schema, None)


def _confluent(text: str, url: str) -> Codec:
    client = SchemaRegistryClient({"url": url})
    serializer = AvroSerializer(client, text)
    deserializer = AvroDeserializer(client)
    context = SerializationContext("message.sent", MessageField.VALUE)
    raw = serializer(MESSAGE, context)
    assert deserializer(raw, context) == MESSAGE
    return lambda: serializer(MESSAGE, context), lambda: deserializer(raw, context)


@dataclass
class Attachment(AvroModel):
    name: str
    url: str
    mimeType: str  # noqa: N815 - the model's fields are the schema's
    sizeBytes: int  # noqa: N815


@dataclass
class MessageSentData(AvroModel):
    messageId: str  # noqa: N815
    channelId: str  # noqa: N815
    workspaceId: str  # noqa: N815
    userId: str  # noqa: N815
    content: str
    attachments: list[Attachment]
    mentions: list[str]
    threadId: str | None = None  # noqa: N815


@dataclass
class EventMetadata(AvroModel):
    source: str
    correlationId: str  # noqa: N815
    userAgent: str | None = None  # noqa: N815


@dataclass
class MessageSent(AvroModel):
    eventId: UUID  # noqa: N815
    eventType: str  # noqa: N815
    timestamp: datetime
    version: types.Int32
    data: MessageSentData
    metadata: EventMetadata


def _avroschema(text: str) -> Codec:
    raw = avro.Codec(avro.parse(text)).encode(MESSAGE)
    model = MessageSent.parse_obj(MESSAGE)
    assert MessageSent.deserialize(raw) == model
    return model.serialize, lambda: MessageSent.deserialize(raw)


if __name__ == "__main__":
    main(run)
