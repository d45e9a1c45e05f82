"""Avro schemas as JSON, before they can be parsed: which types they define and use, and definitions taken out of them.

Nothing is judged here: what is no schema stays as it is, and parsing says what is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro import names
from eventpact.avro.model import PRIMITIVES
from eventpact.avro.source import MAX_DEPTH
from eventpact.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_NAMED: Final = ("record", "error", "enum", "fixed")


def is_named(schema: Any) -> bool:
    """Whether a schema is one named type."""
    return isinstance(schema, dict) and schema.get("type") in _NAMED and isinstance(schema.get("name"), str)


def full_name(body: Mapping[str, Any], namespace: str = "") -> str:
    """The full name of a named type that stands in a namespace."""
    own = body.get("namespace")
    return names.full_name(str(body.get("name", "")), own if isinstance(own, str) else namespace)


@dataclass(slots=True)
class Taken:
    """A schema without the definitions that were taken out of it."""

    body: dict[str, Any] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    """Full names that it uses and does not define."""
    defined: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Types that it defines beside itself, each as it would stand alone, by full name."""
    out: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Those of them that were taken out."""


def take_out(body: dict[str, Any], wanted: Collection[str] = ()) -> Taken:
    """A named type in which the definitions of `wanted` are replaced by their names.

    Raises:
        SchemaError: it nests too deeply.
    """
    taken = Taken()
    walk = _Walk(wanted, taken)
    walk.own.add(full_name(body))
    taken.body = walk.definition(body, full_name(body).rpartition(".")[0], 0)
    taken.used -= walk.own
    return taken


@dataclass(slots=True)
class _Walk:
    wanted: Collection[str]
    taken: Taken
    own: set[str] = field(default_factory=set)
    """Full names that are defined in what is left."""

    def definition(self, body: dict[str, Any], namespace: str, depth: int) -> dict[str, Any]:
        """A named type whose own namespace is known."""
        fields = body.get("fields")
        if not isinstance(fields, list):
            return body
        return {**body, "fields": [self._field(each, namespace, depth) for each in fields]}

    def _field(self, found: Any, namespace: str, depth: int) -> Any:
        if not isinstance(found, dict) or "type" not in found:
            return found
        return {**found, "type": self._schema(found["type"], namespace, depth + 1)}

    def _schema(self, schema: Any, namespace: str, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise SchemaError("schemas nested too deeply", hint=f"schemas may nest {MAX_DEPTH} deep")
        if isinstance(schema, str):
            if schema not in PRIMITIVES:
                self.taken.used.add(names.full_name(schema, namespace))
            return schema
        if isinstance(schema, list):
            return [self._schema(branch, namespace, depth + 1) for branch in schema]
        if is_named(schema):
            return self._named(schema, namespace, depth)
        if not isinstance(schema, dict):
            return schema
        inner = {"array": "items", "map": "values"}.get(str(schema.get("type")), "type")
        return {**schema, inner: self._schema(schema[inner], namespace, depth + 1)} if inner in schema else schema

    def _named(self, schema: dict[str, Any], namespace: str, depth: int) -> Any:
        name = full_name(schema, namespace)
        inner = name.rpartition(".")[0]
        alone = {"type": schema["type"], "name": schema["name"], "namespace": inner, **schema}
        if "." in str(schema["name"]) or not inner:
            del alone["namespace"]
        self.taken.defined[name] = alone
        if name not in self.wanted:
            self.own.add(name)
            return self.definition(schema, inner, depth + 1)
        self.taken.out[name] = alone
        self.taken.used.add(name)
        return name
