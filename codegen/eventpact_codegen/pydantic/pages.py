"""`_models`: what all models of a package have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eventpact_codegen.python.pages import PAGES as PYTHON_PAGES
from eventpact_codegen.python.pages.page import module_docstring
from eventpact_codegen.target import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact_codegen.python.draft import Draft
    from eventpact_codegen.text import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsView:
    """`_models`."""

    docstring: Source


def pages(draft: Draft) -> Iterator[Page]:
    """`_models.py`."""
    view = ModelsView(docstring=module_docstring(draft.package, "What the models of this package have in common."))
    yield Page(f"{draft.import_package}/_models.py", "models.py.jinja", view)


PAGES: Final[tuple[Callable[[Draft], Iterator[Page]], ...]] = (*PYTHON_PAGES, pages)
