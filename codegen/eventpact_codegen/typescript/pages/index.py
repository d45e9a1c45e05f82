"""`index.ts`: every current type, from wherever it is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact_codegen.target import Page
from eventpact_codegen.typescript.draft import Import
from eventpact_codegen.typescript.pages.page import import_lines, module_comment
from eventpact_codegen.typescript.types import HELPERS
from eventpact_codegen.typescript.views import IndexView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_codegen.typescript.draft import Draft


def pages(draft: Draft) -> Iterator[Page]:
    """`index.ts`."""
    package = draft.package
    own = {"./avro": sorted(HELPERS), "./groups": ["Groups"], "./topics": ["EventTypes", "Topics", "TypedEvent"]}
    exports = [Import(module, name, name) for module, names in own.items() for name in names]
    exports += [
        Import(f"./{draft.paths[type_id]}", draft.type_names[type_id], name) for name, type_id in draft.exports.items()
    ]
    text = f"Events of {package.system}, as types of their plain JSON.\n\n{package.description}"
    view = IndexView(comment=module_comment(package, text), exports=import_lines(exports, word="export"))
    yield Page("src/index.ts", "index.ts.jinja", view)
