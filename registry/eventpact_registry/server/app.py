"""The embedded registry over HTTP: Confluent Schema Registry's REST API, for Avro, as a table of routes.

What only reads runs in the event loop (most are indexed look-ups of microseconds); what parses, judges or writes runs
in a worker thread. It does so under the store's lock, and everybody waits for it: up to a second for the largest
schemas that the body's limit admits.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from eventpact.errors import RegistryError
from eventpact_registry.server.calls import Calls
from eventpact_registry.server.governance import Governance
from eventpact_registry.server.paths import PathsAsSent
from eventpact_registry.server.requests import read_body
from eventpact_registry.server.service import Service
from eventpact_registry.server.store import Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from starlette.requests import Request

    Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

MAX_BODY: Final = 2 * 1024 * 1024
"""Greatest request body, in bytes, unless told otherwise."""

_log = logging.getLogger(__name__)


def create_app(database: str | Path = ":memory:", *, max_body: int = MAX_BODY) -> Starlette:
    """The registry as an ASGI application on `database`, a file or `:memory:`.

    Raises:
        EventPactError: the database cannot be opened.
    """
    store = Store(database)
    app = Starlette(
        routes=_routes(Calls(Service(store), Governance(store)), max_body),
        exception_handlers={RegistryError: _refused, HTTPException: _http_error, Exception: _failed},
    )
    app.add_middleware(PathsAsSent)
    app.state.store = store
    return app


def _routes(calls: Calls, max_body: int) -> list[Route]:
    """The API. What clients call most stands first, because routes are tried in order."""

    def submit(call: Callable[[Request, dict[str, Any]], Any]) -> Endpoint:
        return _submit(call, max_body)

    subject, version, schema = "/subjects/{subject}", "/subjects/{subject}/versions/{version}", "/schemas/ids/{id}"
    table: list[tuple[str, str, Endpoint]] = [
        ("GET", schema, _read(calls.schema)),
        ("GET", version, _read(calls.version)),
        ("POST", subject, submit(calls.lookup)),
        ("POST", f"{subject}/versions", submit(calls.register)),
        ("GET", f"{subject}/versions", _read(calls.versions)),
        ("GET", "/config/{subject}", _read(calls.level)),
        ("GET", "/subjects", _read(calls.subjects)),
        ("DELETE", subject, _change(calls.delete_subject)),
        ("DELETE", version, _change(calls.delete_version)),
        ("GET", f"{version}/schema", _read(calls.version_text)),
        ("GET", f"{version}/referencedby", _read(calls.referenced_by)),
        ("GET", f"{schema}/schema", _read(calls.schema_text)),
        ("GET", f"{schema}/subjects", _read(calls.schema_subjects)),
        ("GET", f"{schema}/versions", _read(calls.schema_versions)),
        ("GET", "/schemas", _read(calls.schemas)),
        ("GET", "/schemas/types", _read(calls.types)),
        ("GET", "/schemas/guids/{guid}", _read(calls.schema_of_guid)),
        ("GET", "/schemas/guids/{guid}/ids", _read(calls.ids_of_guid)),
        ("POST", f"/compatibility{subject}/versions", submit(calls.test)),
        ("POST", f"/compatibility{version}", submit(calls.test)),
        ("GET", "/config", _read(calls.level)),
        ("PUT", "/config", submit(calls.set_level)),
        ("DELETE", "/config", _change(calls.drop_level)),
        ("PUT", "/config/{subject}", submit(calls.set_level)),
        ("DELETE", "/config/{subject}", _change(calls.drop_level)),
        ("GET", "/mode", _read(calls.mode)),
        ("PUT", "/mode", submit(calls.set_mode)),
        ("DELETE", "/mode", _change(calls.drop_mode)),
        ("GET", "/mode/{subject}", _read(calls.mode)),
        ("PUT", "/mode/{subject}", submit(calls.set_mode)),
        ("DELETE", "/mode/{subject}", _change(calls.drop_mode)),
        ("GET", "/contexts", _read(calls.contexts)),
        ("GET", "/v1/metadata/id", _read(calls.metadata_id)),
        ("GET", "/v1/metadata/version", _read(calls.metadata_version)),
        ("GET", "/health", _read(calls.health)),
        ("GET", "/", _read(calls.root)),
    ]
    return [Route(path, endpoint, methods=[method]) for method, path, endpoint in table]


class _Json(Response):
    """A response in the registry's media type."""

    media_type = "application/vnd.schemaregistry.v1+json"

    def render(self, content: Any) -> bytes:
        # Half a surrogate pair, which an error may quote, is escaped: as `\\ud800`, which is JSON's way too.
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")


def _read(call: Callable[[Request], Any]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return _Json(call(request))

    return endpoint


def _change(call: Callable[[Request], Any]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return _Json(await run_in_threadpool(call, request))

    return endpoint


def _submit(call: Callable[[Request, dict[str, Any]], Any], max_body: int) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        body = await read_body(request, max_body)
        return _Json(await run_in_threadpool(call, request, body))

    return endpoint


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RegistryError)  # noqa: S101 - Starlette picks the handler by the error's type
    return _Json({"error_code": error.code, "message": str(error)}, status_code=error.status or 500)


def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette picks the handler by the error's type
    message = f"HTTP {error.status_code} {error.detail}"
    return _Json({"error_code": error.status_code, "message": message}, error.status_code, error.headers)


def _failed(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _Json({"error_code": 500, "message": "Internal server error: see the registry's log"}, status_code=500)
