"""The plan: what contracts ask for, against what there is. Pure: everything it needs is passed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_registry.plan import access as of_accounts
from eventpact_registry.plan import subjects as of_subjects
from eventpact_registry.plan import topics as of_topics
from eventpact_registry.plan.steps import Note, Plan

if TYPE_CHECKING:
    from eventpact_registry.plan.access import AccountPlan
    from eventpact_registry.plan.desired import Desired
    from eventpact_registry.plan.state import ClusterState, RegistryState, State
    from eventpact_registry.plan.steps import Step
    from eventpact_registry.plan.subjects import SubjectPlan
    from eventpact_registry.plan.topics import TopicPlan

_EMBEDDED: Final = "the broker does not tell configuration, so partitions alone are compared (the embedded one is such)"


def plan(
    wanted: Desired,
    state: State,
    *,
    replication_factor_limit: int | None = None,
    allow_repartition: bool = False,
) -> Plan:
    """The steps from `state` to what is wanted, each half only where its state was read.

    Schemas come first, topics after them, then rights; what is deleted comes last: topics, their subjects, rights.

    Args:
        wanted: what contracts ask for, and what may go.
        state: what there is.
        replication_factor_limit: caps the replicas of every topic, for development clusters with fewer brokers than
            production has.
        allow_repartition: whether topics with a key may be given more partitions.
    """
    subjects: dict[str, SubjectPlan] = {}
    topics: list[TopicPlan] = []
    deletions: list[Step] = []
    accounts: list[AccountPlan] = []
    if state.cluster is not None:
        topics = of_topics.plan_topics(
            wanted.topics, state.cluster, replication_factor_limit, allow_repartition=allow_repartition
        )
        deletions += of_topics.plan_deletions(wanted.retired.topics, state.cluster)
    if state.registry is not None:
        subjects = of_subjects.plan_subjects(wanted.subjects, state.registry)
        deletions += of_subjects.plan_deletions(wanted.retired.subjects, state.registry)
    if state.rights is not None:
        accounts = of_accounts.plan_accounts(wanted.accounts, wanted.retired.rights, state.rights)
        deletions += of_accounts.plan_revocations(wanted.retired.rights, state.rights)
    parts: list[SubjectPlan | TopicPlan] = [*subjects.values(), *topics]
    created = [*(step for topic in topics for step in topic.steps), *(step for one in accounts for step in one.steps)]
    return Plan(
        steps=(
            *of_subjects.in_order(subjects),
            *created,
            *deletions,
        ),
        conflicts=tuple(conflict for part in parts for conflict in part.conflicts),
        notes=(
            *(note for part in (*parts, *accounts) for note in part.notes),
            *(() if state.registry is None else _registry_notes(wanted, state.registry)),
            *(() if state.rights is None else of_accounts.wider_notes(wanted.accounts)),
            *(() if state.cluster is None else _cluster_notes(wanted, state.cluster, replication_factor_limit)),
        ),
        subjects_in_sync=sum(subject.in_sync for subject in subjects.values()),
        topics_in_sync=sum(topic.in_sync for topic in topics),
        accounts_in_sync=sum(account.in_sync for account in accounts),
    )


def _registry_notes(wanted: Desired, state: RegistryState) -> list[Note]:
    """What holds for all subjects."""
    if state.no_owners and any(subject.owner for subject in wanted.subjects):
        return [Note("subjects", f"owners are not set in this registry: {state.no_owners}")]
    return []


def _cluster_notes(wanted: Desired, state: ClusterState, limit: int | None) -> list[Note]:
    """What holds for all topics."""
    notes = []
    if state.configs is None and wanted.topics:
        notes.append(Note("topics", _EMBEDDED))
    if limit is not None and any(topic.contract.replication_factor > limit for topic in wanted.topics):
        notes.append(Note("topics", f"replicas and min.insync.replicas are limited to {limit}"))
    if wanted.run_time_topics:
        names = ", ".join(dict.fromkeys(wanted.run_time_topics))
        notes.append(Note("topics", f"made when a tenant is, not by a plan: {names}"))
    return notes
