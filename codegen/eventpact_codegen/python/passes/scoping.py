"""Settles what each module of types imports, and under which names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eventpact_codegen.model import RecordModel
from eventpact_codegen.python.code import Symbol, code, symbols
from eventpact_codegen.python.draft import Default
from eventpact_codegen.python.scopes import ScopeBuilder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from eventpact_codegen.model import TypeId
    from eventpact_codegen.python.draft import Draft

STR_ENUM: Final = Symbol("enum", "StrEnum")


def scope(draft: Draft) -> Draft:
    """Fill `scopes`; defaults that need what is not there yet are put off until an instance is made."""
    cycles = _cycles(draft)
    defaults: dict[TypeId, tuple[Default | None, ...]] = {}
    for module, types in draft.order.items():
        later = {draft.symbol(type_id) for type_id in types}
        for type_id in types:
            defaults[type_id] = tuple(
                _put_off(default, cycles[module], later) for default in draft.defaults.get(type_id, ())
            )
            later.discard(draft.symbol(type_id))
    draft = replace(draft, defaults=defaults)
    scopes = {}
    for module, types in draft.order.items():
        declared = {draft.class_names[type_id] for type_id in types}
        builder = ScopeBuilder(draft.import_package, draft.dotted(module), declared, cycles[module])
        for type_id in types:
            builder.use(_used(draft, type_id), draft.attributes.get(type_id, ()))
        scopes[module] = builder.build()
    return replace(draft, scopes=scopes)


def _put_off(default: Default | None, cyclic: frozenset[str], later: Collection[Symbol]) -> Default | None:
    """`cyclic`: modules that import this one; `later`: classes of this one that come no sooner than the field's."""
    if default is None or not any(symbol.module in cyclic or symbol in later for symbol in symbols(default.code)):
        return default
    return Default("expression", code(default.code, "()") if default.kind == "factory" else default.code)


def _used(draft: Draft, type_id: TypeId) -> Iterator[Symbol]:
    model = draft.package.types[type_id]
    if not isinstance(model, RecordModel):
        yield STR_ENUM
        return
    dialect = draft.dialect
    yield dialect.event if type_id in draft.codec_modules else dialect.record
    if dialect.decorator is not None:
        yield dialect.decorator
    yield from _mentioned(draft, type_id)
    is_made = any(default is not None and default.kind != "constant" for default in draft.defaults[type_id])
    if is_made or any(field.is_personal for field in model.fields):
        yield dialect.field


def _cycles(draft: Draft) -> dict[str, frozenset[str]]:
    """Module to the modules, dotted, that it imports and that import it in turn, be it through others."""
    own = {draft.dotted(module): module for module in draft.order}
    imports: dict[str, set[str]] = defaultdict(set)
    for module, types in draft.order.items():
        for type_id in types:
            used = {symbol.module for symbol in _mentioned(draft, type_id)}
            imports[module] |= {own[other] for other in used if other in own} - {module}
    return {
        module: frozenset(draft.dotted(other) for other in imports[module] if module in _reached(other, imports))
        for module in draft.order
    }


def _mentioned(draft: Draft, type_id: TypeId) -> Iterator[Symbol]:
    for annotation in draft.annotations.get(type_id, ()):
        yield from symbols(annotation)
    for default in draft.defaults.get(type_id, ()):
        yield from symbols(default.code) if default is not None else ()


def _reached(start: str, imports: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += imports[module]
    return found
