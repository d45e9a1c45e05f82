"""A field that readers need is not in every message."""

from eventpact.avro.model import Primitive, Union
from eventpact_registry.diff.breaks import MissingDefault
from eventpact_registry.diff.pointers import at
from eventpact_registry.rules.model import Severity, Verdict, rule


@rule("FIELD_WITHOUT_DEFAULT", Severity.ERROR)
def field_without_default(found: MissingDefault) -> Verdict:
    """A field without a default was added, or one was removed that older readers still need.

    A reader gives a field that the writer did not write its default (Avro 1.12, Schema Resolution). Without one it
    cannot make up the value and fails on the whole message.

    Anti-pattern: adding a required field to an event that is in use, or removing one that never had a default.
    Best practice: add a field with a default, `null` where nothing better is true; give a field a default one version
    before it is removed.
    """
    if found.new_reads:
        hint = f"give it a default, for example {_suggestion(found)}"
        return Verdict(f"field {found.what} was added without a default: {found.consequence}", hint)
    hint = "keep the field, or first give it a default in a version that every reader takes up"
    return Verdict(f"field {found.what} was removed and has no default: {found.consequence}", hint)


def _suggestion(found: MissingDefault) -> str:
    """What to write, for the field's own type."""
    field = at(found.reader.schema, found.mismatch.path)
    kind = getattr(field, "type", None)
    if isinstance(kind, Union) and kind.branches[0].kind == "null":
        return '`"default": null`'
    if isinstance(kind, Primitive) and kind.logical is None:
        return f'`"type": ["null", "{kind.kind}"], "default": null`'
    return '`"type": ["null", …], "default": null`'
