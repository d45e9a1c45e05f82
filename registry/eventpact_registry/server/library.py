"""Schemas parsed with their references, each once.

Reading and parsing are two steps: what a schema refers to is read in one short moment with the database (`gather`), and
parsed, which may take a second for the largest schemas, when nobody waits for the database.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from eventpact import avro
from eventpact.avro.memory import Memory
from eventpact.errors import SchemaError
from eventpact_registry.server import errors
from eventpact_registry.server.contexts import within
from eventpact_registry.server.metadata import NONE
from eventpact_registry.server.rows import Reference
from eventpact_registry.standard_text import standard_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eventpact.avro.model import Schema
    from eventpact_registry.server.rows import Rows, StoredSchema

LATEST: Final = -1
"""As the version of a reference: the newest live version."""

_KEPT: Final = 1024
_LEARNED: Final = 1024 * 1024
"""Characters of schemas that are parsed with one memory."""

_DEEPEST: Final = 64
"""How far references may lead to references; far beyond what contracts need, far below what the stack holds."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """References as they will be stored, and the schemas that they lead to: what a schema needs before itself."""

    references: tuple[Reference, ...] = ()
    schemas: tuple[StoredSchema, ...] = ()


class _Parsed(NamedTuple):
    """A schema, and the characters of its text and of all that it refers to."""

    schema: Schema
    characters: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A schema as it was sent, made ready to be judged and stored."""

    schema: Schema
    text: str
    """Its standard text, which is what is stored."""
    references: tuple[Reference, ...]
    characters: int
    """Of the text that was sent and of all that it refers to: how long it takes to judge grows with that."""
    metadata: str = NONE
    guid: str = field(init=False)
    """Equal for the same text with the same references and metadata."""

    def __post_init__(self) -> None:
        """Work out the guid, once."""
        parts: list[Any] = [self.text, [(ref.name, ref.subject, ref.version) for ref in self.references]]
        identity = json.dumps([*parts, self.metadata] if self.metadata else parts)
        object.__setattr__(self, "guid", str(UUID(bytes=hashlib.sha256(identity.encode()).digest()[:16])))


def gather(rows: Rows, references: Sequence[Reference], context: str, *, normalize: bool = False) -> Gathered:
    """Read what references lead to from inside a context; with `normalize`, put them in order.

    Raises:
        RegistryError: 42201, a reference leads nowhere, or too deep.
    """
    pinned = [_pin(rows, reference, context) for reference in references]
    if normalize:
        pinned.sort(key=lambda reference: (reference.name, reference.subject, reference.version))
    found: dict[tuple[str, int], StoredSchema] = {}
    for reference in pinned:
        _collect(rows, reference, context, found)
    return Gathered(tuple(pinned), tuple(found.values()))


def characters_of(schemas: Iterable[StoredSchema]) -> int:
    """How long their texts are together."""
    return sum([len(schema.text) for schema in schemas])


class Library:
    """Parses schemas; keeps the last `_KEPT` of those that are stored."""

    def __init__(self) -> None:
        # Under all that is stored, not under the id alone: an import may give a deleted id to another schema.
        self._parsed: dict[StoredSchema, _Parsed] = {}
        self._lock = Lock()
        self._memory, self._learned = Memory(), 0

    def prepare(self, text: str, gathered: Gathered, metadata: str) -> Prepared:
        """Parse a schema that a client sent.

        Raises:
            RegistryError: 42201, it is not valid.
        """
        schema, characters = self._parse(text, gathered.schemas)
        try:
            standard = standard_text(text)
        except ValueError as error:
            raise errors.invalid_schema(str(error)) from error
        return Prepared(schema, standard, gathered.references, characters, metadata)

    def keep(self, stored: StoredSchema, schema: Schema, characters: int) -> None:
        """Remember what a stored schema is when it is parsed, and how many characters it took with all it refers to."""
        with self._lock:
            if len(self._parsed) >= _KEPT:
                del self._parsed[next(iter(self._parsed))]
            self._parsed[stored] = _Parsed(schema, characters)

    def characters(self, stored: StoredSchema) -> int | None:
        """What `keep` was told of a schema, if it is still known."""
        known = self._parsed.get(stored)
        return None if known is None else known.characters

    def parsed(self, rows: Rows, stored: StoredSchema) -> Schema:
        """What a schema that is in the database is when it is parsed."""
        known = self._parsed.get(stored)
        if known is not None:
            return known.schema
        return self._kept(stored, gather(rows, stored.references, stored.context).schemas)

    def _kept(self, stored: StoredSchema, needed: Sequence[StoredSchema]) -> Schema:
        schema, characters = self._parse(stored.text, needed)
        self.keep(stored, schema, characters)
        return schema

    def _parse(self, text: str, needed: Sequence[StoredSchema]) -> _Parsed:
        """Parse a text after all that it needs, which stands in the order of need."""
        schemas: list[Schema] = []
        for index, stored in enumerate(needed):
            known = self._parsed.get(stored)
            schemas.append(self._kept(stored, needed[:index]) if known is None else known.schema)
        return _Parsed(self._read(text, schemas), len(text) + characters_of(needed))

    def _read(self, text: str, known: Iterable[Schema]) -> Schema:
        memory = self._remembering(text)
        try:
            return avro.parse(text, known, memory=memory)
        except SchemaError as error:
            raise errors.invalid_schema(str(error)) from error

    def _remembering(self, text: str) -> Memory:
        """What parsed schemas have in common is parsed once; begun anew before it grows large."""
        with self._lock:
            self._learned += len(text)
            if self._learned > _LEARNED:
                self._memory, self._learned = Memory(), len(text)
            return self._memory


def _pin(rows: Rows, reference: Reference, context: str) -> Reference:
    if reference.version != LATEST:
        return reference
    live = [version.version for version in rows.versions(within(context, reference.subject)) if not version.deleted]
    return Reference(reference.name, reference.subject, live[-1] if live else LATEST)


def _collect(
    rows: Rows, reference: Reference, context: str, found: dict[tuple[str, int], StoredSchema], depth: int = 1
) -> None:
    """Put what a reference leads to into `found`, what it needs itself first."""
    if depth > _DEEPEST:
        raise errors.invalid_schema(f"references lead more than {_DEEPEST} schemas deep")
    subject = within(context, reference.subject)
    stored = rows.schema_of_version(subject, reference.version)
    if stored is None:
        raise errors.reference_not_found(reference.subject, reference.version)
    if (stored.context, stored.id) in found:
        return
    for inner in stored.references:
        _collect(rows, inner, stored.context, found, depth + 1)
    found[stored.context, stored.id] = stored
