"""Text of contracts made safe for TypeScript and JSON: literals, comments."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from eventpact_codegen.text import LINE_LENGTH, Source, visible, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

_BLOCK_TAG: Final = re.compile(r"(^|\s)@")


def string(value: str) -> Source:
    """A string literal of TypeScript and JSON, in ASCII."""
    return Source(json.dumps(value))


def comment(text: str, *, indent: int) -> Source:
    """A TSDoc comment, whose further lines are indented by `indent` spaces and wrapped at 120 columns; or nothing."""
    lines = wrapped(text, LINE_LENGTH - indent - len(" * "), _comment_safe)
    if not lines:
        return Source("")
    if len(lines) == 1 and indent + len(lines[0]) + len("/**  */") <= LINE_LENGTH:
        return Source(f"/** {lines[0]} */")
    margin = " " * indent
    return Source("\n".join(["/**", *(f"{margin} * {line}".rstrip() for line in lines), f"{margin} */"]))


def union(branches: Iterable[Source], *, indent: int, before: int) -> Source:
    """A space and a union type, or one branch a line where that does not fit behind `before` columns."""
    parts = list(dict.fromkeys(branches))
    if before + sum(map(len, parts)) + len(" | ") * len(parts) <= LINE_LENGTH:
        return Source(f" {' | '.join(parts)}")
    margin = " " * (indent + 2)
    return Source("".join(f"\n{margin}| {part}" for part in parts))


def _comment_safe(text: str) -> str:
    """One line of a comment: it can neither end the comment nor begin a tag of TSDoc."""
    shown = "".join(map(visible, text)).replace("*/", "*\\/")
    return _BLOCK_TAG.sub(r"\1\\@", shown)
