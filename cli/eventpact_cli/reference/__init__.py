"""The pages of `docs/reference/`, made from the code that they describe, so that they cannot drift from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_cli.reference import commands, errors, files, metrics, rules, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "files.md": files.page,
    "cli.md": commands.page,
    "rules.md": rules.page,
    "settings.md": settings.page,
    "metrics.md": metrics.page,
    "errors.md": errors.page,
}
"""File name to what makes its text."""
