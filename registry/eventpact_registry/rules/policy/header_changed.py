"""A header holds something else."""

from eventpact_registry.diff.topic_changes import HeaderChanged
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("HEADER_CHANGED", Severity.WARNING)
def header_changed(change: HeaderChanged) -> Verdict | None:
    """A header is filled from something else than it was.

    Whoever routes, filters or traces by it compares values of the one kind with values of the other.

    Anti-pattern: letting `correlation-id` hold the event's own id from now on.
    Best practice: a header of another name, and the old one kept until nobody reads it.
    """
    hint = f"restore `{change.header}: {change.old}`, and add another header for {change.new}"
    return Verdict(f"header {change.header} is filled from {change.new}, and was from {change.old}", hint)
