"""Shared types are used."""

from functools import lru_cache

from eventpact_registry.contracts.model import System
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeSchema


@lru_cache(maxsize=1)  # rules are asked system by system
def _pinned(system: System) -> frozenset[str]:
    """Every name that some version of something pins."""
    users = [*system.types.values(), *(event for _, event in system.events())]
    return frozenset(reference.name for user in users for version in user.versions for reference in version.references)


@rule("TYPE_UNUSED", Severity.WARNING)
def type_unused(whole: WholeSchema) -> Verdict | None:
    """A shared type is used by no version of any event or other type.

    It is registered all the same, and is kept compatible for nobody.

    Anti-pattern: writing shared types ahead, for events that may come.
    Best practice: add the type together with the first event that holds it.
    """
    if whole.topic is not None:
        return None
    if whole.event.full_name in _pinned(whole.system):
        return None
    return Verdict(f"the shared type {whole.event.name} is used by no event", "use it, or remove it")
