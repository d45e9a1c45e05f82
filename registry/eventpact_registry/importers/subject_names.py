"""What a subject's name says: the strategy that made it, and the topic.

A subject is read with the full name of the record under it, because a name alone is ambiguous: `orders-io.shop.Placed`
could be a topic. What was made by no strategy of Confluent's has no place in contracts.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from eventpact.subjects import SubjectStrategy

_TOPIC: Final = re.compile(r"([A-Za-z0-9._-]|\{[a-z][a-z0-9_]*\}){1,249}", re.ASCII)


class Named(NamedTuple):
    """A subject's name, understood."""

    strategy: SubjectStrategy
    topic: str | None
    """None where the name does not tell it (RecordNameStrategy)."""


def read_name(subject: str, full_name: str) -> Named | None:
    """The strategy and topic of a subject; None where its name follows none."""
    if subject == full_name:
        return Named(SubjectStrategy.RECORD_NAME, None)
    if subject.endswith(f"-{full_name}"):
        return Named(SubjectStrategy.TOPIC_RECORD_NAME, subject.removesuffix(f"-{full_name}"))
    if subject.endswith("-value") and subject != "-value":
        return Named(SubjectStrategy.TOPIC_NAME, subject.removesuffix("-value"))
    return None


def is_topic_name(name: str) -> bool:
    """Whether contracts can have a topic of that name, which may hold parameters."""
    return _TOPIC.fullmatch(name) is not None and bool(name.strip("."))


def left_out(subject: str) -> str | None:
    """Why a subject is passed over before it is read, if it is."""
    if subject.startswith(":."):
        return "is in a context, which contracts do not have"
    if subject.endswith("-key"):
        return "is of keys, which contracts take from fields of the event"
    return None


def may_be_in(subject: str, namespace: str) -> bool:
    """Whether a subject's name leaves it possible that its record is in a namespace."""
    return subject.endswith("-value") or subject.rpartition("-")[2].startswith(f"{namespace}.")
