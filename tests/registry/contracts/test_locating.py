"""A resolver's path leads to the place in the file that defines what it means."""

import pytest

from eventpact_registry.contracts.model import SchemaVersion

from .building import avsc, field, load


def located(version: SchemaVersion, pointer: str) -> str:
    """File name, and the text of the place's line from its column on."""
    place = version.locate(pointer)
    sources = {version.file: version.source, **{pinned.file: pinned.source for pinned in version.pinned.values()}}
    line = sources[place.file].splitlines()[place.line - 1]
    return f"{place.file.rpartition('/')[2]}: {line[place.column - 1 :]}"


@pytest.fixture
def order() -> SchemaVersion:
    line = {"type": "record", "name": "Line", "fields": [field("next", ["null", "Line"]), field("count", "int")]}
    event = avsc(
        "OrderPlaced",
        field("orderId"),
        field("first", line),
        field("to", ["null", "Address"]),
        field("tags", {"type": "array", "items": {"type": "map", "values": "string"}}),
        field("from", "Address"),
        references=[{"name": "io.shop.Address", "version": 1}],
    )
    files = {
        "shop/order.placed/OrderPlaced.v1.avsc": event,
        "shop/types/Address.v1.avsc": avsc("Address", field("city"), field("zip", "int")),
    }
    return load(files).systems["shop"].topics["order.placed"].events["OrderPlaced"].latest


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", "OrderPlaced.v1.avsc: {"),
        ("/", "OrderPlaced.v1.avsc: {"),
        ("/name", 'OrderPlaced.v1.avsc: "OrderPlaced",'),
        ("/fields/0/type", 'OrderPlaced.v1.avsc: "string",'),
        ("/fields/1/type/fields/1/type", 'OrderPlaced.v1.avsc: "int",'),
        ("/fields/1/type/fields/0/type/1/fields/1/type", 'OrderPlaced.v1.avsc: "int",'),
        ("/fields/2/type/1", 'OrderPlaced.v1.avsc: "Address"'),
        ("/fields/2/type/1/fields/1/type", 'Address.v1.avsc: "int",'),
        ("/fields/2/type/1/name", 'Address.v1.avsc: "Address",'),
        ("/fields/4/type/0", 'OrderPlaced.v1.avsc: "Address",'),  # the writer's branch; the reader has no union
        ("/fields/3/type/items/values", 'OrderPlaced.v1.avsc: "string"'),
        ("/fields/3/type/items/values/nowhere", 'OrderPlaced.v1.avsc: "string"'),
    ],
)
def test_a_path_is_followed_through_names_and_files(order: SchemaVersion, pointer: str, expected: str) -> None:
    assert located(order, pointer) == expected
