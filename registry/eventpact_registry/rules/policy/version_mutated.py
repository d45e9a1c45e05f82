"""A version means something else than it did."""

from eventpact_registry.diff.event_changes import VersionMutated
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("VERSION_MUTATED", Severity.ERROR)
def version_mutated(change: VersionMutated) -> Verdict | None:
    """A version that is on the base already was changed.

    A version is what producers have written and what the registry holds under its number. Changed in place, the file
    no longer says what the bytes on the topic are, and the registry refuses it or, worse, knows both.

    Anti-pattern: editing the latest `.avsc` because the change is small.
    Best practice: copy it to the next number and change that.
    """
    number, what = change.version.version, "; ".join(inner.text for inner in change.changes[:3])
    more = f" and {len(change.changes) - 3} more" if len(change.changes) > 3 else ""
    said = f": {what}{more}" if what else ""
    hint = (
        f"restore version {number} and put the change into {change.event.name}.v{change.event.latest.version + 1}.avsc"
    )
    return Verdict(f"version {number} of {change.event.name} was changed in place{said}", hint)
