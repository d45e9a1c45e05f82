"""The topic half of a plan: what to create, grow and configure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from eventpact.errors import Problem
from eventpact.wording import counted
from eventpact_registry.plan.steps import ConfigureTopic, CreateTopic, DeleteTopic, GrowTopic, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eventpact.operate.topics import TopicState
    from eventpact.topic import TopicContract
    from eventpact_registry.plan.desired import DesiredTopic
    from eventpact_registry.plan.state import ClusterState
    from eventpact_registry.plan.steps import TopicStep

_LISTS: Final = frozenset({"cleanup.policy"})
"""Configuration whose value is a list: order does not matter."""


@dataclass(slots=True)
class TopicPlan:
    """What one topic needs."""

    steps: list[TopicStep] = field(default_factory=list)
    conflicts: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def in_sync(self) -> bool:
        """Whether there is nothing to do and nothing in the way."""
        return not (self.steps or self.conflicts)


def plan_topics(
    wanted: Sequence[DesiredTopic], state: ClusterState, limit: int | None, *, allow_repartition: bool
) -> list[TopicPlan]:
    """What each topic needs; `limit` is the most replicas that topics get, for development clusters."""
    return [_plan_topic(topic, topic.contract.limited(limit), state, allow_repartition) for topic in wanted]


def plan_deletions(retired: Sequence[str], state: ClusterState) -> Iterator[DeleteTopic]:
    """Deletions of what contracts no longer declare and the cluster still has."""
    for name in retired:
        if name in state.topics:
            yield DeleteTopic(topic=name, partitions=state.topics[name].partitions)


def _plan_topic(
    wanted: DesiredTopic,
    contract: TopicContract,
    state: ClusterState,
    allow_repartition: bool,
) -> TopicPlan:
    plan = TopicPlan()
    existing = state.topics.get(contract.name)
    if existing is None:
        if state.configs is not None and contract.replication_factor > state.brokers:
            plan.conflicts.append(_too_few_brokers(wanted, contract, state.brokers))
        plan.steps.append(CreateTopic(contract=contract))
        return plan
    if existing.partitions < contract.partitions:
        _grow(wanted, contract, existing, plan, allow_repartition=allow_repartition)
    elif existing.partitions > contract.partitions:
        plan.conflicts.append(_too_many_partitions(wanted, contract, existing))
    if state.configs is not None:
        _compare_replication(wanted, contract, existing, plan)
        _compare_config(contract, state.configs.get(contract.name, {}), plan)
    return plan


def _too_few_brokers(wanted: DesiredTopic, contract: TopicContract, brokers: int) -> Problem:
    return _problem(
        wanted,
        "/replication-factor",
        f"topic {contract.name} wants {contract.replication_factor} replicas, "
        f"the cluster has {counted(brokers, 'broker')}",
        f"start more brokers, or use --replication-factor-limit {brokers} on a development cluster",
    )


def _grow(
    wanted: DesiredTopic, contract: TopicContract, existing: TopicState, plan: TopicPlan, *, allow_repartition: bool
) -> None:
    if not wanted.declared.key or allow_repartition:
        plan.steps.append(GrowTopic(topic=contract.name, old=existing.partitions, new=contract.partitions))
    if not wanted.declared.key:
        return
    moves = f"it is keyed by {', '.join(wanted.declared.key)}: with more partitions, most keys move to another"
    if allow_repartition:
        plan.notes.append(Note(contract.name, moves))
        return
    plan.conflicts.append(
        _problem(
            wanted,
            "/partitions",
            f"topic {contract.name} has {counted(existing.partitions, 'partition')}, "
            f"the contract says {contract.partitions}, and {moves}",
            "--allow-repartition adds them, once its consumers have read what is there; or write a new topic",
        )
    )


def _too_many_partitions(wanted: DesiredTopic, contract: TopicContract, existing: TopicState) -> Problem:
    return _problem(
        wanted,
        "/partitions",
        f"topic {contract.name} has {counted(existing.partitions, 'partition')}, "
        f"the contract says {contract.partitions}",
        "Kafka cannot remove partitions: declare what there is, or lose what is on it with "
        f"`kafka-topics.sh --bootstrap-server HOST:PORT --delete --topic {contract.name}` and apply again",
    )


def _compare_replication(wanted: DesiredTopic, contract: TopicContract, existing: TopicState, plan: TopicPlan) -> None:
    if existing.replication_factor != contract.replication_factor:
        plan.conflicts.append(
            _problem(
                wanted,
                "/replication-factor",
                f"topic {contract.name} has {counted(existing.replication_factor, 'replica')}, "
                f"the contract says {contract.replication_factor}",
                "declare what there is, or move replicas with `kafka-reassign-partitions.sh --bootstrap-server "
                "HOST:PORT --reassignment-json-file FILE --execute`",
            )
        )


def _compare_config(contract: TopicContract, effective: Mapping[str, str], plan: TopicPlan) -> None:
    changes = {
        name: (effective.get(name), value)
        for name, value in sorted(contract.config.items())
        if _meaning(name, effective.get(name)) != _meaning(name, value)
    }
    if changes:
        plan.steps.append(ConfigureTopic(topic=contract.name, changes=changes))


def _meaning(name: str, value: str | None) -> object:
    return frozenset(value.split(",")) if value is not None and name in _LISTS else value


def _problem(wanted: DesiredTopic, pointer: str, message: str, hint: str) -> Problem:
    at = wanted.declared.locate(pointer)
    return Problem(message, at.file, at.line, at.column, hint)
