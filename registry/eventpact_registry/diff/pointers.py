"""A resolver's path into a schema, `/fields/1/type/fields/0`, as people say it, and carried over to another version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact.avro.model import Array, Enum, Field, Fixed, Map, Record, Union
from eventpact_registry.diff.type_text import type_text

if TYPE_CHECKING:
    from eventpact.avro.model import Schema


def dotted(schema: Schema, pointer: str) -> str:
    """Field names joined by dots, `data.threadId`; `[]` for items, `{}` for values. Empty for the schema itself."""
    path = ""
    for part, step in _steps(schema, pointer):
        path = _extended(path, part, step)
    return path


def home(schema: Schema, pointer: str) -> tuple[str, str]:
    """What a path leads to where the text has it: the full name of the type that holds it, and the way from there.

    All paths that come through one type to the same place in it have this in common. The schema itself has no name.
    """
    name, path = "", ""
    for part, step in _steps(schema, pointer):
        if isinstance(part, (Record, Enum, Fixed)):
            name, path = "" if part is schema else part.name, ""
        else:
            path = _extended(path, part, step)
    return name, path


def _extended(path: str, part: Schema | Field, step: str) -> str:
    if isinstance(part, Field):
        return f"{path}.{part.name}" if path else part.name
    return path + _SUFFIXES.get(step, "")


_SUFFIXES: Final = {"items": "[]", "values": "{}"}


def at(schema: Schema, pointer: str) -> Schema | Field:
    """The deepest field or type on a path."""
    found: Schema | Field = schema
    for part, _ in _steps(schema, pointer):
        found = part
    return found


def translate(schema: Schema, pointer: str, other: Schema) -> str | None:
    """The path to the same place in another version; None where that has no such place."""
    tokens: list[str] = []
    current: Schema | Field = other
    for part, step in _steps(schema, pointer):
        if isinstance(part, Field):
            if not isinstance(current, Record):
                return None
            index = next((i for i, field in enumerate(current.fields) if field.name == part.name), None)
            if index is None:
                return None
            tokens += ["fields", str(index)]
            current = current.fields[index]
        elif step.isdigit():
            if isinstance(current, Union):
                index = next(
                    (i for i, branch in enumerate(current.branches) if type_text(branch) == type_text(part)), None
                )
                if index is None:
                    return None
                tokens.append(str(index))
                current = current.branches[index]
        else:
            following = _follow(current, step)
            if following is None:
                return None
            tokens.append(step)
            current = following
    return "".join(f"/{step}" for step in tokens)


def _follow(part: Schema | Field, step: str) -> Schema | None:
    match part, step:
        case Field(), "type":
            return part.type
        case Array(), "items":
            return part.items
        case Map(), "values":
            return part.values
        case _:
            return None


def _steps(schema: Schema, pointer: str) -> list[tuple[Schema | Field, str]]:
    """What each step of a path leads to; ends where the path names an attribute such as `/symbols`.

    It ends too at the branch of a writer's union where the reader has none: Avro Java counts that one in the path.
    """
    steps: list[tuple[Schema | Field, str]] = []
    current: Schema | Field = schema
    in_fields = False
    for step in pointer.split("/")[1:]:
        match current:
            case Record() if step == "fields":
                in_fields = True
                continue
            case Record() if in_fields and step.isdigit() and int(step) < len(current.fields):
                current, in_fields = current.fields[int(step)], False
            case Union() if step.isdigit() and int(step) < len(current.branches):
                current = current.branches[int(step)]
            case _:
                following = _follow(current, step)
                if following is None:
                    break
                current = following
        steps.append((current, step))
    return steps
