"""Avro names as TypeScript names. Properties keep theirs, which are those of the JSON; types and modules follow rules.

| Avro | TypeScript |
|---|---|
| record or enum `MessageSent` | type `MessageSent` |
| record `string`, `class`, `keyof` | types `string_`, `class_`, `keyof_` |
| namespace segment `message`, `HTTPCalls` | modules `message`, `http-calls` |
| namespace segment `index`, `v1` | modules `index_`, `v1_` |
"""

from __future__ import annotations

import re
from typing import Final

from eventpact_codegen.casing import kebab
from eventpact_codegen.text import Source

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_PATH: Final = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)*\Z")

_KEYWORDS: Final = """
break case catch class const continue debugger default delete do else enum export extends false finally for function if
import in instanceof new null return super switch this throw true try typeof var void while with
implements interface let package private protected public static yield await
"""
"""The last line is reserved in strict mode, and so in every module."""
_TYPE_WORDS: Final = """
any bigint boolean never number object string symbol undefined unknown
abstract accessor as asserts async constructor declare from get global infer intrinsic is keyof module namespace of out
override readonly require satisfies set type unique using
"""
"""Types of the language, and words that mean something where a type stands."""
_RESERVED: Final = frozenset((_KEYWORDS + _TYPE_WORDS).split())
_MODULES: Final = frozenset({"avro", "groups", "index", "topics"})
_VERSION_MODULE: Final = re.compile(r"v\d+\Z")


def identifier(name: str) -> Source:
    """A name that may be declared as a type.

    Raises:
        ValueError: it is no ASCII identifier, or reserved. Nothing from a contract gets past this.
    """
    if not _IDENTIFIER.match(name) or name in _RESERVED:
        raise ValueError(f"{name!r} is no name of a type in TypeScript")
    return Source(name)


def property_name(name: str) -> Source:
    """A name of a property, which may be a reserved word.

    Raises:
        ValueError: it is no ASCII identifier.
    """
    if not _IDENTIFIER.match(name):
        raise ValueError(f"{name!r} is no name of a property in TypeScript")
    return Source(name)


def module_path(path: str) -> Source:
    """A module's path below `src`, without ending.

    Raises:
        ValueError: it holds what no module is called.
    """
    if not _PATH.match(path):
        raise ValueError(f"{path!r} is no path of a module")
    return Source(path)


def type_name(name: str) -> str:
    """The type of a record or an enum."""
    return f"{name}_" if name in _RESERVED else name


def module(relative_namespace: str) -> str:
    """The module of a namespace inside the system's, `message` or `message.inner`."""
    name = "-".join(kebab(segment).strip("-") for segment in relative_namespace.split(".")).strip("-") or "module"
    return f"{name}_" if name in _MODULES or _VERSION_MODULE.match(name) else name
