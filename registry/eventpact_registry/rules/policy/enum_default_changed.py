"""What stands for unknown symbols is another one."""

from eventpact_registry.diff.schema_changes import EnumDefaultChanged
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("ENUM_DEFAULT_CHANGED", Severity.WARNING)
def enum_default_changed(change: EnumDefaultChanged) -> Verdict | None:
    """The symbol that stands for unknown ones changed, or is gone.

    Every symbol that a reader does not know is read as the enum's default. With another one, the same bytes are read
    as something else; without one, they are not read at all.

    Anti-pattern: making the most frequent symbol the default.
    Best practice: a symbol of its own, such as UNKNOWN, from the first version on.
    """
    if change.old is None:
        return None
    said = f"unknown symbols of {change.what} were read as {change.old}"
    now = f"are read as {change.new}" if change.new else "cannot be read any more"
    return Verdict(f"{said}, and {now}", f'restore `"default": "{change.old}"`')
