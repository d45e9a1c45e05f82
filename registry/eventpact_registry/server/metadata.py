"""Metadata of schemas: tags by path, properties such as `owner`, and which of these are sensitive.

Kept as one standard text, empty for none. A version with other metadata is another version. Confluent Schema Registry,
"Data contracts: metadata".
"""

from __future__ import annotations

import json
from typing import Any, Final

from eventpact_registry.server import errors

NONE: Final = ""
"""The text of no metadata."""


def metadata_text(value: object, where: str) -> str:
    """Metadata as a client sends it, in its standard text; `where` names the property in errors.

    Raises:
        RegistryError: 400, it is no metadata.
    """
    if value is None:
        return NONE
    if not isinstance(value, dict):
        raise errors.malformed(f"The property {where} is not an object")
    tags, properties, sensitive = (value.get(part) for part in ("tags", "properties", "sensitive"))
    if not (
        (tags is None or (isinstance(tags, dict) and all(_is_texts(texts) for texts in tags.values())))
        and (properties is None or (isinstance(properties, dict) and _is_texts(list(properties.values()))))
        and (sensitive is None or _is_texts(sensitive))
    ):
        raise errors.malformed(
            f"The property {where} is not metadata: tags map paths to lists of texts, properties map names to texts, "
            "sensitive lists names"
        )
    return _text(tags or {}, properties or {}, sensitive or [])


def as_json(text: str) -> dict[str, Any]:
    """Metadata as answers hold it; empty for none."""
    parts: dict[str, Any] = json.loads(text) if text else {}
    return parts


def merged(*texts: str) -> str:
    """Metadata of several layers in one: later ones win."""
    if sum(map(bool, texts)) <= 1:
        return "".join(texts)
    tags: dict[str, list[str]] = {}
    properties: dict[str, str] = {}
    sensitive: list[str] = []
    for layer in map(as_json, texts):
        tags |= layer.get("tags", {})
        properties |= layer.get("properties", {})
        sensitive += layer.get("sensitive", [])
    return _text(tags, properties, sensitive)


def _text(tags: dict[str, list[str]], properties: dict[str, str], sensitive: list[str]) -> str:
    parts = {
        "tags": {path: sorted(set(texts)) for path, texts in tags.items()},
        "properties": properties,
        "sensitive": sorted(set(sensitive)),
    }
    given = {name: part for name, part in parts.items() if part}
    if not given:
        return NONE
    text = json.dumps(given, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise errors.malformed("Metadata holds half a surrogate pair, which is no character") from error
    return text


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)
