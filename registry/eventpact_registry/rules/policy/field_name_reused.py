"""A field's name means something else than it did."""

from eventpact_registry.diff.schema_changes import FieldReused
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("FIELD_NAME_REUSED", Severity.ERROR)
def field_name_reused(change: FieldReused) -> Verdict | None:
    """A field that an earlier version had comes back as another one.

    A mode that looks at the last version only lets it pass. Old messages still hold what the name stood for then, and
    readers, dashboards and tables that know fields by name take the one for the other.

    Anti-pattern: giving a free name to something else.
    Best practice: a name that no version has had.
    """
    said = f"field {change.path} was {change.was} in version {change.last.version}, and comes back as something else"
    return Verdict(said, "call it something that no version of the event has had")
