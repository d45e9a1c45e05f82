"""Which topics `dead-letters redrive` sends letters to: those that the contracts allow, or all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from eventpact.operate.redriving import any_topic as anywhere
from eventpact_cli.named_topics import contracts_if_there
from eventpact_registry.origins import origins

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def origins_by(contracts: Path, *, any_topic: bool) -> Callable[[str], Callable[[str], bool]]:
    """For a dead letter topic, whether its letters may be of a topic.

    Raises:
        ContractError: something is wrong in the contracts.
        UsageError: there are none, and nobody said that any topic will do.
    """
    if any_topic:
        return lambda _: anywhere
    repository = contracts_if_there(contracts)
    if repository is None:
        raise click.UsageError(
            f"the contracts say which topics dead letters may go back to, and there is no folder '{contracts}': say "
            "where they are (--contracts), or send letters wherever they say that they came from (--any-topic)"
        )
    return partial(origins, repository)
