"""A counterexample was really written, and really fails where the resolver says it does."""

from typing import Any

import pytest

from eventpact import avro
from eventpact.errors import DecodeError
from eventpact_registry.contracts.model import SchemaVersion
from eventpact_registry.diff.counterexample import Counterexamples

from ..contracts.building import avsc, field, load


def versions(old: str, new: str) -> tuple[SchemaVersion, SchemaVersion]:
    folder = "shop/order.placed/OrderPlaced"
    repository = load({f"{folder}.v1.avsc": old, f"{folder}.v2.avsc": new})
    first, second = repository.systems["shop"].topics["order.placed"].events["OrderPlaced"].versions
    return first, second


def order(*fields: dict[str, Any]) -> str:
    return avsc("OrderPlaced", field("orderId"), *fields)


def record(name: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields)}


WAY = {"type": "enum", "name": "Way", "symbols": ["WEB", "FAX"]}
WEB = {"type": "enum", "name": "Way", "symbols": ["WEB"]}


@pytest.mark.parametrize(
    ("written", "read", "value"),
    [
        (order(), order(field("x")), {"orderId": "text"}),
        (order(field("x", "long")), order(field("x", "int")), {"orderId": "text", "x": 1767225600000}),
        (order(field("x", WAY)), order(field("x", WEB)), {"orderId": "text", "x": "FAX"}),
        (order(field("x", ["null", "string"])), order(field("x", "string")), {"orderId": "text", "x": None}),
        (order(field("x", ["null", "string"])), order(field("x", ["null", "long"])), {"orderId": "text", "x": "text"}),
        (
            order(field("x", {"type": "array", "items": WAY})),
            order(field("x", {"type": "array", "items": WEB})),
            {"orderId": "text", "x": ["FAX"]},
        ),
        (
            order(field("x", {"type": "map", "values": "string"})),
            order(field("x", {"type": "map", "values": "int"})),
            {"orderId": "text", "x": {"key": "text"}},
        ),
        (
            order(field("x", ["null", record("A", field("y", "string"))])),
            order(field("x", ["null", record("A", field("y", "int"))])),
            {"orderId": "text", "x": {"y": "text"}},
        ),
        (
            order(field("x", {"type": "fixed", "name": "F", "size": 2})),
            order(field("x", {"type": "fixed", "name": "F", "size": 3})),
            {"orderId": "text", "x": "\x01\x02"},
        ),
        (
            order(field("x", record("Node", field("next", ["null", "Node"]), field("y", "string")))),
            order(field("x", record("Node", field("next", ["null", "Node"]), field("y", "int")))),
            {"orderId": "text", "x": {"next": None, "y": "text"}},
        ),
    ],
)
def test_the_message_is_as_small_as_it_can_be_and_leads_to_the_mismatch(
    written: str, read: str, value: dict[str, Any]
) -> None:
    writer, reader = versions(written, read)
    [mismatch] = avro.resolve(writer=writer.schema, reader=reader.schema).mismatches

    proof = Counterexamples().find("OrderPlaced", writer, reader, mismatch.path)

    assert proof is not None
    assert proof.value == value
    assert (proof.writer, proof.reader) == ("OrderPlaced version 1", "OrderPlaced version 2")
    assert avro.Codec(writer.schema).decode(proof.data)["orderId"] == "text"
    with pytest.raises(DecodeError):
        avro.Codec(reader.schema).decode(proof.data, writer=writer.schema)


def test_of_several_mismatches_the_one_asked_for_is_shown() -> None:
    old = order(field("x", "string"), field("y", WAY))
    writer, reader = versions(old, order(field("x", "string"), field("y", WEB), field("z", default="")))

    proof = Counterexamples().find("OrderPlaced", writer, reader, "/fields/2/type/symbols")

    assert proof is not None
    assert proof.value["y"] == "FAX"


def test_a_pair_that_can_be_read_has_no_counterexample() -> None:
    assert Counterexamples().find("OrderPlaced", *versions(order(), order(field("x", default="")))) is None


def test_a_renamed_record_has_none_because_bytes_hold_no_names() -> None:
    old, new = order(field("x", record("A", field("y")))), order(field("x", record("B", field("y"))))
    writer, reader = versions(old, new)

    assert not avro.resolve(writer=writer.schema, reader=reader.schema).compatible
    assert Counterexamples().find("OrderPlaced", writer, reader) is None
