"""Headers are on every record."""

from eventpact_registry.contracts.yaml_file import pointer_of
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeTopic


@rule("HEADER_OPTIONAL", Severity.INFO)
def header_optional(whole: WholeTopic) -> Verdict | None:
    """A header is missing where its field is null, or where an event has no such field.

    Whoever routes or filters by it has to know what a record without it means.

    Anti-pattern: routing by a header that some events of the topic cannot have.
    Best practice: fill headers from fields that every event of the topic has and that are never null.
    """
    for header, path in whole.topic.headers.items():
        if path.startswith("="):
            continue
        for event in whole.topic.events.values():
            way = event.latest.paths.find(path)
            if way is None or way.optional:
                why = f"{event.name} has no {path}" if way is None else f"{path} may be null in {event.name}"
                place = whole.topic.locate(pointer_of("headers", header))
                return Verdict(
                    f"header {header} may be missing: {why}", "fill it from a field that is never null", place
                )
    return None
