"""Recursion without Python's stack: schemas that refer to each other pair up in chains far longer than 1,000 frames."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

Deep: TypeAlias = Generator["Deep[Any]", Any, T]
"""A function written as a generator: `value = yield f(x)` calls `f` and gives what it returns."""


def run(work: Deep[T]) -> T:
    """Carry out the work and what it calls, keeping the calls on a list."""
    calls: list[Deep[Any]] = [work]
    value: Any = None
    while calls:
        try:
            called = calls[-1].send(value)
        except StopIteration as done:
            calls.pop()
            value = done.value
        else:
            calls.append(called)
            value = None
    return value  # type: ignore[no-any-return]  # what the first work returned
