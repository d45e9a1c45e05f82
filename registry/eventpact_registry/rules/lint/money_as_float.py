"""Money is a decimal."""

import re
from typing import Final

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.naming import named_like
from eventpact_registry.rules.subjects import RecordField

_is_money: Final = named_like(re.compile(r"(?:\A|_|(?<=[a-z]))(?i:amount|price|cost|balance|fee|salary|revenue)\Z"))


@rule("MONEY_AS_FLOAT", Severity.ERROR)
def money_as_float(found: RecordField) -> Verdict | None:
    """A field that is named like an amount of money is a binary floating point number.

    0.1 and 0.2 do not add up to 0.3 in binary, and a sum over many events is off by more than a cent.

    Anti-pattern: `"price": "double"`.
    Best practice: `decimal` with a precision and scale on bytes, and the currency beside it.
    """
    if not _is_money(found.field.name) or not any(schema.kind in {"float", "double"} for schema in found.types):
        return None
    hint = 'use `"logicalType": "decimal"` on bytes, with `precision` and `scale`, and a field for the currency'
    return Verdict(f"field {found.path} is named like money, but is a floating point number", hint)
