"""A named type has a new name, and nothing leads back to the old one."""

from eventpact_registry.diff.breaks import NameMismatch
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("TYPE_RENAMED", Severity.ERROR)
def type_renamed(found: NameMismatch) -> Verdict:
    """A record, enum or fixed was renamed without an alias.

    Named types are matched by name. Registries refuse the new version, and consumers that look an event up by its name
    do not find it.

    Anti-pattern: renaming a type as if it were a variable.
    Best practice: list the old full name under `aliases` of the renamed type; readers then take one for the other.
    """
    written = getattr(found.writer.schema, "name", "")
    hint = (
        f'add `"aliases": ["{written}"]` to the new type' if not found.path else 'add the old name to its `"aliases"`'
    )
    return Verdict(f"the type of {found.what} has another name: {found.consequence} ({found.mismatch.message})", hint)
