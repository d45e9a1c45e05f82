"""What the registry keeps, and the queries on it: schemas, their references, subjects' versions, and settings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from eventpact_registry.server.contexts import DEFAULT, EVERY, qualified, split, within

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from eventpact_registry.server.recent import Recent

GLOBAL: Final = ""
"""The subject under which the settings of the whole registry are kept."""

_WHOLE: Final = """SELECT context, id, guid, text, metadata,
    (SELECT json_group_array(json_array(position, name, subject, version)) FROM schema_references
     WHERE context = schemas.context AND schema_id = schemas.id)
    FROM schemas WHERE context = ? AND id = ?"""
"""A schema and its references, as JSON, in one go."""

_NONE: Final = "[]"


@dataclass(frozen=True, slots=True)
class Reference:
    """What a schema takes from another subject's version."""

    name: str
    subject: str
    version: int


class Content(Protocol):
    """What a schema is made of."""

    @property
    def guid(self) -> str:
        """Equal for equal content."""

    @property
    def text(self) -> str:
        """Its standard text."""

    @property
    def references(self) -> Sequence[Reference]:
        """What it takes from elsewhere."""

    @property
    def metadata(self) -> str:
        """Its standard text, see `metadata`."""


@dataclass(frozen=True, slots=True)
class StoredSchema:
    """A schema by its id, which is one in its context."""

    context: str
    id: int
    guid: str
    """Equal for the same text with the same references and metadata, in every context and every registry."""
    text: str
    references: tuple[Reference, ...]
    """Subjects as the client wrote them: bare ones are those of `context`."""
    metadata: str = ""
    """Its standard text, see `metadata`."""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version of a subject."""

    subject: str
    """Qualified, see `contexts`."""
    version: int
    schema_id: int
    deleted: bool


class Rows:
    """Queries on one connection; made by `Store.reading` and `Store.writing`."""

    def __init__(self, connection: sqlite3.Connection, recent: Recent) -> None:
        self._connection = connection
        self._recent = recent

    def schema(self, context: str, schema_id: int) -> StoredSchema | None:
        """The schema with this id in this context."""
        return self._schema("WHERE context = ? AND id = ?", context, schema_id)

    def schema_anywhere(self, schema_id: int) -> StoredSchema | None:
        """The schema with this id in the first context that has one."""
        return self._schema(
            "WHERE context IN (SELECT name FROM contexts) AND id = ? ORDER BY context LIMIT 1", schema_id
        )

    def schema_of_version(self, subject: str, version: int) -> StoredSchema | None:
        """The schema that one version is, soft-deleted or not."""
        joined = "JOIN versions ON versions.context = schemas.context AND schema_id = id"
        return self._schema(f"{joined} WHERE versions.subject = ? AND version = ?", subject, version)

    def schemas_of_guid(self, guid: str) -> list[tuple[str, int]]:
        """Context and id of each schema with this content, in order of context."""
        rows = self._connection.execute("SELECT context, id FROM schemas WHERE guid = ? ORDER BY context", (guid,))
        return [(row[0], row[1]) for row in rows]

    def schema_id(self, context: str, guid: str) -> int | None:
        """The id that the schema with this content has in a context."""
        row = self._connection.execute(
            "SELECT id FROM schemas WHERE guid = ? AND context = ?", (guid, context)
        ).fetchone()
        return None if row is None else row[0]

    def add_schema(self, context: str, schema: Content, schema_id: int | None) -> StoredSchema:
        """Add a schema, under `schema_id` when it is given, else under its context's next id."""
        row = self._connection.execute(
            """INSERT INTO contexts (name, last_id) VALUES (?1, coalesce(?2, 1))
               ON CONFLICT DO UPDATE SET last_id = max(last_id, coalesce(?2, last_id + 1)) RETURNING last_id""",
            (context, schema_id),
        ).fetchone()
        added = int(row[0]) if schema_id is None else schema_id
        self._connection.execute(
            "INSERT INTO schemas (context, id, guid, text, metadata) VALUES (?, ?, ?, ?, ?)",
            (context, added, schema.guid, schema.text, schema.metadata),
        )
        self._connection.executemany(
            "INSERT INTO schema_references VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (context, added, index, ref.name, ref.subject, ref.version, within(context, ref.subject))
                for index, ref in enumerate(schema.references)
            ],
        )
        stored = StoredSchema(context, added, schema.guid, schema.text, tuple(schema.references), schema.metadata)
        return self._recent.keep(stored)

    def contexts(self) -> list[str]:
        """The contexts that schemas were ever registered in, in order; the default one comes first."""
        rows = self._connection.execute("SELECT name FROM contexts WHERE name <> ? ORDER BY name", (DEFAULT,))
        return [DEFAULT, *(row[0] for row in rows)]

    def counts(self) -> tuple[int, int, int]:
        """How many live subjects, live versions and schemas there are."""
        row = self._connection.execute(
            """SELECT count(DISTINCT subject), count(*), (SELECT count(*) FROM schemas)
               FROM versions WHERE deleted = 0"""
        ).fetchone()
        return (row[0], row[1], row[2])

    def versions(self, subject: str) -> list[StoredVersion]:
        """Every version of a subject in rising order, the soft-deleted ones too."""
        return self._versions("WHERE subject = ? ORDER BY version", subject)

    def version(self, subject: str, version: int) -> StoredVersion | None:
        """One version, soft-deleted or not."""
        found = self._versions("WHERE subject = ? AND version = ?", subject, version)
        return found[0] if found else None

    def versions_with_references(self, subject: str) -> list[StoredVersion]:
        """Those versions of a subject whose schemas refer to others, in rising order."""
        same = "refs.context = versions.context AND refs.schema_id = versions.schema_id"
        referring = f"EXISTS (SELECT 1 FROM schema_references AS refs WHERE {same})"  # noqa: S608 - our own constants
        return self._versions(f"WHERE subject = ? AND {referring} ORDER BY version", subject)

    def versions_of_schema(self, context: str, schema_id: int) -> list[StoredVersion]:
        """Every version of any subject that is this schema."""
        return self._versions("WHERE context = ? AND schema_id = ? ORDER BY subject, version", context, schema_id)

    def all_versions(self, prefix: str) -> list[StoredVersion]:
        """Every version of every subject that a prefix asks for: of one context, or after `EVERY` of all of them."""
        if prefix.startswith(EVERY):
            name = prefix.removeprefix(EVERY)
            every = self._versions("ORDER BY subject, version")
            return [version for version in every if split(version.subject)[1].startswith(name)]
        context, name = split(prefix)
        return self._versions(
            "WHERE context = ?1 AND substr(subject, 1, length(?2)) = ?2 ORDER BY subject, version",
            context,
            qualified(context, name),
        )

    def referencing_schemas(self, subject: str, version: int, *, deleted: bool) -> list[int]:
        """Ids of the schemas that refer to a version: those of live versions, or of soft-deleted ones too."""
        rows = self._connection.execute(
            """SELECT DISTINCT schema_references.schema_id
               FROM schema_references JOIN versions USING (context, schema_id)
               WHERE schema_references.target = ? AND schema_references.version = ? AND versions.deleted <= ?
               ORDER BY 1""",
            (subject, version, int(deleted)),
        )
        return [row[0] for row in rows]

    def add_version(self, subject: str, version: int, schema_id: int) -> StoredVersion:
        """Add a live version."""
        self._connection.execute(
            "INSERT INTO versions (subject, version, context, schema_id) VALUES (?, ?, ?, ?)",
            (subject, version, split(subject)[0], schema_id),
        )
        return StoredVersion(subject, version, schema_id, deleted=False)

    def soft_delete(self, subject: str, version: int) -> None:
        """Hide a version; its schema stays readable by id."""
        self._connection.execute(
            "UPDATE versions SET deleted = 1 WHERE subject = ? AND version = ?", (subject, version)
        )

    def erase(self, version: StoredVersion) -> None:
        """Remove a version for good, and its schema when no other version has it."""
        self._connection.execute(
            "DELETE FROM versions WHERE subject = ? AND version = ?", (version.subject, version.version)
        )
        self._connection.execute(
            """DELETE FROM schemas WHERE context = ?1 AND id = ?2
               AND NOT EXISTS (SELECT 1 FROM versions WHERE context = ?1 AND schema_id = ?2)""",
            (split(version.subject)[0], version.schema_id),
        )

    def setting(self, subject: str, name: str) -> str | None:
        """A setting of one subject, or of `GLOBAL`."""
        row = self._connection.execute(
            "SELECT value FROM settings WHERE subject = ? AND name = ?", (subject, name)
        ).fetchone()
        return None if row is None else row[0]

    def settings(self, *subjects: str) -> dict[tuple[str, str], str]:
        """All settings of these subjects, by subject and name."""
        marks = ", ".join("?" * len(subjects))
        rows = self._connection.execute(
            f"SELECT subject, name, value FROM settings WHERE subject IN ({marks})",  # noqa: S608 - question marks
            subjects,
        )
        return {(subject, name): value for subject, name, value in rows}

    def set_setting(self, subject: str, name: str, value: str) -> None:
        """Set a setting of one subject, or of `GLOBAL`."""
        self._connection.execute(
            "INSERT INTO settings VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (subject, name, value),
        )

    def forget_settings(self, subject: str) -> None:
        """Forget all settings of a subject."""
        self._connection.execute("DELETE FROM settings WHERE subject = ?", (subject,))

    def drop_setting(self, subject: str, name: str) -> None:
        """Forget a setting."""
        self._connection.execute("DELETE FROM settings WHERE subject = ? AND name = ?", (subject, name))

    def _schema(self, where: str, *arguments: int | str) -> StoredSchema | None:
        key = self._connection.execute(
            f"SELECT schemas.context, id, guid FROM schemas {where}",  # noqa: S608 - our own constants
            arguments,
        ).fetchone()
        return None if key is None else self._recent.get(key) or self._whole(*key[:2])

    def _whole(self, context: str, schema_id: int) -> StoredSchema | None:
        row = self._connection.execute(_WHOLE, (context, schema_id)).fetchone()
        if row is None:  # another process deleted it a moment ago
            return None
        context, schema_id, guid, text, metadata, written = row
        references = () if written == _NONE else tuple([Reference(*ref[1:]) for ref in sorted(json.loads(written))])
        return self._recent.keep(StoredSchema(context, schema_id, guid, text, references, metadata))

    def _versions(self, where: str, *arguments: int | str) -> list[StoredVersion]:
        rows = self._connection.execute(
            f"SELECT subject, version, schema_id, deleted FROM versions {where}",  # noqa: S608 - our own constants
            arguments,
        )
        return [
            StoredVersion(subject, version, schema_id, bool(deleted)) for subject, version, schema_id, deleted in rows
        ]
