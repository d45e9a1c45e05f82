"""What changed inside a schema is said in typed changes, with the place in the version that shows it."""

from typing import Any

import pytest

from eventpact_registry.contracts.model import SchemaVersion
from eventpact_registry.diff import schema_changes as kinds
from eventpact_registry.diff.schemas import diff_versions

from ..contracts.building import avsc, field, load

ENUM = {"type": "enum", "name": "Way", "doc": "How.", "symbols": ["WEB", "FAX"]}


def versions(
    old: list[dict[str, Any]], new: list[dict[str, Any]], **attributes: Any
) -> tuple[SchemaVersion, SchemaVersion]:
    """OrderPlaced versions 1 and 2 with these fields beside `orderId`."""
    repository = load(
        {
            "shop/order.placed/OrderPlaced.v1.avsc": avsc("OrderPlaced", field("orderId"), *old),
            "shop/order.placed/OrderPlaced.v2.avsc": avsc("OrderPlaced", field("orderId"), *new, **attributes),
        }
    )
    first, second = repository.systems["shop"].topics["order.placed"].events["OrderPlaced"].versions
    return first, second


def nested(*fields: dict[str, Any], name: str = "Data") -> dict[str, Any]:
    return field("data", {"type": "record", "name": name, "doc": "More.", "fields": list(fields)})


@pytest.mark.parametrize(
    ("old", "new", "kind", "text"),
    [
        ([], [field("a")], kinds.FieldAdded, "field a added, without default"),
        ([], [field("a", default="")], kinds.FieldAdded, "field a added, with a default"),
        ([field("a")], [], kinds.FieldRemoved, "field a removed, which had no default"),
        ([field("a")], [field("b", aliases=["a"])], kinds.FieldRenamed, "field a renamed to b"),
        ([field("a", "int")], [field("a", "long")], kinds.TypeChanged, "type of a changed from int to long"),
        (
            [field("a", "long")],
            [field("a", {"type": "long", "logicalType": "timestamp-millis"})],
            kinds.LogicalTypeChanged,
            "type of a changed from long to long (timestamp-millis)",
        ),
        (
            [field("a", default="x")],
            [field("a", default="y")],
            kinds.DefaultChanged,
            'default of a changed from "x" to "y"',
        ),
        ([field("a", default="x")], [field("a")], kinds.DefaultChanged, 'default of a changed from "x" to none'),
        (
            [field("a", ENUM)],
            [field("a", {**ENUM, "symbols": ["WEB", "FAX", "APP"]})],
            kinds.EnumSymbolAdded,
            "symbol APP added to a",
        ),
        (
            [field("a", ENUM)],
            [field("a", {**ENUM, "symbols": ["WEB"]})],
            kinds.EnumSymbolRemoved,
            "symbol FAX removed from a",
        ),
        (
            [field("a", ENUM)],
            [field("a", {**ENUM, "default": "WEB"})],
            kinds.EnumDefaultChanged,
            "symbol that stands for unknown ones of a changed from None to WEB",
        ),
        (
            [field("a", ["null", "string"])],
            [field("a", ["null", "string", "long"])],
            kinds.UnionBranchAdded,
            "a may be long too",
        ),
        (
            [field("a", ["null", "string"])],
            [field("a", ["string"])],
            kinds.UnionBranchRemoved,
            "a may no longer be null",
        ),
        (
            [nested(field("x"))],
            [nested(field("x"), field("y"))],
            kinds.FieldAdded,
            "field data.y added, without default",
        ),
        (
            [field("a", {"type": "array", "items": "int"})],
            [field("a", {"type": "array", "items": "long"})],
            kinds.TypeChanged,
            "type of a[] changed from int to long",
        ),
        (
            [field("a", {"type": "map", "values": "int"})],
            [field("a", {"type": "map", "values": "long"})],
            kinds.TypeChanged,
            "type of a{} changed from int to long",
        ),
        (
            [nested(field("x"))],
            [nested(field("x"), name="Content")],
            kinds.TypeRenamed,
            "type io.shop.Data renamed to io.shop.Content",
        ),
        ([field("a")], [field("a", doc="Anew.")], kinds.DocChanged, "a is described in other words"),
    ],
)
def test_each_kind_of_change_is_told_apart(
    old: list[dict[str, Any]], new: list[dict[str, Any]], kind: type[kinds.SchemaChange], text: str
) -> None:
    [change] = diff_versions(*versions(old, new))

    assert type(change) is kind
    assert change.text == text


def test_what_was_added_is_placed_in_the_new_version_and_what_was_removed_in_the_old_one() -> None:
    removed, added = sorted(diff_versions(*versions([field("a")], [field("b")])), key=lambda change: change.path)

    assert (removed.location.file[-7:], added.location.file[-7:]) == ("v1.avsc", "v2.avsc")
    assert removed.location.line == added.location.line == 12


def test_a_recursive_type_is_compared_once() -> None:
    def tree(*more: dict[str, Any]) -> dict[str, Any]:
        children = field("children", {"type": "array", "items": "Node"})
        return field("root", {"type": "record", "name": "Node", "doc": "A node.", "fields": [children, *more]})

    changes = diff_versions(*versions([tree()], [tree(field("label", default=""))]))

    assert [change.text for change in changes] == ["field root.label added, with a default"]


def test_a_union_in_another_order_is_compared_branch_by_branch() -> None:
    old = field("a", ["null", {"type": "record", "name": "A", "fields": []}, "string"])
    new = field("a", ["string", {"type": "record", "name": "A", "fields": [field("x", default="")]}, "null"])

    assert [change.text for change in diff_versions(*versions([old], [new]))] == ["field a.x added, with a default"]


def test_nothing_is_said_of_two_versions_that_mean_the_same() -> None:
    assert diff_versions(*versions([field("a", ENUM)], [field("a", ENUM)])) == []
