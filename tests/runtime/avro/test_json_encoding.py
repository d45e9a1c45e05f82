"""Avro data as JSON text and back, in the specification's encoding and in the plain one."""

from __future__ import annotations

import io
import json
import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import fastavro
import pytest
from hypothesis import HealthCheck, given, settings

from eventpact import avro
from eventpact.avro.json import Encoding, JsonEncoding
from eventpact.errors import DecodeError
from tests.runtime.avro.values import typed_values

ENCODINGS: tuple[Encoding, Encoding] = ("avro", "plain")


def shown(avro_type: Any, value: Any, encoding: Encoding) -> str:
    """A value of a type in JSON."""
    schema = avro.parse(json.dumps(avro_type))
    return JsonEncoding(schema, encoding).text(avro.Codec(schema).encode(value))


def taken(avro_type: Any, text: str | bytes, encoding: Encoding) -> Any:
    """What a JSON text stands for."""
    schema = avro.parse(json.dumps(avro_type))
    return avro.Codec(schema).decode(JsonEncoding(schema, encoding).data(text))


def refusal(avro_type: Any, text: str | bytes, encoding: Encoding = "avro") -> str:
    """Why a JSON text is none of a type."""
    with pytest.raises(DecodeError) as caught:
        taken(avro_type, text, encoding)
    return str(caught.value)


def logical(kind: str, name: str, **attributes: Any) -> dict[str, Any]:
    return {"type": kind, "logicalType": name, **attributes}


def record(*fields: dict[str, Any], name: str = "R") -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields)}


def field(name: str, avro_type: Any = "string", **attributes: Any) -> dict[str, Any]:
    return {"name": name, "type": avro_type, **attributes}


def fixed(size: int, **attributes: Any) -> dict[str, Any]:
    return {"type": "fixed", "name": "io.shop.Bits", "size": size, **attributes}


MONEY = logical("bytes", "decimal", precision=9, scale=2)
LINE = record(field("isbn"), field("price", MONEY), name="io.shop.Line")


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (LINE, {"isbn": "978", "price": Decimal("-12.50")}),
        (["null", LINE, "string"], {"isbn": "978", "price": Decimal("0.01")}),
        (["null", LINE, "string"], "\u20ac"),
        (["null", LINE, "string"], None),
        ([{"type": "enum", "name": "io.shop.Size", "symbols": ["S", "L"]}, "long"], "L"),
        ({"type": "array", "items": ["null", "long", {"type": "array", "items": "bytes"}]}, [None, 3, [b"\x00\xff"]]),
        ({"type": "map", "values": ["null", fixed(2)]}, {"a": b"ab", "b": None}),
        (record(field("at", logical("long", "timestamp-millis"))), {"at": datetime(1969, 12, 31, 23, tzinfo=UTC)}),
        (record(field("on", logical("int", "date"))), {"on": date(2026, 3, 2)}),
        (record(field("id", logical("string", "uuid"))), {"id": UUID(int=7)}),
        (
            record(field("yes", "boolean"), field("half", "double"), field("tenth", "float")),
            {"yes": True, "half": 0.5, "tenth": 0.25},
        ),
    ],
)
def test_fastavro_reads_what_we_write_and_we_read_what_it_writes(source: Any, value: Any) -> None:
    schema, judge = avro.parse(json.dumps(source)), fastavro.parse_schema(source)
    data, form = avro.Codec(schema).encode(value), JsonEncoding(schema)
    written = io.StringIO()
    fastavro.json_writer(written, judge, [value])

    assert json.loads(form.text(data)) == json.loads(written.getvalue())
    assert list(fastavro.json_reader(io.StringIO(form.text(data)), judge)) == [value]
    assert form.data(written.getvalue()) == data


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(typed_values(all_types=True))
def test_every_value_comes_back_from_the_avro_encoding(case: tuple[Any, Any]) -> None:
    source, value = case
    schema = avro.parse(json.dumps(source))
    data = avro.Codec(schema).encode(value)
    form = JsonEncoding(schema)

    assert form.data(form.text(data)) == data


@pytest.mark.parametrize(
    ("avro_type", "raw", "as_avro", "as_plain"),
    [
        ("bytes", b"\x00\xff", '"\\u0000ÿ"', '"AP8="'),
        (fixed(2), b"ab", '"ab"', '"YWI="'),
        (logical("int", "date"), 20514, "20514", '"2026-03-02"'),
        (logical("int", "time-millis"), 30_600_250, "30600250", '"08:30:00.250"'),
        (logical("long", "time-micros"), 1, "1", '"00:00:00.000001"'),
        (logical("long", "timestamp-millis"), -1, "-1", '"1969-12-31T23:59:59.999Z"'),
        (logical("long", "timestamp-micros"), -1, "-1", '"1969-12-31T23:59:59.999999Z"'),
        (logical("long", "timestamp-nanos"), 1, "1", '"1970-01-01T00:00:00.000000001Z"'),
        (logical("long", "local-timestamp-millis"), 0, "0", '"1970-01-01T00:00:00.000"'),
        (logical("long", "local-timestamp-nanos"), -1, "-1", '"1969-12-31T23:59:59.999999999"'),
        (logical("bytes", "decimal", precision=4, scale=2), b"\x04\xe2", '"\\u0004â"', '"12.50"'),
        (fixed(3, logicalType="decimal", precision=4, scale=0), b"\xff\xff\xff", '"ÿÿÿ"', '"-1"'),
        (fixed(16, logicalType="uuid"), b"\1" * 16, json.dumps("\1" * 16), '"01010101-0101-0101-0101-010101010101"'),
        (fixed(12, logicalType="duration"), bytes(12), json.dumps("\0" * 12), '"PT0S"'),
        (
            fixed(12, logicalType="duration"),
            b"\1\0\0\0\2\0\0\0\xbc\x0b\0\0",
            '"\\u0001\\u0000\\u0000\\u0000\\u0002\\u0000\\u0000\\u0000¼\\u000b\\u0000\\u0000"',
            '"P1M2DT3.004S"',
        ),
        (["null", "long"], 3, '{"long":3}', "3"),
        (["null", "long"], None, "null", "null"),
        ([fixed(1), "null"], b"a", '{"io.shop.Bits":"a"}', '"YQ=="'),
        ("float", 0.1, "0.1", "0.1"),
        ("double", float("-inf"), '"-Infinity"', '"-Infinity"'),
        ({"type": "map", "values": {"type": "array", "items": "int"}}, {"k": [1, 2]}, '{"k":[1,2]}', '{"k":[1,2]}'),
    ],
)
def test_what_each_type_is_in_json(avro_type: Any, raw: Any, as_avro: str, as_plain: str) -> None:
    schema = avro.parse(json.dumps(avro_type))
    data = avro.Codec(schema, logical_types=False).encode(raw)

    for encoding, text in zip(ENCODINGS, (as_avro, as_plain), strict=True):
        assert JsonEncoding(schema, encoding).text(data) == text
        assert JsonEncoding(schema, encoding).data(text) == data


def test_not_a_number_comes_back() -> None:
    value = taken("double", shown("double", float("nan"), "avro"), "avro")

    assert math.isnan(value)


def test_an_instant_may_be_written_with_any_offset() -> None:
    kind = logical("long", "timestamp-millis")

    assert taken(kind, '"2026-03-02T10:30:00+02:00"', "plain") == taken(kind, '"2026-03-02T08:30:00.000Z"', "plain")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (logical("long", "timestamp-millis"), "2026-03-02T08:30:00"),
        (logical("long", "timestamp-millis"), "2026-03-02 08:30:00Z"),
        (logical("long", "timestamp-millis"), "20260302T083000Z"),
        (logical("long", "timestamp-millis"), "2026-03-02T08:30:00.0001Z"),
        (logical("long", "timestamp-millis"), "2026-02-30T08:30:00Z"),
        (logical("long", "timestamp-nanos"), "9999-01-01T00:00:00Z"),
        (logical("long", "local-timestamp-millis"), "2026-03-02T08:30:00Z"),
        (logical("int", "date"), "2026-W10-1"),
        (logical("int", "time-millis"), "24:00:00"),
        (logical("bytes", "decimal", precision=4, scale=2), "1e3"),
        (logical("bytes", "decimal", precision=4, scale=2), "0.001"),
        (logical("bytes", "decimal", precision=4, scale=2), "100.00"),
        (logical("bytes", "decimal", precision=4, scale=2), "1" * 5000),
        (logical("string", "uuid"), "no uuid"),
        (fixed(12, logicalType="duration"), "P"),
        (fixed(12, logicalType="duration"), "P1Y"),
        (fixed(12, logicalType="duration"), "P4294967296M"),
        (fixed(2), "YQ=="),
        ("bytes", "Y Q="),
    ],
)
def test_a_text_of_another_form_is_refused(kind: Any, text: str) -> None:
    assert "got a string that does not fit" in refusal(kind, json.dumps(text), "plain")


@pytest.mark.parametrize(
    ("avro_type", "text", "message"),
    [
        ("int", "2147483648", "expected a whole number of 32 bits, got a number that does not fit"),
        ("int", "1.0", "expected a whole number of 32 bits, got a number"),
        ("int", "true", "expected a whole number of 32 bits, got a boolean"),
        ("long", "9" * 5000, "a number has too many digits"),
        ("double", "1e999", "got a number that does not fit: it is too large"),
        ("float", "1e39", "got a number that does not fit: it is too large"),
        ("double", '"nan"', "got a string that does not fit"),
        ("double", "NaN", 'no JSON: NaN is none of its numbers; it is written as "NaN", in quotes'),
        ("bytes", '"\u20ac"', "a character above U+00FF stands for no byte"),
        ("string", '"\\ud800"', "half a surrogate pair"),
        (["null", "long"], "3", 'expected null or {"long": a whole number of 64 bits}, got a number'),
        (["null", "long"], '{"int": 3}', 'expected null or {"long": a whole number of 64 bits}, got an object'),
        (["null", "long"], '{"long": 3, "null": null}', "got an object"),
        (["null", "long"], '{"null": null}', "got an object"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, '"B"', "expected a symbol of E, got a string that is none"),
        ({"type": "array", "items": "int"}, '[1, "x"]', "[1]: expected a whole number of 32 bits, got a string"),
        (record(field("a")), '{"a": "x", "b": 1}', "R has no field 'b'"),
        (record(field("a", record(field("b"), name="S"))), '{"a": {}}', "a.b: missing: expected a string"),
        ("string", '{"a": 1, "a": 2}', "one key twice"),
        ("string", b"\xff", "not UTF-8"),
        ("string", '"a', "no JSON: Unterminated string"),
        ("string", '"a" "b"', "no JSON: Extra data"),
        ("string", '"' + "a" * (17 * 1024 * 1024) + '"', "characters is more than"),
        ("string", "[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_said_with_its_path(avro_type: Any, text: str | bytes, message: str) -> None:
    assert message in refusal(avro_type, text)


def test_a_field_with_a_default_may_be_left_out() -> None:
    kind = record(field("a", default="x"), field("b", ["null", "int"], default=None))

    assert [taken(kind, "{}", encoding) for encoding in ENCODINGS] == [{"a": "x", "b": None}] * 2


def test_records_may_nest_in_themselves_only_so_deep() -> None:
    node = record(field("next", ["null", "R"], default=None))

    assert "nest more than 100 deep" in refusal(node, '{"next":' * 101 + "{}" + "}" * 101, "plain")


def test_a_plain_union_takes_the_first_branch_that_fits_whole() -> None:
    a, b = record(field("x", "int"), name="A"), record(field("x", "int"), field("y", "int"), name="B")

    assert taken([a, b], '{"x": 1, "y": 2}', "plain") == {"x": 1, "y": 2}
    assert "expected an object with the fields of A or" in refusal([a, b], '{"z": 1}', "plain")


def test_only_one_branch_in_question_says_itself_what_is_wrong() -> None:
    kind = ["null", record(field("x", "int"), name="A"), "string"]

    assert refusal(kind, '{"x": "1"}', "plain") == "x: expected a whole number of 32 bits, got a string"


def test_plain_unions_that_all_fail_at_their_end_take_no_longer_for_it() -> None:
    """Each level has two branches that only fail behind the next level: tried blindly, that would be 2^60 ways."""
    inner = ["null", "A", "B"]
    schema = avro.parse(
        json.dumps(
            [
                record(
                    field("next", ["null", "A", record(field("next", inner), field("b"), name="B")]),
                    field("a"),
                    name="A",
                ),
                "B",
            ]
        )
    )
    text = '{"next":' * 60 + "null" + ',"b":"x"}' * 59 + ',"c":"x"}'

    with pytest.raises(DecodeError, match="expected an object"):
        JsonEncoding(schema, "plain").data(text)


def test_keys_of_personal_data_stay_out_of_errors() -> None:
    mails = {"type": "map", "values": "int"}
    kind = record(field("mails", mails, pii=True), field("counts", mails))

    assert refusal(kind, '{"mails": {"joe@shop.io": "x"}, "counts": {}}').startswith("mails[***]: expected")
    assert refusal(kind, '{"mails": {}, "counts": {"a": "x"}}').startswith("counts['a']: expected")


def test_data_that_are_cut_off_are_refused_with_their_place() -> None:
    schema = avro.parse(json.dumps(record(field("a"))))

    with pytest.raises(DecodeError, match="a at byte 0: a string of 3 bytes runs past the end"):
        JsonEncoding(schema).text(b"\x06ab")
    with pytest.raises(DecodeError, match="1 bytes follow"):
        JsonEncoding(schema).text(b"\x02aa")


def test_text_can_be_indented() -> None:
    assert JsonEncoding(avro.parse('{"type": "array", "items": "int"}')).text(b"\x02\x02\0", indent=2) == "[\n  1\n]"


def test_another_encoding_is_refused() -> None:
    with pytest.raises(ValueError, match="'xml' is no encoding: use 'avro' or 'plain'"):
        JsonEncoding(avro.parse('"int"'), "xml")  # type: ignore[arg-type]  # what a caller without types may pass


def test_an_instant_that_is_written_otherwise_is_told_the_form_with_its_zone() -> None:
    said = refusal(logical("long", "timestamp-millis"), '"2026-03-02 08:30:00"', "plain")

    assert "write it as 2026-03-02T08:30:00.250Z, with Z or an offset at its end" in said
