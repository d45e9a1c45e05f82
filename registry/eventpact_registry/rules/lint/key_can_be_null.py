"""Records on a compacted topic have a key."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeTopic


@rule("KEY_CAN_BE_NULL", Severity.ERROR)
def key_can_be_null(whole: WholeTopic) -> Verdict | None:
    """A compacted topic may get records without a key.

    Compaction keeps the last record of each key, so brokers refuse records that have none.

    Anti-pattern: a compacted topic without `key`, or keyed by a field that may be null.
    Best practice: key it by a field that is always there.
    """
    topic = whole.topic
    if "compact" not in topic.cleanup_policy or topic.purpose != "events":
        return None
    hint = "end the list under `key` with a field that is always there"
    if not topic.key:
        return Verdict("the topic is compacted, but its records have no key: brokers refuse them", hint)
    for event in topic.events.values():
        found = [way for path in topic.key if (way := event.latest.paths.find(path)) is not None]
        if all(way.optional for way in found):
            key = " or ".join(topic.key)
            said = (
                f"the topic is compacted, but {key} may be null in {event.name}: brokers refuse records without a key"
            )
            return Verdict(said, hint, topic.locate("/key"))
    return None
