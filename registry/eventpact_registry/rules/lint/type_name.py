"""Types are named as classes are."""

import re
from typing import Final

from eventpact.avro.model import split_name
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import NamedType

_PASCAL: Final = re.compile(r"(?=.*[a-z]|[A-Z]\Z)[A-Z][A-Za-z0-9]*", re.ASCII)


@rule("TYPE_NAME", Severity.WARNING)
def type_name(named: NamedType) -> Verdict | None:
    """A record, enum or fixed is not named in PascalCase.

    The name becomes the name of a class, in Python and in every other language that reads the schema.

    Anti-pattern: `order_placed`, `ORDER`.
    Best practice: `OrderPlaced`: what happened, in the past tense, for an event; a noun for a type.
    """
    name = split_name(named.type.name)[1]
    if _PASCAL.fullmatch(name):
        return None
    return Verdict(f"{name} is not in PascalCase", "name it like OrderPlaced, and list the old name under `aliases`")
