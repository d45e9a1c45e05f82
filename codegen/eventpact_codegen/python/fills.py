"""What the runtime fills into envelope fields, as Python: which factory or constant fits which Avro type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_codegen.model import EnumModel, Reference, Scalar
from eventpact_codegen.python.code import Symbol, builtin, code
from eventpact_codegen.python.draft import Default
from eventpact_codegen.python.names import identifier
from eventpact_codegen.python.text import string
from eventpact_codegen.text import Source
from eventpact_registry.contracts.model import Fill

if TYPE_CHECKING:
    from eventpact_codegen.model import EventModel, TypeExpression
    from eventpact_codegen.python.code import Code
    from eventpact_codegen.python.draft import Draft

_NEW_ID: Final = Symbol("eventpact", "new_id")
_NOW: Final = Symbol("eventpact", "now")
_SOURCE: Final = Symbol("eventpact", "source")
_CORRELATION: Final = Symbol("eventpact", "correlation_id")

DEFAULTS: Final[dict[tuple[Fill, str], Default]] = {
    (Fill.ID, "uuid"): Default("factory", code(_NEW_ID)),
    (Fill.ID, "string"): Default("expression", code(builtin("str"), "(", _NEW_ID, "())")),
    (Fill.TIME, "timestamp-millis"): Default("factory", code(_NOW)),
    (Fill.TIME, "timestamp-micros"): Default("factory", code(_NOW)),
    (Fill.SOURCE, "string"): Default("factory", code(_SOURCE)),
    (Fill.CORRELATION, "string"): Default("factory", code(_CORRELATION)),  # others choose its form: never a uuid
}
"""By what is filled and the field's logical type, or its kind where it has none."""

PER_EVENT: Final = frozenset({Fill.TYPE, Fill.VERSION})
"""Constants of an event, which a record shared by several events cannot have as its own default."""


def fill_default(draft: Draft, event: EventModel, fill: Fill, expression: TypeExpression) -> Default | None:
    """The default that a fill makes; `None` when it does not fit the field's type."""
    if fill in PER_EVENT:
        constant = _constant(draft, event, fill, expression)
        return Default("constant", constant) if constant is not None else None
    if not isinstance(expression, Scalar):
        return None
    kind = expression.logical.name if expression.logical is not None else expression.kind
    return DEFAULTS.get((fill, kind))


def _constant(draft: Draft, event: EventModel, fill: Fill, expression: TypeExpression) -> Code | None:
    text = event.event_type if fill is Fill.TYPE else str(event.version)
    match expression:
        case Scalar("string", None):
            return code(string(text))
        case Scalar("int" | "long", None) if fill is Fill.VERSION:
            return code(Source(str(event.version)))
        case Reference(to) if to in draft.members:
            model = draft.package.types[to]
            if isinstance(model, EnumModel) and text in model.symbols:
                return code(draft.symbol(to), ".", identifier(draft.members[to][text]))
            return None
        case _:
            return None
