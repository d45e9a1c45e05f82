"""A topic's schemas are held to less."""

from eventpact_registry.compatibility import DEMANDS
from eventpact_registry.diff.topic_changes import CompatibilityChanged
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("COMPATIBILITY_WEAKENED", Severity.ERROR)
def compatibility_weakened(change: CompatibilityChanged) -> Verdict | None:
    """A topic's compatibility mode no longer demands something that it did.

    Whoever relied on the demand is not told: groups on older versions, replays of old records.

    Anti-pattern: lowering the mode so that one change passes.
    Best practice: make the change in two safe steps; approve a lower mode only when nobody needs the higher one.
    """
    before, after = DEMANDS[change.old], DEMANDS[change.new]
    lost = [
        text
        for text, had, has in (
            ("new versions read old records", before.backward, after.backward),
            ("old versions read new records", before.forward, after.forward),
            ("over all versions", before.transitive, after.transitive),
        )
        if had and not has
    ]
    if not lost:
        return None
    hint = f"restore `compatibility: {change.old}`"
    return Verdict(
        f"compatibility went from {change.old} to {change.new}, no longer demanding: {', '.join(lost)}", hint
    )
