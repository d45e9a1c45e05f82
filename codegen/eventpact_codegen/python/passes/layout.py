"""Puts types into modules: one a namespace segment, pinned versions below `v1`, `v2`, ….

| type of system `io.quikapp` | module |
|---|---|
| `io.quikapp.message.MessageSent` | `message` |
| `io.quikapp.message.thread.Reply` | `message_thread` |
| `io.quikapp.EventMetadata`, no event | `types` |
| `io.quikapp.Audited`, an event | `events` |
| `org.geo.Point`, from elsewhere | `org_geo` |
| version 1 of `io.quikapp.message.MessageSent`, pinned | `v1.message` |
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eventpact.errors import Problem
from eventpact_codegen.definitions import problem_at
from eventpact_codegen.python import names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_codegen.model import EventModel, TypeId
    from eventpact_codegen.python.draft import Draft


def lay_out(draft: Draft) -> Draft:
    """Fill `modules` and `codec_modules`."""
    package = draft.package
    events = {event.type for event in package.events}
    modules = {type_id: _module(package.namespace, type_id, type_id in events) for type_id in package.types}
    draft = replace(draft, modules=modules, codec_modules=_codec_modules(package.events, modules))
    return draft.with_problems(*_class_clashes(draft), *_file_clashes(draft))


def _module(system_namespace: str, type_id: TypeId, is_event: bool) -> str:
    if type_id.namespace == system_namespace:
        module = "events" if is_event else "types"
    else:
        module = names.module(type_id.namespace.removeprefix(f"{system_namespace}."))
    return module if type_id.pinned is None else f"v{type_id.pinned}.{module}"


def _codec_modules(events: tuple[EventModel, ...], modules: dict[TypeId, str]) -> dict[TypeId, str]:
    """One codec module a module of events, and a further one where events cannot share one.

    A codec module knows each event by its name and each full name as one class, but two events may use different
    versions of a shared type.
    """
    chosen: dict[TypeId, str] = {}
    known: dict[str, dict[str, TypeId]] = {}
    for event in events:
        version, _, module = modules[event.type].rpartition(".")
        base = f"{module}_{version}" if version else module
        wanted = {**event.types, names.contract_constant(event.type.name): event.type}
        name, number = base, 1
        while any(known.get(name, {}).get(key, to) != to for key, to in wanted.items()):
            number += 1
            name = f"{base}_{number}"
        known.setdefault(name, {}).update(wanted)
        chosen[event.type] = name
    return chosen


def _file_clashes(draft: Draft) -> Iterator[Problem]:
    """Schemas are files called by their full names; on some machines case makes no difference there."""
    first: dict[str, str] = {}
    for schema in draft.package.schemas:
        other = first.setdefault(schema.full_name.casefold(), schema.full_name)
        if other != schema.full_name:
            message = (
                f"{other} and {schema.full_name} differ only in case: their schemas would be one file on some disks"
            )
            yield Problem(message, draft.package.file, hint="rename one of them")
            first[schema.full_name.casefold()] = schema.full_name


def _class_clashes(draft: Draft) -> list[Problem]:
    first: dict[tuple[str, str], TypeId] = {}
    problems = []
    for type_id, module in draft.modules.items():
        name = draft.class_names[type_id]
        other = first.setdefault((module, name), type_id)
        if other != type_id:
            message = f"{other} and {type_id} would both be the class '{name}' of module '{draft.dotted(module)}'"
            hint = "give one of them another name or namespace"
            problems.append(problem_at(draft.package.types[type_id], message, hint=hint))
    return problems
