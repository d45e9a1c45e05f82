"""Strict YAML: one document of mappings, lists and plain values, each with its place in the file.

Built from the parser's events and not from its node tree, so that hostile nesting cannot exhaust the stack and an alias
bomb is refused where it starts. Values follow the YAML 1.2 core schema: `off` and `012` are text, not false and ten.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact_registry.contracts.model import Location
    from eventpact_registry.contracts.problems import Problems
    from eventpact_registry.contracts.source import Tree

MAX_DEPTH: Final = 20
"""Deeper than any contract needs, and far from Python's recursion limit."""

_INTEGER: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,18})")
_FLOAT: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,18})\.[0-9]{1,18}")
_CONSTANTS: Final[dict[str, Any]] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A YAML file as plain data, with the place of each value and key by JSON pointer."""

    path: str
    tree: Tree
    data: dict[str, Any]
    values: dict[str, tuple[int, int]] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The file as a user would type it."""
        return self.tree.shown(self.path)

    def locate(self, pointer: str) -> Location:
        """The place of the value at a pointer, or of the nearest value around it that the file has."""
        while pointer not in self.values and pointer:
            pointer = pointer.rpartition("/")[0]
        return self.tree.location(self.path, *self.values.get(pointer, (1, 1)))

    def locate_key(self, pointer: str) -> Location:
        """The place of the key at a pointer, or of the nearest value around it that the file has."""
        if pointer in self.keys:
            return self.tree.location(self.path, *self.keys[pointer])
        return self.locate(pointer)

    def below(self, pointer: str) -> Callable[[str], Location]:
        """`locate` for pointers that start at a part of the file."""
        return lambda inner: self.locate(pointer + inner)


def pointer_of(*parts: str | int) -> str:
    """A JSON pointer (RFC 6901) from its parts."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def read_yaml(tree: Tree, path: str, problems: Problems) -> YamlFile | None:
    """Read a file as one mapping; what is wrong with it is noted in `problems` and gives None."""
    try:
        text = tree.files[path].decode()
    except UnicodeDecodeError as error:
        line = tree.files[path].count(b"\n", 0, error.start) + 1
        problems.add(f"byte {error.start} is not UTF-8", tree.location(path, line), hint="save the file as UTF-8")
        return None
    file = YamlFile(path, tree, {})
    try:
        data = _Builder(file).build(text)
    except _Refused as refused:
        problems.add(refused.message, tree.location(path, *refused.place), hint=refused.hint)
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = ", ".join(part for part in (error.context, error.problem) if part)
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problems.add(f"is not valid YAML: {message}", tree.location(path, *place))
        return None
    except yaml.YAMLError as error:
        problems.add(f"is not valid YAML: {str(error).splitlines()[0]}", tree.location(path))
        return None
    file.data.update(data)
    return file


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """Valid YAML that contracts do not use."""

    def __init__(self, message: str, mark: Any, hint: str | None = None) -> None:
        self.message = message
        self.place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        self.hint = hint


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being filled."""

    pointer: str
    container: dict[str, Any] | list[Any]
    key: str | None = None


class _Builder:
    """Turns events into values, keeping a stack of its own instead of recursing."""

    def __init__(self, file: YamlFile) -> None:
        self._file = file
        self._stack: list[_Open] = []
        self._root: Any = None
        self._documents = 0

    def build(self, text: str) -> dict[str, Any]:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            self._take(event)
        if self._root is None:
            raise _Refused("is empty", None)
        if not isinstance(self._root, dict):
            raise _Refused("must be a mapping of `key: value` lines", None)
        return self._root

    def _take(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._check_plain(event)
                self._open(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._stack.pop()
            case yaml.AliasEvent():
                raise _Refused(f"uses an alias, *{event.anchor}", event.start_mark, "write the value out in each place")
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise _Refused("holds a second document", event.start_mark, "keep one document a file")
            case _:
                pass

    def _check_plain(self, event: Any) -> None:
        if event.anchor is not None:
            raise _Refused(f"uses an anchor, &{event.anchor}", event.start_mark, "write the value out in each place")
        if event.tag is not None:
            raise _Refused(
                f"uses a tag, {event.tag}", event.start_mark, "remove it, or quote the value to make it text"
            )

    def _open(self, event: Any) -> None:
        if len(self._stack) == MAX_DEPTH:
            raise _Refused(f"nests deeper than {MAX_DEPTH} levels", event.start_mark)
        if self._stack and isinstance(self._stack[-1].container, dict) and self._stack[-1].key is None:
            raise _Refused("has a key that is a list or a mapping", event.start_mark, "keys are text")
        container: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        pointer = self._place(container, event.start_mark)
        self._stack.append(_Open(pointer, container))

    def _scalar(self, event: Any) -> None:
        self._check_plain(event)
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.container, dict) and top.key is None:
            self._key(top, top.container, event)
        else:
            self._place(_value(event), event.start_mark)

    def _key(self, top: _Open, mapping: dict[str, Any], event: Any) -> None:
        key: str = event.value
        if key in mapping:
            first, _ = self._file.keys[top.pointer + pointer_of(key)]
            raise _Refused(f"has the key '{key}' twice; the first is in line {first}", event.start_mark)
        top.key = key
        self._file.keys[top.pointer + pointer_of(key)] = (event.start_mark.line + 1, event.start_mark.column + 1)

    def _place(self, value: Any, mark: Any) -> str:
        """Put a value where the events stand; gives its pointer."""
        if not self._stack:
            self._root, pointer = value, ""
        else:
            top = self._stack[-1]
            if isinstance(top.container, list):
                pointer = f"{top.pointer}/{len(top.container)}"
                top.container.append(value)
            else:
                pointer = top.pointer + pointer_of(str(top.key))
                top.container[str(top.key)] = value
                top.key = None
        self._file.values[pointer] = (mark.line + 1, mark.column + 1)
        return pointer


def _value(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0]:  # quoted, or a block of text
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
