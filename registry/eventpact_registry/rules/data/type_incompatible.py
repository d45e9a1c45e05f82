"""A type became one that old or new messages cannot be read as."""

from eventpact.avro.model import Field
from eventpact_registry.diff.breaks import TypeMismatch
from eventpact_registry.diff.pointers import at
from eventpact_registry.diff.type_text import type_text
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("TYPE_INCOMPATIBLE", Severity.ERROR)
def type_incompatible(found: TypeMismatch) -> Verdict:
    """A value has a type that the other side cannot read.

    Avro widens int to long, float or double, long to float or double, float to double, and takes string and bytes for
    each other. Everything else fails when the first such message arrives.

    Anti-pattern: changing the type of a field in place, or narrowing it.
    Best practice: add a field with the new type and a default, write both for a while, then stop writing the old one.
    """
    part = at(found.reader.schema, found.mismatch.path)
    reads = type_text(part.type if isinstance(part, Field) else part)
    hint = (
        "keep the type and add a field of the new one with a default; only widening is safe: int, long, float, double"
    )
    return Verdict(f"{found.what} is {reads} to the reader, and something else was written: {found.consequence}", hint)
