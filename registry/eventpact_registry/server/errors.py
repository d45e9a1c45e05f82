"""The registry's refusals: HTTP status, error code and message as Confluent documents them.

Each function makes the error; the caller raises it. Codes: Confluent Schema Registry API reference, "Errors".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Sequence

INCOMPATIBLE: Final = 409
"""The code of an incompatible schema is its status; the others extend theirs by two digits."""


def _refusal(code: int, message: str) -> RegistryError:
    status = code if code < 1000 else code // 100
    return RegistryError(message, status=status, code=code)


def subject_not_found(subject: str) -> RegistryError:
    """404: the subject has no version (that the request may see)."""
    return _refusal(40401, f"Subject '{subject}' not found.")


def version_not_found(version: object) -> RegistryError:
    """404: the subject has no such version."""
    return _refusal(40402, f"Version {version} not found.")


def schema_not_found(schema_id: int | str | None = None) -> RegistryError:
    """404: no schema has this id or guid, or this text is not registered under the subject."""
    return _refusal(40403, "Schema not found" if schema_id is None else f"Schema {schema_id} not found")


def subject_soft_deleted(subject: str) -> RegistryError:
    """404: a soft deletion of what is soft-deleted already."""
    return _refusal(40404, f"Subject '{subject}' was soft deleted. Set permanent=true to delete permanently")


def subject_not_soft_deleted(subject: str) -> RegistryError:
    """404: a permanent deletion without the soft one before it."""
    return _refusal(40405, f"Subject '{subject}' was not deleted first before being permanently deleted")


def version_soft_deleted(subject: str, version: int) -> RegistryError:
    """404: a soft deletion of what is soft-deleted already."""
    return _refusal(
        40406, f"Subject '{subject}' Version {version} was soft deleted. Set permanent=true to delete permanently"
    )


def version_not_soft_deleted(subject: str, version: int) -> RegistryError:
    """404: a permanent deletion without the soft one before it."""
    return _refusal(
        40407, f"Subject '{subject}' Version {version} was not deleted first before being permanently deleted"
    )


def no_subject_level(subject: str) -> RegistryError:
    """404: the subject has no compatibility level of its own."""
    return _refusal(40408, f"Subject '{subject}' does not have subject-level compatibility configured")


def no_subject_mode(subject: str) -> RegistryError:
    """404: the subject has no mode of its own."""
    return _refusal(40409, f"Subject '{subject}' does not have subject-level mode configured")


def incompatible(subject: str, messages: Sequence[str]) -> RegistryError:
    """409: the schema breaks the subject's compatibility level."""
    details = ", ".join(messages)
    return _refusal(
        INCOMPATIBLE,
        f'Schema being registered is incompatible with an earlier schema for subject "{subject}", details: [{details}]',
    )


def invalid_schema(reason: str) -> RegistryError:
    """422: the schema is not valid, or refers to one that is not there."""
    return _refusal(42201, f"Invalid schema: {reason}")


def reference_not_found(subject: str, version: int) -> RegistryError:
    """422: a reference leads nowhere."""
    return invalid_schema(f'no schema reference found for subject "{subject}" and version {version}')


def schema_type_not_served(schema_type: object) -> RegistryError:
    """422: JSON Schema and Protobuf are not served."""
    return _refusal(42201, f"Invalid schema: this registry serves schemaType AVRO only, not {schema_type}")


def too_complex(parts: int) -> RegistryError:
    """422: the schema would take too long to judge."""
    return invalid_schema(f"more than {parts} named types, fields and symbols")


def invalid_version(version: str) -> RegistryError:
    """422: not a version number."""
    return _refusal(
        42202,
        f"The specified version '{version}' is not a valid version id. "
        'Allowed values are between [1, 2^31-1] and the string "latest"',
    )


def invalid_level() -> RegistryError:
    """422: not a compatibility level."""
    return _refusal(
        42203,
        "Invalid compatibility level. Valid values are none, backward, forward, full, "
        "backward_transitive, forward_transitive, and full_transitive",
    )


def invalid_mode() -> RegistryError:
    """422: not a mode."""
    return _refusal(42204, "Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE, and IMPORT")


def not_permitted(reason: str) -> RegistryError:
    """422: the mode forbids it."""
    return _refusal(42205, reason)


def overwrites(schema_id: int | None) -> RegistryError:
    """422: the id is another schema's, or the schema has another id."""
    return not_permitted(f"Overwrite new schema with id {schema_id} is not permitted.")


def referenced(subject: str, version: int) -> RegistryError:
    """422: other schemas refer to what would be deleted."""
    return _refusal(
        42206,
        f"One or more references exist to the schema {{magic=1,keytype=SCHEMA,subject={subject},version={version}}}.",
    )


def invalid_subject(subject: str) -> RegistryError:
    """422: not a subject's name."""
    return _refusal(42208, f"The specified subject '{subject}' is not a valid subject.")


def not_served(what: str) -> RegistryError:
    """422: rules and the like are not served; to drop them silently would be worse."""
    return _refusal(42210, f"Invalid ruleset: this registry does not serve {what}")


def not_a_path() -> RegistryError:
    """404: the path leads nowhere."""
    return _refusal(404, "HTTP 404 Not Found")


def unauthorized() -> RegistryError:
    """401: nobody known is asking."""
    return _refusal(401, "Unauthorized: this registry asks for a user and password, or for a token")


def forbidden(user: str) -> RegistryError:
    """403: the user may only read."""
    return _refusal(403, f"Forbidden: user {user} may only read")


def malformed(reason: str) -> RegistryError:
    """400: the body is not what the call takes."""
    return _refusal(400, reason)


def too_large(limit: int) -> RegistryError:
    """413: the body is over the limit, in bytes."""
    return _refusal(413, f"The request body is over the limit of {limit} bytes")


def unsupported_media_type() -> RegistryError:
    """415: the body is neither JSON nor the registry's own types."""
    return _refusal(415, "HTTP 415 Unsupported Media Type")


def store_failure(reason: str) -> RegistryError:
    """500: SQLite failed; nothing was written."""
    return _refusal(50001, f"Error in the backend data store: {reason}")


def store_timeout() -> RegistryError:
    """500: another process holds the database for too long; nothing was written."""
    return _refusal(50002, "Operation timed out: another process holds the database")
