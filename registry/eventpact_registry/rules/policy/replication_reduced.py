"""A topic is held by fewer brokers."""

from eventpact_registry.diff.topic_changes import ReplicationChanged
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("REPLICATION_REDUCED", Severity.WARNING)
def replication_reduced(change: ReplicationChanged) -> Verdict | None:
    """A topic's replication factor was lowered.

    Fewer brokers may fail before records are lost or cannot be written.

    Anti-pattern: saving disk on topics whose records cannot be had again.
    Best practice: three replicas in production; save by retention instead.
    """
    if change.new >= change.old:
        return None
    hint = f"restore `replication-factor: {change.old}`, or shorten the retention instead"
    return Verdict(f"replication factor went from {change.old} to {change.new}: fewer brokers may fail", hint)
