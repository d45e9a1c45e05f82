"""`groups`: one abstract class a consumer group, one abstract method an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_codegen.python import names
from eventpact_codegen.python.code import Symbol, code, render
from eventpact_codegen.python.names import identifier
from eventpact_codegen.python.pages.page import literals, module_docstring, split_imports
from eventpact_codegen.python.paths import class_link
from eventpact_codegen.python.scopes import ScopeBuilder
from eventpact_codegen.python.text import docstring, mapping, string, strings
from eventpact_codegen.python.views import GroupsView, GroupView, HandlerView
from eventpact_codegen.target import Page
from eventpact_codegen.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eventpact_codegen.model import GroupModel
    from eventpact_codegen.python.draft import Draft, Handler, ModuleScope

_GROUP: Final = Symbol("eventpact", "Group")
_CONTEXT: Final = Symbol("eventpact", "Context")
_ABSTRACT: Final = Symbol("abc", "abstractmethod")
_SEQUENCE: Final = Symbol("collections.abc", "Sequence")
_AWAITABLE: Final = Symbol("collections.abc", "Awaitable")
_HANDLERS: Final = Symbol("eventpact.links", "Handlers")
_ATTRIBUTES: Final = frozenset({"name", "system", "topics", "ignored_topics", "handlers", "settings", "run"})


def pages(draft: Draft) -> Iterator[Page]:
    """`groups.py`."""
    package = draft.package
    builder = ScopeBuilder(draft.import_package, draft.dotted("groups"), {"TYPE_CHECKING", *draft.group_names.values()})
    builder.use([_GROUP] if package.groups else [])
    for group in package.groups:
        handlers = draft.handlers[group.name]
        hidden = _ATTRIBUTES | {name for handler in handlers for name in (handler.method, names.batch(handler.method))}
        for handler in handlers:
            used = [draft.symbol(handler.event.type), _CONTEXT, _ABSTRACT, _SEQUENCE, _AWAITABLE, _HANDLERS]
            builder.use(used, hidden)
    # Always by version, so that a reader of the module never has to look up which one is meant.
    pinned = [
        (draft.symbol(event.type), f"{draft.class_names[event.type]}V{event.version}")
        for event in package.events
        if event.type.pinned is not None
    ]
    scope = builder.build(pinned)
    annotations = [_CONTEXT, _SEQUENCE, _AWAITABLE]
    imports, typing_imports = split_imports(scope, [*annotations, *map(draft.symbol, draft.package.types)])
    view = GroupsView(
        docstring=module_docstring(
            package, f"Consumer groups of {package.system}: one class each, one method an event."
        ),
        imports=imports,
        typing_imports=typing_imports,
        names=literals(draft.group_names.values()),
        base=_known(scope, _GROUP),
        mapping=_known(scope, _HANDLERS),
        context=_known(scope, _CONTEXT),
        sequence=_known(scope, _SEQUENCE),
        awaitable=_known(scope, _AWAITABLE),
        abstract=_known(scope, _ABSTRACT),
        groups=tuple(_group(draft, scope, group) for group in package.groups),
    )
    yield Page(f"{draft.import_package}/groups.py", "groups.py.jinja", view)


def _group(draft: Draft, scope: ModuleScope, group: GroupModel) -> GroupView:
    handlers = draft.handlers[group.name]
    return GroupView(
        name=identifier(draft.group_names[group.name]),
        group=string(group.name),
        system=string(draft.package.system),
        docstring=docstring(f"{group.description}\n\n{_reads(draft, group, handlers)}", indent=4),
        topics=strings(group.topics),
        ignored_topics=strings(group.ignored_topics) if group.ignored_topics else Source(""),
        settings=mapping(group.settings) if group.settings else Source(""),
        handlers=tuple(
            HandlerView(
                method=identifier(handler.method),
                method_literal=string(handler.method),
                batch=identifier(names.batch(handler.method)),
                event=render(code(draft.symbol(handler.event.type)), scope.names),
                link=string(class_link(draft, handler.event.type)),
                full_name=string(handler.event.event_full_name),
                docstring=docstring(_summary(handler), indent=8),
            )
            for handler in handlers
        ),
    )


def _reads(draft: Draft, group: GroupModel, handlers: Sequence[Handler]) -> str:
    pinned = [
        f"`{handler.event.name}` as version {handler.event.version} (`{draft.symbol(handler.event.type).module}`)"
        for handler in handlers
        if handler.event.type.pinned is not None
    ]
    folders = ", ".join(f"`{folder}`" for folder in group.folders)
    return f"Reads {folders}{''.join(f'; {text}' for text in pinned)}."


def _summary(handler: Handler) -> str:
    """The first paragraph of the event's doc."""
    return handler.event.doc.strip().split("\n\n")[0] or f"`{handler.event.event_full_name}`."


def _known(scope: ModuleScope, symbol: Symbol) -> Source:
    return render(code(symbol), {symbol: scope.names.get(symbol, symbol.name)})
