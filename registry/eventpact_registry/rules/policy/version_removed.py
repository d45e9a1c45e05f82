"""A version is gone."""

from eventpact_registry.diff.event_changes import VersionRemoved
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("VERSION_REMOVED", Severity.ERROR)
def version_removed(change: VersionRemoved) -> Verdict | None:
    """A version that is on the base was taken away.

    Messages that were written with it stay on the topic for as long as they are retained, and groups may be pinned to
    it. Its number would be given again to something else.

    Anti-pattern: deleting old versions to tidy up, or the latest one to take a change back.
    Best practice: keep every version; take a change back with a further version.
    """
    number = change.version.version
    hint = f"restore {change.version.file}; to take the change back, add another version"
    return Verdict(f"version {number} of {change.event.name} was removed", hint)
