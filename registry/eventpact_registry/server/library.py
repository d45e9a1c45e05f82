"""Schemas parsed with their references, each once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from eventpact import avro
from eventpact.errors import SchemaError
from eventpact_registry.server import errors
from eventpact_registry.server.rows import Reference
from eventpact_registry.server.schema_text import standard_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventpact.avro.model import Schema
    from eventpact_registry.server.rows import Rows, StoredSchema

LATEST: Final = -1
"""As the version of a reference: the newest live version."""

_KEPT: Final = 1024
_DEEPEST: Final = 64
"""How far references may lead to references; far beyond what contracts need, far below what the stack holds."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A schema as it was sent, made ready to be judged and stored."""

    schema: Schema
    text: str
    """Its standard text, which is what is stored."""
    digest: bytes
    """Equal for the same text with the same references."""
    references: tuple[Reference, ...]


class Library:
    """Parses schemas; keeps the last `_KEPT` of those that are stored."""

    def __init__(self) -> None:
        # Under text and references, not under the id alone: an import may give a deleted id to another schema.
        self._parsed: dict[StoredSchema, Schema] = {}
        self._lock = Lock()

    def prepare(self, rows: Rows, text: str, references: Sequence[Reference], *, normalize: bool) -> Prepared:
        """Parse a schema that a client sent.

        Raises:
            RegistryError: 42201, it is not valid or a reference leads nowhere.
        """
        pinned = [self._pin(rows, reference) for reference in references]
        if normalize:
            pinned.sort(key=lambda reference: (reference.name, reference.subject, reference.version))
        schema = self._parse(rows, text, pinned)
        try:
            standard = standard_text(text)
        except ValueError as error:
            raise errors.invalid_schema(str(error)) from error
        identity = json.dumps([standard, [(ref.name, ref.subject, ref.version) for ref in pinned]])
        return Prepared(schema, standard, hashlib.sha256(identity.encode()).digest(), tuple(pinned))

    def stored(self, rows: Rows, schema_id: int) -> Schema:
        """The parsed schema of an id that is in the database."""
        found = rows.schema(schema_id)
        if found is None:
            raise errors.schema_not_found(schema_id)
        return self._parsed.get(found) or self._keep(found, self._parse(rows, found.text, found.references))

    def _pin(self, rows: Rows, reference: Reference) -> Reference:
        if reference.version != LATEST:
            return reference
        live = [version.version for version in rows.versions(reference.subject) if not version.deleted]
        return Reference(reference.name, reference.subject, live[-1] if live else LATEST)

    def _parse(self, rows: Rows, text: str, references: Sequence[Reference]) -> Schema:
        used: dict[int, Schema] = {}
        for reference in references:
            self._collect(rows, reference, used)
        try:
            return avro.parse(text, references=used.values())
        except SchemaError as error:
            raise errors.invalid_schema(str(error)) from error

    def _collect(self, rows: Rows, reference: Reference, used: dict[int, Schema], depth: int = 1) -> None:
        """Put what a reference leads to into `used`, what it needs itself first."""
        if depth > _DEEPEST:
            raise errors.invalid_schema(f"references lead more than {_DEEPEST} schemas deep")
        version = rows.version(reference.subject, reference.version)
        stored = None if version is None else rows.schema(version.schema_id)
        if stored is None:
            raise errors.reference_not_found(reference.subject, reference.version)
        if stored.id in used:
            return
        for inner in stored.references:
            self._collect(rows, inner, used, depth + 1)
        used[stored.id] = self.stored(rows, stored.id)

    def _keep(self, stored: StoredSchema, schema: Schema) -> Schema:
        with self._lock:
            if len(self._parsed) >= _KEPT:
                del self._parsed[next(iter(self._parsed))]
            self._parsed[stored] = schema
        return schema
