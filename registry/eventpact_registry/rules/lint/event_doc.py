"""Events and shared types are described."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import NamedType


@rule("EVENT_DOC", Severity.WARNING)
def event_doc(named: NamedType) -> Verdict | None:
    """An event or shared type has no documentation.

    The text becomes the docstring of the generated class and is all that most consumers ever read about the event.

    Anti-pattern: leaving `doc` out because the name says it all.
    Best practice: say what happened, who says so and when, in a sentence.
    """
    if not named.is_outermost or (named.type.doc or "").strip():
        return None
    return Verdict(f"{named.event.name} is not described", 'add `"doc"`: what happened, in a sentence')
