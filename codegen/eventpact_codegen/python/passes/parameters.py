"""Checks that a topic's run-time parameters can be keyword arguments of the producer's methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact.errors import Problem
from eventpact_codegen.python import names

if TYPE_CHECKING:
    from eventpact_codegen.python.draft import Draft

_TAKEN: Final = frozenset({"self", "event", "events", "timeout"})
"""Arguments that the producer's methods already have."""


def check_parameters(draft: Draft) -> Draft:
    """Refuse parameters that are keywords or arguments already."""
    problems = {
        (event.topic, parameter): Problem(
            f"parameter '{{{parameter}}}' of topic {event.topic} cannot be an argument of Python's `send`",
            draft.package.file,
            hint="give the parameter another name",
        )
        for event in draft.package.events
        for parameter in event.parameters
        if parameter in _TAKEN or not names.is_identifier(parameter)
    }
    return draft.with_problems(*problems.values())
