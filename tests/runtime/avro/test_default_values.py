"""Defaults given as JSON, and the bytes that they stand for (Avro 1.12, Complex Types)."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from eventpact import avro
from eventpact.avro.defaults import Checker, Strictness, encode
from tests.runtime.avro.schemas import enum, fixed, record, record_json


@pytest.mark.parametrize(
    ("schema", "default", "encoded"),
    [
        ("null", None, b""),
        ("boolean", True, b"\x01"),
        ("int", -1, b"\x01"),
        ("long", 64, b"\x80\x01"),
        ("long", -(2**63), b"\xff" * 9 + b"\x01"),
        ("float", 1, struct.pack("<f", 1.0)),
        ("float", 1e300, struct.pack("<f", float("inf"))),
        ("double", -(10**400), struct.pack("<d", float("-inf"))),
        ("string", "hé", b"\x06h\xc3\xa9"),
        ("bytes", "h\u00e9", b"\x04h\xe9"),
        (fixed(2), "\u00ff\u0000", b"\xff\x00"),
        (enum("A", "B"), "B", b"\x02"),
        ({"type": "array", "items": "int"}, [1, 2], b"\x04\x02\x04\x00"),
        ({"type": "array", "items": "int"}, [], b"\x00"),
        ({"type": "map", "values": "int"}, {"k": 1}, b"\x02\x02k\x02\x00"),
        (record_json("x: int", "y: int = 7"), {"x": 1}, b"\x02\x0e"),
    ],
)
def test_a_default_stands_for_bytes(schema: Any, default: Any, encoded: bytes) -> None:
    assert encode(avro.parse(json.dumps(schema)), default) == encoded


@pytest.mark.parametrize(
    ("union", "default", "index"),
    [
        (["null", "string"], None, 0),
        (["null", "string"], "x", 1),
        (["int", "double"], 1.5, 1),
        (["int", "long"], 2**40, 1),
        ([{"type": "array", "items": "int"}, "string"], "x", 1),
        ([enum("A"), "string"], "B", 1),
        ([record_json("x: int", name="A"), record_json("y: int", name="B")], {"y": 1}, 1),
    ],
)
def test_a_unions_default_takes_the_first_branch_that_it_fits(union: Any, default: Any, index: int) -> None:
    assert encode(avro.parse(union), default)[0] == 2 * index


def test_text_of_another_size_fills_or_cuts_a_fixed_as_in_java() -> None:
    assert encode(avro.parse(fixed(3)), "a") == b"a\0\0"
    assert encode(avro.parse(fixed(1)), "ab") == b"a"


def test_text_that_is_no_symbol_stands_for_nothing() -> None:
    with pytest.raises(avro.SchemaError, match="'B' is none of its type"):
        encode(avro.parse(enum("A")), "B")


def test_a_default_that_grows_without_measure_is_refused() -> None:
    levels = [record("x: int = 0", name="R0")]
    for level in range(1, 40):
        below = f"R{level - 1}"
        schema = avro.parse(
            record_json(f"a: {below} = {{}}", f"b: {below} = {{}}", name=f"R{level}"), references=levels[-1:]
        )
        assert isinstance(schema, avro.Record)
        levels.append(schema)

    with pytest.raises(avro.SchemaError, match="grows too large"):
        encode(levels[-1], {})


@pytest.mark.parametrize(
    ("schema", "default"),
    [
        (enum("A"), "B"),
        (fixed(2), "a"),
        (fixed(1), "\u0100"),
        ("bytes", "\u0100"),
        ({"type": "array", "items": fixed(1)}, ["a", ""]),
        (["null", fixed(1)], ""),
    ],
)
def test_an_exact_check_finds_what_java_lets_pass(schema: Any, default: Any) -> None:
    parsed = avro.parse(json.dumps(schema))

    assert Checker(Strictness.ACCEPTED).fits(parsed, default)
    assert not Checker(Strictness.EXACT).fits(parsed, default)


def test_judging_a_deep_default_for_unions_of_records_takes_no_exponential_time() -> None:
    both = [
        record_json('n: ["null", "A", "B"]', "a: int", name="A"),
        record_json('n: ["null", "A", "B"]', "b: int", name="B"),
    ]
    union = avro.parse(both)
    value: Any = None
    for _ in range(40):
        value = {"n": value}

    assert not Checker(Strictness.ACCEPTED).fits(union, json.loads(json.dumps(value)))
