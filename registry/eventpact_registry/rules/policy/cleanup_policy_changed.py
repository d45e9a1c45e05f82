"""Something else happens to old records."""

from eventpact_registry.diff.topic_changes import CleanupPolicyChanged
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("CLEANUP_POLICY_CHANGED", Severity.ERROR)
def cleanup_policy_changed(change: CleanupPolicyChanged) -> Verdict | None:
    """A topic's cleanup policy changed.

    To compact a topic deletes all but the last record of each key; to delete by age takes the last ones too. Either
    takes records from groups that relied on having them.

    Anti-pattern: adding `compact` to a stream of events, where each record matters, or taking it from a table.
    Best practice: a new topic with the other policy, filled from the old one.
    """
    old, new = " and ".join(change.old), " and ".join(change.new)
    hint = f"restore `cleanup-policy: [{', '.join(change.old)}]`, or write to a new topic"
    return Verdict(f"cleanup policy went from {old} to {new}: records that groups rely on may go", hint)
