"""Topics are named as the system names topics."""

from eventpact_registry.contracts.patterns import matches
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeTopic


@rule("TOPIC_NAME_PATTERN", Severity.WARNING)
def topic_name_pattern(whole: WholeTopic) -> Verdict | None:
    """A topic's name on the broker is not of the system's `topic-pattern`.

    Access rules, quotas and dashboards go by names. A topic that is called otherwise is not covered by them, and its
    name cannot be changed once there are records on it.

    Anti-pattern: `chatMessages2` beside `chat.messages`.
    Best practice: a `topic-pattern` in system.yaml from the first topic on.
    """
    pattern, name = whole.system.topic_pattern, whole.topic.name
    if pattern is None or matches(pattern, name):
        return None
    said = f"the topic's name, {name}, is not of the pattern of {whole.system.name}, {pattern}"
    return Verdict(said, "name it so before it is made, or widen `topic-pattern`", whole.topic.locate("/name"))
