"""What is wrong with a schema: remembers the JSON node, so that its pointer costs nothing until there is an error."""

from __future__ import annotations

from typing import Any, Final

from eventpact.avro.outline import escape, locate
from eventpact.errors import SchemaError

_LONG: Final = 60
_MANY_DIGITS: Final = 10**_LONG


class Invalid(Exception):  # noqa: N818 - never leaves this package: `parse` turns it into a SchemaError
    """Something is wrong at `key` of the JSON object or array `holder`, or with `holder` itself."""

    def __init__(
        self, message: str, holder: dict[str, Any] | list[Any], key: str | int | None = None, *, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.holder = holder
        self.key = key
        self.hint = hint

    def located(self, root: Any, text: str | None) -> SchemaError:
        """This as the error that users see; without text there is no line and column."""
        path = _pointer(root, self.holder)
        if path is None:
            path = ""  # the holder is `parse`'s own, around the root
        elif self.key is not None:
            path = f"{path}/{escape(str(self.key))}"
        line, column = locate(text, path) if text is not None else (None, None)
        return SchemaError(str(self), path=path, line=line, column=column, hint=self.hint)


def shown(value: Any) -> str:
    """A JSON value for a message, cut short."""
    match value:
        case dict():
            return "{...}"
        case list():
            return "[...]"
        case int() if abs(value) >= _MANY_DIGITS:
            return "a number of many digits"
        case _:
            text = repr(value)
            return text if len(text) <= _LONG else f"{text[: _LONG - 3]}..."


def _pointer(root: Any, wanted: Any) -> str | None:
    pending: list[tuple[Any, str]] = [(root, "")]
    seen: set[int] = set()  # what is no text may hold itself
    while pending:
        node, path = pending.pop()
        if node is wanted:
            return path
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            pending.extend((value, f"{path}/{escape(str(key))}") for key, value in node.items())
        elif isinstance(node, list):
            pending.extend((value, f"{path}/{index}") for index, value in enumerate(node))
    return None
