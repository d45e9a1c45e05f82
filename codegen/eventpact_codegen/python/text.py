"""Text of contracts made safe for Python and TOML: literals, docstrings, comments."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from eventpact_codegen.text import LINE_LENGTH, Source, escaped, one_line, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping


def string(value: str) -> Source:
    """A string literal; what is not printable (controls, bidirectional marks, lone surrogates) is escaped."""
    return Source('"' + "".join(escaped(char, quote='"') for char in value) + '"')


def byte_string(value: bytes) -> Source:
    """A bytes literal."""
    return Source(repr(value))


def strings(values: tuple[str, ...]) -> Source:
    """A tuple of string literals."""
    return Source("(" + ", ".join(map(string, values)) + (",)" if len(values) == 1 else ")"))


def long_string(value: str, width: int = 100) -> Source:
    """A string literal in parentheses, one piece of at most `width` characters a line."""
    pieces = [value[start : start + width] for start in range(0, len(value), width)] or [""]
    return Source("(\n" + "\n".join(string(piece) for piece in pieces) + "\n)")


def mapping(values: Mapping[str, str]) -> Source:
    """A dict literal, in the order of its keys."""
    return Source("{" + ", ".join(f"{string(key)}: {string(values[key])}" for key in sorted(values)) + "}")


def docstring(text: str, *, indent: int) -> Source:
    """A docstring, quotes included, whose further lines are indented by `indent` spaces and wrapped at 120 columns."""
    lines = wrapped(text, LINE_LENGTH - indent - len('"""'), _docstring_safe)
    if not lines:
        return Source("")
    margin = " " * indent
    if len(lines) == 1 and indent + len(lines[0]) + 2 * len('"""') <= LINE_LENGTH:
        return Source(f'"""{lines[0]}"""')
    body = "\n".join([lines[0], *(f"{margin}{written}" if written else "" for written in lines[1:])])
    return Source(f'"""{body}\n{margin}"""')


def comment(text: str, *, indent: int) -> Source:
    """Comment lines, each with its `#`, further ones indented by `indent` spaces and wrapped at 120 columns."""
    return Source(
        f"\n{' ' * indent}".join(f"# {line}" for line in textwrap.wrap(one_line(text), LINE_LENGTH - indent - 2))
    )


def toml_string(value: str) -> Source:
    """A basic string of TOML 1.0."""
    return Source('"' + "".join(_toml_escaped(char) for char in value) + '"')


def _docstring_safe(text: str) -> str:
    """One line of a docstring: a quote is escaped where it could join another one or those of the docstring."""
    return "".join(
        escaped(char, quote='"' if '"' in (text[at - 1 : at] or '"', text[at + 1 : at + 2] or '"') else "")
        for at, char in enumerate(text)
    )


def _toml_escaped(char: str) -> str:
    if 0xD800 <= ord(char) <= 0xDFFF:
        return "\\uFFFD"  # TOML has no way to write half of a surrogate pair
    written = escaped(char, quote='"')
    return f"\\u{ord(char):04x}" if written.startswith("\\x") else written
