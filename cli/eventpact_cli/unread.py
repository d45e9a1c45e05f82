"""What a command could not read yet is said beside what it read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eventpact.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.operate.log_offsets import Partition


def tell_unread(unread: Mapping[Partition, int]) -> None:
    """Say on standard error how many offsets lie behind open transactions; nothing where there are none."""
    for topic, number in sorted(unread):
        count = unread[topic, number]
        lie, were = ("lies", "was") if count == 1 else ("lie", "were")
        click.echo(
            f"{counted(count, 'offset')} of {topic}/{number} {lie} behind a transaction that is still open, and {were} "
            "not read: once it has ended, the same command reads them",
            err=True,
        )
