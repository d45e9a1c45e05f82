"""Fields are named in one of two styles."""

import re
from functools import lru_cache
from typing import Final

from eventpact.avro.model import Record
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import RecordField

_CAMEL: Final = re.compile(r"[a-z][A-Za-z0-9]*", re.ASCII)
_SNAKE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)


@lru_cache(maxsize=8)  # asked for each field of a record, and a record may have thousands
def _first_camel(record: Record) -> str | None:
    """The first field of a record that is plainly in camelCase; one word is also in snake_case."""
    names = (field.name for field in record.fields)
    return next((name for name in names if "_" not in name and name != name.lower()), None)


@rule("FIELD_NAME", Severity.WARNING)
def field_name(found: RecordField) -> Verdict | None:
    """A field is named neither in camelCase nor in snake_case, or not as the other fields of its record.

    Anti-pattern: `UserID` beside `created_at`.
    Best practice: one style in a system; generated attributes are in snake_case either way.
    """
    name = found.field.name
    if not (_CAMEL.fullmatch(name) or _SNAKE.fullmatch(name)):
        return Verdict(f"field {found.path} is neither in camelCase nor in snake_case", "rename it with an alias")
    other = _first_camel(found.record) if "_" in name else None
    if other is None:
        return None
    return Verdict(
        f"field {found.path} is in snake_case, and {other} beside it in camelCase", "choose one of the styles"
    )
