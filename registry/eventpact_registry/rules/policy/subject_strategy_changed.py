"""A topic's subjects are named another way."""

from eventpact_registry.diff.topic_changes import SubjectStrategyChanged
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("SUBJECT_STRATEGY_CHANGED", Severity.ERROR)
def subject_strategy_changed(change: SubjectStrategyChanged) -> Verdict | None:
    """A topic's subject name strategy changed, by choice or because its events or parameters did.

    Schemas are then registered and looked up under other subjects, which start again without history: nothing that
    was promised of the old subjects holds for the new ones.

    Anti-pattern: a second event on a topic whose strategy was never written down, which turns TopicNameStrategy into
    TopicRecordNameStrategy.
    Best practice: write `subject-strategy` down before the topic changes.
    """
    hint = f"write `subject-strategy: {change.old}` in topic.yaml"
    said = f"subject strategy went from {change.old} to {change.new}"
    return Verdict(f"{said}: the new subjects know nothing of the versions before", hint)
