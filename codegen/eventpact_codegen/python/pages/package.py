"""The package's `__init__`, which imports modules when their classes are first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact_codegen.python.pages.page import import_line, in_order, module_docstring
from eventpact_codegen.python.text import string
from eventpact_codegen.python.views import ExportView, PackageView
from eventpact_codegen.target import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_codegen.python.draft import Draft


def pages(draft: Draft) -> Iterator[Page]:
    """`__init__.py` and the marker that types are in the source."""
    package = draft.package
    text = f"Events of {package.system}.\n\n{package.description}"
    prefix = f"{draft.import_package}."
    exports = []
    for name in in_order(draft.exports):
        symbol = draft.exports[name]
        exports.append(
            ExportView(
                literal=string(name),
                line=import_line(symbol.module, symbol.name, name),
                module=string(symbol.module.removeprefix(prefix)),
                name=string(symbol.name),
            )
        )
    view = PackageView(docstring=module_docstring(package, text), exports=tuple(exports))
    yield Page(f"{draft.import_package}/__init__.py", "package.py.jinja", view)
    yield Page(f"{draft.import_package}/py.typed", "empty.jinja", None)
