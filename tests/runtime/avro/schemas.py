"""Schemas in a line or two, so that a test shows only what it is about."""

from __future__ import annotations

import json
from typing import Any

from eventpact import avro


def record_json(*fields: str, name: str = "User", **attributes: Any) -> dict[str, Any]:
    """A record as JSON from fields like `id: string`, `age: ["null", "int"] = null` or `mail: string alias e_mail`."""
    return {"type": "record", "name": name, "fields": [_field(line) for line in fields], **attributes}


def record(*fields: str, name: str = "User", **attributes: Any) -> avro.Record:
    """The same, parsed."""
    schema = avro.parse(record_json(*fields, name=name, **attributes))
    assert isinstance(schema, avro.Record)
    return schema


def enum(*symbols: str, name: str = "Status", **attributes: Any) -> dict[str, Any]:
    """An enum as JSON."""
    return {"type": "enum", "name": name, "symbols": list(symbols), **attributes}


def fixed(size: int, name: str = "Hash", **attributes: Any) -> dict[str, Any]:
    """A fixed as JSON."""
    return {"type": "fixed", "name": name, "size": size, **attributes}


def _field(line: str) -> dict[str, Any]:
    name, _, rest = line.partition(": ")
    rest, _, alias = rest.partition(" alias ")
    kind, assigned, default = rest.partition(" = ")
    field: dict[str, Any] = {"name": name, "type": _json(kind)}
    if assigned:
        field["default"] = _json(default)
    if alias:
        field["aliases"] = alias.split()
    return field


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
