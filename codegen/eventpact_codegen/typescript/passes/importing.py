"""Settles what each module imports, and under which names, so that nothing hides anything else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import chain, count
from typing import TYPE_CHECKING, Final

from eventpact_codegen.casing import pascal
from eventpact_codegen.model import RecordModel
from eventpact_codegen.typescript.draft import Import, Module
from eventpact_codegen.typescript.types import mentioned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from eventpact_codegen.model import TypeId
    from eventpact_codegen.typescript.draft import Draft, Named

_HELPERS: Final = "avro"


def import_types(draft: Draft) -> Draft:
    """Fill `modules`."""
    by_path: dict[str, list[TypeId]] = defaultdict(list)
    for type_id, path in draft.paths.items():
        by_path[path].append(type_id)
    return replace(draft, modules={path: _module(draft, path, types) for path, types in sorted(by_path.items())})


def _module(draft: Draft, path: str, types: list[TypeId]) -> Module:
    records = (model for type_id in types if isinstance(model := draft.package.types[type_id], RecordModel))
    used = {named for record in records for field in record.fields for named in mentioned(field.type)}
    declared: dict[Named, str] = {type_id: draft.type_names[type_id] for type_id in types}
    names, imports = imported(draft, used - declared.keys(), path, declared.values())
    return Module(tuple(types), {**declared, **names}, imports)


def imported(
    draft: Draft, used: Iterable[Named], path: str, declared: Iterable[str]
) -> tuple[dict[Named, str], tuple[Import, ...]]:
    """Local names in the module `path` for what it uses of others, and the imports that give them."""
    taken = set(declared)
    names: dict[Named, str] = {}
    imports = []
    for named in sorted(used, key=lambda each: _home(draft, each)):
        module, name = _home(draft, named)
        names[named] = next(local for local in _spellings(module, name) if local not in taken)
        taken.add(names[named])
        imports.append(Import(_relative(path, module), name, names[named]))
    return names, tuple(imports)


def _home(draft: Draft, named: Named) -> tuple[str, str]:
    return (_HELPERS, named) if isinstance(named, str) else (draft.paths[named], draft.type_names[named])


def _spellings(module: str, name: str) -> Iterator[str]:
    """`Money`, `TypesMoney`, `TypesMoney2`; of a pinned version `Money`, `MoneyV1`, …."""
    version, _, own = module.rpartition("/")
    longer = f"{name}{version.upper()}" if version else f"{pascal(own)}{name}"
    return chain((name, longer), (f"{longer}{number}" for number in count(2)))


def _relative(path: str, module: str) -> str:
    return f"{'../' * path.count('/') or './'}{module}"
