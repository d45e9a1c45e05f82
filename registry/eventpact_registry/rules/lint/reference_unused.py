"""Pinned types are used."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeSchema


@rule("REFERENCE_UNUSED", Severity.WARNING)
def reference_unused(whole: WholeSchema) -> Verdict | None:
    """A schema pins a shared type that it does not use.

    The registry then keeps a dependency that is none, and the type cannot be removed.

    Anti-pattern: leaving the pin behind when the last field of that type goes.
    Best practice: pin what is used and nothing else.
    """
    for at, reference in enumerate(whole.version.references):
        if not whole.version.types.keys() & whole.version.pinned[reference.name].types.keys():
            said = f"{whole.event.name} pins {reference.name} but does not use it"
            return Verdict(said, "take it out of `references`", whole.version.locate(f"/references/{at}"))
    return None
