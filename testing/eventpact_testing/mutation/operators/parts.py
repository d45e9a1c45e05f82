"""What operators need to know of a part of a schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eventpact_testing.mutation.sites import Json


def kind_of(node: Json) -> str:
    """The kind of a type, or the name that it refers to another by."""
    return str(node["type"] if isinstance(node, dict) else node)


def defines(schema: Json) -> bool:
    """Whether a type holds the definition of a named one."""
    if isinstance(schema, dict):
        return "name" in schema or any(defines(schema.get(key)) for key in ("type", "items", "values"))
    return isinstance(schema, list) and any(defines(branch) for branch in schema)


def rename(node: Json, *, alias: bool = False) -> bool:
    """Give a type or field another name, with or without an alias for the one it had; always True."""
    if alias:
        node["aliases"] = [*node.get("aliases", ()), node["name"]]
    node["name"] += "2"  # no two types that are renamed at once get one name
    return True
