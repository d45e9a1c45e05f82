"""`topics.ts` and `groups.ts`: what is on each topic, what each event type stands for, what each group reads."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from eventpact_codegen.target import Page
from eventpact_codegen.text import Source
from eventpact_codegen.typescript.names import identifier
from eventpact_codegen.typescript.pages.page import import_lines, module_comment
from eventpact_codegen.typescript.passes.importing import imported
from eventpact_codegen.typescript.text import comment, string, union
from eventpact_codegen.typescript.views import AliasView, InterfaceView, ModuleView, PropertyView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from eventpact_codegen.model import TypeId
    from eventpact_codegen.typescript.draft import Draft

_TYPED_EVENT: Final = Source(
    "\n  { [T in keyof EventTypes]: { readonly type: T; readonly event: EventTypes[T] } }[keyof EventTypes]"
)


def pages(draft: Draft) -> Iterator[Page]:
    """`topics.ts` and `groups.ts`."""
    yield Page("src/topics.ts", "module.ts.jinja", _topics(draft))
    yield Page("src/groups.ts", "module.ts.jinja", _groups(draft))


def _topics(draft: Draft) -> ModuleView:
    package = draft.package
    current = [event for event in package.events if event.type.pinned is None]
    by_type: dict[str, list[TypeId]] = defaultdict(list)
    by_topic: dict[str, list[TypeId]] = defaultdict(list)
    for event in current:
        by_type[event.event_type].append(event.type)
        by_topic[event.topic].append(event.type)
    own = ("EventTypes", "Topics", "TypedEvent")
    names, imports = imported(draft, [event.type for event in current], "topics", own)
    topics = InterfaceView(
        name=Source("Topics"),
        comment=comment(
            "What each topic carries, by its name; `{parameter}` stands for what is known at run time.", indent=0
        ),
        properties=tuple(
            _member(topic.name, [names[each] for each in by_topic[topic.name]], topic.description)
            for topic in package.topics
        ),
    )
    event_types = InterfaceView(
        name=Source("EventTypes"),
        comment=comment("The event that each `event-type` names, be it in the envelope or in a header.", indent=0),
        properties=tuple(_member(name, [names[each] for each in by_type[name]], "") for name in sorted(by_type)),
    )
    told = "An event with its type, which tells what it is: a union that narrows by `type`."
    return ModuleView(
        comment=module_comment(package, f"Topics of {package.system}."),
        imports=import_lines(imports),
        interfaces=(topics, event_types),
        aliases=(AliasView(name=Source("TypedEvent"), comment=comment(told, indent=0), type=_TYPED_EVENT),),
    )


def _groups(draft: Draft) -> ModuleView:
    package = draft.package
    events = {event.type for event in package.events}
    read = {type_id for group in package.groups for type_id in group.reads} & events
    names, imports = imported(draft, read, "groups", ("Groups",))
    groups = InterfaceView(
        name=Source("Groups"),
        comment=comment("What each consumer group reads, in the versions that it reads.", indent=0),
        properties=tuple(
            _member(group.name, [names[each] for each in group.reads if each in read], group.description)
            for group in package.groups
        ),
    )
    return ModuleView(
        comment=module_comment(package, f"Consumer groups of {package.system}."),
        imports=import_lines(imports),
        interfaces=(groups,),
        aliases=(),
    )


def _member(name: str, types: Iterable[str], doc: str) -> PropertyView:
    spelled = string(name)
    parts = [identifier(each) for each in types] or [Source("unknown")]
    return PropertyView(
        name=spelled,
        type=union(parts, indent=2, before=len(f"  readonly {spelled}: ;")),
        comment=comment(doc, indent=2),
    )
