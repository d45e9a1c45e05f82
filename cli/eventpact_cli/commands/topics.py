"""`eventpact topics`: a cluster's topics beside their contracts, and how many partitions one should have."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from eventpact_cli.explaining import Explained, ExplainedGroup
from eventpact_cli.options import brokers_option, contracts_option, form_option

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from eventpact.operate.topics import TopicState
    from eventpact_registry.contracts.model import System, Topic
    from eventpact_registry.contracts.repository import ContractRepository


@click.group(cls=ExplainedGroup)
def topics() -> None:
    """Look at topics, and choose their partitions; `plan` and `apply` make them.

    Examples:
      eventpact topics list
      eventpact topics describe QuikApp.message.sent
      eventpact topics recommend --rate 100000 --bytes 356 --keys 50000 --consumer-rate 20000
    """


@topics.command("list", cls=Explained)
@contracts_option
@brokers_option
@form_option
@click.option("--internal", is_flag=True, help="Kafka's own topics too.")
def list_topics(*, contracts: Path, brokers: str | None, form: str, internal: bool) -> None:
    """List the topics of a cluster, and what the contracts know of them.

    Examples:
      eventpact topics list --brokers localhost:9092
      eventpact topics list --format json
    """
    from eventpact_cli.connecting import connected
    from eventpact_cli.console import show_table
    from eventpact_cli.loading import load

    declared = _declared(load(contracts))
    with connected(brokers, None, "topics") as link:
        states = link.cluster.states(internal=internal)
    found = [(state, _owner(name, declared)) for name, state in sorted(states.items())]
    if form == "json":
        click.echo(
            json.dumps(
                [{**asdict(state), "system": owner[0].name if owner else None} for state, owner in found], indent=2
            )
        )
        return
    show_table(
        ("topic", "system", "partitions", "replicas", "state"),
        [
            (
                state.name,
                owner[0].name if owner else "-",
                str(state.partitions),
                str(state.replication_factor),
                _health(state),
            )
            for state, owner in found
        ],
        right=("partitions", "replicas"),
    )


@topics.command(cls=Explained)
@click.argument("name")
@contracts_option
@brokers_option
@form_option
def describe(*, name: str, contracts: Path, brokers: str | None, form: str) -> None:
    """Show one topic: its partitions, its configuration, its contract, and who reads it.

    NAME is the topic's name on the cluster.

    Examples:
      eventpact topics describe QuikApp.message.sent
    """
    from eventpact.errors import BrokerError, Unsupported
    from eventpact_cli.connecting import connected
    from eventpact_cli.loading import load

    owner = _owner(name, _declared(load(contracts)))
    with connected(brokers, None, "topics") as link:
        state = link.cluster.states(internal=True).get(name)
        if state is None:
            hint = "`eventpact apply` makes it" if owner else "`eventpact topics list` shows those that there are"
            raise BrokerError(f"there is no topic {name} on {link.brokers}; {hint}")
        try:
            config: dict[str, str] = dict(link.cluster.config(name).own)
        except Unsupported:
            config = {}
    facts = _facts(state, owner, config)
    if form == "json":
        click.echo(json.dumps(facts, indent=2))
        return
    for label, value in facts.items():
        values = [f"{key}={inner}" for key, inner in value.items()] if isinstance(value, dict) else _listed(value)
        for at, line in enumerate(values):
            click.echo(f"{label if at == 0 else '':<14}{line}")


@topics.command(cls=Explained)
@click.option("--rate", type=click.FloatRange(min=0), required=True, help="Records a second at the peak.")
@click.option(
    "--bytes",
    "size",
    type=click.IntRange(min=1),
    default=1024,
    show_default=True,
    help="Bytes of a record, compressed.",
)
@click.option("--keys", type=click.IntRange(min=1), help="How many different keys there are; leave out without key.")
@click.option(
    "--consumer-rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Records a second that a consumer of the slowest group handles.",
)
@click.option(
    "--consumers", type=click.IntRange(min=1), default=1, show_default=True, help="Members of the largest group."
)
@click.option("--replication-factor", type=click.IntRange(min=1), default=3, show_default=True, help="Replicas.")
@click.option("--cluster-size", type=click.IntRange(min=1), help="How many brokers there are.")
@form_option
def recommend(
    *,
    rate: float,
    size: int,
    keys: int | None,
    consumer_rate: float | None,
    consumers: int,
    replication_factor: int,
    cluster_size: int | None,
    form: str,
) -> None:
    """Say how many partitions a topic should have, and why.

    Examples:
      eventpact topics recommend --rate 100000 --bytes 356 --keys 50000 --consumer-rate 20000
    """
    from eventpact.operate.partitions import Load
    from eventpact.operate.partitions import recommend as recommended

    found = recommended(
        Load(
            rate=rate,
            record_bytes=size,
            consumer_rate=consumer_rate,
            consumers=consumers,
            keys=keys,
            replication_factor=replication_factor,
            brokers=cluster_size,
        )
    )
    if form == "json":
        click.echo(json.dumps(asdict(found), indent=2))
        return
    click.echo(f"partitions: {found.partitions}")
    for reason in found.reasons:
        click.echo(f"- {reason}")


def _declared(repository: ContractRepository) -> list[tuple[System, Topic]]:
    return [(system, topic) for system in repository.systems.values() for topic in system.topics.values()]


def _owner(name: str, declared: Iterable[tuple[System, Topic]]) -> tuple[System, Topic] | None:
    """Whose topic it is; a name without parameters comes before one that parameters make."""
    from eventpact.names import topic_name

    fitting = [pair for pair in declared if topic_name(pair[1].name).match(name) is not None]
    return min(fitting, key=lambda pair: len(pair[1].parameters), default=None)


def _health(state: TopicState) -> str:
    if state.offline:
        return f"{state.offline} offline"
    return f"{state.under_replicated} under-replicated" if state.under_replicated else "healthy"


def _facts(state: TopicState, owner: tuple[System, Topic] | None, config: dict[str, str]) -> dict[str, Any]:
    from eventpact_registry.impact import groups_reading

    facts: dict[str, Any] = {
        "topic": state.name,
        "partitions": state.partitions,
        "replicas": state.replication_factor,
        "state": _health(state),
        "config": config,
    }
    if owner is None:
        return {**facts, "contract": "none: the contracts do not know this topic"}
    system, topic = owner
    return {
        **facts,
        "contract": topic.file,
        "description": topic.description,
        "owner": topic.owner,
        "key": list(topic.key),
        "events": [f"{name} v{event.versions[-1].version}" for name, event in sorted(topic.events.items())],
        "groups": list(groups_reading(system, topic)),
        "dead letters": topic.dead_letters or "none",
    }


def _listed(value: Any) -> list[str]:
    return [str(one) for one in value] or ["none"] if isinstance(value, list) else [str(value)]
