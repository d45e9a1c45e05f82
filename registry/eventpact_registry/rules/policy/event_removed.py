"""An event or shared type is gone."""

from eventpact_registry.diff.event_changes import EventRemoved
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("EVENT_REMOVED", Severity.ERROR)
def event_removed(change: EventRemoved) -> Verdict | None:
    """An event or a shared type was taken away with all its versions.

    Its messages stay on the topic, and services that handle it have no class for it any more once they take up the new
    package.

    Anti-pattern: deleting an event because its producer was switched off.
    Best practice: stop producing it, wait out the topic's retention, move its consumers off, and then approve this.
    """
    kind = "shared type" if change.topic is None else "event"
    hint = "restore it until no group reads it and its messages have expired"
    return Verdict(f"{kind} {change.event.name} was removed", hint)
