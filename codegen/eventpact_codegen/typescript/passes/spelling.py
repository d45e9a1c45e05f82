"""Names the types: as Avro does, as far as TypeScript lets them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eventpact_codegen.typescript.names import type_name

if TYPE_CHECKING:
    from eventpact_codegen.typescript.draft import Draft


def spell(draft: Draft) -> Draft:
    """Fill `type_names`."""
    return replace(draft, type_names={type_id: type_name(type_id.name) for type_id in draft.package.types})
