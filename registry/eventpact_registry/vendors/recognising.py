"""Asks a registry which one it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eventpact.errors import RegistryError
from eventpact_registry.vendors.apicurio import APICURIO, CONTEXTS
from eventpact_registry.vendors.confluent import EMBEDDED, UNKNOWN, confluent, is_embedded

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact_registry.vendors.vendor import Vendor


def recognise(ask: Callable[[str], Any]) -> Vendor:
    """The kind of a registry; `ask` gets a path and gives the answer.

    Raises:
        RegistryError: it does not answer at all.
    """
    version = _text(_answer(ask, "v1/metadata/version"), "version")
    if version:
        cluster = _text(_answer(ask, "v1/metadata/id"), "scope", "clusters", "schema-registry-cluster")
        return EMBEDDED if is_embedded(cluster) else confluent(version)
    return APICURIO if _answer(ask, "contexts") == CONTEXTS else UNKNOWN


def _answer(ask: Callable[[str], Any], path: str) -> Any:
    """The answer, or None from a registry that refuses the question."""
    try:
        return ask(path)
    except RegistryError as error:
        if error.status is None:
            raise
        return None


def _text(answer: Any, *names: str) -> str:
    """The text under these names of nested objects, whatever a registry may have answered."""
    for name in names:
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer if isinstance(answer, str) else ""
