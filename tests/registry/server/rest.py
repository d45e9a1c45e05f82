"""A registry called as any HTTP client would, and schemas in one line."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    media_type: str

    @property
    def code(self) -> int:
        return int(self.body["error_code"])

    @property
    def place(self) -> tuple[int, int]:
        """Id and version of what was registered."""
        return int(self.body["id"]), int(self.body["version"])


class Rest:
    """Calls to one registry: `rest("GET", "/subjects")`."""

    def __init__(self, url: str) -> None:
        self.address = urlsplit(url)

    def __call__(
        self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, media_type: str = MEDIA_TYPE
    ) -> Answer:
        connection = http.client.HTTPConnection(str(self.address.hostname), self.address.port, timeout=20)
        sent = raw if raw is not None else (None if body is None else json.dumps(body).encode())
        try:
            connection.request(method, path, sent, {"Content-Type": media_type})
            response = connection.getresponse()
            return Answer(response.status, json.loads(response.read()), response.headers["Content-Type"])
        finally:
            connection.close()

    def register(self, subject: str, schema: str, *references: tuple[str, str, int], **more: Any) -> Answer:
        return self("POST", f"/subjects/{subject}/versions", submission(schema, *references, **more))


def submission(schema: str, *references: tuple[str, str, int], **more: Any) -> dict[str, Any]:
    """What a client posts; a reference is (name, subject, version)."""
    pins = [{"name": name, "subject": subject, "version": version} for name, subject, version in references]
    return {"schema": schema, "references": pins, **more}


def record(name: str, *fields: str) -> str:
    """A record from fields written `name: type` or `name: type = default`."""
    return json.dumps({"type": "record", "name": name, "fields": [_field(field) for field in fields]})


def _field(written: str) -> dict[str, Any]:
    declared, _, default = written.partition(" = ")
    name, _, kind = declared.partition(": ")
    return {"name": name, "type": kind, **({"default": default} if default else {})}
