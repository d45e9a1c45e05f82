"""Where a schema, as JSON, can be changed: its records, fields, unions, enums and so on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Json: TypeAlias = Any
Kind: TypeAlias = Literal["record", "field", "union", "enum", "fixed", "leaf", "logical"]

PRIMITIVES: Final = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})


@dataclass(frozen=True, slots=True)
class Site:
    """One place."""

    kind: Kind
    keys: tuple[str | int, ...]
    """The way to it from the top of the JSON."""
    path: str
    """The field it is in, `data.attachments`; empty at the top."""
    unions: int = 0
    """How many types other than null stand beside it in its union, itself included; 0 outside of unions."""


def sites(body: Json) -> Iterator[Site]:
    """Every place of a schema that is defined in its own text, in order."""
    yield from _sites(body, (), "", 0)


def _sites(node: Json, keys: tuple[str | int, ...], path: str, unions: int) -> Iterator[Site]:
    if isinstance(node, str):
        if node in PRIMITIVES - {"null"}:
            yield Site("leaf", keys, path, unions)
    elif isinstance(node, list):
        yield Site("union", keys, path)
        beside = sum(branch != "null" for branch in node)
        for index, branch in enumerate(node):
            yield from _sites(branch, (*keys, index), path, beside)
    else:
        yield from _of_type(node, keys, path, unions)


def _of_type(node: Json, keys: tuple[str | int, ...], path: str, unions: int) -> Iterator[Site]:
    match node["type"]:
        case "record":
            yield Site("record", keys, path, unions)
            for index, field in enumerate(node["fields"]):
                inner = f"{path}.{field['name']}" if path else field["name"]
                yield Site("field", (*keys, "fields", index), inner)
                yield from _sites(field["type"], (*keys, "fields", index, "type"), inner, 0)
        case "array":
            yield from _sites(node["items"], (*keys, "items"), path, 0)
        case "map":
            yield from _sites(node["values"], (*keys, "values"), path, 0)
        case "enum" | "fixed" as kind:
            yield Site(kind, keys, path, unions)
        case str() if "logicalType" in node:
            yield Site("logical", keys, path, unions)
        case str() as name if name in PRIMITIVES:
            yield Site("leaf", keys, path, unions)
        case str():
            return
        case inner_type:
            yield from _sites(inner_type, (*keys, "type"), path, unions)


def at(body: Json, keys: tuple[str | int, ...]) -> Json:
    """What stands at a place."""
    for key in keys:
        body = body[key]
    return body
