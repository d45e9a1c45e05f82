"""Templates: Jinja2 that refuses to put anything into a file that was not made safe for it.

A folder given by the user stands in front of the built-in templates: a file of the same name replaces the built-in one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from jinja2.exceptions import TemplateError

from eventpact.errors import OutputError
from eventpact_codegen.python.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from eventpact_codegen.python.pages.page import Page


class Renderer:
    """Renders pages."""

    def __init__(self, templates: Path | None = None) -> None:
        """`templates`: a folder whose files replace built-in templates of their names."""
        own = [FileSystemLoader(templates)] if templates is not None else []
        self._environment = Environment(  # noqa: S701 - autoescape is for HTML; `finalize` admits only escaped source
            loader=ChoiceLoader([*own, PackageLoader("eventpact_codegen.python", "templates")]),
            undefined=StrictUndefined,
            finalize=_only_source,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def render(self, pages: Iterable[Page]) -> dict[str, str]:
        """Path to text, in order of path.

        Raises:
            OutputError: a template is wrong; names it.
        """
        rendered = {}
        for page in pages:
            try:
                rendered[page.path] = self._environment.get_template(page.template).render(view=page.view)
            except (TemplateError, TypeError) as error:
                raise OutputError(f"template {page.template} cannot make {page.path}: {error}") from error
        return dict(sorted(rendered.items()))


def _only_source(value: Any) -> Any:
    if not isinstance(value, Source):
        raise TypeError(f"{value!r} is not source text: it would reach the file unescaped")
    return value
