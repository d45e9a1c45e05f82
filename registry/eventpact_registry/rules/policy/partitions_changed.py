"""Partitions of a keyed topic changed."""

from eventpact_registry.diff.topic_changes import PartitionsChanged
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("PARTITIONS_CHANGED", Severity.ERROR)
def partitions_changed(change: PartitionsChanged) -> Verdict | None:
    """A keyed topic got another number of partitions, or any topic fewer.

    Kafka maps a key to a partition by hashing it modulo the partition count, so a new count moves most keys: for as
    long as old records are unread, two events of one entity can be handled out of order. Fewer is not possible at all.

    Anti-pattern: raising `partitions` on a live keyed topic to gain throughput.
    Best practice: choose partitions for the peak; to grow, write to a new topic and move the groups over when the old
    one is drained.
    """
    if change.new < change.old:
        hint = f"restore `partitions: {change.old}`"
        return Verdict(f"partitions went from {change.old} to {change.new}: Kafka cannot take partitions away", hint)
    if not change.topic.key:
        return None
    key = " or ".join(change.topic.key)
    hint = f"restore `partitions: {change.old}`, or approve it once the topic is drained"
    return Verdict(f"partitions went from {change.old} to {change.new}: events of one {key} can be reordered", hint)
