"""Paths as the registry's clients send them: with escaped slashes in subjects, and with a context in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from eventpact_registry.server.contexts import context_name
from eventpact_registry.server.requests import CONTEXT

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_CONTEXTS: Final = "/contexts/"


class PathsAsSent:
    """Routes on the path as it was sent, so that a subject may hold an escaped slash (`a%2Fb`).

    `/contexts/.dev/subjects` becomes `/subjects`, with `.dev` kept beside it for whoever reads subjects.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with its path made ready for the routes."""
        if scope["type"] == "http" and scope.get("raw_path"):
            path = scope["raw_path"].decode("latin-1").rstrip("/") or "/"
            if path.startswith(_CONTEXTS):
                context, _, rest = path.removeprefix(_CONTEXTS).partition("/")
                scope[CONTEXT] = context_name(unquote(context))
                path = f"/{rest}"
            scope["path"] = path
        await self._app(scope, receive, send)
