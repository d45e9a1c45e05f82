"""An enum has a symbol for unknown ones."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.subjects import EnumType


@rule("ENUM_WITHOUT_DEFAULT", Severity.WARNING)
def enum_without_default(found: EnumType) -> Verdict | None:
    """An enum has no default.

    Readers then fail on every symbol that is added after them, so that the enum can never grow under FORWARD or FULL.

    Anti-pattern: an enum as closed as the day it was made.
    Best practice: `"default": "UNKNOWN"` from the first version on.
    """
    if found.type.default is not None:
        return None
    hint = 'add a symbol such as UNKNOWN and `"default": "UNKNOWN"`, before there are readers'
    return Verdict(f"enum {found.type.name} has no default: it cannot grow without breaking its readers", hint)
