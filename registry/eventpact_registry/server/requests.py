"""Reading requests: bounded bodies, their media type, and the schemas and parameters in them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from eventpact_registry.server import errors
from eventpact_registry.server.contexts import DEFAULT, within
from eventpact_registry.server.governance import DEFAULT_METADATA, LEVEL, OVERRIDE_METADATA
from eventpact_registry.server.metadata import metadata_text
from eventpact_registry.server.registration import Submission
from eventpact_registry.server.rows import Reference

if TYPE_CHECKING:
    from starlette.requests import Request

_MEDIA_TYPES: Final = frozenset(
    {
        "application/vnd.schemaregistry.v1+json",
        "application/vnd.schemaregistry+json",
        "application/json",
        "application/octet-stream",
    }
)
CONTEXT: Final = "eventpact.context"
"""The key of a request's scope under which the context of its path is kept."""

_NUMBER: Final = re.compile("[+-]?[0-9]{1,10}")
_NOT_SERVED: Final = ("alias", "compatibilityGroup", "defaultRuleSet", "overrideRuleSet", "normalize", "validateFields")
"""Settings of a configuration that other registries know."""

_GREATEST_INT: Final = 2**31 - 1


async def read_body(request: Request, limit: int) -> dict[str, Any]:
    """The JSON object in a request's body.

    Raises:
        RegistryError: 400, it is none, or the client left before its end; 413, it is over `limit` bytes; 415, it says
            to be something else.
    """
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        raise errors.unsupported_media_type()
    try:
        body = json.loads(await _bytes(request, limit))
    except (ValueError, RecursionError) as error:
        raise errors.malformed(f"The request body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise errors.malformed("The request body is not a JSON object")
    return body


async def _bytes(request: Request, limit: int) -> bytes:
    received = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise errors.malformed("The request body has no end")
        received += message.get("body", b"")
        if len(received) > limit:
            raise errors.too_large(limit)
        if not message.get("more_body"):
            return bytes(received)


def submission(body: dict[str, Any]) -> Submission:
    """The schema in a body.

    Raises:
        RegistryError: 400, a property has the wrong type; 42201, there is no schema or it is not Avro; 42210, it comes
            with rules.
    """
    if body.get("schemaType") not in (None, "", "AVRO"):
        raise errors.schema_type_not_served(body["schemaType"])
    if body.get("ruleSet"):
        raise errors.not_served("ruleSet")
    text = body.get("schema")
    if text is None or text == "":
        raise errors.invalid_schema("Empty schema")
    return Submission(
        text=_text(text, "schema"),
        references=tuple(_reference(item) for item in _listed(body, "references")),
        schema_id=_given(body, "id"),
        version=_given(body, "version"),
        metadata=metadata_text(body.get("metadata"), "metadata"),
    )


def config_changes(body: dict[str, Any]) -> dict[str, str]:
    """The settings in a body, by name; empty ones are to be dropped.

    Raises:
        RegistryError: 400, a property has the wrong type; 42203, there is no level and nothing else; 42210, it asks for
            what is not served.
    """
    for name in _NOT_SERVED:
        if body.get(name):
            raise errors.not_served(name)
    changes: dict[str, str] = {
        name: metadata_text(body[name], name) for name in (DEFAULT_METADATA, OVERRIDE_METADATA) if name in body
    }
    level = body.get(LEVEL)
    if level is None and changes:
        return changes
    if not isinstance(level, str) or not level:
        raise errors.invalid_level()
    return {LEVEL: level.upper(), **changes}


def _listed(body: dict[str, Any], name: str) -> list[Any]:
    items: list[Any] = [] if body.get(name) is None else _typed(body[name], list, name)
    return items


def _reference(item: Any) -> Reference:
    fields = _typed(item, dict, "references")
    return Reference(
        _text(fields.get("name"), "references.name"),
        _text(fields.get("subject"), "references.subject"),
        _whole(fields.get("version"), "references.version"),
    )


def _given(body: dict[str, Any], name: str) -> int | None:
    """A positive number; absent, 0 and -1 mean that none is given."""
    value = body.get(name)
    number = 0 if value is None else _whole(value, name)
    return number if number > 0 else None


def _whole(value: Any, name: str) -> int:
    """A number of 32 bits; to JSON `1.0` is one too."""
    number: int = _typed(int(value) if isinstance(value, float) and value.is_integer() else value, int, name)
    if not -1 <= number <= _GREATEST_INT:
        raise errors.malformed(f"The property {name} is out of range")
    return number


def _text(value: Any, name: str) -> str:
    """A string that can be stored: JSON can write half a surrogate pair, UTF-8 cannot."""
    text: str = _typed(value, str, name)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise errors.malformed(f"The property {name} holds half a surrogate pair, which is no character") from error
    return text


def _typed(value: Any, kind: type[Any], name: str) -> Any:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise errors.malformed(f"The property {name} is not of type {kind.__name__}")
    return value


def path(request: Request, name: str) -> str:
    """A path parameter with its percent-escapes undone.

    Raises:
        RegistryError: 400, the escapes are no UTF-8.
    """
    try:
        return unquote(request.path_params[name], errors="strict")
    except UnicodeDecodeError as error:
        raise errors.malformed(f"The {name} in the path is not UTF-8") from error


def context(request: Request) -> str:
    """The context that the path begins with (`/contexts/.dev/subjects`), or the default one."""
    named: str = request.scope.get(CONTEXT, DEFAULT)
    return named


def subject(request: Request) -> str:
    """The subject that a path names, qualified by the context that it stands in."""
    return within(context(request), path(request, "subject"))


def parameter(request: Request, name: str) -> str | None:
    """A query parameter, if it is given."""
    return request.query_params.get(name) if request.scope["query_string"] else None


def flag(request: Request, name: str) -> bool:
    """A query parameter that is true only when it says so."""
    return (parameter(request, name) or "").lower() == "true"


def page(request: Request, items: list[Any]) -> list[Any]:
    """The part of a list that `offset` and `limit` ask for."""
    return items[window(request)]


def window(request: Request) -> slice:
    """Which part of a list `offset` and `limit` ask for; a negative limit means all."""
    offset = max(_number(request, "offset", 0), 0)
    limit = _number(request, "limit", -1)
    return slice(offset, None if limit < 0 else offset + limit)


def _number(request: Request, name: str, default: int) -> int:
    value = parameter(request, name)
    if value is None:
        return default
    if not _NUMBER.fullmatch(value) or abs(int(value)) > _GREATEST_INT:
        raise errors.malformed(f"The parameter {name} is not a number")
    return int(value)
