"""Operators that need an event's history: their mutants fit the version before, and break with an older one."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from eventpact_registry.contracts.model import Mode
from eventpact_testing.mutation.mutants import Mutant, parses
from eventpact_testing.mutation.operators import BREAKS, SAFE
from eventpact_testing.mutation.sites import at, sites

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eventpact_registry.contracts.model import SchemaVersion
    from eventpact_testing.mutation.sites import Json


def history_mutants(versions: Sequence[SchemaVersion], protected: frozenset[str]) -> Iterator[Mutant]:
    """Mutants of the latest of several versions."""
    latest = json.loads(versions[-1].source)
    fields = _fields(latest)
    for older in versions[:-1]:
        before = _fields(json.loads(older.source))
        for change in (_newer_fields_without_default, _older_fields_of_another_type):
            for name, path, body in change(latest, fields, before):
                if path not in protected:
                    mutant = _mutant(name, path, body, versions[-1])
                    if parses(mutant):
                        yield mutant


def _mutant(operator: str, path: str, body: Json, version: SchemaVersion) -> Mutant:
    return Mutant(
        operator=operator,
        path=path,
        body=body,
        effects=HISTORY[operator][1],
        references=tuple(pinned.schema for pinned in version.pinned.values()),
    )


def _fields(body: Json) -> dict[str, tuple[str | int, ...]]:
    """The keys of each field by its path."""
    return {site.path: site.keys for site in sites(body) if site.kind == "field"}


_Found: TypeAlias = "Iterator[tuple[str, str, Json]]"
"""Name of the operator, path of the field, and the changed schema."""


def _newer_fields_without_default(latest: Json, fields: dict[str, Any], before: dict[str, Any]) -> _Found:
    for path, keys in fields.items():
        field = at(latest, keys)
        if "default" in field and _record_of(path, before) and not _known(path, field, before):
            body = copy.deepcopy(latest)
            del at(body, keys)["default"]
            yield "drop_default_of_newer_field", path, body


def _older_fields_of_another_type(latest: Json, fields: dict[str, Any], before: dict[str, Any]) -> _Found:
    for path in before:
        if path not in fields and _record_of(path, fields):
            body = copy.deepcopy(latest)
            holder = path.rpartition(".")[0]
            record = at(body, fields[holder])["type"] if holder else body
            name = path.rpartition(".")[2]
            if isinstance(record, dict) and record["type"] == "record" and not _renamed(name, record):
                added = {"type": {"type": "map", "values": "double"}, "default": {}, "doc": "Back, as something else."}
                record["fields"].append({"name": name, **added})
                yield "bring_back_field_as_another_type", path, body


def _renamed(name: str, record: Json) -> bool:
    """Whether the field is still there under another name, so that old values have a place of their own."""
    return any(name in field.get("aliases", ()) for field in record["fields"])


def _known(path: str, field: Json, before: dict[str, Any]) -> bool:
    """Whether the other version has a field, under its name or one that it had."""
    holder, dot, _ = path.rpartition(".")
    return any(f"{holder}{dot}{name}" in before for name in (field["name"], *field.get("aliases", ())))


def _record_of(path: str, fields: dict[str, Any]) -> bool:
    """Whether the other version has the record that a field is in."""
    holder = path.rpartition(".")[0]
    return not holder or holder in fields


HISTORY: Final[dict[str, tuple[str, dict[Mode, Any]]]] = {
    "drop_default_of_newer_field": (
        "A field that an older version lacks loses its default",
        {Mode.BACKWARD: SAFE, Mode.FORWARD: SAFE, Mode.FULL: SAFE, Mode.BACKWARD_TRANSITIVE: BREAKS},
    ),
    "bring_back_field_as_another_type": (
        "A field that an older version had comes back with another type",
        {Mode.BACKWARD_TRANSITIVE: BREAKS, Mode.FORWARD_TRANSITIVE: BREAKS, Mode.FULL_TRANSITIVE: BREAKS},
    ),
}
"""What each does, and what the modes must say."""
