"""What a codec takes and gives: plain values of every type, unions, defaults, and errors that say where and what."""

from __future__ import annotations

import json
import re
import traceback
from collections import OrderedDict
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import pytest

from eventpact import avro
from tests.runtime.avro.schemas import enum, fixed, record, record_json

pytestmark = pytest.mark.usefixtures("executor")

NODE = record("value: int", 'next: ["null", "Node"] = null', name="Node")
TREE = record_json("name: string", 'children: {"type": "array", "items": "Tree"}', name="Tree")


def codec(schema: Any) -> avro.Codec:
    """A codec of a schema given as JSON."""
    return avro.Codec(avro.parse(json.dumps(schema)))


@pytest.mark.parametrize(
    ("schema", "value", "data"),
    [
        ("null", None, b""),
        ("boolean", True, b"\x01"),
        ("boolean", False, b"\x00"),
        ("int", 0, b"\x00"),
        ("int", -1, b"\x01"),
        ("int", 64, b"\x80\x01"),
        ("int", 2**31 - 1, b"\xfe\xff\xff\xff\x0f"),
        ("long", -(2**63), b"\xff" * 9 + b"\x01"),
        ("float", 1.5, b"\x00\x00\xc0\x3f"),
        ("double", -0.25, b"\x00" * 6 + b"\xd0\xbf"),
        ("bytes", b"\x00\xff", b"\x04\x00\xff"),
        ("string", "hé", b"\x06h\xc3\xa9"),
        (enum("A", "B"), "B", b"\x02"),
        (fixed(2), b"ab", b"ab"),
        ({"type": "array", "items": "int"}, [1, 2], b"\x04\x02\x04\x00"),
        ({"type": "array", "items": "int"}, [], b"\x00"),
        ({"type": "map", "values": "int"}, {"a": 1}, b"\x02\x02a\x02\x00"),
        (["null", "int"], None, b"\x00"),
        (["null", "int"], 3, b"\x02\x06"),
        (record_json("a: int", "b: string"), {"a": 1, "b": "x"}, b"\x02\x02x"),
    ],
)
def test_values_have_the_bytes_of_the_specification(schema: Any, value: Any, data: bytes) -> None:
    assert codec(schema).encode(value) == data
    assert codec(schema).decode(data) == value
    assert type(codec(schema).decode(data)) is type(value)


@pytest.mark.parametrize("size", [63, 64, 8191, 8192, 100_000])
def test_texts_of_every_length_round_trip(size: int) -> None:
    texts = codec(record_json("text: string", "raw: bytes", 'more: {"type": "array", "items": "string"}'))
    value = {"text": "é" * (size // 2) + "x" * (size % 2), "raw": b"x" * size, "more": ["y" * size] * 2}

    assert texts.decode(texts.encode(value)) == value


@pytest.mark.parametrize("count", [63, 64, 8191, 8192, 20_000])
def test_arrays_and_maps_of_every_length_round_trip(count: int) -> None:
    items = codec(record_json('array: {"type": "array", "items": "int"}', 'map: {"type": "map", "values": "int"}'))
    value = {"array": list(range(count)), "map": {str(i): i for i in range(count)}}

    assert items.decode(items.encode(value)) == value


def test_records_may_contain_themselves() -> None:
    value = {"value": 1, "next": {"value": 2, "next": {"value": 3, "next": None}}}

    assert avro.Codec(NODE).decode(avro.Codec(NODE).encode(value)) == value


def test_records_may_contain_each_other() -> None:
    schema = record_json(
        "name: string", 'boss: ["null", {"type": "record", "name": "Boss", "fields": [{"name": "is", "type": "User"}]}]'
    )
    value = {"name": "a", "boss": {"is": {"name": "b", "boss": None}}}

    assert codec(schema).decode(codec(schema).encode(value)) == value


def test_a_union_may_stand_anywhere_and_hold_everything() -> None:
    union = [
        "null",
        "boolean",
        "long",
        "double",
        "bytes",
        "string",
        {"type": "array", "items": ["int", "string"]},
        {"type": "map", "values": ["null", "int"]},
    ]
    values = [None, True, 2**40, 1.25, b"x", "y", [1, "z"], {"a": None, "b": 5}]

    items = codec({"type": "array", "items": union})

    assert [codec(union).decode(codec(union).encode(value)) for value in values] == values
    assert items.decode(items.encode(values)) == values


def test_an_enum_of_more_than_64_symbols_has_indices_of_two_bytes() -> None:
    symbols = [f"S{i}" for i in range(200)]

    assert codec(enum(*symbols)).encode("S199") == b"\x8e\x03"
    assert [codec(enum(*symbols)).decode(codec(enum(*symbols)).encode(symbol)) for symbol in symbols] == symbols


def test_a_union_of_more_than_64_branches_has_indices_of_two_bytes() -> None:
    union = ["null", *[fixed(size, name=f"F{size}") for size in range(100)]]

    assert codec(union).encode(b"x" * 99) == b"\xc8\x01" + b"x" * 99
    assert codec(union).decode(b"\xc8\x01" + b"x" * 99) == b"x" * 99


def test_numbers_go_to_the_branch_that_keeps_them_whole() -> None:
    assert codec(["int", "long"]).encode(5) == b"\x00\x0a"
    assert codec(["int", "long"]).encode(2**31) == b"\x02" + codec("long").encode(2**31)
    assert codec(["double", "long"]).encode(5) == b"\x02\x0a"
    assert codec(["float", "double"]).encode(0.5)[:1] == b"\x00"
    assert codec(["float", "double"]).encode(0.1)[:1] == b"\x02"
    assert codec(["null", "double"]).encode(5) == b"\x02" + codec("double").encode(5.0)


def test_a_dict_goes_to_the_first_record_that_it_fits() -> None:
    union = [
        record_json("a: int", name="A"),
        record_json("a: int", "b: int = 0", name="B"),
        {"type": "map", "values": "int"},
    ]

    assert codec(union).encode({"a": 1}) == b"\x00\x02"
    assert codec(union).encode({"a": 1, "b": 2}) == b"\x02\x02\x04"
    assert codec(union).encode({"c": 1})[:1] == b"\x04"


def test_a_name_forces_a_branch() -> None:
    union = ["null", record_json("a: int", name="x.A"), record_json("a: int", name="x.B"), "string"]

    assert codec(union).encode(("x.B", {"a": 1})) == b"\x04\x02"
    assert codec(union).encode(("string", "s")) == b"\x06\x02s"
    assert codec(["null", "string"]).encode(("string", "s")) == b"\x02\x02s"
    assert codec(["null", {"type": "array", "items": "string"}]).encode(("array", ["s"])) == b"\x02\x02\x02s\x00"


def test_a_branch_that_is_named_stays_the_one_when_its_value_is_unusual() -> None:
    text = "x" * 20_000
    union = codec([record_json("a: string", name="A"), record_json("a: string", name="B")])

    assert union.encode(("B", {"a": text})) == b"\x02" + codec("string").encode(text)
    with pytest.raises(avro.EncodeError, match=r"^a: expected a str, got int$"):
        union.encode(("B", {"a": 5}))


def test_text_goes_to_an_enum_only_if_it_is_a_symbol() -> None:
    union = [enum("A", "B"), "string"]

    assert codec(union).encode("B") == b"\x00\x02"
    assert codec(union).encode("C") == b"\x02\x02C"


def test_fields_that_are_left_out_take_their_defaults() -> None:
    schema = record_json(
        "a: int", 'b: ["null", "int"] = null', 'c: {"type": "array", "items": "string"} = ["x"]', "d: bytes = ÿ"
    )

    assert codec(schema).encode({"a": 1}) == codec(schema).encode({"a": 1, "b": None, "c": ["x"], "d": b"\xff"})


def test_defaults_are_values_of_their_types_and_belong_to_who_decodes() -> None:
    reader = record(
        "a: int",
        'tags: {"type": "array", "items": "string"} = ["x"]',
        'none: {"type": "array", "items": "string"} = []',
        'counts: {"type": "map", "values": "long"} = {"n": 1}',
        'inner: {"type": "record", "name": "I", "fields": [{"name": "s", "type": "string", "default": "t"}]} = {}',
        'day: {"type": "int", "logicalType": "date"} = 1',
        'raw: {"type": "fixed", "name": "F", "size": 2} = "\\u00ff\\u0000"',
        'kind: {"type": "enum", "name": "K", "symbols": ["A", "B"]} = "B"',
        "text: float = 2",
    )
    writer = record("a: int")
    reading = avro.Codec(reader)

    first = reading.decode(b"\x02", writer)
    first["tags"].append("changed")
    first["none"].append("changed")
    first["counts"]["changed"] = 2
    first["inner"]["s"] = "changed"

    second = reading.decode(b"\x02", writer)
    assert second == {
        "a": 1,
        "tags": ["x"],
        "none": [],
        "counts": {"n": 1},
        "inner": {"s": "t"},
        "day": date(1970, 1, 2),
        "raw": b"\xff\x00",
        "kind": "B",
        "text": 2.0,
    }
    assert type(second["text"]) is float


def test_blocks_may_have_negative_counts_with_their_size_and_come_in_any_number() -> None:
    array = codec({"type": "array", "items": "int"})
    mapping = codec({"type": "map", "values": "int"})

    assert array.decode(b"\x02\x02" + b"\x03\x04\x04\x06" + b"\x01\x02\x08" + b"\x00") == [1, 2, 3, 4]
    assert mapping.decode(b"\x01\x06\x02a\x02" + b"\x02\x02b\x04" + b"\x00") == {"a": 1, "b": 2}


def test_numbers_may_be_longer_than_they_need_to_be() -> None:
    padded = codec(record_json("a: int", "b: string", 'c: {"type": "array", "items": "int"}', 'd: ["null", "int"]'))

    assert padded.decode(b"\x82\x00" + b"\x82\x00x" + b"\x80\x00" + b"\x82\x00\x04") == {
        "a": 1,
        "b": "x",
        "c": [],
        "d": 2,
    }


def test_what_the_reader_does_not_want_is_skipped() -> None:
    everything = [
        "null",
        "boolean",
        "int",
        "long",
        "float",
        "double",
        "bytes",
        "string",
        enum("A", "B", name="E"),
        fixed(3, name="F"),
        {"type": "array", "items": "string"},
        {"type": "array", "items": "null"},
        {"type": "map", "values": {"type": "array", "items": "long"}},
        ["null", "string"],
        TREE,
    ]
    fields = [{"name": f"f{index}", "type": schema} for index, schema in enumerate(everything)]
    writer = {"type": "record", "name": "User", "fields": [*fields, {"name": "id", "type": "int"}]}
    value = {
        "f0": None,
        "f1": True,
        "f2": 2**30,
        "f3": -(2**60),
        "f4": 0.5,
        "f5": 0.5,
        "f6": b"x" * 300,
        "f7": "x" * 300,
        "f8": "B",
        "f9": b"abc",
        "f10": ["a", "b"],
        "f11": [None] * 1000,
        "f12": {"k": [1, 2, 3]},
        "f13": "s",
        "f14": {"name": "root", "children": [{"name": "leaf", "children": []}]},
        "id": 7,
    }
    written = codec(writer).encode(value)

    assert codec(record_json("id: int")).decode(written, avro.parse(json.dumps(writer))) == {"id": 7}


def test_skipped_blocks_that_say_their_size_are_stepped_over() -> None:
    writer = record('skipped: {"type": "array", "items": "int"}', "id: int")

    assert codec(record_json("id: int")).decode(b"\x03\x04\xff\xff\x00\x0e", writer) == {"id": 7}


def test_a_renamed_field_is_read_by_its_alias() -> None:
    writer, reader = record("user_name: string"), record("name: string alias user_name")

    assert avro.Codec(reader).decode(avro.Codec(writer).encode({"user_name": "a"}), writer) == {"name": "a"}


def test_promotions_give_the_readers_type() -> None:
    def read(writer: str, reader: str, value: Any) -> Any:
        return codec(reader).decode(codec(writer).encode(value), avro.parse(json.dumps(writer)))

    assert (read("int", "long", 3), type(read("int", "double", 3))) == (3, float)
    assert read("long", "float", 2**24 + 1) == 2.0**24
    assert read("long", "float", 2**60 + 2**36 + 1) == 2.0**60 + 2**37
    assert read("bytes", "string", "é".encode()) == "é"
    assert read("string", "bytes", "é") == "é".encode()


def test_a_branch_that_cannot_be_read_fails_only_when_it_is_met() -> None:
    writer = avro.parse(json.dumps(["string", "int"]))
    reader = codec("int")

    assert reader.decode(b"\x02\x06", writer) == 3
    with pytest.raises(avro.DecodeError, match="string cannot be read as int"):
        reader.decode(b"\x00\x02x", writer)


def test_a_symbol_that_the_reader_lacks_becomes_its_default_or_an_error() -> None:
    writer = avro.parse(enum("A", "B"))

    assert codec(enum("A", "Z", default="Z")).decode(b"\x02", writer) == "Z"
    with pytest.raises(avro.DecodeError, match="B is no symbol of Status"):
        codec(enum("A", "Z")).decode(b"\x02", writer)


def test_a_writer_that_does_not_resolve_is_a_decode_error() -> None:
    with pytest.raises(avro.DecodeError, match="field 'b' has no default"):
        codec(record_json("a: int", "b: int")).decode(b"\x02", record("a: int"))


class Colour(StrEnum):
    RED = "RED"


class Number(IntEnum):
    ONE = 1


def test_values_of_unusual_classes_are_taken_for_what_they_are() -> None:
    assert codec("string").encode(Colour.RED) == b"\x06RED"
    assert codec(enum("RED")).encode(Colour.RED) == b"\x00"
    assert codec("int").encode(Number.ONE) == b"\x02"
    assert codec("double").encode(1) == codec("double").encode(1.0)
    assert codec("bytes").encode(bytearray(b"x")) == codec("bytes").encode(memoryview(b"x")) == b"\x02x"
    assert codec({"type": "array", "items": "int"}).encode((1,)) == b"\x02\x02\x00"
    assert codec(record_json("a: int")).encode(OrderedDict(a=1)) == b"\x02"
    assert codec({"type": "map", "values": "int"}).encode(MappingProxyType({"a": 1})) == b"\x02\x02a\x02\x00"
    assert codec(["null", record_json("a: int")]).encode(MappingProxyType({"a": 1})) == b"\x02\x02"
    for data in (bytearray(b"\x02x"), memoryview(b"\x02x")):
        assert codec("string").decode(data) == "x"  # type: ignore[arg-type]  # bytes all the same


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ("null", 0, "expected None, got int"),
        ("boolean", 1, "expected a bool, got int"),
        ("int", True, "expected an int of 32 bits, got bool"),
        ("int", 1.0, "expected an int of 32 bits, got float"),
        ("int", 2**31, "expected an int of 32 bits, got int out of range"),
        ("long", -(2**63) - 1, "expected an int of 64 bits, got int out of range"),
        ("float", "1", "expected a float of 32 bits, got str"),
        ("float", 1e300, "expected a float of 32 bits, got float out of range"),
        pytest.param("double", 10**400, "expected a float, got int out of range", id="an int beyond all doubles"),
        ("double", True, "expected a float, got bool"),
        ("bytes", "x", "expected bytes, got str"),
        ("string", b"x", "expected a str, got bytes"),
        ("string", "a\ud800", "half a surrogate pair at character 1 cannot be written as UTF-8"),
        (enum("A"), "B", "expected a str that is a symbol of Status, got str"),
        (enum("A"), ["A"], "expected a str that is a symbol of Status, got list"),
        (fixed(2), b"abc", "expected 2 bytes (Hash), got 3 bytes"),
        ({"type": "array", "items": "string"}, "abc", "expected a list, got str"),
        ({"type": "array", "items": "int"}, [1, "x"], "[1]: expected an int of 32 bits, got str"),
        ({"type": "map", "values": "int"}, [("a", 1)], "expected a dict, got list"),
        ({"type": "map", "values": "int"}, {1: 1}, "expected keys that are str, got int"),
        ({"type": "map", "values": "int"}, {"a'b": None}, '["a\'b"]: expected an int of 32 bits, got None'),
        (["null", "int"], "x", "expected None or an int of 32 bits, got str"),
        (["null", "int"], True, "expected None or an int of 32 bits, got bool"),
        (record_json("a: int"), {}, "a: missing: expected an int of 32 bits"),
        (record_json("a: int"), {"a": 1, "b": 2}, "User has no field 'b'"),
        (record_json("a: int"), 5, "expected a dict of User, got int"),
        (record_json('a: {"type": "array", "items": ["null", "int"]}'), {"a": [None, "x"]}, "a[1]: expected None or"),
    ],
)
def test_a_wrong_value_is_an_error_that_says_where_what_and_what_else(schema: Any, value: Any, message: str) -> None:
    with pytest.raises(avro.EncodeError, match="^" + re.escape(message)):
        codec(schema).encode(value)


def test_an_error_in_a_deep_place_names_the_way_there() -> None:
    with pytest.raises(avro.EncodeError) as raised:
        codec(TREE).encode({"name": "a", "children": [{"name": "b", "children": [{"name": 5, "children": []}]}]})

    assert raised.value.path == "children[0].children[0].name"
    assert traceback_names(raised.value) == ["EncodeError"]


@pytest.mark.parametrize(
    ("schema", "data", "message"),
    [
        ("boolean", b"", "at byte 0: a boolean of 1 bytes runs past the end: 0 are left"),
        ("boolean", b"\x02", "at byte 0: a boolean is 0 or 1, not 2"),
        ("int", b"\x80", "at byte 0: the data end inside an int"),
        ("int", b"\xff" * 9 + b"\x01", "at byte 0: an int has more than 32 bits"),
        ("long", b"\xff" * 10 + b"\x01", "at byte 0: a long goes on for more than 10 bytes"),
        ("long", b"\xff" * 9 + b"\x02", "at byte 0: a long has more than 64 bits"),
        ("double", b"1234567", "at byte 0: a double of 8 bytes runs past the end: 7 are left"),
        ("string", b"\x01", "at byte 0: a string has the negative length -1"),
        ("string", b"\x08abc", "at byte 0: a string of 4 bytes runs past the end: 3 are left"),
        ("string", b"\x04a\xff", "at byte 2: not UTF-8 text: invalid start byte"),
        ("string", b"\x06\xed\xa0\x80", "at byte 1: not UTF-8 text: invalid continuation byte"),
        (enum("A"), b"\x02", "at byte 0: an enum of 1 symbols has none of index 1"),
        (["null"], b"\x02", "at byte 0: a union of 1 branches has none of index 1"),
        (["null"], b"\x01", "at byte 0: a union of 1 branches has none of index -1"),
        ("int", b"\x02\x02", "at byte 1: 1 bytes follow behind the value"),
        ({"type": "array", "items": "int"}, b"\x02\x02", "at byte 2: the data end inside the count of a block"),
        (record_json("a: int", "b: string"), b"\x02\x08abc", "b at byte 1: a string of 4 bytes runs past the end"),
    ],
)
def test_wrong_bytes_are_an_error_that_says_where_and_why(schema: Any, data: bytes, message: str) -> None:
    with pytest.raises(avro.DecodeError, match="^" + re.escape(message)) as raised:
        codec(schema).decode(data)

    assert traceback_names(raised.value) == ["DecodeError"]


def traceback_names(error: BaseException) -> list[str]:
    """The classes of the errors that a traceback shows: what happened on the way to ours is no one's business."""
    return re.findall(r"^(?:[\w.]+\.)?(\w+Error)\b", "".join(traceback.format_exception(error)), re.MULTILINE)


def test_what_is_no_bytes_is_a_decode_error() -> None:
    with pytest.raises(avro.DecodeError, match="expected bytes, got str"):
        codec("string").decode("text")  # type: ignore[arg-type]  # the mistake under test


class Hostile(dict[str, Any]):
    """A value whose methods fail in their own way."""

    def __getitem__(self, key: str) -> Any:
        raise SystemError(key)


def test_nothing_but_an_encode_error_leaves_a_codec() -> None:
    with pytest.raises(avro.EncodeError, match="Hostile cannot be read: SystemError"):
        codec(record_json("a: int")).encode(Hostile(a=1))


def test_codecs_without_logical_types_take_and_give_what_lies_beneath() -> None:
    amount = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}
    plain = avro.Codec(avro.parse(amount), logical_types=False)

    assert plain.decode(codec(amount).encode(Decimal("1.23"))) == b"\x7b"
    assert plain.encode(b"\x7b") == b"\x02\x7b"


def test_a_codec_keeps_its_decoders_but_not_any_number() -> None:
    reader = avro.Codec(NODE)
    writers = [record("value: int", name="Node") for _ in range(300)]

    assert reader.decoder(writers[0]) is reader.decoder(writers[0])
    first = reader.decoder(writers[0])
    for writer in writers:
        reader.decode(b"\x02", writer)
    assert reader.decoder(writers[0]) is not first
