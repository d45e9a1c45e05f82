"""The target `typescript`: types of events in Avro's plain JSON; for browsers and for services that read JSON."""

from __future__ import annotations

from typing import Final

from eventpact_codegen.target import Target
from eventpact_codegen.typescript.draft import begin
from eventpact_codegen.typescript.pages import PAGES
from eventpact_codegen.typescript.passes import PASSES

TYPESCRIPT: Final = Target(
    name="typescript",
    summary="packages of TypeScript types: interfaces, unions, literals",
    begin=begin,
    passes=PASSES,
    pages=PAGES,
    templates=("eventpact_codegen.typescript",),
    folder="typescript",
)
