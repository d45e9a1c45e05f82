"""`errors.md`: what eventpact raises on purpose, from the tree in `eventpact.errors`."""

from __future__ import annotations

from inspect import cleandoc, getdoc
from typing import TYPE_CHECKING, Final

from eventpact import errors
from eventpact_cli.reference.markdown import fenced
from eventpact_cli.reference.markdown import page as whole

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTRODUCTION: Final = """\
Everything that eventpact raises on purpose is an `EventPactError` from `eventpact.errors`. What another library raised
is its `__cause__`."""


def page() -> str:
    """The page's text."""
    return whole("Errors", _INTRODUCTION, fenced(_tree()), *_described(errors.EventPactError))


def _tree() -> str:
    """The indented block of the module's docstring."""
    [tree] = [part for part in cleandoc(errors.__doc__ or "").split("\n\n") if part.startswith("    ")]
    return cleandoc(tree)


def _described(kind: type[errors.EventPactError]) -> Iterator[str]:
    yield f"## {kind.__name__}"
    yield getdoc(kind) or ""
    for narrower in kind.__subclasses__():
        if narrower.__module__ == errors.__name__:
            yield from _described(narrower)
