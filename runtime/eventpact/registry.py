"""What the schema registry's client raises, translated here with what to do about it."""

from __future__ import annotations

from contextlib import contextmanager
from json import JSONDecodeError
from typing import TYPE_CHECKING, Final

from eventpact.errors import EventPactError, NotRegistered, RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from confluent_kafka.schema_registry import SchemaRegistryError

_ADVICE: Final[Mapping[int, str]] = {
    401: "check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD, or SCHEMA_REGISTRY_TOKEN",
    403: "the user lacks this right on the registry",
    404: "check that SCHEMA_REGISTRY_URL ends where the registry's API starts",
}
"""HTTP status to what to do about it."""

_NO_REGISTRY: Final = "something else answers there, or the registry is down: check SCHEMA_REGISTRY_URL"

_UNREACHED: Final = "check SCHEMA_REGISTRY_URL, and that the registry runs"

_TLS: Final[Mapping[str, str]] = {
    "certificate has expired": "the registry's certificate has to be renewed there",
    "CERTIFICATE_VERIFY_FAILED": "check SCHEMA_REGISTRY_SSL_CA_LOCATION",
    "CERTIFICATE_REQUIRED": "check SCHEMA_REGISTRY_SSL_CERTIFICATE_LOCATION and SCHEMA_REGISTRY_SSL_KEY_LOCATION",
    "WRONG_VERSION_NUMBER": "the registry speaks no TLS there: begin SCHEMA_REGISTRY_URL with http",
}
"""Words of an error of TLS to what to do about it; the first that is found counts."""

_NO_CODES: Final = frozenset({None, -1, 404})
"""What stands for a registry's error code where something else answered, or the registry has no such path."""


@contextmanager
def translated(url: str, doing: str) -> Iterator[None]:
    """Raise what the client raises inside the block as `RegistryError`; `doing` completes "cannot …".

    What a registry does not know, by a code of its own (404xx), is `NotRegistered`.
    """
    from confluent_kafka.schema_registry import SchemaRegistryError  # noqa: PLC0415 - loading it takes 0.3 s

    try:
        yield
    except EventPactError:  # a secret's file cannot be read, which has nothing to do with who answers
        raise
    except SchemaRegistryError as error:
        raise _refusal(url, doing, error) from error
    except JSONDecodeError as error:
        raise RegistryError(
            f"cannot {doing}: what answers at {url} is no schema registry: check SCHEMA_REGISTRY_URL"
        ) from error
    except Exception as error:  # its HTTP library's errors pass through the client, whichever library that is
        reason = str(error) or type(error).__name__
        todo = next((todo for words, todo in _TLS.items() if words in reason), _UNREACHED)
        raise RegistryError(f"cannot {doing}: no schema registry answers at {url} ({reason}): {todo}") from error


def _refusal(url: str, doing: str, error: SchemaRegistryError) -> RegistryError:
    status, code = error.http_status_code, error.error_code
    known = code not in _NO_CODES
    answer = f"{error.error_message} ({code})" if known else str(status)
    said = f"cannot {doing}: the registry at {url} says {answer}"
    if known and code // 100 == 404:
        return NotRegistered(said, status=status, code=code)
    advice = _ADVICE.get(status, "" if known else _NO_REGISTRY)
    return RegistryError(f"{said}: {advice}" if advice else said, status=status, code=code)
