"""The pages of a package: which files there are, which template makes each, and what it is filled with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_codegen.typescript.pages import index, modules, project, topics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact_codegen.target import Page
    from eventpact_codegen.typescript.draft import Draft

PAGES: Final[tuple[Callable[[Draft], Iterator[Page]], ...]] = (
    project.pages,
    index.pages,
    modules.pages,
    topics.pages,
)
