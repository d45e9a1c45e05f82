"""A field that may be null has null as its default."""

from eventpact.avro.model import Union
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import RecordField


@rule("NULLABLE_WITHOUT_DEFAULT", Severity.WARNING)
def nullable_without_default(found: RecordField) -> Verdict | None:
    """A field may be null but has no default.

    Whoever makes the event must then say null explicitly, and the field can never be left out by an older writer.

    Anti-pattern: `"type": ["null", "string"]` alone, which looks optional and is not.
    Best practice: null first in the union, and `"default": null`.
    """
    field = found.field
    if field.has_default or not isinstance(field.type, Union):
        return None
    if all(branch.kind != "null" for branch in field.type.branches):
        return None
    return Verdict(f"field {found.path} may be null but has no default", 'put "null" first and add `"default": null`')
