"""Contexts: registries within the registry, each with its own ids and subjects.

A subject's qualified name is `:.context:subject`; in the default context `.` it is the bare name. The name of a context
alone, `:.context:`, stands for its settings. Confluent Schema Registry, "Schema contexts".
"""

from __future__ import annotations

from typing import Final

DEFAULT: Final = "."
"""The context of subjects whose names say none."""

EVERY: Final = ":*:"
"""As a prefix of subjects: those of all contexts."""

_MARK: Final = ":."


def split(subject: str) -> tuple[str, str]:
    """The context of a qualified or bare name, and what is left of the name."""
    if not subject.startswith(_MARK):
        return DEFAULT, subject
    context, _, name = subject[1:].partition(":")
    return context, name


def qualified(context: str, name: str) -> str:
    """The one way in which a subject is written: bare in the default context; the context alone for an empty name."""
    return name if context == DEFAULT else f":{context}:{name}"


def within(context: str, subject: str) -> str:
    """The qualified name of a subject as it is called from inside a context."""
    return qualified(*split(subject)) if is_qualified(subject) else qualified(context, subject)


def is_qualified(subject: str) -> bool:
    """Whether a name says its context itself."""
    return subject.startswith((_MARK, EVERY))


def context_name(written: str) -> str:
    """A context as a path writes it, `dev`, `.dev` or `:.dev:`, as it is kept: `.dev`."""
    name = written.strip(":")
    return name if name.startswith(DEFAULT) else f"{DEFAULT}{name}"


def is_valid(context: str) -> bool:
    """Whether a context may be called so: printable, of at most 255 characters, without a colon."""
    return context.startswith(DEFAULT) and ":" not in context and context.isprintable() and len(context) <= 255
