"""Strategies of generated classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import strategies as st

from eventpact_testing.event_classes import bindings, constants, schema_of
from eventpact_testing.strategies.building import Style, values

if TYPE_CHECKING:
    from eventpact.event import Event

E = TypeVar("E", bound="Event")


def events(event: type[E], /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[E]:
    """Events of a generated class, as services may meet them: any payload, the envelope's type and version as they are.

    `fields` gives strategies for some fields, by attribute path: `events(MessageSent, **{"data.user_id":
    st.just("u-1")})`. A path goes through tuples and maps, and makes optional records on its way present.

    Raises:
        ValueError: a path leads to no field.
        TypeError: a field is given something that is no strategy, or the class is not generated.
    """
    fixed = {name: st.just(value) for name, value in constants(event).items()}
    made: st.SearchStrategy[E] = values(schema_of(event), {**fixed, **fields}, style=Style(classes=bindings(event)))
    return made
