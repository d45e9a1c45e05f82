"""What readers see where nothing was written is another value."""

from eventpact.avro.model import MISSING
from eventpact_registry.diff.schema_changes import DefaultChanged
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("DEFAULT_CHANGED", Severity.WARNING)
def default_changed(change: DefaultChanged) -> Verdict | None:
    """A field's default has another value.

    The default is what a reader sees in every message from before the field: old events change their meaning, and
    groups on different versions see different values in one record.

    Anti-pattern: using the default as a setting that can be tuned.
    Best practice: leave the default, and have producers write the new value.
    """
    if change.old is MISSING or change.new is MISSING:
        return None
    said = f"the default of {change.path} changed from {change.before} to {change.after}"
    hint = f'restore `"default": {change.before}`, and have producers write the new value'
    return Verdict(f"{said}: older messages read differently from now on", hint)
