"""The embedded registry over HTTP: its operations as one ASGI application.

What only reads runs in the event loop: indexed look-ups of microseconds. What parses, judges or writes runs in a worker
thread, one writer at a time, unless it is quickly done (`pace`). Between uvicorn and an operation stands nothing but
this module: middlewares, and routes tried in turn, would cost more than a look-up does.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Final, TypeAlias

from starlette.requests import Request

from eventpact.errors import RegistryError
from eventpact_registry.server import errors, openapi
from eventpact_registry.server.access import Access
from eventpact_registry.server.answers import FAILURE, Answer, as_json, refusal, wrong_method
from eventpact_registry.server.calls import Calls, own_version
from eventpact_registry.server.governance import Governance
from eventpact_registry.server.library import Library
from eventpact_registry.server.limits import Limits
from eventpact_registry.server.observing import MEDIA_TYPE, ROUTE, Metrics, log
from eventpact_registry.server.operations import OPERATIONS
from eventpact_registry.server.pace import Pace, TakesLonger
from eventpact_registry.server.paths import path_as_sent
from eventpact_registry.server.registration import Registration
from eventpact_registry.server.requests import read_body
from eventpact_registry.server.routing import Routes
from eventpact_registry.server.store import Store
from eventpact_registry.server.subjects import Subjects

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

    from eventpact_registry.server.operations import Operation
    from eventpact_registry.server.users import Users

    Endpoint: TypeAlias = Callable[[Request], Awaitable[Answer]]

_log = logging.getLogger(__name__)

_THREADS: Final = 40
"""How many requests may parse, judge or wait for the database side by side."""


class App:
    """The registry as an ASGI application on `database`, a file or `:memory:`.

    Args:
        database: where schemas are kept.
        users: who may use it; everybody when None.
        limits: how large requests may be.

    Raises:
        EventPactError: the database cannot be opened.
    """

    def __init__(
        self, database: str | Path = ":memory:", *, users: Users | None = None, limits: Limits | None = None
    ) -> None:
        self.store = Store(database)
        self._limits = limits or Limits()
        self._metrics, self._access = Metrics(self.store), Access(users)
        library, subjects, governance = Library(), Subjects(self.store), Governance(self.store)
        self._calls = {
            pace: Calls(Registration(self.store, self._limits, library, pace), subjects, governance) for pace in Pace
        }
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="eventpact-registry")
        self._routes = Routes(self._endpoints())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, count it, and log it."""
        if scope["type"] != "http":
            # How ASGI has a server told that an application takes no part in its life span, or in WebSockets.
            raise NotImplementedError(f"the registry speaks http, not {scope['type']}")
        began, answer = perf_counter(), FAILURE
        try:
            answer = await self._answer(Request(scope, receive))
        finally:  # before the answer is sent: who has one finds it counted
            seconds = perf_counter() - began
            self._metrics.answered(scope["method"], scope.get(ROUTE, "none"), answer.status, seconds)
            log(scope, answer.status, seconds)
        await answer.send(send)

    def close(self) -> None:
        """Close the database; what runs in threads ends with an error."""
        self._threads.shutdown(wait=False)
        self.store.close()

    async def _answer(self, request: Request) -> Answer:
        try:
            endpoints, request.scope["path_params"] = self._routes.find(path_as_sent(request.scope))
            if endpoints is None:
                return refusal(errors.not_a_path())
            endpoint = endpoints.get(request.method)
            return wrong_method(", ".join(endpoints)) if endpoint is None else await endpoint(request)
        except RegistryError as error:
            return refusal(error)
        except Exception:  # noqa: BLE001 - whatever is wrong with us, the client gets an answer and the log the cause
            _log.exception("%s %s failed", request.method, request.url.path)
            return FAILURE

    def _endpoints(self) -> dict[str, dict[str, Endpoint]]:
        """What answers, by path and by method."""
        described = as_json(openapi.document(OPERATIONS, own_version()))
        table: dict[str, dict[str, Endpoint]] = {
            "/openapi.json": {"GET": _fixed(Answer(described.body, media_type="application/json"))},
            "/metrics": {"GET": self._exposed},
        }
        for operation in OPERATIONS:
            table.setdefault(operation.path, {})[operation.method] = self._endpoint(operation)
        for methods in table.values():
            if "GET" in methods:
                methods["HEAD"] = methods["GET"]
        return table

    def _endpoint(self, operation: Operation) -> Endpoint:
        """What answers an operation: admits, reads the body, calls."""
        call, at_once = (partial(operation.call, self._calls[pace]) for pace in (Pace.UNHURRIED, Pace.AT_ONCE))

        async def endpoint(request: Request) -> Answer:
            request.scope[ROUTE] = operation.path
            if not operation.open:
                await self._access.admit(request, writes=operation.writes)
            arguments = (request, await read_body(request, self._limits.body)) if operation.takes else (request,)
            if not operation.waits:
                return as_json(call(*arguments))
            if operation.at_once:
                with suppress(TakesLonger):
                    return as_json(at_once(*arguments))
            return as_json(await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments))

        return endpoint

    async def _exposed(self, request: Request) -> Answer:
        await self._access.admit(request, writes=False)
        return Answer(self._metrics.exposition(), media_type=MEDIA_TYPE)


def _fixed(answer: Answer) -> Endpoint:
    async def endpoint(_: Request) -> Answer:
        return answer

    return endpoint
