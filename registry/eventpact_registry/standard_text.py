"""One text for every way of writing the same Avro schema, so that the same schema gets the same id.

Whitespace, the order of attributes, `{"type": "string"}` for `"string"` and the split of a full name into name and
namespace do not matter; docs, aliases, defaults and attributes that Avro does not define do. Attributes stand in the
order in which Avro Java prints them.
"""

from __future__ import annotations

import json
from typing import Any, Final

from eventpact.avro.model import PRIMITIVES, split_name

_NAMED: Final = frozenset({"record", "error", "enum", "fixed"})

_ORDER: Final[dict[str, tuple[str, ...]]] = {
    "record": ("type", "name", "namespace", "doc", "fields"),
    "error": ("type", "name", "namespace", "doc", "fields"),
    "enum": ("type", "name", "namespace", "doc", "symbols", "default"),
    "fixed": ("type", "name", "namespace", "doc", "size"),
    "array": ("type", "items"),
    "map": ("type", "values"),
}
"""The attributes that Avro defines, by type; others follow in alphabetical order."""

_INNER: Final = {"array": "items", "map": "values"}
"""The attribute that holds the schema inside."""

_FIELD: Final = ("name", "type", "doc", "default", "order", "aliases")

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False)
"""What was read from JSON holds nothing twice, so nobody has to look for circles."""


def standard_text(source: str) -> str:
    """The standard text of a schema that `avro.parse` has accepted.

    Raises:
        ValueError: a number cannot be written as JSON (`1e999`).
    """
    return _ENCODER.encode(_schema(json.loads(source), ""))


def _schema(node: Any, namespace: str) -> Any:
    if isinstance(node, str):
        return node if node in PRIMITIVES else _relative(_full(node, namespace), namespace)
    if isinstance(node, dict):
        return _declaration(node, namespace)
    if isinstance(node, list):
        return [_schema(branch, namespace) for branch in node]
    return node


def _declaration(node: dict[str, Any], namespace: str) -> Any:
    kind = node.get("type")
    if not isinstance(kind, str):
        return _rewritten(_ordered(node, ("type",)), "type", namespace)
    if len(node) == 1:
        return _schema(kind, namespace)
    if kind in _NAMED:
        return _named(node, kind, namespace)
    return _rewritten(_ordered(node, _ORDER.get(kind, ("type",))), _INNER.get(kind, ""), namespace)


def _named(node: dict[str, Any], kind: str, enclosing: str) -> dict[str, Any]:
    full_name = _full(node["name"], node.get("namespace", enclosing))
    namespace, name = split_name(full_name)
    written = {**node, "name": name}
    written.pop("namespace", None)
    if namespace != enclosing:
        written["namespace"] = namespace
    ordered = _ordered(written, _ORDER[kind])
    if "fields" in ordered:
        ordered["fields"] = [_field(field, namespace) for field in ordered["fields"]]
    if "aliases" in ordered:
        ordered["aliases"] = [_relative(_full(alias, namespace), namespace) for alias in ordered["aliases"]]
    return ordered


def _field(node: dict[str, Any], namespace: str) -> dict[str, Any]:
    ordered = _ordered(node, _FIELD)
    if ordered.get("order") == "ascending":
        del ordered["order"]
    return _rewritten(ordered, "type", namespace)


def _ordered(node: dict[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    """`node` with the attributes of `first` in front and the rest sorted."""
    ordered = {key: node[key] for key in first if key in node}
    if len(ordered) < len(node):
        ordered |= {key: node[key] for key in sorted(node.keys() - ordered.keys())}
    return ordered


def _rewritten(node: dict[str, Any], inner: str, namespace: str) -> dict[str, Any]:
    """`node` with the schema in its attribute `inner`, where it has that, in standard form."""
    if inner in node:
        schema = node[inner]
        if not (isinstance(schema, str) and schema in PRIMITIVES):
            node[inner] = _schema(schema, namespace)
    return node


def _full(name: str, namespace: str | None) -> str:
    return name if "." in name or not namespace else f"{namespace}.{name}"


def _relative(full_name: str, namespace: str) -> str:
    """The shortest way to write `full_name` inside `namespace`."""
    space, name = split_name(full_name)
    return name if space == namespace and name not in PRIMITIVES else full_name
