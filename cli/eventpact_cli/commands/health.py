"""`eventpact health`: whether cluster, registry, topics and groups are as the contracts want them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click
from click.core import ParameterSource

from eventpact_cli import ending
from eventpact_cli.explaining import Explained
from eventpact_cli.options import brokers_option, contracts_option, form_option, registry_option, system_option

if TYPE_CHECKING:
    from pathlib import Path

    from eventpact.operate.health import BrokerHealth, Expected, HealthReport

_STYLES: Final[dict[str, str | None]] = {"critical": "red", "warning": "yellow", "notice": None}
"""Severities and levels to their colours, the worst first."""


@click.command(cls=Explained)
@contracts_option
@system_option
@brokers_option
@registry_option
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1, max=300),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="How long one answer may take.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["warning", "critical"]),
    default="warning",
    show_default=True,
    help="The severity from which on the command exits with 1.",
)
@form_option
def health(
    *,
    contracts: Path,
    systems: tuple[str, ...],
    brokers: str | None,
    registry: str | None,
    timeout: float,
    fail_on: str,
    form: str,
) -> None:
    """Judge brokers, topics, groups and the registry by the contracts and their alerts, with what to do.

    Exits with 0 when all is well, 1 when something is not (an unreachable cluster too), 2 when that cannot be judged:
    wrong options, wrong contracts. Without a folder of contracts the cluster is judged by itself; without a registry's
    address the registry is left out.

    Examples:
      eventpact health
      eventpact health --system quikapp --brokers localhost:9092 --fail-on critical
      eventpact health --format json --timeout 2
    """
    from eventpact.operate.health import Health
    from eventpact_cli.connecting import cluster_settings

    wanted = _expected(contracts, systems)
    report = Health(cluster_settings(brokers, registry), wanted, timeout=timeout).check()
    if form == "json":
        click.echo(json.dumps({"healthy": report.healthy, "severity": report.severity, **asdict(report)}, indent=2))
    else:
        _show(report)
        if wanted is None:
            click.echo(f"note: there are no contracts in '{contracts}', so no topic and no group was expected")
    if report.severity is not None and [*_STYLES].index(report.severity) <= [*_STYLES].index(fail_on):
        click.get_current_context().exit(ending.FOUND)


def _expected(contracts: Path, systems: tuple[str, ...]) -> Expected | None:
    """What the contracts ask for; nothing where the folder that nobody named does not exist."""
    from eventpact_cli.loading import load, only_known
    from eventpact_registry.expected import expected

    named = click.get_current_context().get_parameter_source("contracts") is not ParameterSource.DEFAULT
    if not contracts.exists() and not named and not systems:
        return None
    repository = load(contracts)
    return expected(repository, only_known(repository, systems))


def _show(report: HealthReport) -> None:
    from eventpact.wording import counted, printable
    from eventpact_cli.console import show_table

    for label, value in (("cluster", _cluster(report)), ("registry", _registry(report)), ("codec", report.codec)):
        click.echo(f"{label:<10}{printable(value)}")
    if report.brokers:
        click.echo()
        show_table(
            ("broker", "address", "state", "request", "leads", "replicas", "not in sync"),
            [
                (
                    str(one.id),
                    one.address or "-",
                    _state(one),
                    _milliseconds(one.seconds),
                    str(one.leads),
                    str(one.replicas),
                    str(one.lagging),
                )
                for one in report.brokers
            ],
            right=("request", "leads", "replicas", "not in sync"),
            styles=[None if one.alive and one.error is None else "yellow" for one in report.brokers],
        )
    if report.groups:
        click.echo()
        show_table(
            ("group", "state", "members", "lag", "level"),
            [(one.name, one.state, str(one.members), f"{one.lag:,}", one.level) for one in report.groups],
            right=("members", "lag"),
            styles=[_STYLES.get(one.level) for one in report.groups],
        )
    for alert in report.unjudged:
        click.echo(f"\nnot judged here: {alert}")
    click.echo()
    for finding in report.findings:
        click.echo(
            f"{click.style(finding.severity, fg=_STYLES[finding.severity])}: "
            f"{printable(finding.subject)}: {printable(finding.message)}"
        )
        click.echo(f"  {printable(finding.advice)}")
    counts = Counter(str(finding.severity) for finding in report.findings)
    told = ", ".join(counted(counts[one], one, one if one == "critical" else None) for one in _STYLES if counts[one])
    click.echo(f"{'healthy' if report.healthy else 'not healthy'}{f': {told}' if told else ''}")


def _cluster(report: HealthReport) -> str:
    from eventpact.wording import counted

    if not report.ping.reachable:
        return "does not answer"
    topics = 0 if report.topics is None else len(report.topics.existing)
    alive = sum(one.alive for one in report.brokers)
    return (
        f"{counted(alive, 'broker')}, {counted(topics, 'topic')}, answers in {_milliseconds(report.ping.seconds)} "
        f"(connected in {_milliseconds(report.ping.connecting_seconds)}), controller {report.controller}"
    )


def _registry(report: HealthReport) -> str:
    if report.registry is None:
        return "not asked: give --registry or SCHEMA_REGISTRY_URL"
    state = f"answers in {_milliseconds(report.registry.seconds)}" if report.registry.reachable else "does not answer"
    return f"{report.registry.url} {state}"


def _state(broker: BrokerHealth) -> str:
    if not broker.alive:
        return "gone"
    return "silent" if broker.error else "there"


def _milliseconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1000:.1f} ms"
