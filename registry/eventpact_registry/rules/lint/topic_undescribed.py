"""What an import left open about a topic is said."""

from eventpact_registry.contracts.placeholder import is_open
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeTopic


@rule("TOPIC_UNDESCRIBED", Severity.WARNING)
def topic_undescribed(whole: WholeTopic) -> Verdict | None:
    """A topic's description or owner is still what `import` put in its place.

    No registry and no cluster knows what a topic is for, so an imported one says `(unknown)` until somebody does.

    Anti-pattern: leaving the placeholder in, so that readers learn nothing.
    Best practice: say what is on the topic, for those who read it, and which team owns it.
    """
    topic = whole.topic
    if is_open(topic.description):
        text = f"nobody has said what is on {topic.name}"
        return Verdict(text, "write its `description`", topic.locate("/description"))
    if is_open(topic.owner) and topic.owner != whole.system.owner:
        return Verdict(f"nobody has said who owns {topic.name}", "write its `owner`", topic.locate("/owner"))
    return None
