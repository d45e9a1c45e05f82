"""Templates: Jinja2 that refuses to put anything into a file that was not made safe for it.

A folder given by the user stands in front of the built-in templates: a file of the same name replaces the built-in one,
which stays within reach as `builtin/NAME`; files that begin with an underscore are the user's own, to be included.
Templates run in Jinja2's sandbox: they make text and reach nothing else, so generating from a branch runs none of its
code. The text that they make is code that services will run, and is to be reviewed as such.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from eventpact.errors import OutputError
from eventpact_codegen.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eventpact_codegen.target import Page, Target

BUILT_IN: Final = "builtin"
"""What the built-in templates are reached under from those that replace them."""


class Renderer:
    """Renders pages."""

    def __init__(self, target: Target[Any], templates: Path | None = None) -> None:
        """`templates`: a folder whose files replace the target's templates of their names.

        Raises:
            OutputError: the folder holds something that replaces nothing.
        """
        built_in = FileSystemLoader([_folder(package) for package in target.templates])
        own = []
        if templates is not None:
            _check(templates, target)
            own = [FileSystemLoader(templates)]
        self._environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([*own, built_in, PrefixLoader({BUILT_IN: built_in})]),
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


def built_in_templates(target: Target[Any]) -> Mapping[str, Path]:
    """Name to file of each template of a target, in order of name."""
    found: dict[str, Path] = {}
    for package in target.templates:
        for file in _folder(package).iterdir():
            found.setdefault(file.name, file)
    return dict(sorted(found.items()))


def _folder(package: str) -> Path:
    return Path(str(files(package) / "templates"))


def _check(folder: Path, target: Target[Any]) -> None:
    """Refuse a misspelt name, which would silently replace nothing."""
    known = built_in_templates(target)
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    unknown = [name for name in files if name not in known and not name.rpartition("/")[2].startswith(("_", "."))]
    if not folder.is_dir() or unknown:
        what = f"{folder}/{unknown[0]} replaces no template" if unknown else f"{folder} is no folder"
        raise OutputError(
            f"{what}; the target {target.name} has {', '.join(known)} "
            "(a name that begins with an underscore is for what your templates include)"
        )


def _only_source(value: Any) -> Any:
    if not isinstance(value, Source):
        raise TypeError(f"{value!r} is not source text: it would reach the file unescaped")
    return value
