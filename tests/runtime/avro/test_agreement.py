"""The quick yes of `agreement`: certain where it is given, and given to what versions of contracts do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventpact import avro
from eventpact.avro.agreement import MAX_RECORDS, surely_fits
from eventpact.avro.mismatches import look_closely
from tests.runtime.avro.pairs import make_pair
from tests.runtime.avro.schemas import enum, fixed, record, record_json


@settings(max_examples=400, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_a_close_look_finds_nothing_where_the_quick_one_found_nothing(rng: Any) -> None:
    pair = make_pair(rng)
    try:
        writer, reader = avro.parse(pair.writer), avro.parse(pair.reader)
    except avro.SchemaError:
        return

    assert not surely_fits(writer, reader) or look_closely(writer, reader) == ()


@pytest.mark.parametrize(
    ("writer", "reader"),
    [
        pytest.param(record("id: string"), record("id: string", "age: int = 0"), id="a field with a default"),
        pytest.param(record("a: int"), record("b: long alias a"), id="a field renamed and widened"),
        pytest.param(record("a: int"), record('a: ["null", "long"]'), id="a field made optional"),
        pytest.param(record('a: ["null", "int"]'), record('a: ["string", "null", "double"]'), id="a union that grew"),
        pytest.param(avro.parse(fixed(2)), avro.parse(["null", fixed(2)]), id="a fixed in a union"),
        pytest.param(avro.parse(enum("A", "B")), avro.parse(enum("A", default="A")), id="a symbol with a default"),
        pytest.param(record("next: User"), record("next: User", "b: int = 1"), id="a record inside itself"),
    ],
)
def test_what_versions_usually_do_gets_a_quick_yes(writer: avro.Schema, reader: avro.Schema) -> None:
    assert surely_fits(writer, reader)


def test_a_break_gets_no_quick_yes() -> None:
    assert not surely_fits(record("id: string"), record("id: string", "age: int"))
    assert not surely_fits(record("id: string"), record("id: int"))
    assert not surely_fits(record("id: string"), record("id: string", name="Other"))
    assert not surely_fits(avro.parse(enum("A", "B")), avro.parse(enum("A")))


def test_one_primitive_in_two_places_is_reported_at_each() -> None:
    found = avro.resolve(writer=record("a: int", "b: int"), reader=record("a: string", "b: string")).mismatches

    assert [mismatch.path for mismatch in found] == ["/fields/0/type", "/fields/1/type"]


def test_records_that_pair_up_without_end_are_left_to_the_close_look() -> None:
    def ring(size: int) -> avro.Schema:
        records = [
            record_json(f"next: n{(number + 1) % size}.R", name="R", namespace=f"n{number}") for number in range(size)
        ]
        return avro.named_types(avro.parse({"type": "array", "items": records}))["n0.R"]

    assert MAX_RECORDS < 101 * 103
    assert not surely_fits(ring(101), ring(103))
