"""An event is on another topic."""

from eventpact_registry.diff.event_changes import EventMoved
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("EVENT_MOVED", Severity.ERROR)
def event_moved(change: EventMoved) -> Verdict | None:
    """An event was moved to another topic.

    Groups follow topics, not events: those of the old topic no longer get it, and those of the new one get something
    that they may not know. Events that belong together lose their order.

    Anti-pattern: tidying folders as if they were only folders.
    Best practice: a new event on the new topic, written beside the old one until its groups have moved.
    """
    hint = f"move it back to {change.old}, and add a new event on {change.new}"
    return Verdict(f"{change.event.name} was moved from topic {change.old} to {change.new}", hint)
