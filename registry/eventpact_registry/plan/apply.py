"""Applying a plan: step by step, each safe to repeat, so that an apply that was stopped is finished by the next."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from confluent_kafka import KafkaError, KafkaException

from eventpact.errors import BrokerError, ContractError, EventPactError, NotRegistered, RegistryError
from eventpact.wording import counted
from eventpact_registry.plan.steps import (
    ConfigureTopic,
    CreateTopic,
    DeleteSubject,
    DeleteTopic,
    GrantRights,
    GrowTopic,
    RegisterVersion,
    RevokeRights,
    SetLevel,
    SetOwner,
    describe,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.operate.log_offsets import Partition
    from eventpact_registry.client import RegistryClient
    from eventpact_registry.plan.state import Access, Cluster
    from eventpact_registry.plan.steps import Plan, Step

_Side = TypeVar("_Side")

_TRANSIENT_STATUS: Final = frozenset({408, 429, 500, 502, 503, 504})
_TRANSIENT_CODES: Final = frozenset(
    {KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN, KafkaError.REQUEST_TIMED_OUT}
)


@dataclass(frozen=True, slots=True)
class Retries:
    """How long a step is tried again after a failure that may pass."""

    attempts: int = 4
    first_wait: float = 0.5
    """Seconds before the second attempt; each further wait is twice as long."""
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Progress:
    """A step that was just done."""

    done: int
    total: int
    step: Step


def apply(
    plan: Plan,
    *,
    registry: RegistryClient | None,
    cluster: Cluster | None,
    access: Access | None = None,
    on_step: Callable[[Progress], None] = lambda _: None,
    retries: Retries = Retries(),
) -> None:
    """Carry out a plan, in order; `on_step` hears of each step when it is done.

    At the end, new topics and partitions are waited for, all together, until their leaders serve them.

    Raises:
        ContractError: the plan has conflicts; nothing was changed.
        EventPactError: a step failed for good; those before it are done, and applying again goes on from there. Or all
            are done, but new partitions are not served within the cluster's timeout.
    """
    if plan.conflicts:
        raise ContractError(*plan.conflicts)
    total = len(plan.steps)
    for done, step in enumerate(plan.steps):
        try:
            _retrying(partial(_carry_out, step, registry, cluster, access), retries)
        except (RegistryError, BrokerError) as error:
            raise EventPactError(
                f"{describe(step).action} {describe(step).name} failed: {error} "
                f"({done} of {counted(total, 'step')} done; the next apply goes on from there)"
            ) from error
        on_step(Progress(done + 1, total, step))
    added = [partition for step in plan.steps for partition in _added(step)]
    if added:
        try:
            _retrying(partial(_needed(cluster).wait_for_leaders, added), retries)
        except BrokerError as error:
            raise EventPactError(f"all steps are done ({total}); {error}") from error


def _retrying(carry_out: Callable[[], None], retries: Retries) -> None:
    wait = retries.first_wait
    for attempt in range(1, retries.attempts + 1):
        try:
            carry_out()
        except (RegistryError, BrokerError) as error:
            if attempt == retries.attempts or not _may_pass(error):
                raise
            retries.sleep(wait)
            wait *= 2
        else:
            return


def _may_pass(error: RegistryError | BrokerError) -> bool:
    """Whether the same call may succeed a little later."""
    if isinstance(error, RegistryError):
        return error.status is None or error.status in _TRANSIENT_STATUS
    cause = error.__cause__
    if not isinstance(cause, KafkaException):
        return False
    kafka: KafkaError = cause.args[0]
    return bool(kafka.retriable()) or kafka.code() in _TRANSIENT_CODES


def _carry_out(step: Step, registry: RegistryClient | None, cluster: Cluster | None, access: Access | None) -> None:
    match step:
        case SetLevel():
            _needed(registry).set_level(step.subject, step.new)
        case SetOwner():
            _needed(registry).set_owner(step.subject, step.new)
        case RegisterVersion():
            _register(step, _needed(registry))
        case CreateTopic():
            _create(step, _needed(cluster))
        case GrowTopic():
            _grow(step, _needed(cluster))
        case ConfigureTopic():
            _needed(cluster).configure(step.topic, {name: value for name, (_, value) in step.changes.items()})
        case GrantRights():
            _needed(access).grant(step.rights)
        case RevokeRights():
            _needed(access).revoke(step.rights)
        case DeleteSubject():
            _needed(registry).delete(step.subject)
        case DeleteTopic():
            _delete(step, _needed(cluster))


def _added(step: Step) -> list[Partition]:
    """The partitions that there are after a step and were not before."""
    match step:
        case CreateTopic():
            return [(step.contract.name, number) for number in range(step.contract.partitions)]
        case GrowTopic():
            return [(step.topic, number) for number in range(step.old, step.new)]
        case _:
            return []


def _register(step: RegisterVersion, registry: RegistryClient) -> None:
    """Register, and see that it became the version that the contracts give it."""
    newest = max(registry.versions(step.subject), default=0)
    if newest < step.version - 1:
        raise _moved(registry, f"it has no version {step.version - 1} of {step.subject}")
    if newest < step.version:
        registry.register(step.subject, step.text, step.pins)
    try:
        found = registry.lookup(step.subject, step.text, step.pins).version
    except NotRegistered as error:
        raise _moved(registry, f"its version {step.version} of {step.subject} is another schema") from error
    if found != step.version:
        raise RegistryError(
            f"the registry at {registry.url} made it version {found} where {step.file} says {step.version}: the "
            "subject has versions that the contracts do not know, deleted ones perhaps; delete the subject "
            "permanently where no record needs it, and apply again",
            status=409,
        )


def _moved(registry: RegistryClient, how: str) -> RegistryError:
    """Somebody else changed the registry since the plan was made."""
    return RegistryError(f"the registry at {registry.url} has moved since the plan: {how}; plan again", status=409)


def _create(step: CreateTopic, cluster: Cluster) -> None:
    """Create, unless an earlier attempt did although its answer was lost."""
    try:
        cluster.create(step.contract, wait=False)
    except BrokerError:
        existing = cluster.states().get(step.contract.name)
        if existing is None or existing.partitions != step.contract.partitions:
            raise


def _grow(step: GrowTopic, cluster: Cluster) -> None:
    """Add partitions, unless an earlier attempt did although its answer was lost."""
    existing = cluster.states().get(step.topic)
    if existing is None or existing.partitions != step.new:
        cluster.grow(step.topic, step.new, wait=False)


def _delete(step: DeleteTopic, cluster: Cluster) -> None:
    """Delete, unless an earlier attempt did although its answer was lost."""
    if step.topic in cluster.states():
        cluster.delete(step.topic)


def _needed(side: _Side | None) -> _Side:
    if side is None:
        raise TypeError("the plan has steps for a side that apply was not given")
    return side
