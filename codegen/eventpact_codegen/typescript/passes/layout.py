"""Puts types into modules: one a namespace segment, pinned versions below `v1`, `v2`, ….

| type of system `io.quikapp` | module below `src` |
|---|---|
| `io.quikapp.message.MessageSent` | `message` |
| `io.quikapp.message.thread.Reply` | `message-thread` |
| `io.quikapp.EventMetadata`, no event | `types` |
| `io.quikapp.Audited`, an event | `events` |
| `org.geo.Point`, from elsewhere | `org-geo` |
| version 1 of `io.quikapp.message.MessageSent`, pinned | `v1/message` |
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eventpact_codegen.definitions import problem_at
from eventpact_codegen.typescript.names import module

if TYPE_CHECKING:
    from eventpact.errors import Problem
    from eventpact_codegen.model import TypeId
    from eventpact_codegen.typescript.draft import Draft


def lay_out(draft: Draft) -> Draft:
    """Fill `paths`."""
    events = {event.type for event in draft.package.events}
    paths = {type_id: _path(draft.package.namespace, type_id, type_id in events) for type_id in draft.package.types}
    first: dict[tuple[str, str], TypeId] = {}
    problems: list[Problem] = []
    for type_id, path in paths.items():
        name = draft.type_names[type_id]
        other = first.setdefault((path, name), type_id)
        if other != type_id:
            message = f"{other} and {type_id} would both be the type '{name}' of module '{path}'"
            hint = "give one of them another name or namespace"
            problems.append(problem_at(draft.package.types[type_id], message, hint=hint))
    return replace(draft, paths=paths).with_problems(*problems)


def _path(system_namespace: str, type_id: TypeId, is_event: bool) -> str:
    if type_id.namespace == system_namespace:
        path = "events" if is_event else "types"
    else:
        path = module(type_id.namespace.removeprefix(f"{system_namespace}."))
    return path if type_id.pinned is None else f"v{type_id.pinned}/{path}"
