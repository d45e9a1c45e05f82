"""Avro names as Python names: a fixed rule for each kind, so that a reader can foresee what a field will be called.

| Avro | Python |
|---|---|
| field `userId`, `HTTPCode`, `sha256Hash` | `user_id`, `http_code`, `sha256_hash` (or as it is: `field-names: avro`) |
| field `class`, `self`, `validate`, `contract` (of an event) | `class_`, `self_`, `validate_`, `contract_` |
| field `__init__`, `__secret` | `_init`, `_secret`: Python mangles or reserves names with two leading underscores |
| record `None`, `list`, `Exception` | `None_`, `list_`, `Exception_` |
| symbol `mro`, `title`, `class`, `_ignore_` | `mro_`, `title_`, `class_`, `ignore_`; its value stays the Avro symbol |
| namespace segment `class`, `groups`, `v1` | module `class_`, `groups_`, `v1_` |
"""

from __future__ import annotations

import builtins
import keyword
import re
import sys
from typing import Final

from eventpact_codegen.casing import pascal, snake
from eventpact_codegen.text import Source

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

_BUILTINS: Final = frozenset(dir(builtins))
_ATTRIBUTES: Final = frozenset({"self", "MISSING", "_HAS_DEFAULT_FACTORY"})
"""Names that the methods which `dataclass` writes use for themselves."""
_DATACLASS_LOCALS: Final = re.compile(r"_(dflt|type|return_type)(_|\Z)")
RECORD_ATTRIBUTES: Final = frozenset({"to_json", "from_json", "validate"})
"""Names that every class of a record has from `eventpact.Record`; a test holds the list to it."""
EVENT_ATTRIBUTES: Final = RECORD_ATTRIBUTES | {"contract"}
"""The same for `eventpact.Event`."""
_SYMBOLS: Final = frozenset(name for name in dir(str) if not name.startswith("_")) | {"mro", "name", "value"}
"""What a member of a `StrEnum` must not be called: it would hide a method of `str` or of the class."""
_MODULES: Final = frozenset({"groups", "producer", "schemas", "topics"})
_VERSION_MODULE: Final = re.compile(r"v\d+\Z")
_METHODS: Final = frozenset({"on_gap", "on_tombstone", "on_unknown"})
"""Hooks of `eventpact.Group`, which a handler must not replace; a test holds the list to the class."""


def identifier(name: str) -> Source:
    """A name that may stand in source.

    Raises:
        ValueError: it is no ASCII identifier, or a keyword. Nothing from a contract gets past this.
    """
    if not is_identifier(name):
        raise ValueError(f"{name!r} is no Python identifier")
    return Source(name)


def is_identifier(name: str) -> bool:
    """Whether a name may stand in source."""
    return _IDENTIFIER.match(name) is not None and not keyword.iskeyword(name)


def is_importable(package: str) -> bool:
    """Whether a package may be called so: an identifier that hides no module of Python's own and not the runtime."""
    return is_identifier(package) and package not in sys.stdlib_module_names and not package.startswith("eventpact")


def attribute(name: str, *, keep: bool, reserved: frozenset[str] = frozenset()) -> str:
    """The attribute of a field."""
    spelled = name if keep else snake(name)
    if spelled.startswith("__") or _DATACLASS_LOCALS.match(spelled):
        spelled = "_" + (spelled.strip("_") or "")
        if _DATACLASS_LOCALS.match(spelled):
            spelled = spelled[1:]
    return _underscored(spelled, _ATTRIBUTES | reserved)


def class_name(name: str) -> str:
    """The class of a record or an enum."""
    if name.startswith("__"):
        name = "_" + name.strip("_")
    return _underscored(name, _BUILTINS)


def group_class(name: str) -> str:
    """The class of a consumer group, whose name begins with a letter."""
    return _underscored(pascal(name), _BUILTINS)


def member(symbol: str) -> str:
    """The member of an enum's symbol."""
    if symbol.startswith("__") or (symbol.startswith("_") and symbol.endswith("_")):
        return (symbol.strip("_") or "symbol") + "_"
    return _underscored(symbol, _SYMBOLS)


def module(relative_namespace: str) -> str:
    """The module of a namespace inside the system's, `message` or `message.inner`."""
    name = "_".join(snake(segment).strip("_") for segment in relative_namespace.split("."))
    return _underscored(name or "module", _MODULES, _VERSION_MODULE)


def handler(event_name: str) -> str:
    """The method of a group that takes an event."""
    return _underscored(f"on_{snake(event_name).strip('_')}", _METHODS)


def codec_name(event_name: str) -> str:
    """What the functions of an event's codec are named after: `message_sent`."""
    return _underscored(snake(event_name), frozenset())


def contract_constant(event_name: str) -> str:
    """`MESSAGE_SENT_CONTRACT`: the ending keeps an event called `Epoch` apart from the names that codecs use."""
    return f"{snake(event_name).upper()}_CONTRACT"


def batch(handler: str) -> str:
    """The method that takes many events at once, beside the one that takes one."""
    return f"{handler}_batch"


def _underscored(name: str, reserved: frozenset[str], pattern: re.Pattern[str] | None = None) -> str:
    taken = keyword.iskeyword(name) or name in reserved or (pattern is not None and pattern.match(name) is not None)
    return f"{name}_" if taken else name
