"""`eventpact tenants`: the topics of a system's tenants."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from eventpact_cli import ending
from eventpact_cli.explaining import Explained, ExplainedGroup
from eventpact_cli.options import brokers_option, contracts_option, form_option, limit_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from eventpact.operate.tenants import TenantHealth, Tenants

_system_option = click.option(
    "--system", metavar="NAME", help="Whose tenants; by default of every system that has some."
)


@click.group(cls=ExplainedGroup)
def tenants() -> None:
    """Create, delete, list and check the topics of a system's tenants.

    Examples:
      eventpact tenants create acme --system chatplatform
      eventpact tenants list
      eventpact tenants health acme --system chatplatform --format json
      eventpact tenants delete acme --system chatplatform
    """


@tenants.command(cls=Explained)
@click.argument("tenant")
@click.option("--system", metavar="NAME", help="Whose tenant; may be left out when one system alone has tenants.")
@contracts_option
@brokers_option
@limit_option
def create(*, tenant: str, system: str | None, contracts: Path, brokers: str | None, limit: int | None) -> None:
    """Create what is missing of a tenant's topics.

    Examples:
      eventpact tenants create acme --system chatplatform
    """
    with _tenants(contracts, system, brokers, limit) as known:
        made = _only(known).create(tenant)
    for name in made:
        click.echo(f"created {name}")
    if not made:
        click.echo(f"Nothing to create: every topic of {tenant} is there")


@tenants.command(cls=Explained)
@click.argument("tenant")
@_system_option
@contracts_option
@brokers_option
@click.option("--yes", is_flag=True, help="Delete without asking.")
def delete(*, tenant: str, system: str | None, contracts: Path, brokers: str | None, yes: bool) -> None:
    """Delete a tenant's topics with everything on them; asks for the tenant's name first.

    A tenant of several systems is deleted in one of them at a time: --system says in which.

    Examples:
      eventpact tenants delete acme --system chatplatform
      eventpact tenants delete acme --system chatplatform --yes
    """
    with _tenants(contracts, system, brokers, None) as known:
        having = _having(known, tenant)
        if not having:
            click.echo(f"Nothing to delete: {tenant} has no topics")
            return
        found = _only(having)
        if not yes:
            _ask(tenant, found.health(tenant).existing)
        for name in found.delete(tenant):
            click.echo(f"deleted {name}")


@tenants.command("list", cls=Explained)
@_system_option
@contracts_option
@brokers_option
@form_option
def list_tenants(*, system: str | None, contracts: Path, brokers: str | None, form: str) -> None:
    """List the tenants that have topics.

    Examples:
      eventpact tenants list
      eventpact tenants list --system chatplatform
    """
    with _tenants(contracts, system, brokers, None) as known:
        found = sorted({tenant for one in known.values() for tenant in one.list()})
    if form == "json":
        click.echo(json.dumps(found))
        return
    for name in found:
        click.echo(name)


@tenants.command(cls=Explained)
@click.argument("tenant")
@_system_option
@contracts_option
@brokers_option
@form_option
def health(*, tenant: str, system: str | None, contracts: Path, brokers: str | None, form: str) -> None:
    """Say whether every topic of a tenant is there and whole; exits with 1 when one is not.

    Where several systems have tenants, it is looked at in the one in which it has topics; --system chooses among
    several.

    Examples:
      eventpact tenants health acme --system chatplatform
    """
    with _tenants(contracts, system, brokers, None) as known:
        found = _health(known, tenant)
    if form == "json":
        click.echo(json.dumps({**asdict(found), "healthy": found.healthy}, indent=2))
    else:
        for state in ("missing", "under_replicated", "offline"):
            for name in getattr(found, state):
                click.echo(f"{state.replace('_', '-')} {name}")
        click.echo(f"{tenant}: {'healthy' if found.healthy else 'not healthy'}")
    if not found.healthy:
        click.get_current_context().exit(ending.FOUND)


@contextmanager
def _tenants(
    contracts: Path, system: str | None, brokers: str | None, limit: int | None
) -> Iterator[dict[str, Tenants]]:
    """The tenants of the system that is asked for, or of each that has tenants, by its name."""
    from eventpact.operate.tenants import Tenants
    from eventpact_cli.connecting import connected
    from eventpact_cli.loading import load, only_known
    from eventpact_registry.plan import topic_contract

    repository = load(contracts)
    only_known(repository, (system,) if system else ())
    having = [one for one in repository.systems.values() if any(topic.parameters for topic in one.topics.values())]
    chosen = [one for one in having if system in (None, one.name)]
    if not chosen:
        raise _unnamed(one.name for one in having)
    with connected(brokers, None, "topics") as link:
        yield {
            one.name: Tenants(link.cluster, map(topic_contract, one.topics.values()), replication_factor_limit=limit)
            for one in chosen
        }


def _only(known: Mapping[str, Tenants]) -> Tenants:
    """The tenants of the only system that there is to choose from."""
    if len(known) != 1:
        raise _unnamed(known)
    return next(iter(known.values()))


def _unnamed(systems: Iterable[str]) -> click.UsageError:
    return click.UsageError(
        f"name the system with --system; those that have tenants: {', '.join(systems) or 'none'}",
        click.get_current_context(),
    )


def _having(known: Mapping[str, Tenants], tenant: str) -> dict[str, Tenants]:
    """The systems in which a tenant has topics."""
    return {name: one for name, one in known.items() if one.health(tenant).existing}


def _health(known: Mapping[str, Tenants], tenant: str) -> TenantHealth:
    """How a tenant's topics are, in the only system in which it has any."""
    from eventpact.errors import BrokerError

    having = known if len(known) == 1 else _having(known, tenant)
    if not having:
        raise BrokerError(f"{tenant} has no topics in any of {', '.join(known)}: `eventpact tenants create` makes them")
    return _only(having).health(tenant)


def _ask(tenant: str, doomed: tuple[str, ...]) -> None:
    """Go on only when the tenant's name is typed."""
    from eventpact.wording import counted

    lost = f"{counted(len(doomed), 'topic')} with everything on them: {', '.join(doomed)}"
    if not sys.stdin.isatty():
        raise click.UsageError(f"nothing was deleted: add --yes to delete {lost}")
    click.echo(f"This deletes {lost}")
    if click.prompt("Type the tenant's name to go on") != tenant:
        raise click.UsageError("nothing was deleted: that is another name")
