"""Types inside an event are described."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import NamedType


@rule("TYPE_DOC", Severity.INFO)
def type_doc(named: NamedType) -> Verdict | None:
    """A record, enum or fixed inside an event has no documentation.

    Anti-pattern: documenting the event and leaving its parts to guesswork.
    Best practice: say what the type stands for, and what its values mean where their names do not.
    """
    if named.is_outermost or (named.type.doc or "").strip():
        return None
    return Verdict(f"the type {named.type.name} is not described", 'add `"doc"`: what it stands for')
