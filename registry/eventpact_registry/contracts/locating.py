"""From a JSON pointer into a parsed schema to a place in a contract file.

A resolver's path goes through types by name as if they stood in place; the text has each type only where it is defined,
which may be another file. Places are looked up only when something is reported, so that loading stays fast.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from eventpact.avro.outline import Outline
from eventpact_registry.contracts.yaml_file import pointer_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact_registry.contracts.model import Location, SchemaVersion
    from eventpact_registry.contracts.source import Tree


# A tuple, because what stands at "type" may be a list, which no set can be asked for.
_NAMED: Final = ("record", "error", "enum", "fixed")

_Definitions: TypeAlias = dict[str, tuple[str, Any, str]]
"""Where each named type is defined, by full name: place, JSON, and the namespace inside it."""


@dataclass(frozen=True, eq=False)
class SchemaLocator:
    """Finds places in one schema file and in the shared types that it refers to; the first one costs a pass over it."""

    tree: Tree
    path: str
    text: str
    references: Mapping[str, SchemaVersion] = field(default_factory=dict)
    """Pinned shared types by full name."""

    def __call__(self, pointer: str) -> Location:
        """The place of a pointer, or of the nearest part around it that the text has."""
        walk = _Walk(self._root, self._definitions, self.references)
        # Avro Java, whose paths these are, writes the root as "/".
        tokens = pointer.rstrip("/").split("/")[1:]
        for at, token in enumerate(tokens):
            if not walk.step(token):
                name = walk.referenced()
                # A number is the branch of a writer's union, where the reader has none: not a place in its type.
                if name is not None and not token.isdigit():
                    return self.references[name].locate("".join(f"/{rest}" for rest in tokens[at:]))
                break
        return self.at(walk.place)

    def at(self, pointer: str) -> Location:
        """The place of a pointer that is meant literally."""
        return self.tree.location(self.path, *self._outline.locate(pointer))

    @cached_property
    def _outline(self) -> Outline:
        return Outline(self.text)

    @cached_property
    def _root(self) -> Any:
        return json.loads(self.text)

    @cached_property
    def _definitions(self) -> _Definitions:
        return _collected(self._root)


class _Walk:
    """Follows a resolver's path through the JSON of a schema."""

    def __init__(self, root: Any, definitions: _Definitions, references: Mapping[str, SchemaVersion]) -> None:
        self._references = references
        self._definitions = definitions
        self._node = root
        self._namespace = _inside(root, "")
        self.place = ""

    def step(self, token: str) -> bool:
        """Take one token of the path; False where the text does not go on."""
        self._resolve()
        if self._enter(token):
            return True
        # `{"type": {"type": "array", …}}` says its type in two steps where the path has one.
        if isinstance(self._node, dict) and token not in self._node and self._enter("type"):
            return self.step(token)
        return False

    def referenced(self) -> str | None:
        """The full name of the shared type that stands here, when it is defined in another file."""
        if not isinstance(self._node, str):
            return None
        return next((name for name in self._names(self._node) if name in self._references), None)

    def _resolve(self) -> None:
        """Where a name stands, go on where it is defined."""
        if isinstance(self._node, str):
            for name in self._names(self._node):
                if name in self._definitions:
                    self.place, self._node, self._namespace = self._definitions[name]
                    return

    def _enter(self, token: str) -> bool:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(self._node, dict) and key in self._node:
            node = self._node[key]
        elif isinstance(self._node, list) and key.isdigit() and int(key) < len(self._node):
            node = self._node[int(key)]
        else:
            return False
        self.place += f"/{token}"
        self._node = node
        self._namespace = _inside(node, self._namespace)
        return True

    def _names(self, name: str) -> tuple[str, ...]:
        """The full names that a name can stand for here."""
        return (name,) if "." in name or not self._namespace else (f"{self._namespace}.{name}", name)


def _collected(root: Any) -> _Definitions:
    definitions: _Definitions = {}
    pending = [(root, "", "")]
    while pending:
        node, at, outer = pending.pop()
        if isinstance(node, list):
            pending.extend((item, at + pointer_of(index), outer) for index, item in enumerate(node))
        elif isinstance(node, dict):
            inner = _inside(node, outer)
            if node.get("type") in _NAMED:
                definitions.setdefault(_full_name(node, outer), (at, node, inner))
            pending.extend(
                (node[key], at + pointer_of(key), inner) for key in ("type", "fields", "items", "values") if key in node
            )
    return definitions


def _inside(node: Any, outer: str) -> str:
    """The namespace that holds inside a node."""
    if isinstance(node, dict) and node.get("type") in _NAMED:
        return _full_name(node, outer).rpartition(".")[0]
    return outer


def _full_name(node: dict[str, Any], outer: str) -> str:
    name = str(node["name"])
    if "." in name:
        return name
    namespace = node.get("namespace", outer)
    return f"{namespace}.{name}" if namespace else name
