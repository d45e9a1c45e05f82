"""Operators on types that hold no others, and on their logical types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_testing.mutation.operators.model import BREAKS, OPEN, SAFE, Spot, alone, operator
from eventpact_testing.mutation.operators.parts import kind_of
from eventpact_testing.mutation.sites import PRIMITIVES, Json

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNRELATED: Final = dict.fromkeys(PRIMITIVES - {"null"}, "string") | {"string": "int", "bytes": "long"}
"""For each type one that it has nothing to do with."""


def _retype(spot: Spot, kinds: Mapping[str, Json]) -> bool:
    """Replace a type by what stands for its kind; a field's default goes with it."""
    new = kinds.get(kind_of(spot.node))
    if new is None:
        return False
    spot.holder[spot.key] = new
    if isinstance(spot.holder, dict) and "name" in spot.holder:
        spot.holder.pop("default", None)
    return True


@operator("leaf", SAFE, BREAKS, alone)
def widen(spot: Spot) -> bool:
    """A number becomes one that it can be promoted to."""
    return _retype(spot, {"int": "long", "long": "double", "float": "double"})


@operator("leaf", BREAKS, SAFE, alone)
def narrow(spot: Spot) -> bool:
    """A number becomes one that can be promoted to it."""
    return _retype(spot, {"long": "int", "float": "long", "double": "float"})


@operator("leaf", BREAKS, BREAKS, alone)
def change_type(spot: Spot) -> bool:
    """A type becomes one that has nothing to do with it."""
    return _retype(spot, _UNRELATED)


@operator("leaf", BREAKS, BREAKS, alone)
def make_array(spot: Spot) -> bool:
    """One value becomes a list of them."""
    return _retype(spot, {kind_of(spot.node): {"type": "array", "items": spot.node}})


@operator("leaf", SAFE, OPEN, alone)
def text_to_bytes(spot: Spot) -> bool:
    """Text becomes bytes."""
    return _retype(spot, {"string": "bytes"})


@operator("leaf", OPEN, SAFE, alone)
def bytes_to_text(spot: Spot) -> bool:
    """Bytes become text."""
    return _retype(spot, {"bytes": "string"})


@operator("leaf", BREAKS, SAFE, alone, meaning=True)
def text_to_uuid(spot: Spot) -> bool:
    """Any text becomes a uuid."""
    return _retype(spot, {"string": {"type": "string", "logicalType": "uuid"}})


@operator("logical", BREAKS, BREAKS, meaning=True)
def change_unit(spot: Spot) -> bool:
    """An instant is counted in another unit."""
    if spot.node["logicalType"] != "timestamp-millis":
        return False
    spot.node["logicalType"] = "timestamp-micros"
    return True


@operator("logical", BREAKS, BREAKS, meaning=True)
def change_scale(spot: Spot) -> bool:
    """A decimal has another scale."""
    if spot.node["logicalType"] != "decimal" or spot.node.get("scale", 0) >= spot.node["precision"]:
        return False
    spot.node["scale"] = spot.node.get("scale", 0) + 1
    return True
