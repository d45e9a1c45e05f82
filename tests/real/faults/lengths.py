"""How long a fault lasts: shortened where every change is tested, in full in `make soak`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.mark.structures import MarkDecorator


def lasting(short: float, full: float) -> MarkDecorator:
    """Run a test with `seconds` as `short`, and in `make soak` with `full`."""
    return pytest.mark.parametrize(
        "seconds",
        [
            pytest.param(short, id="short"),
            pytest.param(full, id="full", marks=[pytest.mark.soak, pytest.mark.timeout(60 * 30)]),
        ],
    )
