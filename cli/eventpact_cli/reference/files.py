"""`files.md`: every key of the YAML files, from the JSON Schemas that editors use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from eventpact_cli.reference.markdown import code, table
from eventpact_cli.reference.markdown import page as whole
from eventpact_registry.contracts.json_schemas import json_schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Node = Mapping[str, Any]

_INTRODUCTION: Final = """\
The keys of the YAML files in a contracts folder. [Contracts](../contracts.md) shows the files in use. Unknown keys and
values of another type are errors, with file, line, column and a hint.

An editor completes and checks the files when it is told of their JSON Schemas, for instance by a first line such as
`# yaml-language-server: $schema=../../docs/schemas/system.schema.json`."""

_FILES: Final[Mapping[str, str]] = {
    "eventpact.yaml": "eventpact.schema.json",
    "system.yaml": "system.schema.json",
    "topic.yaml": "topic.schema.json",
}
_LINKED: Final[Mapping[str, str]] = {"TopicDefaults": "keys of [topic.yaml](#topicyaml), for all topics"}
"""Definitions that have a table of their own elsewhere on the page."""

_KINDS: Final[Mapping[str, str]] = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
_DEEPEST: Final = 2
"""How many keys below the top a table names; what is deeper is listed with its parent."""


def page() -> str:
    """The page's text."""
    return whole("Contract files", _INTRODUCTION, *_parts())


def _parts() -> Iterator[str]:
    schemas = json_schemas()
    for file, name in _FILES.items():
        schema = json.loads(schemas[name])
        yield f"## {file}"
        yield f"{schema['description']} JSON Schema: [{name}](../schemas/{name})."
        yield table(("key", "value", ""), _rows(schema, schema.get("$defs", {}), "", 0))


def _rows(node: Node, definitions: Node, prefix: str, depth: int) -> Iterator[tuple[str, str, str]]:
    required_keys = node.get("required", ())
    for key, found in sorted(node.get("properties", {}).items(), key=lambda item: item[0] not in required_keys):
        path = f"{prefix}{key}"
        inner = _resolved(found, definitions)
        required = "; required" if key in required_keys else ""
        yield code(path), _value(found, definitions) + required, found.get("description", "")
        if _linked(found) or depth + 1 >= _DEEPEST:
            continue
        entries = [_resolved(each, definitions) for each in inner.get("patternProperties", {}).values()]
        yield from _rows(inner, definitions, f"{path}.", depth + 1)
        for entry in entries:
            yield from _rows(entry, definitions, f"{path}.NAME.", depth + 1)


def _value(found: Node, definitions: Node) -> str:
    """What a key may hold, in words."""
    linked = _linked(found)
    if linked:
        return linked
    node = _resolved(found, definitions)
    if "anyOf" in node:
        return _either(_value(each, definitions) for each in node["anyOf"])
    if "enum" in node:
        text = ", ".join(code(str(each)) for each in node["enum"])
    elif node.get("properties"):
        text = f"map of {', '.join(map(code, node['properties']))}"
    elif node["type"] == "array":
        text = f"list of {_value(node['items'], definitions)}"
    elif node["type"] == "object":
        text = f"map to {_either(_value(each, definitions) for each in node['patternProperties'].values())}"
    else:
        text = _KINDS[node["type"]] + _range(node)
    default = found.get("default", node.get("default"))
    return f"{text}; default {code(str(default))}" if isinstance(default, str | int) else text


def _either(values: Iterable[str]) -> str:
    """The values as alternatives; a number may be whole."""
    distinct = dict.fromkeys(values)
    if _KINDS["number"] in distinct:
        distinct.pop(_KINDS["integer"], None)
    *others, last = distinct
    return f"{', '.join(others)} or {last}" if others else last


def _range(node: Node) -> str:
    least, most = node.get("minimum"), node.get("maximum")
    if most is None:
        return "" if least is None else f" from {least}"
    return f" from {least} to {most:,}"


def _linked(found: Node) -> str | None:
    return _LINKED.get(found.get("$ref", "").rpartition("/")[2])


def _resolved(found: Node, definitions: Node) -> Node:
    name = found.get("$ref", "").rpartition("/")[2]
    return definitions[name] if name else found
