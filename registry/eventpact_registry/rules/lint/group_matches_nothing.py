"""A pattern of a group matches a topic."""

from fnmatch import fnmatchcase

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import GroupPattern


@rule("GROUP_MATCHES_NOTHING", Severity.WARNING)
def group_matches_nothing(found: GroupPattern) -> Verdict | None:
    """A consumer group's pattern matches no topic of its system.

    It may be meant for topics to come, which the group reads as soon as they exist. Or it is a slip, and the group
    waits for ever.

    Anti-pattern: `users.*` where the topics are called `user.…`.
    Best practice: patterns that match something, or a comment and `GROUP_MATCHES_NOTHING: info` where that is meant.
    """
    events = (topic.folder for topic in found.system.topics.values() if topic.purpose == "events")
    if any(fnmatchcase(folder, found.pattern) for folder in events):
        return None
    said = f"{found.group.name} reads {found.pattern}, which matches no topic of {found.system.name}"
    return Verdict(said, "correct the pattern, or leave it for topics to come")
