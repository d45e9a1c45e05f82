"""Records are kept for less time."""

from eventpact_registry.contracts.scalars import UNLIMITED_MS, duration
from eventpact_registry.diff.topic_changes import RetentionChanged
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("RETENTION_SHORTENED", Severity.ERROR)
def retention_shortened(change: RetentionChanged) -> Verdict | None:
    """A topic keeps its records for less time than it did.

    Kafka deletes what is older as soon as it is told. A group that is behind by more, or was going to replay, loses
    records without an error.

    Anti-pattern: shortening `retention` to free disk without looking at the lag of its groups.
    Best practice: check the lag and who replays first; announce it; then approve this.
    """
    shorter = change.new != UNLIMITED_MS and (change.old == UNLIMITED_MS or change.new < change.old)
    if not shorter:
        return None
    old, new = duration(change.old), duration(change.new)
    return Verdict(
        f"retention went from {old} to {new}: older records are deleted at once", f"restore `retention: {old}`"
    )
