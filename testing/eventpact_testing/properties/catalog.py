"""The table of properties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_testing.properties.agreement import agreement
from eventpact_testing.properties.canonical_forms import canonical
from eventpact_testing.properties.damage import damage
from eventpact_testing.properties.evolution import backward, forward
from eventpact_testing.properties.peers import fastavro_property
from eventpact_testing.properties.round_trips import class_identity, identity
from eventpact_testing.properties.routing import routing
from eventpact_testing.properties.verdicts import verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact_testing.properties.case import Case
    from eventpact_testing.properties.subject import Subject

PROPERTIES: Final[tuple[Callable[[Subject], Iterator[Case]], ...]] = (
    backward,
    forward,
    identity,
    class_identity,
    fastavro_property,
    agreement,
    verdict,
    damage,
    routing,
    canonical,
)
"""Each gives the cases of one subject."""


def cases(subject: Subject) -> Iterator[Case]:
    """Every case of a subject, property by property."""
    for each in PROPERTIES:
        yield from each(subject)
