"""Records that are kept in order have a key."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeTopic


@rule("KEY_OPTIONAL", Severity.WARNING)
def key_optional(whole: WholeTopic) -> Verdict | None:
    """All fields that key a topic may be null in one of its events.

    A record without a key goes to any partition, so the order that the key promises holds for some records only. On a
    compacted topic it is refused, which KEY_CAN_BE_NULL says.

    Anti-pattern: keying by a field that only logged-in users have.
    Best practice: end the list under `key` with a field that is always there, such as the event's own id.
    """
    topic = whole.topic
    if "compact" in topic.cleanup_policy or not topic.key:
        return None
    for event in topic.events.values():
        found = [way for path in topic.key if (way := event.latest.paths.find(path)) is not None]
        if found and all(way.optional for way in found):
            said = f"{' or '.join(topic.key)} may be null in {event.name}: such records are in no order"
            return Verdict(said, "end the list under `key` with a field that is always there", topic.locate("/key"))
    return None
