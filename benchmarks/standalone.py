"""Schemas without references, as the peers want them."""

from __future__ import annotations

from typing import Any


def written_out(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema with each shared type in the place where it is first named; takes those out of `definitions`."""
    match schema:
        case str() if schema in definitions:
            return written_out(definitions.pop(schema), definitions)
        case list():
            return [written_out(branch, definitions) for branch in schema]
        case dict():
            inner = ("type", "items", "values", "fields")
            kept = {key: value for key, value in schema.items() if key != "references"}
            return {key: written_out(value, definitions) if key in inner else value for key, value in kept.items()}
        case _:
            return schema
