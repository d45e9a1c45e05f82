"""Names the classes of consumer groups and their methods."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from eventpact.errors import Problem
from eventpact_codegen.python import names
from eventpact_codegen.python.draft import Handler

if TYPE_CHECKING:
    from eventpact_codegen.model import GroupModel
    from eventpact_codegen.python.draft import Draft


def name_groups(draft: Draft) -> Draft:
    """Fill `group_names` and `handlers`."""
    package = draft.package
    group_names: dict[str, str] = {}
    problems = []
    for group in package.groups:
        name = names.group_class(group.name)
        other = next((known for known, taken in group_names.items() if taken == name), None)
        if other is not None:
            message = f"consumer groups '{other}' and '{group.name}' of {package.system} would both be '{name}'"
            problems.append(Problem(message, package.file, hint="rename one of the groups"))
        group_names[group.name] = name
    handlers = {group.name: _handlers(draft, group) for group in package.groups}
    for group in package.groups:
        by_method: dict[str, list[str]] = defaultdict(list)
        for handler in handlers[group.name]:
            by_method[handler.method].append(handler.event.event_full_name)
        for method, events in by_method.items():
            if len(events) > 1:
                named = " and ".join(events)
                message = f"group '{group.name}' of {package.system} would take {named} in one method '{method}'"
                problems.append(Problem(message, package.file, hint="rename one of the events"))
            if names.batch(method) in by_method:
                batch = f"batches of {events[0]} and {by_method[names.batch(method)][0]}"
                message = f"group '{group.name}' of {package.system} would take {batch} in one method '{method}_batch'"
                problems.append(Problem(message, package.file, hint="rename one of the events"))
    return replace(draft, group_names=group_names, handlers=handlers).with_problems(*problems)


def _handlers(draft: Draft, group: GroupModel) -> tuple[Handler, ...]:
    events = (event for type_id in group.reads if (event := draft.event(type_id)) is not None)
    return tuple(Handler(names.handler(event.name), event) for event in events)
