"""Text of contracts made safe for Python, TOML and Markdown files.

Everything that a template puts into a file is a `Source`, and only the functions here and the checked identifiers of
`names` make one, so no doc, default, symbol or setting reaches a file unescaped.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE_LENGTH: Final = 120
_MARKDOWN_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_SHORT_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Source(str):
    """Text that may be put into a generated file as it is."""

    __slots__ = ()


def string(value: str) -> Source:
    """A string literal; what is not printable (controls, bidirectional marks, lone surrogates) is escaped."""
    return Source('"' + "".join(_escaped(char, quote='"') for char in value) + '"')


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
    lines = _wrapped(text, LINE_LENGTH - indent - len('"""'))
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
        f"\n{' ' * indent}".join(f"# {line}" for line in textwrap.wrap(_one_line(text), LINE_LENGTH - indent - 2))
    )


def markdown(text: str) -> Source:
    """One line of plain text in Markdown."""
    return Source(_MARKDOWN_SPECIAL.sub(r"\\\1", _one_line(text)))


def markdown_code(text: str) -> Source:
    """A code span in Markdown."""
    return Source("`" + _one_line(text).replace("`", "'").replace("|", "\\|") + "`")


def toml_string(value: str) -> Source:
    """A basic string of TOML 1.0."""
    return Source('"' + "".join(_toml_escaped(char) for char in value) + '"')


def _one_line(text: str) -> str:
    """Text for where a backslash means nothing: only what cannot be seen is escaped."""
    return "".join(char if char.isprintable() else _escaped(char) for char in " ".join(text.split()))


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns; the author's line breaks stay, blank lines at either end go."""
    lines: list[str] = []
    for written in text.expandtabs(4).strip().splitlines():
        content = written.strip()
        margin = written[: len(written) - len(written.lstrip())][: width // 2]
        lines += textwrap.wrap(
            _docstring_safe(content),
            width,
            initial_indent=margin if lines else "",
            subsequent_indent=margin if lines else "",
            break_long_words=False,
            break_on_hyphens=False,
            replace_whitespace=False,
        ) or [""]
    return lines


def _docstring_safe(text: str) -> str:
    """One line of a docstring: a quote is escaped where it could join another one or those of the docstring."""
    return "".join(
        _escaped(char, quote='"' if '"' in (text[at - 1 : at] or '"', text[at + 1 : at + 2] or '"') else "")
        for at, char in enumerate(text)
    )


def _escaped(char: str, quote: str = "") -> str:
    if quote and char == quote:
        return f"\\{char}"
    if char in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _toml_escaped(char: str) -> str:
    if 0xD800 <= ord(char) <= 0xDFFF:
        return "\\uFFFD"  # TOML has no way to write half of a surrogate pair
    escaped = _escaped(char, quote='"')
    return f"\\u{ord(char):04x}" if escaped.startswith("\\x") else escaped
