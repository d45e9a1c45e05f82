"""The embedded registry over HTTP: its operations as routes of an ASGI application.

What only reads runs in the event loop: indexed look-ups of microseconds. What parses, judges or writes runs in a worker
thread, one writer at a time.
"""

from __future__ import annotations

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from eventpact.errors import RegistryError
from eventpact_registry.server import openapi
from eventpact_registry.server.access import Access
from eventpact_registry.server.calls import Calls, own_version
from eventpact_registry.server.governance import Governance
from eventpact_registry.server.limits import Limits
from eventpact_registry.server.observing import MEDIA_TYPE, ROUTE, Metrics, Observed
from eventpact_registry.server.operations import OPERATIONS
from eventpact_registry.server.paths import PathsAsSent
from eventpact_registry.server.requests import read_body
from eventpact_registry.server.service import Service
from eventpact_registry.server.store import Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from pathlib import Path

    from starlette.requests import Request

    from eventpact_registry.server.operations import Operation
    from eventpact_registry.server.users import Users

    Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

_log = logging.getLogger(__name__)

_THREADS: Final = 40
"""How many requests may parse, judge or wait for the database side by side."""

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def create_app(
    database: str | Path = ":memory:", *, users: Users | None = None, limits: Limits | None = None
) -> Starlette:
    """The registry as an ASGI application on `database`, a file or `:memory:`.

    Args:
        database: where schemas are kept.
        users: who may use it; everybody when None.
        limits: how large requests may be.

    Raises:
        EventPactError: the database cannot be opened.
    """
    store = Store(database)
    limits = limits or Limits()
    metrics, access = Metrics(store), Access(users)
    calls = Calls(Service(store, limits), Governance(store))
    threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="eventpact-registry")
    described = openapi.document(OPERATIONS, own_version())
    app = Starlette(
        routes=[
            *_routes({one: _endpoint(one, calls, access, limits, threads) for one in OPERATIONS}),
            Route("/openapi.json", _fixed(described)),
            Route("/metrics", _metrics(metrics, access)),
        ],
        exception_handlers={RegistryError: _refused, HTTPException: _http_error},
    )
    app.add_middleware(PathsAsSent)
    app.add_middleware(Observed, metrics)
    app.state.store = store
    app.state.threads = threads
    return app


class _Json(Response):
    """A response in the registry's media type."""

    media_type = openapi.JSON

    def render(self, content: Any) -> bytes:
        # Half a surrogate pair, which an error may quote, is escaped: as `\\ud800`, which is JSON's way too.
        return _ENCODER.encode(content).encode(errors="backslashreplace")


def _routes(endpoints: Mapping[Operation, Endpoint]) -> Iterator[Route]:
    """One route a path, so that what it does not take is refused with all methods that it does."""
    for path in dict.fromkeys(operation.path for operation in endpoints):
        methods = {operation.method: endpoint for operation, endpoint in endpoints.items() if operation.path == path}
        yield Route(path, _by_method(methods), methods=list(methods))


def _by_method(endpoints: Mapping[str, Endpoint]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await endpoints[method](request)

    return endpoint


def _endpoint(
    operation: Operation, calls: Calls, access: Access, limits: Limits, threads: ThreadPoolExecutor
) -> Endpoint:
    """What answers an operation: admits, reads the body, calls, and turns faults of ours into a 500."""
    call = partial(operation.call, calls)

    async def endpoint(request: Request) -> Response:
        request.scope[ROUTE] = operation.path
        if not operation.open:
            await access.admit(request, writes=operation.writes)
        arguments = (request, await read_body(request, limits.body)) if operation.takes else (request,)
        try:
            if not operation.waits:
                return _Json(call(*arguments))
            return _Json(await asyncio.get_running_loop().run_in_executor(threads, call, *arguments))
        except RegistryError:
            raise
        except Exception:  # noqa: BLE001 - whatever is wrong with us, the client gets an answer and the log the cause
            _log.exception("%s %s failed", request.method, request.url.path)
            return _Json({"error_code": 500, "message": "Internal server error: see the registry's log"}, 500)

    return endpoint


def _fixed(content: Any) -> Endpoint:
    answer = _Json(content, media_type="application/json")

    async def endpoint(_: Request) -> Response:
        return answer

    return endpoint


def _metrics(metrics: Metrics, access: Access) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        await access.admit(request, writes=False)
        return Response(metrics.exposition(), media_type=MEDIA_TYPE)

    return endpoint


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RegistryError)  # noqa: S101 - Starlette picks the handler by the error's type
    headers = {"WWW-Authenticate": 'Basic realm="schema registry", Bearer'} if error.status == 401 else None
    return _Json({"error_code": error.code, "message": str(error)}, error.status or 500, headers)


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette picks the handler by the error's type
    message = f"HTTP {error.status_code} {error.detail}"
    return _Json({"error_code": error.status_code, "message": message}, error.status_code, error.headers)
