"""Validation says all that is wrong with a value, and nothing where encoding would succeed."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings

from eventpact import avro
from eventpact.avro.form import Form
from eventpact.avro.interpret.validate import violations
from eventpact.errors import EncodeError, Violation
from tests.runtime.avro.values import typed_values

PATIENT = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def found(source: Any, value: Any) -> tuple[Violation, ...]:
    return violations(avro.parse(json.dumps(source)), value, Form())


def encoding_error(source: Any, value: Any) -> EncodeError | None:
    try:
        avro.Codec(avro.parse(json.dumps(source))).encode(value)
    except EncodeError as error:
        return error
    return None


@PATIENT
@given(typed_values(all_types=True))
def test_what_can_be_encoded_is_valid(case: tuple[Any, Any]) -> None:
    assert found(*case) == ()


@PATIENT
@given(typed_values(all_types=True), typed_values(all_types=True))
def test_the_first_violation_is_what_encoding_says(one: tuple[Any, Any], other: tuple[Any, Any]) -> None:
    """A value of one schema held against another; a record's missing and unknown fields end both in the same way."""
    source, value = one[0], other[1]
    error = encoding_error(source, value)

    told = found(source, value)

    assert bool(told) == (error is not None)
    if error is not None:
        assert Violation(error.path, error.message) in told


def test_every_part_is_looked_at() -> None:
    items = {"type": "array", "items": {"type": "map", "values": "int"}}

    told = found(items, [{"a": 1, "b": "x"}, {"c": None}, 5])

    assert [str(violation) for violation in told] == [
        "[0]['b']: expected an int of 32 bits, got str",
        "[1]['c']: expected an int of 32 bits, got None",
        "[2]: expected a dict, got int",
    ]


def test_a_key_that_is_no_text_is_told_with_its_map() -> None:
    assert [str(violation) for violation in found({"type": "map", "values": "int"}, {1: 2, "a": "b"})] == [
        "expected keys that are str, got int",
        "['a']: expected an int of 32 bits, got str",
    ]


def test_an_object_that_fails_when_it_is_read_is_a_violation_without_its_words() -> None:
    class Hostile(str):
        __slots__ = ()

        def __eq__(self, _: object) -> bool:
            raise ValueError("a secret")

        __hash__ = str.__hash__

    told = found({"type": "enum", "name": "E", "symbols": ["A"]}, Hostile("B"))

    assert [str(violation) for violation in told] == ["Hostile cannot be read: ValueError"]
