"""Positions on partitions as arguments of commands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from eventpact.operate.positions import Position


class PositionType(click.ParamType["Position"]):
    """`earliest`, `latest`, `offset:N`, `last:N`, an instant, or how long ago."""

    name = "position"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Position:
        """Parse the text; a time ago counts from now."""
        from eventpact.errors import PositionError
        from eventpact.operate.positions import Position, parse_position

        if isinstance(value, Position):
            return value
        try:
            return parse_position(str(value), now=datetime.now(UTC))
        except PositionError as error:
            self.fail(str(error), param, ctx)
