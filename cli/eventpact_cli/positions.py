"""Positions on partitions, and instants, as arguments of commands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from eventpact.operate.positions import Position


def parsed(text: str, option: str) -> Position:
    """The position that an option's text names; a time ago counts from now."""
    from eventpact.errors import PositionError
    from eventpact.operate.positions import parse_position

    try:
        return parse_position(text, now=datetime.now(UTC))
    except PositionError as error:
        raise click.UsageError(f"{option}: {error}", click.get_current_context()) from error


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


class InstantType(click.ParamType["datetime"]):
    """An instant, a date, or how long ago."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Parse the text; a time ago counts from now, a date is its midnight in UTC."""
        if isinstance(value, datetime):
            return value
        found = PositionType().convert(value, param, ctx)
        if found.kind != "time":
            self.fail(f"'{value}' is no instant: give 2026-03-01T08:00:00Z, or how long ago, 2h", param, ctx)
        return datetime.fromtimestamp(found.number / 1000, UTC)
