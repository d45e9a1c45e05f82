"""What the registry has: subjects, their versions and schemas, looked at and deleted. No HTTP here, no SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact_registry.server import errors
from eventpact_registry.server.contexts import DEFAULT
from eventpact_registry.server.governance import demand_writable, in_force
from eventpact_registry.server.metadata import as_json
from eventpact_registry.server.picking import pick, visible, with_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eventpact_registry.server.picking import Found
    from eventpact_registry.server.rows import Rows, StoredSchema, StoredVersion
    from eventpact_registry.server.store import Store


class Subjects:
    """The subjects of a store, with all that is registered under them. Safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def names(self, *, prefix: str, deleted: bool, deleted_only: bool) -> list[str]:
        """Names of subjects, in order; one is deleted when all its versions are."""
        with self._store.reading() as rows:
            versions = rows.all_versions(prefix)
        live = dict.fromkeys(version.subject for version in versions if not version.deleted)
        every = dict.fromkeys(version.subject for version in versions)
        if deleted_only:
            return [subject for subject in every if subject not in live]
        return list(every if deleted else live)

    def versions(self, subject: str, *, deleted: bool, deleted_only: bool) -> list[int]:
        """A subject's version numbers.

        Raises:
            RegistryError: 40401, the subject is unknown.
        """
        with self._store.reading() as rows:
            known = visible(rows.versions(subject), deleted=deleted or deleted_only)
        if not known:
            raise errors.subject_not_found(subject)
        return [version.version for version in known if version.deleted or not deleted_only]

    def version(self, subject: str, version: str, *, deleted: bool) -> Found:
        """One version: a number, `latest` or `-1`.

        Raises:
            RegistryError: 40401, 40402; 42202, `version` is none of these.
        """
        with self._store.reading() as rows:
            return with_schema(rows, pick(subject, rows.versions(subject), version, deleted=deleted))

    def latest_with(self, subject: str, properties: Mapping[str, str], *, deleted: bool) -> Found:
        """The newest version whose metadata has these properties.

        Raises:
            RegistryError: 40401, the subject is unknown; 40402, none of its versions has them.
        """
        with self._store.reading() as rows:
            known = visible(rows.versions(subject), deleted=deleted)
            for version in reversed(known):
                found = with_schema(rows, version)
                if properties.items() <= as_json(found.schema.metadata).get("properties", {}).items():
                    return found
        if not known:
            raise errors.subject_not_found(subject)
        raise errors.version_not_found("with this metadata")

    def referenced_by(self, subject: str, version: str, *, deleted: bool) -> list[int]:
        """Ids of the schemas that refer to a version.

        Raises:
            RegistryError: 40401, 40402, 42202.
        """
        with self._store.reading() as rows:
            picked = pick(subject, rows.versions(subject), version, deleted=True)
            return rows.referencing_schemas(subject, picked.version, deleted=deleted)

    def schema(self, context: str, schema_id: int) -> StoredSchema:
        """The schema of an id. Who asks in the default context is given one of another, if only that has the id.

        Raises:
            RegistryError: 40403.
        """
        with self._store.reading() as rows:
            return _schema(rows, context, schema_id)

    def schema_of_guid(self, guid: str) -> StoredSchema:
        """The schema of a guid.

        Raises:
            RegistryError: 40403.
        """
        with self._store.reading() as rows:
            for context, schema_id in rows.schemas_of_guid(guid):
                return _schema(rows, context, schema_id)
        raise errors.schema_not_found(guid)

    def ids_of_guid(self, guid: str) -> list[tuple[str, int]]:
        """Context and id of each schema with this guid."""
        with self._store.reading() as rows:
            return rows.schemas_of_guid(guid)

    def contexts(self) -> list[str]:
        """The contexts that there are."""
        with self._store.reading() as rows:
            return rows.contexts()

    def uses(self, context: str, schema_id: int, *, deleted: bool) -> list[StoredVersion]:
        """The versions that are this schema.

        Raises:
            RegistryError: 40403.
        """
        with self._store.reading() as rows:
            found = _schema(rows, context, schema_id)
            return visible(rows.versions_of_schema(found.context, found.id), deleted=deleted)

    def schemas(self, *, prefix: str, deleted: bool, latest_only: bool, window: slice) -> list[Found]:
        """Every version of the subjects that start with `prefix`, as far as `window` shows it."""
        with self._store.reading() as rows:
            versions = visible(rows.all_versions(prefix), deleted=deleted)
            if latest_only:
                versions = list({version.subject: version for version in versions}.values())
            return [with_schema(rows, version) for version in versions[window]]

    def delete_version(self, subject: str, version: str, *, permanent: bool) -> int:
        """Delete one version: softly first, permanently after that.

        Raises:
            RegistryError: 40401, 40402, 40406, 40407; 42205, the mode is read-only; 42206, other schemas refer to it.
        """
        with self._store.writing() as rows:
            demand_writable(in_force(rows, subject), subject)
            picked = pick(subject, rows.versions(subject), version, deleted=True)
            if picked.deleted and not permanent:
                raise errors.version_soft_deleted(subject, picked.version)
            if permanent and not picked.deleted:
                raise errors.version_not_soft_deleted(subject, picked.version)
            _delete(rows, [picked], permanent=permanent)
        return picked.version

    def delete_subject(self, subject: str, *, permanent: bool) -> list[int]:
        """Delete a subject: softly first, permanently after that.

        Raises:
            RegistryError: 40401, 40404, 40405; 42205, the mode is read-only; 42206, other schemas refer to it.
        """
        with self._store.writing() as rows:
            demand_writable(in_force(rows, subject), subject)
            versions = rows.versions(subject)
            live = visible(versions, deleted=False)
            if not versions:
                raise errors.subject_not_found(subject)
            if permanent and live:
                raise errors.subject_not_soft_deleted(subject)
            if not permanent and not live:
                raise errors.subject_soft_deleted(subject)
            doomed = versions if permanent else live
            _delete(rows, doomed, permanent=permanent)
        return [version.version for version in doomed]


def _schema(rows: Rows, context: str, schema_id: int) -> StoredSchema:
    found = rows.schema(context, schema_id)
    if found is None and context == DEFAULT:
        found = rows.schema_anywhere(schema_id)
    if found is None:
        raise errors.schema_not_found(schema_id)
    return found


def _delete(rows: Rows, versions: Sequence[StoredVersion], *, permanent: bool) -> None:
    """Delete versions of one subject; none of them when another schema refers to one."""
    for version in versions:
        if rows.referencing_schemas(version.subject, version.version, deleted=permanent):
            raise errors.referenced(version.subject, version.version)
    for version in versions:
        if permanent:
            rows.erase(version)
        else:
            rows.soft_delete(version.subject, version.version)
    subject = versions[0].subject
    if all(version.deleted for version in rows.versions(subject)):
        rows.forget_settings(subject)  # they end with its last live version
