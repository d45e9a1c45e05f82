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
    name = whole.topic.name
    first = whole.repository.first_users[name]
    if first == whole.system.name:
        return None
    return Verdict(
        f"the topic {name} is one of {first} too: the two systems need clusters of their own",
        'where they share one, give a prefix with `topic-name: "system.{topic}"`',
        whole.topic.locate("/name"),
    )
