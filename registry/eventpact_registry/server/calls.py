"""The calls of the REST API: each takes a request apart, asks the rules, and gives the answer as JSON values."""

from __future__ import annotations

import json
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from eventpact_registry.server import errors
from eventpact_registry.server.contexts import DEFAULT, EVERY, is_qualified, qualified, split, within
from eventpact_registry.server.governance import LEVEL
from eventpact_registry.server.metadata import as_json
from eventpact_registry.server.requests import (
    config_changes,
    context,
    flag,
    page,
    parameter,
    path,
    subject,
    submission,
    window,
)
from eventpact_registry.server.rows import GLOBAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from eventpact_registry.server.governance import Governance
    from eventpact_registry.server.picking import Found
    from eventpact_registry.server.registration import Registration
    from eventpact_registry.server.rows import StoredSchema
    from eventpact_registry.server.subjects import Subjects

_ID_DIGITS: Final = 10


class Calls:
    """One method a call; the names and shapes of properties are Confluent's."""

    def __init__(self, registration: Registration, subjects: Subjects, governance: Governance) -> None:
        self._registration = registration
        self._subjects = subjects
        self._governance = governance

    def register(self, request: Request, body: dict[str, Any]) -> Any:
        """POST /subjects/{subject}/versions."""
        found = self._registration.register(subject(request), submission(body), normalize=flag(request, "normalize"))
        answer = {"id": found.version.schema_id, "version": found.version.version, "guid": found.schema.guid}
        return {**answer, **_metadata(found.schema)}

    def lookup(self, request: Request, body: dict[str, Any]) -> Any:
        """POST /subjects/{subject}."""
        return _version(
            self._registration.lookup(
                subject(request),
                submission(body),
                normalize=flag(request, "normalize"),
                deleted=flag(request, "deleted"),
            )
        )

    def subjects(self, request: Request) -> Any:
        """GET /subjects."""
        names = self._subjects.names(
            prefix=_prefix(request), deleted=flag(request, "deleted"), deleted_only=_deleted_only(request)
        )
        return page(request, names)

    def versions(self, request: Request) -> Any:
        """GET /subjects/{subject}/versions."""
        numbers = self._subjects.versions(
            subject(request), deleted=flag(request, "deleted"), deleted_only=_deleted_only(request)
        )
        return page(request, numbers)

    def version(self, request: Request) -> Any:
        """GET /subjects/{subject}/versions/{version}."""
        return _version(self._picked(request))

    def version_text(self, request: Request) -> Any:
        """GET /subjects/{subject}/versions/{version}/schema."""
        return json.loads(self._picked(request).schema.text)

    def latest_with(self, request: Request) -> Any:
        """GET /subjects/{subject}/metadata."""
        keys, values = (request.query_params.getlist(name) for name in ("key", "value"))
        wanted = dict(zip(map(unquote, keys), map(unquote, values), strict=False))  # clients escape them twice
        return _version(self._subjects.latest_with(subject(request), wanted, deleted=flag(request, "deleted")))

    def referenced_by(self, request: Request) -> Any:
        """GET /subjects/{subject}/versions/{version}/referencedby."""
        return page(
            request,
            self._subjects.referenced_by(subject(request), path(request, "version"), deleted=flag(request, "deleted")),
        )

    def delete_subject(self, request: Request) -> Any:
        """DELETE /subjects/{subject}."""
        return self._subjects.delete_subject(subject(request), permanent=flag(request, "permanent"))

    def delete_version(self, request: Request) -> Any:
        """DELETE /subjects/{subject}/versions/{version}."""
        return self._subjects.delete_version(
            subject(request), path(request, "version"), permanent=flag(request, "permanent")
        )

    def schema(self, request: Request) -> Any:
        """GET /schemas/ids/{id}."""
        return _schema(self._subjects.schema(*_id(request)))

    def schema_text(self, request: Request) -> Any:
        """GET /schemas/ids/{id}/schema."""
        return json.loads(self._subjects.schema(*_id(request)).text)

    def schema_of_guid(self, request: Request) -> Any:
        """GET /schemas/guids/{guid}."""
        return _schema(self._subjects.schema_of_guid(path(request, "guid").lower()))

    def ids_of_guid(self, request: Request) -> Any:
        """GET /schemas/guids/{guid}/ids."""
        found = self._subjects.ids_of_guid(path(request, "guid").lower())
        return [{"context": context, "id": schema_id} for context, schema_id in found]

    def schema_subjects(self, request: Request) -> Any:
        """GET /schemas/ids/{id}/subjects."""
        return page(request, list(dict.fromkeys(use["subject"] for use in self._uses(request))))

    def schema_versions(self, request: Request) -> Any:
        """GET /schemas/ids/{id}/versions."""
        return page(request, self._uses(request))

    def schemas(self, request: Request) -> Any:
        """GET /schemas."""
        found = self._subjects.schemas(
            prefix=_prefix(request),
            deleted=flag(request, "deleted"),
            latest_only=flag(request, "latestOnly"),
            window=window(request),
        )
        return [_version(one) for one in found]

    def test(self, request: Request, body: dict[str, Any]) -> Any:
        """POST /compatibility/subjects/{subject}/versions[/{version}]."""
        verdict = self._registration.test(
            subject(request),
            path(request, "version") if "version" in request.path_params else None,
            submission(body),
            normalize=flag(request, "normalize"),
        )
        messages = {"messages": list(verdict.messages)} if flag(request, "verbose") else {}
        return {"is_compatible": verdict.compatible, **messages}

    def level(self, request: Request) -> Any:
        """GET /config[/{subject}]."""
        return _config(self._governance.config(_scope(request), default_to_global=flag(request, "defaultToGlobal")))

    def set_level(self, request: Request, body: dict[str, Any]) -> Any:
        """PUT /config[/{subject}]."""
        changes = config_changes(body)
        self._governance.configure(_scope(request), changes)
        return _config({name: value for name, value in changes.items() if value}, level=LEVEL)

    def drop_level(self, request: Request) -> Any:
        """DELETE /config[/{subject}]."""
        return _config(self._governance.drop_config(_scope(request)))

    def mode(self, request: Request) -> Any:
        """GET /mode[/{subject}]."""
        return {"mode": self._governance.mode(_scope(request), default_to_global=flag(request, "defaultToGlobal"))}

    def set_mode(self, request: Request, body: dict[str, Any]) -> Any:
        """PUT /mode[/{subject}]."""
        mode = self._governance.set_mode(_scope(request), body.get("mode"), force=flag(request, "force"))
        return {"mode": mode}

    def drop_mode(self, request: Request) -> Any:
        """DELETE /mode[/{subject}]."""
        return {"mode": self._governance.drop_mode(_scope(request))}

    def types(self, _: Request) -> Any:
        """GET /schemas/types."""
        return ["AVRO"]

    def contexts(self, _: Request) -> Any:
        """GET /contexts."""
        return self._subjects.contexts()

    def metadata_id(self, _: Request) -> Any:
        """GET /v1/metadata/id."""
        return {"scope": {"path": [], "clusters": {"schema-registry-cluster": "eventpact"}}}

    def metadata_version(self, _: Request) -> Any:
        """GET /v1/metadata/version."""
        return {"version": own_version(), "commitId": ""}

    def health(self, _: Request) -> Any:
        """GET /health: answers once the database does."""
        self._governance.config(GLOBAL, default_to_global=True)
        return {"status": "UP", "version": own_version()}

    def root(self, _: Request) -> Any:
        """GET /: clients use it to see whether anybody is there."""
        return {}

    def _picked(self, request: Request) -> Found:
        return self._subjects.version(subject(request), path(request, "version"), deleted=flag(request, "deleted"))

    def _uses(self, request: Request) -> list[dict[str, Any]]:
        _, wanted = split(_subject_asked(request))
        return [
            {"subject": use.subject, "version": use.version}
            for use in self._subjects.uses(*_id(request), deleted=flag(request, "deleted"))
            if wanted in ("", split(use.subject)[1])
        ]


def _version(found: Found) -> dict[str, Any]:
    version = found.version
    return {"subject": version.subject, "version": version.version, "id": version.schema_id, **_schema(found.schema)}


def _schema(stored: StoredSchema) -> dict[str, Any]:
    """A schema's text and guid, and its references where it has any."""
    references = [{"name": ref.name, "subject": ref.subject, "version": ref.version} for ref in stored.references]
    pinned = {"references": references} if references else {}
    return {"schema": stored.text, **pinned, **_metadata(stored), "guid": stored.guid}


def _metadata(stored: StoredSchema) -> dict[str, Any]:
    return {"metadata": as_json(stored.metadata)} if stored.metadata else {}


def _config(settings: Mapping[str, str], level: str = "compatibilityLevel") -> dict[str, Any]:
    """A configuration; the API names the level in two ways."""
    return {
        level if name == LEVEL else name: value if name == LEVEL else as_json(value) for name, value in settings.items()
    }


def _scope(request: Request) -> str:
    """The subject or the context that a call about levels or modes is about, or the whole registry."""
    return subject(request) if "subject" in request.path_params else qualified(context(request), GLOBAL)


def _id(request: Request) -> tuple[str, int]:
    """The context that a schema is looked for in, and its id there."""
    written = path(request, "id")
    if not (written.isascii() and written.isdigit() and len(written) <= _ID_DIGITS):
        raise errors.not_a_path()
    return split(_subject_asked(request))[0], int(written)


def _subject_asked(request: Request) -> str:
    """The subject of a query, which may be a context alone, or nothing."""
    return within(context(request), parameter(request, "subject") or "")


def _prefix(request: Request) -> str:
    """The prefix of a query: of all contexts, unless it or the path names one."""
    asked = parameter(request, "subjectPrefix")
    inside = context(request)
    if asked is None:
        return EVERY if inside == DEFAULT else qualified(inside, "")
    return asked if is_qualified(asked) else qualified(inside, asked)


def _deleted_only(request: Request) -> bool:
    """Confluent's own name, and the one that its Python client sends."""
    return flag(request, "deletedOnly") or flag(request, "deleted_only")


def own_version() -> str:
    """The version of this distribution."""
    try:
        return metadata.version("eventpact")
    except metadata.PackageNotFoundError:  # run from a source tree
        return "unknown"
