"""The latest version uses the latest shared types."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeSchema


@rule("REFERENCE_OUTDATED", Severity.INFO)
def reference_outdated(whole: WholeSchema) -> Verdict | None:
    """The latest version of an event pins an older version of a shared type.

    Nothing breaks, but the event misses what the type has gained.

    Anti-pattern: evolving a shared type and forgetting the events that hold it.
    Best practice: with a new version of a shared type, make the next version of everything that uses it.
    """
    for at, reference in enumerate(whole.version.references):
        shared = whole.system.types.get(reference.name)
        if shared is not None and shared.latest.version > reference.version:
            name, newest = whole.event.name, shared.latest.version
            said = f"{name} pins {shared.name} version {reference.version}, and there is {newest}"
            hint = f"add {name}.v{whole.version.version + 1}.avsc with the newer pin"
            return Verdict(said, hint, whole.version.locate(f"/references/{at}/version"))
    return None
