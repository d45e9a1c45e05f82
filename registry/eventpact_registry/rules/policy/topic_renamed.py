"""A topic has another name on the broker."""

from eventpact_registry.diff.topic_changes import TopicRenamed
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("TOPIC_RENAMED", Severity.ERROR)
def topic_renamed(change: TopicRenamed) -> Verdict | None:
    """A topic's name on the broker changed, though its folder did not.

    To Kafka that is another topic: empty, with other offsets, while the old one keeps what nobody reads any more.

    Anti-pattern: changing `name` or the system's `topic-name` on a live system.
    Best practice: a new topic beside the old one, and groups moved over when the old one is drained.
    """
    hint = f"restore the name {change.old}, and add the new one as a topic of its own"
    return Verdict(f"the topic's name on the broker changed from {change.old} to {change.new}", hint)
