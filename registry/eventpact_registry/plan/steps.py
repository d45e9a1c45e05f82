"""What a plan consists of: steps that change something, conflicts that no step can solve, and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from eventpact.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eventpact.errors import Problem
    from eventpact.operate.acls import Right
    from eventpact.topic import TopicContract
    from eventpact_registry.client import Pin
    from eventpact_registry.contracts.model import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLevel:
    """Give a subject a compatibility level."""

    subject: str
    old: Mode | None
    new: Mode
    reason: str = ""
    """Why it is only for a while, where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOwner:
    """Say in the registry whose a subject is."""

    subject: str
    old: str | None
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterVersion:
    """Register a contract version as the subject's next version."""

    subject: str
    version: int
    text: str
    pins: tuple[Pin, ...]
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTopic:
    """Create a topic."""

    contract: TopicContract


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowTopic:
    """Add partitions to a topic."""

    topic: str
    old: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigureTopic:
    """Change a topic's configuration."""

    topic: str
    changes: Mapping[str, tuple[str | None, str]]
    """Name to (value in effect, value declared)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteSubject:
    """Delete a subject softly: its schemas stay readable by id, for records that were written with them."""

    subject: str
    versions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTopic:
    """Delete a topic with everything on it."""

    topic: str
    partitions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRights:
    """Let an account do what contracts ask for."""

    principal: str
    rights: tuple[Right, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeRights:
    """Take from an account what earlier contracts gave it."""

    principal: str
    rights: tuple[Right, ...]


SchemaStep: TypeAlias = SetLevel | SetOwner | RegisterVersion | DeleteSubject
TopicStep: TypeAlias = CreateTopic | GrowTopic | ConfigureTopic | DeleteTopic
AccessStep: TypeAlias = GrantRights | RevokeRights
Step: TypeAlias = SchemaStep | TopicStep | AccessStep


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a subject, topic or account that needs no step, or none that a plan can take."""

    about: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What has to happen, in order, until registry and cluster are as contracts say."""

    steps: tuple[Step, ...]
    conflicts: tuple[Problem, ...] = ()
    """What stands against the contracts and no step can change; nothing is applied while there is one."""
    notes: tuple[Note, ...] = ()
    subjects_in_sync: int = 0
    topics_in_sync: int = 0
    accounts_in_sync: int = 0

    @property
    def empty(self) -> bool:
        """Whether everything is as declared."""
        return not self.steps and not self.conflicts

    @property
    def deletions(self) -> tuple[DeleteSubject | DeleteTopic | RevokeRights, ...]:
        """The steps that lose something."""
        return tuple(step for step in self.steps if isinstance(step, DeleteSubject | DeleteTopic | RevokeRights))


@dataclass(frozen=True, slots=True)
class Description:
    """A step in words, for tables and progress."""

    part: Literal["subject", "topic", "account"]
    name: str
    action: Literal[
        "register", "set level", "set owner", "create", "add partitions", "configure", "grant", "revoke", "delete"
    ]
    detail: str

    def __str__(self) -> str:
        return f"{self.action} {self.part} {self.name}: {self.detail}"


def describe(step: Step) -> Description:
    """A step in words."""
    match step:
        case SetLevel(subject=subject, old=old, new=new, reason=reason):
            because = f" ({reason})" if reason else ""
            return Description("subject", subject, "set level", f"{old or 'none of its own'} → {new}{because}")
        case SetOwner(subject=subject, old=old_owner, new=new_owner):
            return Description("subject", subject, "set owner", f"{old_owner or 'nobody'} → {new_owner}")
        case RegisterVersion(subject=subject, version=version, file=file):
            return Description("subject", subject, "register", f"version {version} from {file}")
        case CreateTopic(contract=contract):
            partitions, replicas = (
                counted(contract.partitions, "partition"),
                counted(contract.replication_factor, "replica"),
            )
            detail = f"{partitions}, {replicas}"
            return Description("topic", contract.name, "create", detail)
        case GrowTopic(topic=topic, old=old, new=new):
            return Description("topic", topic, "add partitions", f"{old} → {new}")
        case ConfigureTopic(topic=topic, changes=changes):
            detail = ", ".join(f"{name} {old or 'unset'} → {new}" for name, (old, new) in changes.items())
            return Description("topic", topic, "configure", detail)
        case GrantRights(principal=principal, rights=rights):
            return Description("account", principal, "grant", _listed(rights))
        case RevokeRights(principal=principal, rights=rights):
            return Description("account", principal, "revoke", _listed(rights))
        case DeleteSubject(subject=subject, versions=versions):
            return Description(
                "subject", subject, "delete", f"{counted(versions, 'version')}; readable by id as before"
            )
        case DeleteTopic(topic=topic, partitions=partitions):
            return Description("topic", topic, "delete", f"{counted(partitions, 'partition')} with all that is on them")


def _listed(rights: Iterable[Right]) -> str:
    """`READ on topic a, b*; READ on group g`."""
    names: dict[str, list[str]] = {}
    for right in rights:
        names.setdefault(f"{right.operation} on {right.resource}", []).append(right.name + "*" * right.prefixed)
    return "; ".join(f"{what} {', '.join(named)}" for what, named in sorted(names.items()))
