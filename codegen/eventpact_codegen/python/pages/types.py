"""Modules of types: dataclasses and enums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_codegen.model import EnumModel
from eventpact_codegen.python.code import code, joined, render
from eventpact_codegen.python.names import identifier
from eventpact_codegen.python.pages.page import import_lines, literals, module_docstring
from eventpact_codegen.python.passes.scoping import STR_ENUM
from eventpact_codegen.python.paths import attribute_path, contract_link
from eventpact_codegen.python.text import docstring, string
from eventpact_codegen.python.views import EnumView, FieldView, ModuleView, RecordView, TextView
from eventpact_codegen.target import Page
from eventpact_codegen.text import Source, paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eventpact_codegen.model import EventModel, RecordModel, TypeId
    from eventpact_codegen.python.draft import Default, Draft, ModuleScope

_ARGUMENTS: Final[Mapping[str, str]] = {
    "constant": "default=",
    "factory": "default_factory=",
    "expression": "default_factory=lambda: ",
}
"""Kind of a default to how `dataclasses.field` takes it."""


def pages(draft: Draft) -> Iterator[Page]:
    """A page a module, and one for each package of pinned versions."""
    folder = draft.import_package
    for module, types in draft.order.items():
        yield Page(f"{folder}/{module.replace('.', '/')}.py", "module.py.jinja", _module(draft, module, types))
    for version in sorted({module.partition(".")[0] for module in draft.order if "." in module}):
        text = f"What a consumer group still reads as version {version[1:]}; the groups' docstrings say which."
        view = TextView(docstring=module_docstring(draft.package, text))
        yield Page(f"{folder}/{version}/__init__.py", "text.py.jinja", view)


def _module(draft: Draft, module: str, types: tuple[TypeId, ...]) -> ModuleView:
    scope = draft.scopes[module]
    namespaces = " and ".join(f"`{name}`" for name in sorted({type_id.namespace for type_id in types}))
    has_events = any(type_id in draft.codec_modules for type_id in types)
    version = module.partition(".")[0] if "." in module else ""
    text = f"{'Events' if has_events else 'Types'} of {namespaces}{f', version {version[1:]}' if version else ''}."
    return ModuleView(
        docstring=module_docstring(draft.package, text),
        imports=import_lines(scope),
        cyclic_imports=import_lines(scope, cyclic=True),
        names=literals(draft.class_names[type_id] for type_id in types),
        types=tuple(_type(draft, scope, type_id) for type_id in types),
    )


def _type(draft: Draft, scope: ModuleScope, type_id: TypeId) -> RecordView | EnumView:
    model = draft.package.types[type_id]
    return _enum(draft, scope, model) if isinstance(model, EnumModel) else _record(draft, scope, model)


def _enum(draft: Draft, scope: ModuleScope, model: EnumModel) -> EnumView:
    fallback = f"A symbol that this version does not know is read as `{model.default}`." if model.default else ""
    return EnumView(
        name=identifier(draft.class_names[model.id]),
        base=render(code(STR_ENUM), scope.names),
        docstring=docstring(paragraphs(model.doc or f"Avro enum `{model.id.full_name}`.", fallback), indent=4),
        members=tuple((identifier(draft.members[model.id][symbol]), string(symbol)) for symbol in model.symbols),
    )


def _record(draft: Draft, scope: ModuleScope, model: RecordModel) -> RecordView:
    event = draft.event(model.id)
    dialect = draft.dialect
    doc = model.doc or f"Avro record `{model.id.full_name}`."
    columns = zip(
        model.fields,
        draft.attributes[model.id],
        draft.annotations[model.id],
        draft.defaults[model.id],
        strict=True,
    )
    return RecordView(
        name=identifier(draft.class_names[model.id]),
        decorator=render(code(dialect.decorator), scope.names) if dialect.decorator else Source(""),
        base=render(code(dialect.event if event else dialect.record), scope.names),
        contract=string(contract_link(draft, model.id)),
        docstring=docstring(paragraphs(doc, _about(draft, event) if event else ""), indent=4),
        fields=tuple(
            FieldView(
                name=identifier(attribute),
                annotation=render(annotation, scope.names),
                default=_default(draft, scope, default, is_personal=field.is_personal),
                docstring=docstring(field.doc, indent=4),
            )
            for field, attribute, annotation, default in columns
        ),
    )


def _default(draft: Draft, scope: ModuleScope, default: Default | None, *, is_personal: bool) -> Source:
    given = [code(_ARGUMENTS[default.kind], default.code)] if default is not None else []
    if is_personal:
        given.append(code("repr=False"))  # what `eventpact.Record` masks
    elif default is None or default.kind == "constant":
        return render(code(" = ", default.code), scope.names) if default is not None else Source("")
    return render(code(" = ", draft.dialect.field, "(", joined(", ", given), ")"), scope.names)


def _about(draft: Draft, event: EventModel) -> str:
    keys = [path for path in (attribute_path(draft, event.type, key) for key in event.key) if path]
    keyed = f"keyed by {', else '.join(f'`{key}`' for key in keys)}" if keys else "without key"
    about = f"Topic `{event.topic}`, {keyed}; version {event.version} of subject `{event.subject}`."
    if event.type.pinned is None:
        return about
    current = next(other for other in draft.package.events if other.event_full_name == event.event_full_name)
    groups = ", ".join(f"`{group.name}`" for group in draft.package.groups if event.type in group.reads)
    symbol = draft.symbol(current.type)
    return f"{about}\nKept for {groups}; what services send is `{symbol.module}.{symbol.name}`."
