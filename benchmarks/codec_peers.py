"""What else Python has, each called as its users would for speed, with schema and models made once.

fastavro is C, schemaless, values as dicts; confluent-kafka's serializers add their five-byte frame and ask an embedded
registry once; PyPI's avro is pure Python; msgspec writes MessagePack, not Avro, and marks how fast a codec can be.
"""

from __future__ import annotations

import dataclasses
import io
import json
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import UUID

import avro.io as pypi_io
import avro.schema as pypi_schema
import fastavro
import msgspec
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

from benchmarks.codec_models import avro_models, plain_dataclasses, structs
from eventpact import avro

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.codec_events import Measured

Codec: TypeAlias = tuple["Callable[[], bytes] | None", "Callable[[], object]"]
"""Encode and decode one event; None where there is nothing to measure."""

_FRAME: Final = 5
"""Bytes that Confluent's wire format puts before Avro's."""


def with_fastavro(event: Measured, _url: str) -> Codec:
    schema = fastavro.parse_schema(json.loads(event.text))

    def encode() -> bytes:
        out = io.BytesIO()
        fastavro.schemaless_writer(out, schema, event.value)
        return out.getvalue()

    def decode() -> object:
        return fastavro.schemaless_reader(io.BytesIO(event.raw), schema, None)

    assert encode() == event.raw
    assert decode() == event.value
    return encode, decode


def with_fastavro_evolution(event: Measured, _url: str) -> Codec:
    """The first version's bytes, read with the newest schema."""
    writer = fastavro.parse_schema(json.loads(avro.meaning(event.oldest)))
    reader = fastavro.parse_schema(json.loads(event.text))
    return None, lambda: fastavro.schemaless_reader(io.BytesIO(event.raw_oldest), writer, reader)


def with_confluent(event: Measured, url: str) -> Codec:
    client = SchemaRegistryClient({"url": url})
    serializer = AvroSerializer(client, event.text)
    deserializer = AvroDeserializer(client)
    context = _context(event)
    framed = serializer(event.value, context)
    assert framed is not None
    assert framed[_FRAME:] == event.raw
    assert deserializer(framed, context) == event.value
    return lambda: serializer(event.value, context), lambda: deserializer(framed, context)


def with_confluent_dataclass(event: Measured, url: str) -> Codec:
    """With dataclasses, by `dataclasses.asdict` and a function that calls them again."""
    models = plain_dataclasses()
    instance = models.instance(event.schema, event.value)
    client = SchemaRegistryClient({"url": url})
    serializer = AvroSerializer(client, event.text, lambda made, _: dataclasses.asdict(made))
    deserializer = AvroDeserializer(client, from_dict=lambda value, _: models.instance(event.schema, value))
    context = _context(event)
    framed = serializer(instance, context)
    assert framed is not None
    assert framed[_FRAME:] == event.raw
    assert deserializer(framed, context) == instance
    return lambda: serializer(instance, context), lambda: deserializer(framed, context)


def with_avroschema(event: Measured, _url: str) -> Codec:
    models = avro_models()
    instance = models.instance(event.schema, event.value)
    model = type(instance)
    assert instance.serialize() == event.raw
    assert isinstance(model.deserialize(event.raw), model)
    return instance.serialize, lambda: model.deserialize(event.raw)


def with_pypi_avro(event: Measured, _url: str) -> Codec:
    schema = pypi_schema.parse(event.text)
    value = _texts(event.value)
    writer, reader = pypi_io.DatumWriter(schema), pypi_io.DatumReader(schema)

    def encode() -> bytes:
        out = io.BytesIO()
        writer.write(value, pypi_io.BinaryEncoder(out))
        return out.getvalue()

    def decode() -> object:
        return reader.read(pypi_io.BinaryDecoder(io.BytesIO(event.raw)))

    assert encode() == event.raw
    assert decode() == value
    return encode, decode


def with_msgspec(event: Measured, _url: str) -> Codec:
    models = structs(event.schema)
    instance = models.instance(event.schema, event.value)
    encoder, decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(type(instance))
    packed = encoder.encode(instance)
    assert decoder.decode(packed) == instance
    return lambda: encoder.encode(instance), lambda: decoder.decode(packed)


def _texts(value: Any) -> Any:
    """A value with its UUIDs as text: PyPI's avro takes and gives no other."""
    match value:
        case dict():
            return {key: _texts(item) for key, item in value.items()}
        case list():
            return [_texts(item) for item in value]
        case UUID():
            return str(value)
        case _:
            return value


def _context(event: Measured) -> SerializationContext:
    return SerializationContext(f"{event.cls.contract.system}.{event.cls.contract.name}", MessageField.VALUE)


JUDGE: Final = "fastavro, dicts"

PEERS: Final[Mapping[str, Callable[[Measured, str], Codec]]] = {
    JUDGE: with_fastavro,
    "fastavro, dicts, evolution": with_fastavro_evolution,
    "confluent-kafka, dicts": with_confluent,
    "confluent-kafka, dataclass": with_confluent_dataclass,
    "dataclasses-avroschema": with_avroschema,
    "avro (PyPI), dicts": with_pypi_avro,
    "msgspec MessagePack, Struct": with_msgspec,
}
