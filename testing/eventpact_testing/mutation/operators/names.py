"""Operators on enums, fixed types and the names of types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact_testing.mutation.operators.model import BREAKS, NAMES, SAFE, Spot, operator, outside_unions
from eventpact_testing.mutation.operators.parts import rename

if TYPE_CHECKING:
    from eventpact_testing.mutation.sites import Json


@operator("enum", SAFE, BREAKS)
def add_symbol(spot: Spot) -> bool:
    """An enum without default gets another symbol."""
    return "default" not in spot.node and _add_symbol(spot.node)


@operator("enum", SAFE, SAFE)
def add_symbol_beside_default(spot: Spot) -> bool:
    """An enum with a default gets another symbol."""
    return "default" in spot.node and _add_symbol(spot.node)


def _add_symbol(enum: Json) -> bool:
    enum["symbols"].append("ADDITION")
    return True


@operator("enum", BREAKS, SAFE)
def remove_symbol(spot: Spot) -> bool:
    """An enum without default loses a symbol."""
    return "default" not in spot.node and _drop_symbol(spot.node, spot.body)


@operator("enum", SAFE, SAFE)
def remove_symbol_beside_default(spot: Spot) -> bool:
    """An enum with a default loses another symbol, which is then read as the default."""
    return "default" in spot.node and _drop_symbol(spot.node, spot.body)


@operator("enum", BREAKS, BREAKS)
def rename_symbol(spot: Spot) -> bool:
    """A symbol of an enum without default gets another name."""
    return "default" not in spot.node and _drop_symbol(spot.node, spot.body) and _add_symbol(spot.node)


def _drop_symbol(enum: Json, body: Json) -> bool:
    """Take the last symbol away that is no default anywhere."""
    used = set(_default_texts(body))
    free = [symbol for symbol in enum["symbols"] if symbol not in used]
    if not free or len(enum["symbols"]) < 2:
        return False
    enum["symbols"].remove(free[-1])
    return True


def _default_texts(node: Json) -> list[str]:
    if isinstance(node, list):
        return [text for inner in node for text in _default_texts(inner)]
    if not isinstance(node, dict):
        return []
    own = [node["default"]] if isinstance(node.get("default"), str) else []
    return own + [text for inner in node.values() for text in _default_texts(inner)]


@operator("enum", SAFE, SAFE)
def reorder_symbols(spot: Spot) -> bool:
    """The symbols of an enum stand in another order."""
    spot.node["symbols"].reverse()
    return len(spot.node["symbols"]) > 1


@operator("enum", SAFE, SAFE)
def add_enum_default(spot: Spot) -> bool:
    """An enum gets a default."""
    if "default" in spot.node:
        return False
    spot.node["default"] = spot.node["symbols"][0]
    return True


@operator("enum", SAFE, SAFE)
def drop_enum_default(spot: Spot) -> bool:
    """An enum loses its default; what may be written stays the same."""
    return spot.node.pop("default", None) is not None


@operator("enum", BREAKS, SAFE)
def remove_symbol_and_default(spot: Spot) -> bool:
    """An enum loses a symbol, and the default that it would have been read as."""
    return _drop_symbol(spot.node, spot.body) and spot.node.pop("default", None) is not None


@operator("enum", BREAKS, BREAKS, outside_unions)
def rename_enum(spot: Spot) -> bool:
    """An enum is renamed, and no alias says so."""
    return _is_used_once(spot.node, spot.body) and rename(spot.node)


@operator("enum", SAFE, BREAKS, outside_unions)
def rename_enum_with_alias(spot: Spot) -> bool:
    """An enum is renamed, with its old name as an alias."""
    return _is_used_once(spot.node, spot.body) and rename(spot.node, alias=True)


@operator("fixed", BREAKS, BREAKS)
def resize(spot: Spot) -> bool:
    """A fixed has another size."""
    spot.node["size"] += 1
    return "logicalType" not in spot.node


@operator("record", NAMES, NAMES, outside_unions)
def rename_record(spot: Spot) -> bool:
    """A record inside the event is renamed, and no alias says so."""
    return _is_used_once(spot.node, spot.body) and rename(spot.node)


def _is_used_once(named: Json, body: Json) -> bool:
    return named is not body and str(body).count(f"{named['name']}'") == 1
