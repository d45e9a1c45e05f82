"""Text of others inside Markdown: escaped, so that it means nothing but itself (GitHub Flavored Markdown, 2.4, 6.6)."""

from __future__ import annotations

import re
from typing import Final

_CODE: Final = re.compile(r"(`[^`\n]+`)")
_SPECIAL: Final = re.compile(r"[\\`*\[\]#|~!@&<>]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""What Markdown or HTML could take for a sign; a bar below inside a word is none."""


def inline(text: str) -> str:
    """Text with its code kept as code; everything else means nothing but itself."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(code(part[1:-1]) if at % 2 else _escaped(part) for at, part in enumerate(parts))


def code(text: str) -> str:
    """Code inside a line, as HTML: backquotes in it need no counting, and bars end no cell."""
    return f"<code>{_escaped(' '.join(text.split()))}</code>"


def fenced(text: str) -> str:
    """JSON as a block of code, which no backquotes in it end."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}json\n{text}\n{fence}"


def _escaped(text: str) -> str:
    # Character references and no backslashes: they hold inside `<summary>` too, where Markdown is not read.
    return _SPECIAL.sub(lambda sign: f"&#{ord(sign[0])};", text)
