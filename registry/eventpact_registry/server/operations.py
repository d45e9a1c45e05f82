"""The REST API as a table: Confluent Schema Registry's operations on Avro schemas, and what each takes and gives.

The routes and the OpenAPI document are both made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eventpact_registry.server.calls import Calls

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the API."""

    method: str
    path: str
    call: Callable[..., Any]
    """A method of `Calls`; with `takes` it is given the body too."""
    gives: str
    """The component of the OpenAPI document that describes the answer."""
    summary: str
    takes: str = ""
    """The component that describes the body."""
    query: tuple[str, ...] = ()
    writes: bool = False
    """Whether it needs the right to write."""
    open: bool = False
    """Whether it answers everybody, so that probes need no password."""

    at_once: bool = False
    """Whether it is tried in the event loop first, because it seldom takes long, see `pace`."""

    @property
    def waits(self) -> bool:
        """Whether it parses, judges or writes, which may take long."""
        return self.writes or bool(self.takes)


_SUBJECT: Final = "/subjects/{subject}"
_VERSIONS: Final = "/subjects/{subject}/versions"
_VERSION: Final = "/subjects/{subject}/versions/{version}"
_SCHEMA: Final = "/schemas/ids/{id}"
_GUID: Final = "/schemas/guids/{guid}"
_PAGE: Final = ("offset", "limit")


def _read(path: str, call: Callable[..., Any], gives: str, summary: str, *query: str, open: bool = False) -> Operation:  # noqa: A002 - as the attribute
    return Operation("GET", path, call, gives, summary, query=query, open=open)


def _post(
    path: str,
    call: Callable[..., Any],
    gives: str,
    summary: str,
    *query: str,
    writes: bool = False,
    at_once: bool = False,
) -> Operation:
    return Operation("POST", path, call, gives, summary, "Submission", query, writes=writes, at_once=at_once)


def _set(path: str, call: Callable[..., Any], takes: str, gives: str, summary: str, *query: str) -> Operation:
    return Operation("PUT", path, call, gives, summary, takes, query, writes=True)


def _delete(path: str, call: Callable[..., Any], gives: str, summary: str, *query: str) -> Operation:
    return Operation("DELETE", path, call, gives, summary, "", query, writes=True)


OPERATIONS: Final = (
    _read(_SCHEMA, Calls.schema, "Schema", "The schema of an id", "subject"),
    _read(_VERSION, Calls.version, "Version", "One version of a subject", "deleted"),
    _post(_SUBJECT, Calls.lookup, "Version", "The version that a schema is", "normalize", "deleted", at_once=True),
    _post(_VERSIONS, Calls.register, "Registered", "Register a schema", "normalize", writes=True, at_once=True),
    _read(_VERSIONS, Calls.versions, "Numbers", "A subject's versions", "deleted", "deletedOnly", *_PAGE),
    _read("/config/{subject}", Calls.level, "Level", "A subject's level", "defaultToGlobal"),
    _read("/subjects", Calls.subjects, "Names", "Subjects", "subjectPrefix", "deleted", "deletedOnly", *_PAGE),
    _read(
        f"{_SUBJECT}/metadata", Calls.latest_with, "Version", "The newest with properties", "key", "value", "deleted"
    ),
    _delete(_SUBJECT, Calls.delete_subject, "Numbers", "Delete a subject", "permanent"),
    _delete(_VERSION, Calls.delete_version, "Number", "Delete a version", "permanent"),
    _read(f"{_VERSION}/schema", Calls.version_text, "Avro", "A version's schema alone", "deleted"),
    _read(f"{_VERSION}/referencedby", Calls.referenced_by, "Numbers", "Ids that refer to it", "deleted", *_PAGE),
    _read(f"{_SCHEMA}/schema", Calls.schema_text, "Avro", "An id's schema alone", "subject"),
    _read(f"{_SCHEMA}/subjects", Calls.schema_subjects, "Names", "An id's subjects", "subject", "deleted", *_PAGE),
    _read(f"{_SCHEMA}/versions", Calls.schema_versions, "Uses", "An id's versions", "subject", "deleted", *_PAGE),
    _read("/schemas", Calls.schemas, "Versions", "Versions, whole", "subjectPrefix", "deleted", "latestOnly", *_PAGE),
    _read("/schemas/types", Calls.types, "Names", "Types of schemas that are served"),
    _read(_GUID, Calls.schema_of_guid, "Schema", "The schema of a guid"),
    _read(f"{_GUID}/ids", Calls.ids_of_guid, "Ids", "A guid's id in each context"),
    _post(f"/compatibility{_VERSIONS}", Calls.test, "Verdict", "May a schema follow?", "normalize", "verbose"),
    _post(f"/compatibility{_VERSION}", Calls.test, "Verdict", "May it follow this?", "normalize", "verbose"),
    _read("/config", Calls.level, "Level", "The global level", "defaultToGlobal"),
    _set("/config", Calls.set_level, "LevelWanted", "LevelSet", "Set the global level"),
    _delete("/config", Calls.drop_level, "Level", "Back to the built-in level"),
    _set("/config/{subject}", Calls.set_level, "LevelWanted", "LevelSet", "Set a subject's level"),
    _delete("/config/{subject}", Calls.drop_level, "Level", "Back to the global level"),
    _read("/mode", Calls.mode, "Mode", "The global mode", "defaultToGlobal"),
    _set("/mode", Calls.set_mode, "Mode", "Mode", "Set the global mode", "force"),
    _delete("/mode", Calls.drop_mode, "Mode", "Back to the built-in mode"),
    _read("/mode/{subject}", Calls.mode, "Mode", "A subject's mode", "defaultToGlobal"),
    _set("/mode/{subject}", Calls.set_mode, "Mode", "Mode", "Set a subject's mode", "force"),
    _delete("/mode/{subject}", Calls.drop_mode, "Mode", "Back to the global mode"),
    _read("/contexts", Calls.contexts, "Names", "Contexts"),
    _read("/v1/metadata/id", Calls.metadata_id, "Anything", "Which cluster this is"),
    _read("/v1/metadata/version", Calls.metadata_version, "Anything", "Which version this is"),
    _read("/health", Calls.health, "Anything", "Whether the database answers", open=True),
    _read("/", Calls.root, "Anything", "Whether anybody is there", open=True),
)
