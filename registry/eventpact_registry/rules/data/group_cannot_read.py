"""A group is pinned to a version that cannot read what is written."""

from eventpact_registry.diff.breaks import PinBreak
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("GROUP_CANNOT_READ", Severity.ERROR)
def group_cannot_read(found: PinBreak) -> Verdict:
    """A consumer group reads an event as a version that cannot read some other version's messages.

    A pin holds a group back on purpose. Producers move on, and a topic's mode need not protect older readers: under
    BACKWARD the registry accepts a version that every pinned group fails on.

    Anti-pattern: pinning a group under BACKWARD and evolving the event as if nobody were left behind.
    Best practice: keep a topic with pinned groups at FULL or FORWARD, or move the pin in the same change.
    """
    hint = f"raise the pin to {found.event.latest.version} once the group is ready, or keep the event readable for it"
    return Verdict(f"{found.consequence}: {found.mismatch.message}", hint)
