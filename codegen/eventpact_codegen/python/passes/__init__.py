"""What turns a package model into Python, in order. Each pass reads what those before it decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_codegen.python.passes.annotations import annotate
from eventpact_codegen.python.passes.defaults import give_defaults
from eventpact_codegen.python.passes.exporting import export
from eventpact_codegen.python.passes.grouping import name_groups
from eventpact_codegen.python.passes.layout import lay_out
from eventpact_codegen.python.passes.ordering import order
from eventpact_codegen.python.passes.scoping import scope
from eventpact_codegen.python.passes.spelling import spell
from eventpact_codegen.target import Pass

if TYPE_CHECKING:
    from eventpact_codegen.python.draft import Draft


PASSES: Final[tuple[Pass[Draft], ...]] = (
    Pass("spelling", spell),  # classes, attributes, members
    Pass("layout", lay_out),  # modules
    Pass("annotations", annotate),
    Pass("defaults", give_defaults),  # Avro's, and what the runtime fills
    Pass("ordering", order),  # classes inside a module
    Pass("groups", name_groups),
    Pass("exports", export),
    Pass("scopes", scope),  # imports
)
