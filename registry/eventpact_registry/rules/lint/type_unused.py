"""Shared types are used."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeSchema


@rule("TYPE_UNUSED", Severity.WARNING)
def type_unused(whole: WholeSchema) -> Verdict | None:
    """A shared type is used by no version of any event or other type.

    It is registered all the same, and is kept compatible for nobody.

    Anti-pattern: writing shared types ahead, for events that may come.
    Best practice: add the type together with the first event that holds it.
    """
    if whole.topic is not None:
        return None
    users = [*whole.system.types.values(), *(event for _, event in whole.system.events())]
    pinned = {reference.name for user in users for version in user.versions for reference in version.references}
    if whole.event.full_name in pinned:
        return None
    return Verdict(f"the shared type {whole.event.name} is used by no event", "use it, or remove it")
