"""What schema objects say besides their structure: logical types, aliases, documentation, order, custom attributes."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict

from eventpact.avro import names
from eventpact.avro.invalid import Invalid, shown
from eventpact.avro.model import Logical

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA: Final = frozenset(
    {"aliases", "doc", "fields", "items", "name", "namespace", "size", "symbols", "type", "values"}
)
ENUM: Final = SCHEMA | {"default"}
FIELD: Final = frozenset({"aliases", "default", "doc", "name", "order", "type"})
_USUAL: Final = frozenset({"default", "doc", "name", "type"})
_LOGICAL: Final = frozenset({"logicalType", "precision", "scale"})

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

_BASES: Final[Mapping[str, frozenset[str]]] = {
    "date": frozenset({"int"}),
    "decimal": frozenset({"bytes", "fixed"}),
    "duration": frozenset({"fixed"}),
    "local-timestamp-micros": frozenset({"long"}),
    "local-timestamp-millis": frozenset({"long"}),
    "local-timestamp-nanos": frozenset({"long"}),
    "time-micros": frozenset({"long"}),
    "time-millis": frozenset({"int"}),
    "timestamp-micros": frozenset({"long"}),
    "timestamp-millis": frozenset({"long"}),
    "timestamp-nanos": frozenset({"long"}),
    "uuid": frozenset({"string", "fixed"}),
}
"""Which types a logical type may stand on (Avro 1.12, "Logical Types")."""

_SIZES: Final = {"uuid": 16, "duration": 12}
"""How many bytes a fixed under a logical type must have."""


class _Rarities(TypedDict, total=False):
    aliases: tuple[str, ...]
    order: Literal["ascending", "descending", "ignore"]
    props: Mapping[str, Any]


def custom(node: dict[str, Any], reserved: frozenset[str]) -> Mapping[str, Any]:
    """The attributes that Avro does not define."""
    if node.keys() <= reserved:
        return _NOTHING
    return MappingProxyType({key: value for key, value in node.items() if key not in reserved})


def logical(node: dict[str, Any], kind: str, size: int = 0) -> Logical | None:
    """The logical type on a primitive or fixed; None where there is none, or one that does not fit and is ignored."""
    name = node.get("logicalType")
    if not isinstance(name, str) or kind not in _BASES.get(name, ()):
        return None
    if name == "decimal":
        return _decimal(node, kind, size)
    if kind == "fixed" and size != _SIZES[name]:
        return None
    return Logical(name)


def logical_and_custom(node: dict[str, Any], kind: str, size: int = 0) -> tuple[Logical | None, Mapping[str, Any]]:
    """Both; what a valid logical type says is no custom attribute any more."""
    if node.keys() <= SCHEMA:
        return None, _NOTHING
    found = logical(node, kind, size)
    return found, custom(node, SCHEMA | _LOGICAL if found else SCHEMA)


def doc(node: dict[str, Any]) -> str | None:
    """The documentation; what is no string is none, as in Avro Java."""
    text = node.get("doc")
    return text if isinstance(text, str) else None


def aliases(node: dict[str, Any]) -> tuple[str, ...]:
    """The aliases as they are written, each once."""
    if "aliases" not in node:
        return ()
    listed = node["aliases"]
    if not isinstance(listed, list):
        raise Invalid("`aliases` must be an array of names", node, "aliases")
    for index, alias in enumerate(listed):
        if not isinstance(alias, str):
            raise Invalid(f"{shown(alias)} is no alias", listed, index)
    return tuple(dict.fromkeys(listed))


def type_aliases(node: dict[str, Any], name: str) -> tuple[str, ...]:
    """The aliases of a named type as full names: relative to the type's own namespace."""
    if "aliases" not in node:
        return ()
    listed = aliases(node)
    for index, alias in enumerate(listed):
        if not names.is_name(names.short_name(alias)):
            raise Invalid(f"{shown(alias)} is no name", node["aliases"], index, hint=names.RULE)
    namespace = names.namespace_of(name)
    return tuple(dict.fromkeys(names.full_name(alias, namespace) for alias in listed))


def rarities_of_field(node: dict[str, Any]) -> _Rarities:
    """What few fields have: aliases, an order, custom attributes."""
    if node.keys() <= _USUAL:
        return {}
    return {"aliases": aliases(node), "order": order(node), "props": custom(node, FIELD)}


def order(node: dict[str, Any]) -> Literal["ascending", "descending", "ignore"]:
    """How a field counts when records are sorted."""
    if "order" not in node:
        return "ascending"
    match str(node["order"]).lower():
        case "ascending" | "descending" | "ignore" as known:
            return known
        case _:
            raise Invalid(
                f"the order {shown(node['order'])} is unknown", node, "order", hint="ascending, descending, ignore"
            )


def _decimal(node: dict[str, Any], kind: str, size: int) -> Logical | None:
    precision, scale = node.get("precision"), node.get("scale", 0)
    if type(precision) is not int or type(scale) is not int:
        return None
    most = math.floor(math.log10(2) * (8 * size - 1)) if kind == "fixed" else 2**31 - 1
    return Logical("decimal", precision, scale) if 0 < precision <= most and 0 <= scale <= precision else None
