"""Operators on the fields of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_testing.mutation.operators.model import BREAKS, SAFE, Spot, operator
from eventpact_testing.mutation.operators.parts import defines, rename

if TYPE_CHECKING:
    from eventpact_testing.mutation.sites import Json

_DEFAULTS: Final = {"string": "none", "int": 1, "long": 1, "double": 0.5, "boolean": True}
"""A default of each type that gets one."""


def _added(**more: Json) -> Json:
    return {"name": "addition", "type": "string", "doc": "Added by an operator.", **more}


@operator("record", BREAKS, SAFE)
def add_required_field(spot: Spot) -> bool:
    """A field is added, without a default."""
    spot.node["fields"].append(_added())
    return True


@operator("record", SAFE, SAFE)
def add_field_with_default(spot: Spot) -> bool:
    """A field is added, with a default."""
    spot.node["fields"].append(_added(default="none"))
    return True


@operator("record", SAFE, SAFE)
def add_nullable_field(spot: Spot) -> bool:
    """A field is added that may be null, and is by default."""
    spot.node["fields"].insert(0, _added(type=["null", "long"], default=None))
    return True


@operator("field", SAFE, BREAKS)
def remove_required_field(spot: Spot) -> bool:
    """A field that has no default is removed."""
    return "default" not in spot.node and len(spot.holder) > 1 and _remove(spot)


@operator("field", SAFE, SAFE)
def remove_field_with_default(spot: Spot) -> bool:
    """A field that has a default is removed."""
    return "default" in spot.node and _remove(spot)


def _remove(spot: Spot) -> bool:
    if defines(spot.node["type"]):
        return False  # other fields may use what it defines
    del spot.holder[spot.key]
    return True


@operator("field", SAFE, SAFE)
def drop_default(spot: Spot) -> bool:
    """A field that the version before has too loses its default."""
    return _had_default(spot.node)


@operator("field", SAFE, SAFE)
def change_default(spot: Spot) -> bool:
    """The default of a text is another text."""
    if spot.node["type"] != "string" or "default" not in spot.node:
        return False
    spot.node["default"] += "another"
    return True


@operator("field", SAFE, SAFE)
def add_default(spot: Spot) -> bool:
    """A field gets a default that it did not have."""
    default = _DEFAULTS.get(str(spot.node["type"]))
    if default is None or "default" in spot.node:
        return False
    spot.node["default"] = default
    return True


@operator("field", BREAKS, BREAKS)
def rename_required_field(spot: Spot) -> bool:
    """A field that has no default is renamed, and no alias says so."""
    return "default" not in spot.node and rename(spot.node)


@operator("field", SAFE, BREAKS)
def rename_required_field_with_alias(spot: Spot) -> bool:
    """A field that has no default is renamed, with its old name as an alias."""
    return "default" not in spot.node and rename(spot.node, alias=True)


@operator("field", SAFE, SAFE)
def rename_field_with_default_and_alias(spot: Spot) -> bool:
    """A field that has a default is renamed, with its old name as an alias."""
    return "default" in spot.node and rename(spot.node, alias=True)


@operator("field", SAFE, SAFE)
def move_field(spot: Spot) -> bool:
    """A field moves to the end of its record."""
    if defines(spot.node["type"]) or spot.key == len(spot.holder) - 1:
        return False
    spot.holder.append(spot.holder.pop(spot.key))
    return True


@operator("field", SAFE, SAFE)
def reword(spot: Spot) -> bool:
    """A field's doc changes, and it gets an attribute of one's own and another order of sorting."""
    spot.node.update({"doc": "Said in other words.", "x-reviewed": True, "order": "ignore"})
    return True


@operator("field", SAFE, BREAKS)
def make_nullable(spot: Spot) -> bool:
    """A field may be null that could not be before."""
    if isinstance(spot.node["type"], list) or spot.node["type"] == "null":
        return False
    spot.node.update({"type": ["null", spot.node["type"]], "default": None})
    return True


@operator("field", BREAKS, SAFE)
def make_required(spot: Spot) -> bool:
    """A field may no longer be null."""
    branches = spot.node["type"]
    if not isinstance(branches, list) or len(branches) != 2 or "null" not in branches:
        return False
    spot.node["type"] = next(branch for branch in branches if branch != "null")
    spot.node.pop("default", None)
    return True


def _had_default(field: Json) -> bool:
    """Take the default away, if there is one."""
    had = "default" in field
    field.pop("default", None)
    return had
