"""A version is described in other words."""

from eventpact_registry.diff.event_changes import VersionReworded
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("VERSION_REWORDED", Severity.INFO)
def version_reworded(change: VersionReworded) -> Verdict | None:
    """The text of a version changed, but not what it means: documentation, attributes or layout.

    Nothing breaks. The registry keeps the words that it was given first, because to it this is the same schema.

    Anti-pattern: correcting the documentation of old versions and expecting to see it in the registry.
    Best practice: describe things where they are new; reword in the next version.
    """
    number = change.version.version
    hint = f"reword the next version instead, if the registry is to have the words; it keeps those of version {number}"
    return Verdict(f"version {number} of {change.event.name} has other words of the same meaning", hint)
