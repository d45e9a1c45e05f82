"""Where a named type is defined inside a schema file, so that an error can point at it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from eventpact.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_codegen.model import Origin, TypeModel

_NAMED: Final = frozenset({"record", "error", "enum", "fixed"})


def problem_at(model: TypeModel, message: str, *, field: int | None = None, hint: str | None = None) -> Problem:
    """A problem at the definition of a type, or of one of its fields."""
    pointer = _pointer(model.origin, model.id.full_name)
    location = model.origin.source.locate(pointer if field is None else f"{pointer}/fields/{field}")
    return Problem(message, location.shown_file, location.line, location.column, hint)


def _pointer(origin: Origin, full_name: str) -> str:
    """JSON pointer of a definition in its file; that of the file as a whole when it cannot be found."""
    return next((pointer for pointer, name in _walk(json.loads(origin.source.source), "", "") if name == full_name), "")


def _walk(value: Any, pointer: str, namespace: str) -> Iterator[tuple[str, str]]:
    match value:
        case {"type": str(kind), "name": str(name)} if kind in _NAMED:
            space, _, short = name.rpartition(".")
            namespace = space or value.get("namespace", namespace)
            yield pointer, f"{namespace}.{short}" if namespace else short
            for at, field in enumerate(value.get("fields", ())):
                yield from _walk(field["type"], f"{pointer}/fields/{at}/type", namespace)
        case list():
            for at, branch in enumerate(value):
                yield from _walk(branch, f"{pointer}/{at}", namespace)
        case dict():
            for key in ("type", "items", "values"):
                if key in value:
                    yield from _walk(value[key], f"{pointer}/{key}", namespace)
        case _:
            return
