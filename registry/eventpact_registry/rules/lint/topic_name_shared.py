"""Topic names are not shared by systems."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeTopic


@rule("TOPIC_NAME_SHARED", Severity.INFO)
def topic_name_shared(whole: WholeTopic) -> Verdict | None:
    """Two systems use a topic of one name.

    On clusters of their own that is fine. On one cluster they would write into each other's topic.

    Anti-pattern: `notifications` in every system of a shared cluster.
    Best practice: `topic-name: "system.{topic}"` where systems share a cluster.
    """
    for name, system in whole.repository.systems.items():
        if name >= whole.system.name:
            return None
        for topic in system.topics.values():
            if topic.name == whole.topic.name:
                said = f"the topic {topic.name} is one of {name} too: the two systems need clusters of their own"
                return Verdict(
                    said,
                    'where they share one, give a prefix with `topic-name: "system.{topic}"`',
                    whole.topic.locate("/name"),
                )
    return None
