"""The same bytes mean something else."""

from eventpact_registry.diff.schema_changes import LogicalTypeChanged
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("LOGICAL_TYPE_CHANGED", Severity.ERROR)
def logical_type_changed(change: LogicalTypeChanged) -> Verdict | None:
    """A logical type, or the precision or scale of a decimal, changed on the same underlying type.

    To registries the two schemas are compatible, because the bytes are the same. Consumers read 12.50 as 1250, or
    milliseconds as microseconds, without an error.

    Anti-pattern: giving a decimal more digits after the point, or an instant a finer unit, in the field that it has.
    Best practice: a new field of the new type beside the old one, which is dropped when nobody reads it any more.
    """
    hint = f"keep {change.old}, and add a field of the new type with a default"
    return Verdict(f"{change.what} changed from {change.old} to {change.new}: the same bytes mean something else", hint)
