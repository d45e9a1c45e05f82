"""Shared types are pinned, not copied."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeSchema


@rule("REFERENCE_UNPINNED", Severity.ERROR)
def reference_unpinned(whole: WholeSchema) -> Verdict | None:
    """A schema writes a shared type out instead of pinning a version of it.

    The two are the same only until one of them changes: the registry then has two types of one full name, and a
    package has one class for both.

    Anti-pattern: pasting `types/Address.v1.avsc` into an event.
    Best practice: `"references": [{"name": "io.shop.Address", "version": 1}]`, and the name where the type stands.
    """
    version = whole.version
    for name in version.types:
        if name in whole.repository.shared_types and name not in version.shared and name != whole.event.full_name:
            said = f"{whole.event.name} writes out {name}, which is a shared type"
            return Verdict(said, f'pin it: `"references": [{{"name": "{name}", "version": …}}]`')
    return None
