"""Where contracts mark personal data: in fields of any version, and in keys and headers that are taken from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eventpact.avro.model import Record, Union
from eventpact.names import topic_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eventpact.avro.model import Field, Schema
    from eventpact_registry.contracts.model import System, Topic


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What is not to be shown."""

    fields: frozenset[tuple[str, str]] = frozenset()
    """Full name of a record and name of its field, marked in some version."""
    keys: tuple[str, ...] = ()
    """Names of topics, as contracts write them, whose keys are personal data."""
    headers: tuple[tuple[str, str], ...] = field(default=())
    """Names of topics, as contracts write them, and of a header of theirs."""

    def hides(self, record: Record, field_: Field) -> bool:
        """Whether a field is marked, in its own schema or in the contracts."""
        return field_.is_personal or (record.name, field_.name) in self.fields

    def hides_key(self, topic: str) -> bool:
        """Whether the keys of a topic on the cluster are personal data."""
        return any(topic_name(name).match(topic) is not None for name in self.keys)

    def hides_header(self, topic: str, header: str) -> bool:
        """Whether a header of a topic on the cluster is personal data."""
        return any(header == one and topic_name(name).match(topic) is not None for name, one in self.headers)


def personal_data(systems: Iterable[System]) -> PersonalData:
    """What the contracts of systems mark."""
    fields: set[tuple[str, str]] = set()
    keys, headers = [], []
    for system in systems:
        for versioned in (*(event for _, event in system.events()), *system.types.values()):
            for version in versioned.versions:
                fields |= {
                    (name, one.name)
                    for name, type_ in version.types.items()
                    if isinstance(type_, Record)
                    for one in type_.fields
                    if one.is_personal
                }
        for topic in system.topics.values():
            if any(_is_personal(topic, path) for path in topic.key):
                keys.append(topic.name)
            headers += [
                (topic.name, name)
                for name, path in topic.headers.items()
                if not path.startswith("=") and _is_personal(topic, path)
            ]
    return PersonalData(frozenset(fields), tuple(keys), tuple(headers))


def _is_personal(topic: Topic, path: str) -> bool:
    """Whether a path leads through a marked field in some version of some event."""
    return any(
        _passes_mark(version.schema, path.split(".")) for event in topic.events.values() for version in event.versions
    )


def _passes_mark(schema: Schema, names: list[str]) -> bool:
    for branch in schema.branches if isinstance(schema, Union) else (schema,):
        for one in branch.fields if names and isinstance(branch, Record) else ():
            if one.name == names[0] and (one.is_personal or _passes_mark(one.type, names[1:])):
                return True
    return False
