"""A full name means one type."""

from collections.abc import Mapping

from eventpact.avro.canonical import definition
from eventpact.avro.model import Named
from eventpact_registry.contracts.model import SchemaVersion
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import WholeSystem


@rule("TYPE_DEFINED_TWICE", Severity.ERROR)
def type_defined_twice(whole: WholeSystem) -> Verdict | None:
    """One full name is defined in two files, with different meanings.

    A package has one class for a full name. Whichever definition it is made from, the other event does not fit it.

    Anti-pattern: copying a nested record into another event and changing the copy.
    Best practice: a shared type under `types/`, pinned by both; or another name for what is something else.
    """
    seen: dict[str, tuple[SchemaVersion, Named]] = {}
    events = [event for _, event in whole.system.events()]
    for versioned in (*whole.system.types.values(), *events):
        latest = versioned.latest
        for name, defined in _defined(latest).items():
            first, known = seen.setdefault(name, (latest, defined))
            if known is not defined and definition(known) != definition(defined):
                said = f"{name} is defined here and, with another meaning, in {first.file}"
                return Verdict(said, "move it to types/ and pin it in both, or rename one", latest.locate("/name"))
    return None


def _defined(version: SchemaVersion) -> Mapping[str, Named]:
    """The named types that a file defines itself."""
    return {name: named for name, named in version.types.items() if name not in version.shared}
