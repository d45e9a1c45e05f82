"""Names, namespaces and aliases (Avro 1.12, "Names").

A name is ASCII, as the specification says; Avro Java's default parser also takes letters of other scripts, its strict
validator does not.
"""

from __future__ import annotations

from typing import Final

RULE: Final = "letters, digits and underscores, no digit first"

COMPLEX: Final[frozenset[str]] = frozenset({"record", "error", "enum", "array", "map", "fixed", "union"})
"""Words that open a type and cannot stand for one alone."""


def is_name(text: object) -> bool:
    """Whether this may name a field, a symbol, or a type within its namespace."""
    # What Python calls an identifier is an Avro name, as far as it is ASCII; asking so is faster than a pattern.
    return isinstance(text, str) and text.isascii() and text.isidentifier()


def is_full_name(text: str) -> bool:
    """Whether this is a name, or names joined by dots."""
    return text.isascii() and all(map(str.isidentifier, text.split(".")))


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
