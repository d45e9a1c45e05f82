"""The properties' own reading of schema resolution, against cases worked out by hand and against the codecs."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from decimal import Decimal
from math import inf
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from eventpact import avro
from eventpact.errors import SchemaError
from eventpact_testing.endings import Endings
from eventpact_testing.properties.carried import Lost, carried
from eventpact_testing.properties.covering import covering
from eventpact_testing.properties.plain import difference
from tests.runtime.avro.pairs import make_pair


def record(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "record", "name": "R", "fields": list(fields)}


def field(name: str, type_: Any = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, **more}


def enum(*symbols: str, **more: Any) -> dict[str, Any]:
    return {"type": "enum", "name": "E", "symbols": list(symbols), **more}


def listed(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


MILLIS = {"type": "long", "logicalType": "timestamp-millis"}
MICROS = {"type": "long", "logicalType": "timestamp-micros"}
CENTS = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("writer", "reader", "value", "expected"),
    [
        (record(field("a")), record(field("a"), field("b", default="x")), {"a": "1"}, {"a": "1", "b": "x"}),
        (record(field("a")), record(field("b", aliases=["a"])), {"a": "1"}, {"b": "1"}),
        (record(field("a"), field("b")), record(field("b")), {"a": "1", "b": "2"}, {"b": "2"}),
        (record(), record(field("at", MILLIS, default=1)), {}, {"at": datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=UTC)}),
        (record(), record(field("a", CENTS, default="\u0001")), {}, {"a": Decimal("0.01")}),
        (record(), record(field("a", ["null", "int"], default=7)), {}, {"a": 7}),
        (enum("A", "B"), enum("A", default="A"), "B", "A"),
        ("int", ["null", "double", "long"], 5, 5.0),
        ("int", ["double", "int"], 5, 5),
        ("long", "float", 2**53 + 1, 9007199254740992.0),
        (["null", "int", "string"], ["string", "long"], ("int", 3), 3),
        ("string", "bytes", "é", b"\xc3\xa9"),
        (MILLIS, MICROS, NOW, NOW),
        (MILLIS, "long", NOW, 1_772_438_400_000),
    ],
)
def test_a_value_becomes(writer: Any, reader: Any, value: Any, expected: Any) -> None:
    found = carried(avro.parse(json.dumps(writer)), avro.parse(json.dumps(reader)), value)

    assert difference(expected, found) is None


@pytest.mark.parametrize(
    ("writer", "reader", "value", "path"),
    [
        (record(field("a")), record(field("b")), {"a": "1"}, "b"),
        (record(field("a", "long")), record(field("a", "int")), {"a": 1}, "a"),
        (record(field("a", listed(enum("A", "B")))), record(field("a", listed(enum("A")))), {"a": ["A", "B"]}, "a[1]"),
        (record(field("a", ["null", "string"])), record(field("a", "string")), {"a": None}, "a"),
        ("bytes", "string", b"\xff", ""),
        ("string", {"type": "string", "logicalType": "uuid"}, "no uuid", ""),
    ],
)
def test_a_value_is_lost(writer: Any, reader: Any, value: Any, path: str) -> None:
    with pytest.raises(Lost) as lost:
        carried(avro.parse(json.dumps(writer)), avro.parse(json.dumps(reader)), value)

    assert lost.value.path == path


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.integers(0, 2**32))
def test_it_agrees_with_the_codecs_wherever_the_verdict_is_compatible(seed: int) -> None:
    pair = make_pair(random.Random(seed))
    try:
        writer, reader = avro.parse(json.dumps(pair.writer)), avro.parse(json.dumps(pair.reader))
    except SchemaError:
        reject()
    if not avro.resolve(writer=writer, reader=reader).compatible:
        return
    encode, codec = avro.Codec(writer).encode, avro.Codec(reader)
    for value in covering(writer) if Endings(writer).least(writer) < inf else []:
        try:
            expected = carried(writer, reader, value)
        except Lost:  # bytes that are read as text and are none, or a default that is no symbol
            with pytest.raises(avro.DecodeError, match=r"UTF-8|default"):
                codec.decode(encode(value), writer)
        else:
            assert difference(expected, codec.decode(encode(value), writer)) is None
