"""Texts that stand for a schema (Avro 1.12, Parsing Canonical Form), and our fuller text of its meaning."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from eventpact import avro
from tests.runtime.avro.schemas import enum, fixed, record, record_json


def test_canonical_form_keeps_what_reading_depends_on() -> None:
    schema = record(
        'id: {"type": "string", "logicalType": "uuid"} = x alias key',
        f"status: {json.dumps(enum('A', 'B', default='A'))}",
        'more: {"type": "map", "values": ["null", "User", "int"]}',
        f"hash: {json.dumps(fixed(4))}",
        namespace="io.app",
        doc="A person.",
        aliases=["Person"],
        owner="people",
    )

    assert avro.canonical(schema) == (
        '{"name":"io.app.User","type":"record","fields":['
        '{"name":"id","type":"string"},'
        '{"name":"status","type":{"name":"io.app.Status","type":"enum","symbols":["A","B"]}},'
        '{"name":"more","type":{"type":"map","values":["null","io.app.User","int"]}},'
        '{"name":"hash","type":{"name":"io.app.Hash","type":"fixed","size":4}}]}'
    )


def test_a_referenced_type_is_expanded_where_it_is_first_used() -> None:
    meta = record("at: long", name="Meta")
    schema = avro.parse(record_json("first: Meta", "second: Meta"), references=[meta])

    assert avro.canonical(schema) == (
        '{"name":"User","type":"record","fields":['
        '{"name":"first","type":{"name":"Meta","type":"record","fields":[{"name":"at","type":"long"}]}},'
        '{"name":"second","type":"Meta"}]}'
    )


@pytest.mark.parametrize(
    ("schema", "fingerprint"),
    # from the specification's test vectors (share/test/data/schema-tests.txt): there signed, here not
    [
        ("null", 7195948357588979594),
        ("boolean", -6970731678124411036),
        ("int", 8247732601305521295),
        (fixed(15, name="foo"), 1756455273707447556),
        ([], -1241056759729112623),
    ],
)
def test_the_fingerprint_is_crc_64_avro(schema: Any, fingerprint: int) -> None:
    assert avro.fingerprint(avro.parse(json.dumps(schema))) == fingerprint % 2**64


def test_sha256_is_that_of_the_canonical_form() -> None:
    schema = record("id: string")

    assert avro.sha256(schema) == hashlib.sha256(avro.canonical(schema).encode()).digest()


CHANGES_OF_MEANING: dict[str, dict[str, Any]] = {
    "a default added": record_json("id: string = x"),
    "a field's alias added": record_json("id: string alias key"),
    "a logical type added": record_json('id: {"type": "string", "logicalType": "uuid"}'),
    "a type's alias added": record_json("id: string", aliases=["Person"]),
    "a type changed": record_json("id: bytes"),
    "a name changed": record_json("key: string"),
}


@pytest.mark.parametrize("changed", CHANGES_OF_MEANING.values(), ids=CHANGES_OF_MEANING)
def test_meaning_changes_with_what_changes_reading_or_writing(changed: dict[str, Any]) -> None:
    assert avro.meaning(avro.parse(changed)) != avro.meaning(record("id: string"))


def test_meaning_tells_defaults_scales_and_enum_defaults_apart() -> None:
    def variant(symbol: str, scale: int, default: int) -> str:
        decimal = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": scale}
        status = enum("A", "B", default=symbol)
        return avro.meaning(record(f"a: {json.dumps(decimal)}", f"b: {json.dumps(status)}", f"c: int = {default}"))

    assert len({variant("A", 2, 0), variant("B", 2, 0), variant("A", 3, 0), variant("A", 2, 1)}) == 4


def test_meaning_ignores_words_and_layout() -> None:
    plain = avro.parse('{"type": "record", "name": "io.app.User", "fields": [{"name": "id", "type": "string"}]}')
    wordy = avro.parse(
        """{
            "name": "User", "namespace": "io.app", "doc": "A person.", "type": "record", "owner": "people",
            "fields": [{"type": {"type": "string", "format": "email"}, "doc": "Who.", "order": "ignore", "name": "id"}]
        }"""
    )

    assert avro.meaning(plain) == avro.meaning(wordy)


def test_the_order_of_aliases_does_not_matter() -> None:
    assert avro.meaning(record(aliases=["A", "B"])) == avro.meaning(record(aliases=["B", "A"]))


def test_the_expanded_text_stands_on_its_own_and_loses_nothing() -> None:
    meta = record("at: long", name="Meta", namespace="io.shared", doc="Where from.")
    text = json.dumps(
        {
            "type": "record",
            "name": "User",
            "namespace": "io.app",
            "owner": "people",
            "fields": [
                {"name": "meta", "type": "io.shared.Meta", "doc": "Its origin."},
                {"name": "tags", "type": {"type": "array", "items": "string", "unique": True}, "default": []},
                {"name": "rank", "type": "int", "order": "descending", "pii": False},
            ],
        }
    )
    schema = avro.parse(text, references=[meta])

    alone = avro.parse(avro.expanded(schema))

    assert isinstance(alone, avro.Record)
    assert avro.meaning(alone) == avro.meaning(schema)
    origin, tags, rank = alone.fields
    assert (alone.props, origin.doc, rank.order, rank.props) == (
        {"owner": "people"},
        "Its origin.",
        "descending",
        {"pii": False},
    )
    assert isinstance(origin.type, avro.Record)
    assert origin.type.doc == "Where from."
    assert isinstance(tags.type, avro.Array)
    assert tags.type.props == {"unique": True}
