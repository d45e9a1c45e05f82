"""Orders the classes of a module: each after the classes of its module that its fields and defaults mention.

Annotations may look ahead, but a default is evaluated when its class is made; and parts read best before the whole.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from eventpact_codegen.python.code import symbols

if TYPE_CHECKING:
    from eventpact_codegen.model import TypeId
    from eventpact_codegen.python.code import Symbol
    from eventpact_codegen.python.draft import Draft


def order(draft: Draft) -> Draft:
    """Fill `order`."""
    by_module: dict[str, list[TypeId]] = defaultdict(list)
    for type_id, module in draft.modules.items():
        by_module[module].append(type_id)
    return replace(draft, order={module: _ordered(draft, types) for module, types in sorted(by_module.items())})


def _ordered(draft: Draft, types: list[TypeId]) -> tuple[TypeId, ...]:
    """Depth first from each type in order of name; where types contain each other, what is met first comes last."""
    local = {draft.symbol(type_id): type_id for type_id in types}
    done: dict[TypeId, None] = {}
    started: set[TypeId] = set()
    waiting = [(type_id, False) for type_id in reversed(types)]
    while waiting:
        type_id, parts_done = waiting.pop()
        if parts_done:
            done[type_id] = None
        elif type_id not in started:
            started.add(type_id)
            waiting.append((type_id, True))
            parts = [local[symbol] for symbol in _mentioned(draft, type_id) if symbol in local]
            waiting += [(part, False) for part in reversed(parts)]
    return tuple(done)


def _mentioned(draft: Draft, type_id: TypeId) -> list[Symbol]:
    defaults = (default.code for default in draft.defaults.get(type_id, ()) if default is not None)
    expressions = [*draft.annotations.get(type_id, ()), *defaults]
    return [symbol for expression in expressions for symbol in symbols(expression)]
