"""Fields are named in one of two styles."""

import re
from typing import Final

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import RecordField

_CAMEL: Final = re.compile(r"[a-z][A-Za-z0-9]*", re.ASCII)
_SNAKE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)


def _differs(name: str, other: str) -> bool:
    """Whether a name in snake_case stands beside one in camelCase; one word is both."""
    return "_" in name and "_" not in other and other != other.lower()


@rule("FIELD_NAME", Severity.WARNING)
def field_name(found: RecordField) -> Verdict | None:
    """A field is named neither in camelCase nor in snake_case, or not as the other fields of its record.

    Anti-pattern: `UserID` beside `created_at`.
    Best practice: one style in a system; generated attributes are in snake_case either way.
    """
    name = found.field.name
    if not (_CAMEL.fullmatch(name) or _SNAKE.fullmatch(name)):
        return Verdict(f"field {found.path} is neither in camelCase nor in snake_case", "rename it with an alias")
    other = next((field.name for field in found.record.fields if _differs(name, field.name)), None)
    if other is None:
        return None
    return Verdict(
        f"field {found.path} is in snake_case, and {other} beside it in camelCase", "choose one of the styles"
    )
