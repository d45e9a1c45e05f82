"""A consumer group is gone."""

from eventpact_registry.diff.changes import GroupRemoved
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("GROUP_REMOVED", Severity.ERROR)
def group_removed(change: GroupRemoved) -> Verdict | None:
    """A consumer group was taken away.

    Its class goes from the package, and breaks from now on are found without asking whether it can read. If it still
    runs, nobody looks after it; its committed offsets expire, and a group that comes back starts anew.

    Anti-pattern: removing a group to silence what is found for it.
    Best practice: stop its service first, then remove it, and approve this.
    """
    return Verdict(f"consumer group {change.group.name} was removed", "restore it until its service is switched off")
