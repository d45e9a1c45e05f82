"""Names are not words of Python's own."""

import keyword

from eventpact.avro.model import split_name
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import EnumType, NamedType, RecordField, SchemaPart


def _names(part: SchemaPart) -> list[tuple[str, str]]:
    """Each name that the part gives, with the name that Python would have it by."""
    match part:
        case RecordField():
            return [(part.path, part.field.name if part.system.field_names == "avro" else part.field.name.lower())]
        case EnumType():
            symbols = [(f"symbol {symbol}", symbol) for symbol in part.type.symbols]
            return [(part.type.name, split_name(part.type.name)[1]), *symbols]
        case NamedType():
            return [(part.type.name, split_name(part.type.name)[1])]
        case _:
            return []


@rule("RESERVED_NAME", Severity.WARNING)
def reserved_name(part: SchemaPart) -> Verdict | None:
    """A field, type or symbol is called by a reserved word of Python.

    The generated name gets an underscore at its end, in Python only: what is `class` on the wire, in the registry and
    in Java is `class_` in a service.

    Anti-pattern: `from`, `class`, `None`.
    Best practice: say what it is: `sender`, `serviceClass`, `NOT_SET`.
    """
    for shown, name in _names(part):
        if keyword.iskeyword(name):
            return Verdict(f"{shown} is a reserved word in Python and becomes {name}_", "choose another name")
    return None
