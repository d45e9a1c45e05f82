"""What names look like: rules that go by a field's name ask for each name once, because all events repeat theirs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED: Final = 4096
"""Names; a company has fewer words than this for its fields."""

_WORD_START: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def named_like(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    """A function that says whether a pattern is found in a name."""

    @lru_cache(_REMEMBERED)
    def is_named_so(name: str) -> bool:
        return pattern.search(name) is not None

    return is_named_so


@lru_cache(_REMEMBERED)
def snake_case(name: str) -> str:
    """`userId` and `UserID` as `user_id`."""
    return _WORD_START.sub("_", name).lower()
