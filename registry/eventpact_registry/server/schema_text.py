"""One text for every way of writing the same Avro schema, so that the same schema gets the same id.

Whitespace, the order of attributes, `{"type": "string"}` for `"string"` and the split of a full name into name and
namespace do not matter; docs, aliases, defaults and attributes that Avro does not define do. Attributes stand in the
order in which Avro Java prints them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.model import PRIMITIVES, split_name

if TYPE_CHECKING:
    from collections.abc import Callable

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

_FIELD: Final = ("name", "type", "doc", "default", "order", "aliases")


def standard_text(source: str) -> str:
    """The standard text of a schema that `avro.parse` has accepted.

    Raises:
        ValueError: a number cannot be written as JSON (`1e999`).
    """
    standard = _schema(json.loads(source), "")
    return json.dumps(standard, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _schema(node: Any, namespace: str) -> Any:
    match node:
        case str():
            return node if node in PRIMITIVES else _relative(_full(node, namespace), namespace)
        case list():
            return [_schema(branch, namespace) for branch in node]
        case dict():
            return _declaration(node, namespace)
        case _:
            return node


def _declaration(node: dict[str, Any], namespace: str) -> Any:
    kind = node.get("type")
    if not isinstance(kind, str):
        return _ordered(node, ("type",), {"type": lambda value: _schema(value, namespace)})
    if set(node) == {"type"}:
        return _schema(kind, namespace)
    if kind in _NAMED:
        return _named(node, kind, namespace)
    inner = {"array": "items", "map": "values"}.get(kind, "")
    return _ordered(node, _ORDER.get(kind, ("type",)), {inner: lambda value: _schema(value, namespace)})


def _named(node: dict[str, Any], kind: str, enclosing: str) -> dict[str, Any]:
    full_name = _full(node["name"], node.get("namespace", enclosing))
    namespace, name = split_name(full_name)
    written = {**node, "name": name}
    written.pop("namespace", None)
    if namespace != enclosing:
        written["namespace"] = namespace
    return _ordered(
        written,
        _ORDER[kind],
        {
            "fields": lambda fields: [_field(field, namespace) for field in fields],
            "aliases": lambda aliases: [_relative(_full(alias, namespace), namespace) for alias in aliases],
        },
    )


def _field(node: dict[str, Any], namespace: str) -> dict[str, Any]:
    kept = {key: value for key, value in node.items() if (key, value) != ("order", "ascending")}
    return _ordered(kept, _FIELD, {"type": lambda value: _schema(value, namespace)})


def _ordered(node: dict[str, Any], first: tuple[str, ...], rewrite: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """`node` with the attributes of `first` in front and the rest sorted, each rewritten where `rewrite` has a rule."""
    keys = [key for key in first if key in node] + sorted(node.keys() - set(first))
    return {key: rewrite[key](node[key]) if key in rewrite else node[key] for key in keys}


def _full(name: str, namespace: str | None) -> str:
    return name if "." in name or not namespace else f"{namespace}.{name}"


def _relative(full_name: str, namespace: str) -> str:
    """The shortest way to write `full_name` inside `namespace`."""
    space, name = split_name(full_name)
    return name if space == namespace and name not in PRIMITIVES else full_name
