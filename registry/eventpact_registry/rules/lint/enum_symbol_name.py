"""Symbols of an enum are named in one style."""

import re
from typing import Final

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import EnumType

_STYLES: Final = (re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII), re.compile(r"[a-z][a-z0-9_]*", re.ASCII))


@rule("ENUM_SYMBOL_NAME", Severity.WARNING)
def enum_symbol_name(found: EnumType) -> Verdict | None:
    """The symbols of an enum are written in different styles.

    Anti-pattern: `Sent`, `DELIVERED` and `read` in one enum.
    Best practice: UPPER_CASE as everywhere else, or lower_case where the wire format of old demands it.
    """
    if any(all(style.fullmatch(symbol) for symbol in found.type.symbols) for style in _STYLES):
        return None
    listed = ", ".join(found.type.symbols[:5])
    return Verdict(f"symbols of {found.type.name} mix styles: {listed}", "write all of them like NOT_SENT")
