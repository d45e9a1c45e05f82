"""Shared types are pinned, not copied."""

from eventpact import avro
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
    pinned = {name for other in version.pinned.values() for name in avro.named_types(other.schema)}
    shared = {name for system in whole.repository.systems.values() for name in system.types}
    for name in avro.named_types(version.schema):
        if name in shared and name not in pinned and name != whole.event.full_name:
            said = f"{whole.event.name} writes out {name}, which is a shared type"
            return Verdict(said, f'pin it: `"references": [{{"name": "{name}", "version": …}}]`')
    return None
