"""Records are keyed by something else."""

from eventpact_registry.diff.topic_changes import KeyChanged
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("KEY_CHANGED", Severity.ERROR)
def key_changed(change: KeyChanged) -> Verdict | None:
    """The field that keys a topic changed.

    The key decides the partition, and order holds only within one. On a compacted topic it also decides which records
    replace each other.

    Anti-pattern: re-keying a live topic: one entity's events land on two partitions and lose their order.
    Best practice: a new topic, written in parallel until its consumers have moved.
    """
    old, new = " or ".join(change.old), " or ".join(change.new)
    if not change.old:
        return Verdict(f"records got a key, {new}: they were spread over partitions in no order before", "approve it")
    if not new:
        return Verdict(f"records lost their key, {old}: order per {old} is lost", f"restore `key: {old}`")
    hint = f"restore `key: [{', '.join(change.old)}]`, or write to a new topic"
    return Verdict(f"the key changed from {old} to {new}: order per {old} is lost", hint)
