"""A topic is gone."""

from eventpact_registry.diff.topic_changes import TopicRemoved
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("TOPIC_REMOVED", Severity.ERROR)
def topic_removed(change: TopicRemoved) -> Verdict | None:
    """A topic was taken away.

    What is on it is lost when it is deleted from the cluster, and its groups wait for records that never come.

    Anti-pattern: removing the folder when the last producer is gone.
    Best practice: let the groups drain it and take it out of their patterns, wait out its retention, then approve this.
    """
    return Verdict(f"topic {change.topic.name} was removed", "restore it until its groups have drained it")
