"""Names what the package's index offers: every current type.

Types of one name in several modules are all offered with their module in the name (`UserCreated`, `ChannelCreated`), so
that adding the second never silently changes what the plain name means.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eventpact_codegen.casing import pascal
from eventpact_codegen.definitions import problem_at
from eventpact_codegen.typescript.types import HELPERS

if TYPE_CHECKING:
    from eventpact.errors import Problem
    from eventpact_codegen.model import TypeId
    from eventpact_codegen.typescript.draft import Draft

OWN: Final = frozenset({*HELPERS, "EventTypes", "Groups", "Topics", "TypedEvent"})
"""What the index offers besides the contracts' types."""


def export(draft: Draft) -> Draft:
    """Fill `exports`."""
    current = [type_id for type_id in draft.package.types if type_id.pinned is None]
    shared = Counter(draft.type_names[type_id] for type_id in current)
    exports: dict[str, TypeId] = {}
    problems: list[Problem] = []
    for type_id in current:
        name = draft.type_names[type_id]
        if shared[name] > 1 or name in OWN:
            name = f"{pascal(draft.paths[type_id])}{name}"
        if exports.setdefault(name, type_id) != type_id or name in OWN:
            message = f"{type_id} would be '{name}' in the index, which is something else"
            problems.append(problem_at(draft.package.types[type_id], message, hint="rename it"))
    return replace(draft, exports=dict(sorted(exports.items()))).with_problems(*problems)
