"""The pages of a package: which files there are, which template makes each, and what it is filled with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_codegen.python.pages import codecs, groups, package, producer, project, topics, types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact_codegen.python.draft import Draft
    from eventpact_codegen.target import Page

PAGES: Final[tuple[Callable[[Draft], Iterator[Page]], ...]] = (
    project.pages,
    package.pages,
    types.pages,
    producer.pages,
    groups.pages,
    topics.pages,
    codecs.pages,
)
