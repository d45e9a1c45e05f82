"""Names, namespaces and aliases (Avro 1.12, "Names").

A name is ASCII, as the specification says; Avro Java's default parser also takes letters of other scripts, its strict
validator does not.
"""

from __future__ import annotations

import re
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)

RULE: Final = "letters, digits and underscores, no digit first"

COMPLEX: Final[frozenset[str]] = frozenset({"record", "error", "enum", "array", "map", "fixed", "union"})
"""Words that open a type and cannot stand for one alone."""


def is_name(text: object) -> bool:
    """Whether this may name a field, a symbol, or a type within its namespace."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def is_full_name(text: str) -> bool:
    """Whether this is a name, or names joined by dots."""
    return all(is_name(part) for part in text.split("."))


def full_name(name: str, namespace: str) -> str:
    """The full name of a type called `name` within `namespace`; a dot in the name overrides the namespace.

    `.User` is `User` in no namespace, as Avro Java reads it.
    """
    if "." in name:
        return name.removeprefix(".") if name.rfind(".") == 0 else name
    return f"{namespace}.{name}" if namespace else name


def short_name(full: str) -> str:
    """The name without its namespace."""
    return full.rpartition(".")[2]


def namespace_of(full: str) -> str:
    """The namespace of a full name; empty where there is none."""
    return full.rpartition(".")[0]
