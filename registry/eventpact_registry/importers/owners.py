"""Whose a system and its topics are, by what a registry says of their subjects.

Shared types are the system's, so theirs is the system's owner; a topic's is that of its events.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from eventpact_registry.contracts.placeholder import NOBODY
from eventpact_registry.importers.drafts import Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from eventpact_registry.importers.drafts import TopicDraft


def system_owner(said: str | None, types: Sequence[str | None], events: Sequence[str | None]) -> str | None:
    """The system's owner: the one that was said, else that of most types, else that of most events."""
    return said or _most(types) or _most(events)


def owned(
    topic: TopicDraft, owners: Mapping[str, str | None], system: str | None, said: str | None, notes: list[Note]
) -> TopicDraft:
    """The topic with an owner of its own, where that is not the system's.

    Args:
        topic: one that carries events.
        owners: the owner of each of its subjects, as far as the registry knows.
        system: the system's owner.
        said: the owner that whoever imports gave to all that has none.
        notes: gets a note of each subject whose owner the contracts cannot say.
    """
    owner = _most(owners.values())
    if owner is None:
        # Not the system's: nobody has said that, and a plan would write it into the registry.
        return topic if said or system is None else replace(topic, owner=NOBODY)
    for subject, other in sorted(owners.items()):
        if other != owner:
            text = f"its owner is {other or 'not known'}; a topic has one, and that of {topic.name} is {owner}"
            notes.append(Note(subject, text))
    return topic if owner == system else replace(topic, owner=owner)


def _most(owners: Iterable[str | None]) -> str | None:
    """The owner that occurs most often, of several the first by name; None where nobody is named."""
    counted = Counter(owner for owner in owners if owner)
    return min(counted, key=lambda owner: (-counted[owner], owner)) if counted else None
