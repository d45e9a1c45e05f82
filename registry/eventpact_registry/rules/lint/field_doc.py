"""Fields are described."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import RecordField


@rule("FIELD_DOC", Severity.WARNING)
def field_doc(found: RecordField) -> Verdict | None:
    """A field has no documentation.

    What a type cannot say has to stand somewhere: the unit, the time zone, who makes the identifier, when it is empty.

    Anti-pattern: `timestamp` without saying of what.
    Best practice: unit, range and meaning of absence, in a sentence.
    """
    if (found.field.doc or "").strip():
        return None
    return Verdict(
        f"field {found.path} is not described", 'add `"doc"`: what it holds, in which unit, and when it is empty'
    )
