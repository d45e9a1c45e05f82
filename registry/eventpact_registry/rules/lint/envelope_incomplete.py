"""Events of a system share an envelope."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeTopic


@rule("ENVELOPE_INCOMPLETE", Severity.WARNING)
def envelope_incomplete(whole: WholeTopic) -> Verdict | None:
    """An event lacks envelope fields that its system fills in.

    Tracing, deduplication and archives go by the envelope, whatever is inside. An event without it falls out of them
    unseen.

    Anti-pattern: an event without the correlation id that all others carry.
    Best practice: copy the envelope from an event that has it; `envelope: false` in topic.yaml (or under `defaults`)
    where events come from elsewhere and have none.
    """
    if not whole.topic.envelope:
        return None
    for event in whole.topic.events.values():
        missing = [path for path in whole.system.fill if event.latest.paths.find(path) is None]
        if missing:
            said = f"{event.name} lacks {', '.join(missing)}, which {whole.system.name} fills in"
            hint = "add them in the next version, with defaults; or say `envelope: false` in topic.yaml"
            return Verdict(said, hint, event.latest.locate("/name"))
    return None
