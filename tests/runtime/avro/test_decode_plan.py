"""What a reader makes of a writer's bytes (Avro 1.12, Schema Resolution): the plan, node by node.

That the plan's values are Avro Java's is shown in tests/real/test_avro_java.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from eventpact import avro
from eventpact.avro.plan import (
    ArrayPlan,
    EnumPlan,
    FailPlan,
    FixedPlan,
    Plan,
    ReaderUnionPlan,
    RecordPlan,
    ScalarPlan,
    SkipPlan,
    WriterUnionPlan,
)
from tests.runtime.avro.schemas import enum, fixed, record_json


def test_a_number_is_read_as_written_and_promoted() -> None:
    plan = planned('"int"', '"double"')

    assert isinstance(plan, ScalarPlan)
    assert (plan.wire, plan.reader.kind) == ("int", "double")


def test_fields_are_read_in_the_writers_order_into_the_readers_places() -> None:
    plan = record_plan(record_json("a: int", "b: string", "c: int"), record_json("c: long", "new: int = 7", "a: int"))

    assert [(step.name, step.target) for step in plan.steps] == [("a", 2), ("b", None), ("c", 0)]
    assert isinstance(plan.steps[1].plan, SkipPlan)
    assert plan.defaults == ((1, 7),)


def test_an_alias_finds_a_renamed_field_though_the_records_namespace_changed() -> None:
    plan = record_plan(record_json("old: int", namespace="a"), record_json("new: int = 0 alias old", namespace="b"))

    assert plan.steps[0].target == 0
    assert plan.defaults == ()


def test_an_alias_wins_over_a_name_that_is_used_again() -> None:
    plan = record_plan(record_json("a: int"), record_json("b: int alias a", "a: string = x"))

    assert plan.steps[0].target == 0
    assert plan.defaults == ((1, "x"),)


def test_a_schema_reads_its_own_data_by_name_alone() -> None:
    schema = record_json("b: int alias a", "a: int")

    assert [step.target for step in record_plan(schema, schema).steps] == [0, 1]


def test_two_fields_for_one_fail() -> None:
    fail = failure(planned(record_json("a: int", "b: int"), record_json("b: int alias a", "c: int = 0")))

    assert fail == ("NAME_MISMATCH", "/fields/0")


def test_a_missing_field_fails_the_record() -> None:
    plan = planned(record_json("a: int"), record_json("a: int", "b: int"))

    assert failure(plan) == ("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/1")


def test_a_default_that_is_no_symbol_fails_where_it_is_needed() -> None:
    reader = record_json(f"s: {json.dumps(enum('A'))} = B")

    assert failure(planned(record_json(), reader)) == ("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/0")
    assert isinstance(planned(reader, reader), RecordPlan)


def test_records_are_read_whatever_their_names_are() -> None:
    assert isinstance(planned(record_json(name="Old"), record_json(name="New")), RecordPlan)


def test_symbols_are_matched_by_name_and_else_by_the_readers_default() -> None:
    plan = planned(enum("A", "B", "C"), enum("C", "A", default="A"))

    assert isinstance(plan, EnumPlan)
    assert plan.symbols == ("A", "A", "C")


def test_an_unknown_symbol_fails_alone() -> None:
    plan = planned(enum("A", "B"), enum("B"))

    assert isinstance(plan, EnumPlan)
    lost, kept = plan.symbols
    assert kept == "B"
    assert isinstance(lost, avro.Mismatch)
    assert lost.kind == "MISSING_ENUM_SYMBOLS"


@pytest.mark.parametrize(
    ("writer", "reader", "kind", "path"),
    [
        (fixed(1), fixed(2), "FIXED_SIZE_MISMATCH", "/size"),
        (fixed(1, name="A"), fixed(1, name="B"), "NAME_MISMATCH", "/name"),
        (enum("A", name="A"), enum("A", name="B"), "NAME_MISMATCH", "/name"),
        ('"string"', '"int"', "TYPE_MISMATCH", "/"),
        ('"string"', ["null", "int"], "MISSING_UNION_BRANCH", "/"),
    ],
)
def test_what_cannot_be_read_fails_with_its_reason(writer: Any, reader: Any, kind: str, path: str) -> None:
    assert failure(planned(writer, reader)) == (kind, path)


@pytest.mark.parametrize("schema", [enum("A", name="Old"), fixed(2, name="Old")])
def test_an_alias_finds_a_renamed_type(schema: dict[str, Any]) -> None:
    plan = planned(schema, schema | {"name": "New", "aliases": ["Old"]})

    assert isinstance(plan, EnumPlan | FixedPlan)


def test_a_branch_that_cannot_be_read_leaves_the_others() -> None:
    plan = planned(["null", "int", "string"], ["null", "long"])

    assert isinstance(plan, WriterUnionPlan)
    null, number, text = plan.branches
    assert branch(null) == 0
    assert branch(number) == 1
    assert isinstance(text, FailPlan)


BY_KIND = ["null", "double", "int", "string"]


@pytest.mark.parametrize(
    ("writer", "reader", "index"),
    [
        ('"int"', BY_KIND, 2),
        ('"long"', BY_KIND, 1),
        ('"bytes"', BY_KIND, 3),
        ('"int"', ["null", "float", "long"], 1),
        (record_json("a: int", name="B"), [record_json("a: int", name="A"), record_json("a: int", name="B")], 1),
        (record_json("a: int", name="C"), [record_json("b: int", name="A"), record_json("a: int", name="B")], 1),
        (
            record_json("a: int", name="C"),
            [record_json("a: int", name="A"), record_json("a: int", name="C", namespace="n")],
            1,
        ),
        (
            record_json("a: int", name="C"),
            [record_json("a: int", name="A"), record_json("b: int", name="B", aliases=["C"])],
            1,
        ),
        (enum("A", name="E"), ["null", enum("A", name="E", namespace="n")], 1),
        (fixed(2, name="F"), [fixed(1, name="F", namespace="m"), fixed(2, name="F", namespace="n")], 1),
    ],
    ids=[
        "the exact kind before any promotion",
        "the first promotion",
        "bytes as string",
        "the first of several promotions",
        "the exact name before a like structure",
        "a like structure",
        "a like structure of the same short name",
        "an alias, fitting or not",
        "an enum of another namespace",
        "a fixed of another namespace and its size",
    ],
)
def test_a_single_type_takes_a_branch_of_the_readers_union(writer: Any, reader: Any, index: int) -> None:
    assert branch(planned(writer, reader)) == index


def test_unions_of_one_structure_are_paired_by_position_as_in_java() -> None:
    def union(*namespaces: str) -> list[Any]:
        return [record_json("a: int", name="R", namespace=namespace) for namespace in namespaces]

    plan = planned(union("m", "n"), union("n", "m"))

    assert isinstance(plan, WriterUnionPlan)
    assert [branch(one) for one in plan.branches] == [0, 1]


def test_a_recursive_type_makes_a_plan_that_holds_itself() -> None:
    tree = record_json('kids: {"type": "array", "items": "User"}')

    plan = record_plan(tree, tree)

    kids = plan.steps[0].plan
    assert isinstance(kids, ArrayPlan)
    assert kids.items is plan


def test_a_mismatch_deep_inside_has_its_place() -> None:
    def nested(kind: str) -> dict[str, Any]:
        return record_json(
            f'a: {{"type": "array", "items": ["null", {json.dumps(record_json(f"b: {kind}", name="In"))}]}}'
        )

    plan = record_plan(nested("int"), nested("string"))

    items = plan.steps[0].plan
    assert isinstance(items, ArrayPlan)
    assert isinstance(items.items, WriterUnionPlan)
    inner = items.items.branches[1]
    assert isinstance(inner, ReaderUnionPlan)
    assert isinstance(inner.plan, RecordPlan)
    assert failure(inner.plan.steps[0].plan) == ("TYPE_MISMATCH", "/fields/0/type/items/1/fields/0/type")


def planned(writer: Any, reader: Any) -> Plan:
    return avro.resolve(writer=avro.parse(writer), reader=avro.parse(reader)).plan


def record_plan(writer: Any, reader: Any) -> RecordPlan:
    plan = planned(writer, reader)
    assert isinstance(plan, RecordPlan)
    return plan


def failure(plan: Plan) -> tuple[str, str]:
    assert isinstance(plan, FailPlan)
    return plan.mismatch.kind, plan.mismatch.path


def branch(plan: Plan) -> int:
    assert isinstance(plan, ReaderUnionPlan)
    return plan.index
