"""Answers to HTTP requests, each with its body whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eventpact_registry.server.openapi import JSON

if TYPE_CHECKING:
    from starlette.types import Send

    from eventpact.errors import RegistryError

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

_CHALLENGE: Final = (("WWW-Authenticate", 'Basic realm="schema registry", Bearer'),)
"""What goes with a 401 (RFC 9110, section 11.6.1)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers and a body."""

    body: bytes
    status: int = 200
    media_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    """Beside the body's length and media type."""

    async def send(self, send: Send) -> None:
        """Send it as ASGI has it."""
        headers = [
            (b"content-length", b"%d" % len(self.body)),
            (b"content-type", self.media_type.encode("latin-1")),
            *((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def as_json(content: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """JSON values in the registry's media type."""
    # Half a surrogate pair, which an error may quote, is escaped: as `\\ud800`, which is JSON's way too.
    return Answer(_ENCODER.encode(content).encode(errors="backslashreplace"), status, headers=headers)


def refusal(error: RegistryError) -> Answer:
    """An error as clients know it."""
    content = {"error_code": error.code, "message": str(error)}
    return as_json(content, error.status or 500, _CHALLENGE if error.status == 401 else ())


def wrong_method(allowed: str) -> Answer:
    """405, with the methods that the path takes (RFC 9110, section 15.5.6)."""
    return as_json({"error_code": 405, "message": "HTTP 405 Method Not Allowed"}, 405, (("Allow", allowed),))


FAILURE: Final = as_json({"error_code": 500, "message": "Internal server error: see the registry's log"}, 500)
"""What a client learns of a fault of ours."""
