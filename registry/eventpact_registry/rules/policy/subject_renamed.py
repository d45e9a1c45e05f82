"""An event's subject has another name."""

from eventpact_registry.diff.event_changes import SubjectRenamed
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("SUBJECT_RENAMED", Severity.ERROR)
def subject_renamed(change: SubjectRenamed) -> Verdict | None:
    """An event's registry subject changed its name, because its record or its topic did.

    Under a strategy that names subjects by record, a renamed record starts a subject without history; services on the
    older version look their schema up under the old one.

    Anti-pattern: renaming the record of an event on a topic with RecordNameStrategy or TopicRecordNameStrategy.
    Best practice: keep the record's name; a better one can stand in the documentation.
    """
    said = f"the subject of {change.event.name} went from {change.old} to {change.new}"
    return Verdict(f"{said}: the new one knows nothing of the versions before", "keep the record's full name")
