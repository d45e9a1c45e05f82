"""Modules of types: interfaces and unions of literals; and `avro.ts` with what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_codegen.model import EnumModel
from eventpact_codegen.target import Page
from eventpact_codegen.text import Source, paragraphs
from eventpact_codegen.typescript.names import identifier, property_name
from eventpact_codegen.typescript.pages.page import import_lines, module_comment
from eventpact_codegen.typescript.text import comment, string, union
from eventpact_codegen.typescript.types import HELPERS, typed
from eventpact_codegen.typescript.views import AliasView, InterfaceView, ModuleView, PropertyView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_codegen.model import EventModel, RecordModel
    from eventpact_codegen.typescript.draft import Draft, Module

_PERSONAL: Final = "Personal data: not to be shown where people read."


def pages(draft: Draft) -> Iterator[Page]:
    """A page a module."""
    yield Page("src/avro.ts", "module.ts.jinja", _helpers(draft))
    for path, module in draft.modules.items():
        yield Page(f"src/{path}.ts", "module.ts.jinja", _module(draft, path, module))


def _helpers(draft: Draft) -> ModuleView:
    text = "What Avro's types are in JSON: as eventpact's plain form writes them."
    aliases = (
        AliasView(name=identifier(name), comment=comment(doc, indent=0), type=Source(f" {type_}"))
        for name, (type_, doc) in HELPERS.items()
    )
    return ModuleView(comment=module_comment(draft.package, text), imports=(), interfaces=(), aliases=tuple(aliases))


def _module(draft: Draft, path: str, module: Module) -> ModuleView:
    namespaces = " and ".join(f"`{name}`" for name in sorted({type_id.namespace for type_id in module.types}))
    version = path.partition("/")[0] if "/" in path else ""
    events = {event.type: event for event in draft.package.events}
    text = f"Types of {namespaces}{f', version {version[1:]}' if version else ''}."
    models = [draft.package.types[type_id] for type_id in module.types]
    return ModuleView(
        comment=module_comment(draft.package, text),
        imports=import_lines(module.imports),
        interfaces=tuple(
            _interface(model, module, events.get(model.id)) for model in models if not isinstance(model, EnumModel)
        ),
        aliases=tuple(_enum(model, module) for model in models if isinstance(model, EnumModel)),
    )


def _interface(model: RecordModel, module: Module, event: EventModel | None) -> InterfaceView:
    about = f"Topic `{event.topic}`; version {event.version} of subject `{event.subject}`." if event else ""
    doc = model.doc or f"Avro record `{model.id.full_name}`."
    return InterfaceView(
        name=identifier(module.names[model.id]),
        comment=comment(paragraphs(doc, about), indent=0),
        properties=tuple(
            PropertyView(
                name=property_name(field.name),
                type=Source(f" {typed(field.type, module.names)}"),
                comment=comment(paragraphs(field.doc, _PERSONAL if field.is_personal else ""), indent=2),
            )
            for field in model.fields
        ),
    )


def _enum(model: EnumModel, module: Module) -> AliasView:
    fallback = f"A symbol that this version does not know is read as `{model.default}`." if model.default else ""
    doc = model.doc or f"Avro enum `{model.id.full_name}`."
    name = identifier(module.names[model.id])
    return AliasView(
        name=name,
        comment=comment(paragraphs(doc, fallback), indent=0),
        type=union(map(string, model.symbols), indent=0, before=len(f"export type {name} = ;")),
    )
