"""The OpenAPI document of the registry, made from its table of operations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eventpact_registry.server.operations import Operation

JSON: Final = "application/vnd.schemaregistry.v1+json"
"""The registry's media type."""

AVRO: Final = "avro-schema"
"""The format of texts that are Avro schemas."""

_INT: Final = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
_PIN: Final = {**_INT, "minimum": -1}
_GIVEN: Final = {**_PIN, "type": ["integer", "null"]}
_POSITION: Final = {"type": "integer", "minimum": -(2**31) + 1, "maximum": 2**31 - 1}
_TEXT: Final = {"type": "string"}
_TRUTH: Final = {"type": "boolean"}
_FLAG: Final = {"type": ["boolean", "string"], "description": "True in any case of letters; whatever else means false."}
_NAMES: Final = {"type": "array", "items": _TEXT}
_NUMBERS: Final = {"type": "array", "items": _INT}
_LEVELS: Final = {
    "type": "string",
    "enum": [
        "NONE",
        "BACKWARD",
        "BACKWARD_TRANSITIVE",
        "FORWARD",
        "FORWARD_TRANSITIVE",
        "FULL",
        "FULL_TRANSITIVE",
    ],
}
_MODES: Final = {"type": "string", "enum": ["READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT"]}


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": {**required, **optional}}


def _list(component: str) -> dict[str, Any]:
    return {"type": "array", "items": _reference(component)}


def _reference(component: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{component}"}


_CONFIG_METADATA: Final = {name: _reference("Metadata") for name in ("defaultMetadata", "overrideMetadata")}

_COMPONENTS: Final[dict[str, Any]] = {
    "Reference": _object({"name": _TEXT, "subject": _TEXT, "version": {**_PIN, "description": "-1 is the newest."}}),
    "Submission": _object(
        {"schema": {**_TEXT, "format": AVRO, "description": "An Avro schema as JSON text."}},
        schemaType={"enum": ["AVRO", "", None]},
        references={**_list("Reference"), "type": ["array", "null"]},
        metadata=_reference("Metadata"),
        id={**_GIVEN, "description": "The id to register under, in IMPORT mode only; 0 and -1 are none."},
        version={
            **_GIVEN,
            "description": "The version to register as: the next one, or any in IMPORT mode; 0 and -1 are none.",
        },
    ),
    "Metadata": {
        "type": ["object", "null"],
        "properties": {
            "tags": {"type": ["object", "null"], "additionalProperties": _NAMES},
            "properties": {"type": ["object", "null"], "additionalProperties": _TEXT},
            "sensitive": {**_NAMES, "type": ["array", "null"]},
        },
    },
    "Registered": _object({"id": _INT, "version": _INT, "guid": _TEXT}, metadata=_reference("Metadata")),
    "Schema": _object({"schema": _TEXT, "guid": _TEXT}, references=_list("Reference"), metadata=_reference("Metadata")),
    "Version": _object(
        {"subject": _TEXT, "version": _INT, "id": _INT, "schema": _TEXT, "guid": _TEXT},
        references=_list("Reference"),
        metadata=_reference("Metadata"),
    ),
    "Versions": _list("Version"),
    "Uses": {"type": "array", "items": _object({"subject": _TEXT, "version": _INT})},
    "Ids": {"type": "array", "items": _object({"context": _TEXT, "id": _INT})},
    "Names": _NAMES,
    "Numbers": _NUMBERS,
    "Number": _INT,
    "Avro": {"description": "An Avro schema."},
    "Verdict": _object({"is_compatible": _TRUTH}, messages=_NAMES),
    "Level": _object({}, compatibilityLevel=_LEVELS, **_CONFIG_METADATA),
    "LevelSet": _object({}, compatibility=_LEVELS, **_CONFIG_METADATA),
    "LevelWanted": {
        **_object({}, compatibility={"enum": [*_LEVELS["enum"], None]}, **_CONFIG_METADATA),
        "anyOf": [{"required": [name]} for name in ("compatibility", *_CONFIG_METADATA)],
    },
    "Mode": _object({"mode": _MODES}),
    "Anything": {"type": "object"},
    "Error": _object({"error_code": {"type": "integer"}, "message": _TEXT}),
}
"""What bodies and answers look like."""

_REFUSED: Final = {"description": "Refused, see `message`.", "content": {JSON: {"schema": _reference("Error")}}}

_IN_PATH: Final[dict[str, dict[str, Any]]] = {
    "subject": {**_TEXT, "minLength": 1},
    "version": {"type": "string", "pattern": "^(latest|-1|[1-9][0-9]{0,8})$"},
    "id": _INT,
    "guid": _TEXT,
}

_IN_QUERY: Final[dict[str, dict[str, Any]]] = {
    "subject": _TEXT,
    "subjectPrefix": _TEXT,
    "key": _NAMES,
    "value": _NAMES,
    "offset": {**_POSITION, "description": "How many to pass over; less than 0 means none."},
    "limit": {**_POSITION, "description": "How many to give; less than 0 means all."},
}
"""The parameters of queries that are no flags."""


def document(operations: Iterable[Operation], version: str) -> dict[str, Any]:
    """The document of these operations, in OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "eventpact schema registry",
            "version": version,
            "description": "Confluent Schema Registry's REST API, for Avro.",
        },
        "paths": paths,
        "components": {
            "schemas": _COMPONENTS,
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
        "security": [{}, {"basic": []}, {"bearer": []}],
    }


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{operation.call.__name__}{'_of_subject' if '{subject}' in operation.path else ''}"
        f"{'_of_version' if '{version}' in operation.path else ''}",
        "summary": operation.summary,
        "parameters": [*_path_parameters(operation), *_query_parameters(operation)],
        "responses": {
            "200": {"description": operation.summary, "content": {JSON: {"schema": _reference(operation.gives)}}},
            **{str(status): _REFUSED for status in sorted(_refusals(operation))},
        },
    }
    if operation.takes:
        content = {media: {"schema": _reference(operation.takes)} for media in (JSON, "application/json")}
        described["requestBody"] = {"required": True, "content": content}
    if operation.open:
        described["security"] = []
    return described


def _refusals(operation: Operation) -> set[int]:
    """The statuses with which an operation may refuse."""
    statuses = {500}
    if not operation.open:
        statuses.add(401)
    if operation.writes:
        statuses |= {403, 422}
    if operation.takes:
        statuses |= {400, 409, 413, 415, 422}
    if "offset" in operation.query:
        statuses.add(400)
    if "{" in operation.path:
        statuses |= {400, 404, 422}
    return statuses


def _path_parameters(operation: Operation) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", operation.path):
        yield {"name": name, "in": "path", "required": True, "schema": _IN_PATH[name]}


def _query_parameters(operation: Operation) -> Iterable[dict[str, Any]]:
    for name in operation.query:
        yield {"name": name, "in": "query", "schema": _IN_QUERY.get(name, _FLAG)}
