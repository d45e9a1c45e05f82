"""Operators on unions."""

from __future__ import annotations

from typing import Final

from eventpact_testing.mutation.operators.model import BREAKS, SAFE, Spot, operator
from eventpact_testing.mutation.operators.parts import defines, kind_of

_TAKEN_BY: Final = {
    "boolean": frozenset[str](),
    "string": frozenset({"bytes"}),
    "long": frozenset({"float", "double"}),
    "double": frozenset[str](),
    "record": frozenset({"record"}),
}
"""Types, and the others that would take their values (records read each other where their fields fit)."""


@operator("union", SAFE, BREAKS)
def add_branch(spot: Spot) -> bool:
    """A union gets another type."""
    if any(isinstance(branch, dict) and branch["type"] == "array" for branch in spot.node):
        return False
    spot.node.append({"type": "array", "items": "string"})
    return True


@operator("union", BREAKS, SAFE)
def remove_branch(spot: Spot) -> bool:
    """A union loses a type that no other of its types can take."""
    branches = spot.node
    for index in reversed(range(1, len(branches))):
        others = {kind_of(branch) for other, branch in enumerate(branches) if other != index}
        kind = kind_of(branches[index])
        if len(branches) > 2 and kind in _TAKEN_BY and not others & _TAKEN_BY[kind]:
            del branches[index]
            return True
    return False


@operator("union", SAFE, SAFE)
def reorder_branches(spot: Spot) -> bool:
    """The types of a union stand in another order; a default stays that of one of them."""
    if any(defines(branch) for branch in spot.node):
        return False
    spot.node.reverse()
    return True
