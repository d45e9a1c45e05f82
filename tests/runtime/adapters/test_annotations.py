"""What may be annotated for each Avro type, and what becomes of its values."""

from __future__ import annotations

import datetime as dt
import enum
import typing
from dataclasses import make_dataclass
from typing import Annotated, Any, Literal, NewType

import pytest

from eventpact import adapt
from eventpact.errors import DecodeError, EncodeError, ModelError


class Status(enum.StrEnum):
    OPEN = "OPEN"
    PAID = "PAID"


class Plain(enum.Enum):
    """By value neither: the members' names are the symbols."""

    OPEN = 1
    PAID = 2


def one(schema: Any, hint: Any, **options: Any) -> Any:
    """An adapter for a record of one field."""
    cls = make_dataclass("One", [("value", hint)])
    record = {"type": "record", "name": "One", "fields": [{"name": "value", "type": schema}]}
    return adapt(cls, schema=record, **options)


@pytest.mark.parametrize(
    ("schema", "hint", "value"),
    [
        ("int", Annotated[int, "small"], 5),
        ("string", NewType("UserId", str), "u"),
        ("string", Literal["a", "b"], "a"),
        ("string", Status, Status.PAID),
        ("double", float, 0.5),
        ("bytes", bytes, b"\x00"),
        ({"type": "fixed", "name": "F", "size": 2}, bytes, b"ab"),
        ({"type": "array", "items": "int"}, list[int], [1, 2]),
        ({"type": "array", "items": "int"}, tuple[int, ...], (1, 2)),
        ({"type": "array", "items": "int"}, frozenset[int], frozenset({1, 2})),
        ({"type": "array", "items": "int"}, typing.Sequence[int], (1, 2)),
        ({"type": "map", "values": "int"}, typing.Mapping[str, int], {"a": 1}),
        ({"type": "map", "values": {"type": "array", "items": "int"}}, dict[str, set[int]], {"a": {1}}),
        ({"type": "enum", "name": "E", "symbols": ["OPEN", "PAID"]}, Status, Status.PAID),
        ({"type": "enum", "name": "E", "symbols": ["OPEN", "PAID"]}, Plain, Plain.PAID),
        ({"type": "enum", "name": "E", "symbols": ["OPEN", "PAID"]}, str, "PAID"),
        ({"type": "enum", "name": "E", "symbols": ["OPEN", "PAID"]}, Literal["OPEN", "PAID"], "PAID"),
        ({"type": "int", "logicalType": "date"}, dt.date, dt.date(1969, 7, 20)),
        ({"type": "long", "logicalType": "time-micros"}, dt.time, dt.time(1, 2, 3, 4)),
        ({"type": "long", "logicalType": "local-timestamp-micros"}, dt.datetime, dt.datetime(1969, 1, 1)),
        ({"type": "long", "logicalType": "timestamp-nanos"}, int, 5),
        (["null", "string"], typing.Optional[str], None),  # noqa: UP045 - as people have it
        (["int", "null"], int | None, 5),
        (["string"], str, "x"),
        (["null", "long"], Any, 7),
        (["int", "long", "null"], int | None, 1 << 40),
        (["string", {"type": "enum", "name": "E", "symbols": ["OPEN", "PAID"]}], str, "PAID"),
    ],
)
def test_a_value_keeps_its_class(schema: Any, hint: Any, value: Any) -> None:
    ones = one(schema, hint)

    back = ones.decode(ones.encode(ones.model(value))).value

    assert back == value
    assert type(back) is type(value)


def test_a_converter_takes_what_avro_does_not_know() -> None:
    seconds = (lambda value: round(value.total_seconds()), lambda value: dt.timedelta(seconds=value))
    ones = one(["null", "long"], dt.timedelta | None, converters={dt.timedelta: seconds})

    value = ones.model(dt.timedelta(minutes=2))

    assert ones.encode(value) == b"\x02\xf0\x01"
    assert ones.decode(ones.encode(value)) == value


def test_a_converter_that_fails_is_an_error_of_the_codec() -> None:
    ones = one("string", dt.timedelta, converters={dt.timedelta: (lambda v: v.nothing, int)})

    with pytest.raises(EncodeError, match=r"One cannot be read: .*nothing"):
        ones.encode(ones.model(dt.timedelta(0)))
    with pytest.raises(DecodeError, match="One refuses what was decoded: invalid literal"):
        ones.decode(b"\x02x")


def test_half_known_annotations_are_reported() -> None:
    with pytest.raises(ModelError, match="annotations cannot be resolved: name 'Nowhere' is not defined"):
        one("string", "Nowhere")


def test_a_converter_stands_back_where_a_class_is_as_it_should_be() -> None:
    minutes = (lambda value: int(value.total_seconds()) // 60, lambda value: dt.timedelta(minutes=value))
    ones = one(["string", "long"], dt.timedelta | str, converters={dt.timedelta: minutes})

    for value in ("text", dt.timedelta(minutes=3)):
        assert ones.decode(ones.encode(ones.model(value))).value == value
