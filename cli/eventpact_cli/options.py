"""Options and argument types that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from eventpact_registry.contracts.source import Base

contracts_option = click.option(
    "--contracts",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default=Path("contracts"),
    show_default=True,
    is_eager=True,  # BaseType asks for it
    help="The folder that holds the contracts.",
)

system_option = click.option("--system", "systems", multiple=True, metavar="NAME", help="Only this system; repeatable.")

limit_option = click.option(
    "--replication-factor-limit",
    "limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Cap replicas at N, for clusters of fewer brokers than production has.",
)


brokers_option = click.option(
    "--brokers",
    envvar="KAFKA_BROKERS",
    show_envvar=True,
    metavar="HOST:PORT",
    help="The Kafka cluster, several brokers separated by commas.",
)

registry_option = click.option(
    "--registry",
    envvar="SCHEMA_REGISTRY_URL",
    show_envvar=True,
    metavar="URL",
    help="The schema registry.",
)


form_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="text for people, json for machines.",
)


class BaseType(click.ParamType["Base"]):
    """What contracts are compared with; `git:REV` is read at the path of `--contracts`."""

    name = "source"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Base:
        """Parse the text; what it points to is read later."""
        from eventpact.errors import ContractError
        from eventpact_registry.contracts.source import parse_base

        contracts = ctx.params.get("contracts", Path("contracts")) if ctx else Path("contracts")
        try:
            return parse_base(str(value), contracts)
        except ContractError as error:
            self.fail("; ".join(f"{problem.message} ({problem.hint})" for problem in error.problems), param, ctx)
