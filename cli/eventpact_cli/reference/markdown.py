"""Pieces of Markdown that the reference pages are put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MADE: Final = "<!-- Made by `make docs` from the code; edits here are lost. -->"


def page(title: str, *parts: str) -> str:
    """A whole page: its title, the remark that it is made, and its parts, a blank line between them."""
    return "\n\n".join([_MADE, f"# {title}", *(part.strip("\n") for part in parts if part)]) + "\n"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown, and hold neither line breaks nor unescaped bars afterwards."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def code(text: str) -> str:
    """A piece of code inside a line; empty for nothing."""
    return f"`{text}`" if text else ""


def fenced(text: str, language: str = "text") -> str:
    """Lines of code."""
    return f"```{language}\n{text.strip()}\n```"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
