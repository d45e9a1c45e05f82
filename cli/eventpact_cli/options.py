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


rate_option = click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="At most so many records a second.",
)


def _pairs(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"'{text}' is no NAME=VALUE")
        if name in found:
            raise click.BadParameter(f"{name} is given twice")
        found[name] = value
    return found


parameters_option = click.option(
    "--param",
    "parameters",
    multiple=True,
    callback=_pairs,
    metavar="NAME=VALUE",
    help="A run-time parameter of the topic's name, tenant_id=acme; repeatable.",
)


where_option = click.option(
    "--where",
    multiple=True,
    callback=_pairs,
    metavar="PATH=VALUE",
    help="Only events whose field holds this, data.userId=u-1; repeatable, all must.",
)

personal_option = click.option("--show-personal", is_flag=True, help="Show personal data instead of masking them.")


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
