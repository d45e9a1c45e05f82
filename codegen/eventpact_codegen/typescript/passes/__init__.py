"""What turns a package model into TypeScript, in order. Each pass reads what those before it decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_codegen.target import Pass
from eventpact_codegen.typescript.passes.exporting import export
from eventpact_codegen.typescript.passes.importing import import_types
from eventpact_codegen.typescript.passes.layout import lay_out
from eventpact_codegen.typescript.passes.spelling import spell

if TYPE_CHECKING:
    from eventpact_codegen.typescript.draft import Draft

PASSES: Final[tuple[Pass[Draft], ...]] = (
    Pass("spelling", spell),  # names of types
    Pass("layout", lay_out),  # modules
    Pass("imports", import_types),
    Pass("exports", export),
)
