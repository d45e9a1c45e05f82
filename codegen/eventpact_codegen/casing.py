"""Avro names in the cases that other languages use."""

from __future__ import annotations

import re
from typing import Final

_WORD_START: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD: Final = re.compile(r"[^A-Za-z0-9]+")


def snake(name: str) -> str:
    """`userId` as `user_id`, `HTTPCode` as `http_code`; leading and trailing underscores stay."""
    return _WORD_START.sub("_", name).lower()


def kebab(name: str) -> str:
    """`UserRegistered` as `user-registered`."""
    return snake(name).replace("_", "-")


def pascal(name: str) -> str:
    """`notification-service` as `NotificationService`."""
    return "".join(word[:1].upper() + word[1:] for word in _NOT_WORD.split(name))
