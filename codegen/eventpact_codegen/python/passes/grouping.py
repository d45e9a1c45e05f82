"""Names the classes of consumer groups and their methods."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from eventpact.errors import Problem
from eventpact_codegen.python import names
from eventpact_codegen.python.draft import Handler

if TYPE_CHECKING:
    from eventpact_codegen.model import EventModel, GroupModel
    from eventpact_codegen.python.draft import Draft


def name_groups(draft: Draft) -> Draft:
    """Fill `group_names` and `handlers`."""
    package = draft.package
    group_names: dict[str, str] = {}
    problems = []
    for group in package.groups:
        name = names.group_class(group.name)
        other = next((known for known, taken in group_names.items() if taken == name), None)
        if not name or other is not None:
            why = f"the class of consumer group '{other}' too" if other is not None else "no name for a class"
            message = f"consumer group '{group.name}' of {package.system} makes '{name}', {why}"
            problems.append(Problem(message, package.file, hint="rename the group"))
        group_names[group.name] = name
    handlers = {group.name: _handlers(draft, group) for group in package.groups}
    for group in package.groups:
        by_method: dict[str, list[str]] = defaultdict(list)
        for handler in handlers[group.name]:
            by_method[handler.method].append(handler.event.event_full_name)
        for method, events in by_method.items():
            if len(events) > 1:
                message = (
                    f"group '{group.name}' of {package.system} would take {' and '.join(events)} in one '{method}'"
                )
                problems.append(Problem(message, package.file, hint="rename one of the events"))
    return replace(draft, group_names=group_names, handlers=handlers).with_problems(*problems)


def _handlers(draft: Draft, group: GroupModel) -> tuple[Handler, ...]:
    """A method an event; events of one name in several namespaces carry their namespace in it."""
    events = [event for type_id in group.reads if (event := draft.event(type_id)) is not None]
    shared = Counter(event.name for event in events)
    return tuple(Handler(_method(draft, event, is_shared=shared[event.name] > 1), event) for event in events)


def _method(draft: Draft, event: EventModel, *, is_shared: bool) -> str:
    if not is_shared:
        return names.handler(event.name)
    module = draft.modules[event.type].rpartition(".")[2]
    return names.handler(f"{module}_{event.name}")
