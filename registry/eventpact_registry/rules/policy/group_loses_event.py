"""A group no longer gets an event."""

from eventpact_registry.diff.changes import GroupEventsLost
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("GROUP_LOSES_EVENT", Severity.ERROR)
def group_loses_event(change: GroupEventsLost) -> Verdict | None:
    """A consumer group no longer gets an event that is still written.

    Its patterns no longer match the event's topic, or the event went to a topic that they do not match. The records
    that it has not read yet stay unread, and its class has no handler for them any more. An event that is removed
    altogether is another rule's: EVENT_REMOVED.

    Anti-pattern: narrowing a pattern to be rid of one topic, and losing two.
    Best practice: let the group handle what is left, then take the topic out, and approve this.
    """
    several = "them" if len(change.events) > 1 else "it"
    hint = f"let its `topics` match the topics of {change.listed}, or approve this once it has no use for {several}"
    return Verdict(f"{change.group.name} no longer gets {change.listed}", hint)
