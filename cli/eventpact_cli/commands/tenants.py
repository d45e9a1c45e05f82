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
    from collections.abc import Iterator
    from pathlib import Path

    from eventpact.operate.tenants import Tenants

_system_option = click.option(
    "--system", metavar="NAME", help="Whose tenants; may be left out when one system alone has tenants."
)


@click.group(cls=ExplainedGroup)
def tenants() -> None:
    """Create, delete, list and check the topics of a system's tenants.

    Examples:
      eventpact tenants create acme --system chatplatform
      eventpact tenants list
      eventpact tenants health acme --format json
      eventpact tenants delete acme
    """


@tenants.command(cls=Explained)
@click.argument("tenant")
@_system_option
@contracts_option
@brokers_option
@limit_option
def create(*, tenant: str, system: str | None, contracts: Path, brokers: str | None, limit: int | None) -> None:
    """Create what is missing of a tenant's topics.

    Examples:
      eventpact tenants create acme --system chatplatform
    """
    with _tenants(contracts, system, brokers, limit) as known:
        made = known.create(tenant)
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

    Examples:
      eventpact tenants delete acme --system chatplatform
      eventpact tenants delete acme --yes
    """
    with _tenants(contracts, system, brokers, None) as known:
        doomed = known.health(tenant).existing
        if not doomed:
            click.echo(f"Nothing to delete: {tenant} has no topics")
            return
        if not yes:
            _ask(tenant, doomed)
        for name in known.delete(tenant):
            click.echo(f"deleted {name}")


@tenants.command("list", cls=Explained)
@_system_option
@contracts_option
@brokers_option
@form_option
def list_tenants(*, system: str | None, contracts: Path, brokers: str | None, form: str) -> None:
    """List the tenants that have topics.

    Examples:
      eventpact tenants list --system chatplatform
    """
    with _tenants(contracts, system, brokers, None) as known:
        found = known.list()
    if form == "json":
        click.echo(json.dumps(list(found)))
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

    Examples:
      eventpact tenants health acme
    """
    with _tenants(contracts, system, brokers, None) as known:
        found = known.health(tenant)
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
def _tenants(contracts: Path, system: str | None, brokers: str | None, limit: int | None) -> Iterator[Tenants]:
    """The tenants of the system that is asked for, or of the only one that has tenants."""
    from eventpact.operate.tenants import Tenants
    from eventpact_cli.connecting import connected
    from eventpact_cli.loading import load, only_known
    from eventpact_registry.plan import topic_contract

    repository = load(contracts)
    only_known(repository, (system,) if system else ())
    having = [one for one in repository.systems.values() if any(topic.parameters for topic in one.topics.values())]
    chosen = [one for one in having if system in (None, one.name)]
    if len(chosen) != 1:
        names = ", ".join(one.name for one in having) or "none"
        raise click.UsageError(f"name the system with --system; those that have tenants: {names}")
    with connected(brokers, None, "topics") as link:
        topics = [topic_contract(topic) for topic in chosen[0].topics.values()]
        yield Tenants(link.cluster, topics, replication_factor_limit=limit)


def _ask(tenant: str, doomed: tuple[str, ...]) -> None:
    """Go on only when the tenant's name is typed."""
    from eventpact.wording import counted

    lost = f"{counted(len(doomed), 'topic')} with everything on them: {', '.join(doomed)}"
    if not sys.stdin.isatty():
        raise click.UsageError(f"nothing was deleted: add --yes to delete {lost}")
    click.echo(f"This deletes {lost}")
    if click.prompt("Type the tenant's name to go on") != tenant:
        raise click.UsageError("nothing was deleted: that is another name")
