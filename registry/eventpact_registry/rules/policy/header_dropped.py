"""Records no longer have a header."""

from eventpact_registry.diff.topic_changes import HeaderDropped
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("HEADER_DROPPED", Severity.ERROR)
def header_dropped(change: HeaderDropped) -> Verdict | None:
    """A header that records had is no longer written.

    Headers are read before the value is decoded, for routing, tracing and filters, and no schema says who reads them.

    Anti-pattern: dropping a header because our own consumers do not use it.
    Best practice: keep writing it until whoever routes or traces by it has been asked.
    """
    value = change.old_topic.headers[change.header]
    return Verdict(
        f"header {change.header} is no longer written", f"restore `{change.header}: {value}` under `headers`"
    )
