"""Text of contracts made safe for files of any language.

Everything that a template puts into a file is a `Source`, and only a target's own functions for its literals, comments
and checked identifiers make one, so no doc, default, symbol or setting reaches a file unescaped. What is here serves
more than one language; how a string or a comment is written is each target's business.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LINE_LENGTH: Final = 120
"""Columns of generated files."""
_MARKDOWN_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_SHORT_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Source(str):
    """Text that may be put into a generated file as it is."""

    __slots__ = ()


def escaped(char: str, quote: str = "") -> str:
    r"""A character as it stands between quotes: what is not printable (controls, bidirectional marks) as `\x07`."""
    if quote and char == quote:
        return f"\\{char}"
    return _SHORT_ESCAPES.get(char) or visible(char)


def visible(char: str) -> str:
    """A character for where a backslash means nothing: only what cannot be seen is escaped."""
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def one_line(text: str) -> str:
    """Text on one line, its white space single spaces, with everything in it to be seen."""
    return "".join(map(visible, " ".join(text.split())))


def wrapped(text: str, width: int, safe: Callable[[str], str]) -> list[str]:
    """Lines of at most `width` columns; the author's line breaks stay, blank lines at either end go.

    `safe` makes one line of the author's harmless where it will stand.
    """
    lines: list[str] = []
    for written in text.expandtabs(4).strip().splitlines():
        content = written.strip()
        margin = written[: len(written) - len(written.lstrip())][: width // 2]
        lines += textwrap.wrap(
            safe(content),
            width,
            initial_indent=margin if lines else "",
            subsequent_indent=margin if lines else "",
            break_long_words=False,
            break_on_hyphens=False,
            replace_whitespace=False,
        ) or [""]
    return lines


def paragraphs(*texts: str) -> str:
    """Texts below each other; what is empty is left out."""
    return "\n\n".join(text.strip() for text in texts if text.strip())


def markdown(text: str) -> Source:
    """One line of plain text in Markdown."""
    return Source(_MARKDOWN_SPECIAL.sub(r"\\\1", one_line(text)))


def markdown_code(text: str) -> Source:
    """A code span in Markdown."""
    return Source("`" + one_line(text).replace("`", "'").replace("|", "\\|") + "`")
