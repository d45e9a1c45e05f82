"""Paths as the registry's clients send them: with escaped slashes in subjects, and with a context in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from eventpact_registry.server.contexts import context_name
from eventpact_registry.server.requests import CONTEXT

if TYPE_CHECKING:
    from starlette.types import Scope

_CONTEXTS: Final = "/contexts/"


def path_as_sent(scope: Scope) -> str:
    """The path that a request is routed by: as it was sent, so that a subject may hold an escaped slash (`a%2Fb`).

    `/contexts/.dev/subjects` becomes `/subjects`, with `.dev` kept in the scope for whoever reads subjects.
    """
    path: str = scope["raw_path"].decode("latin-1").rstrip("/") or "/"
    if path.startswith(_CONTEXTS):
        context, _, rest = path.removeprefix(_CONTEXTS).partition("/")
        scope[CONTEXT] = context_name(unquote(context))
        path = f"/{rest}"
    return path
