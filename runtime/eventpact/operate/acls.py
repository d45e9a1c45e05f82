"""Access control lists of a cluster: which rights there are, granted and revoked.

A right lets one principal do one operation on a resource, or on all resources whose names begin so (KIP-290). Reading
asks first whether the caller may read, and whether the cluster has an authorizer: librdkafka answers with an empty list
and without a word when either is not so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # it imports these names without re-exporting them
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
)

from eventpact.errors import BrokerError
from eventpact.operate.administrator import Administrator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eventpact.settings import Settings

Resource: TypeAlias = Literal["topic", "group", "transactional-id", "cluster"]

_TYPES: Final[Mapping[Resource, ResourceType]] = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional-id": ResourceType.TRANSACTIONAL_ID,
    "cluster": ResourceType.BROKER,
}
_RESOURCES: Final = {kind: resource for resource, kind in _TYPES.items()}
_ANYTHING: Final[Any] = None  # the client's annotations leave it out
_EVERY: Final = AclBindingFilter(
    ResourceType.ANY,
    _ANYTHING,
    ResourcePatternType.ANY,
    _ANYTHING,
    _ANYTHING,
    AclOperation.ANY,
    AclPermissionType.ANY,
)
_READING: Final = "read the rights on the cluster"
_AUTHORIZER: Final = "authorizer.class.name"
ANY_HOST: Final = "*"


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """What one principal may do; names and operations are Kafka's."""

    principal: str
    """`User:quikapp.search-indexer`."""
    resource: Resource
    name: str
    operation: str
    """`READ`, `WRITE`, …"""
    prefixed: bool = False
    """Whether it is about everything whose name begins with `name`."""
    host: str = ANY_HOST
    """Where the principal has to come from."""
    permission: Literal["ALLOW", "DENY"] = "ALLOW"

    @property
    def covers(self) -> str:
        """The resource in words: `topic chat.messages.*`."""
        return f"{self.resource} {self.name}{'*' if self.prefixed else ''}"

    def __str__(self) -> str:
        what = f"{self.operation} on {self.covers}"
        from_host = "" if self.host == ANY_HOST else f" from {self.host}"
        return what + from_host if self.permission == "ALLOW" else f"no {what}{from_host}"


class Acls:
    """The rights that one cluster knows."""

    def __init__(
        self, settings: Settings, *, timeout: float | None = None, administrator: Administrator | None = None
    ) -> None:
        """Connect in the background, or share the connection of `administrator`, and its timeout."""
        self._administrator = administrator or Administrator(settings, timeout=timeout)
        self._client = self._administrator.client
        self._timeout = self._administrator.timeout

    def read(self) -> frozenset[Right]:
        """Every right on topics, groups, transactional ids and the cluster.

        Raises:
            BrokerError: the cluster could not be asked, has no authorizer, or the caller may not read its rights.
        """
        cluster = self._administrator.answer(
            _READING,
            lambda: self._client.describe_cluster(include_authorized_operations=True, request_timeout=self._timeout),
        )
        allowed = cluster.authorized_operations or ()
        if AclOperation.DESCRIBE not in allowed:
            raise BrokerError(
                f"cannot {_READING}: {self._administrator.complaints.client.account} lacks DESCRIBE on the cluster "
                f"(brokers: {self._administrator.brokers}): be an administrator, one of the brokers' super.users for "
                "example"
            )
        found: list[Any] = self._administrator.answer(
            _READING, lambda: self._client.describe_acls(_EVERY, request_timeout=self._timeout)
        )
        if not found and AclOperation.DESCRIBE_CONFIGS in allowed:
            self._demand_authorizer(cluster.nodes[0].id)
        return frozenset(_right(binding) for binding in found if binding.restype in _RESOURCES)

    def grant(self, rights: Iterable[Right]) -> None:
        """Add rights; those that are there already stay.

        Raises:
            BrokerError: the cluster refused one; others of the same call may have been added.
        """
        bindings = [AclBinding(*_fields(right)) for right in rights]
        self._administrator.answers(
            "grant rights on the cluster",
            lambda: self._client.create_acls(bindings, request_timeout=self._timeout).values(),
        )

    def revoke(self, rights: Iterable[Right]) -> None:
        """Take rights away; those that are not there do not matter.

        Raises:
            BrokerError: the cluster refused one; others of the same call may be gone.
        """
        filters = [AclBindingFilter(*_fields(right)) for right in rights]
        self._administrator.answers(
            "revoke rights on the cluster",
            lambda: self._client.delete_acls(filters, request_timeout=self._timeout).values(),
        )

    def _demand_authorizer(self, broker: int) -> None:
        """A cluster that keeps no rights at all answers like one that has none yet."""
        resource = ConfigResource(ResourceType.BROKER, str(broker))
        [config] = self._administrator.answers(
            _READING, lambda: self._client.describe_configs([resource], request_timeout=self._timeout).values()
        )
        if not config[_AUTHORIZER].value:
            raise BrokerError(
                f"cannot {_READING}: the brokers have no authorizer ({_AUTHORIZER} is empty), so there are no rights "
                f"to grant (brokers: {self._administrator.brokers})"
            )


def _fields(right: Right) -> tuple[Any, ...]:
    """A right as the client takes it."""
    return (
        _TYPES[right.resource],
        right.name,
        ResourcePatternType.PREFIXED if right.prefixed else ResourcePatternType.LITERAL,
        right.principal,
        right.host,
        AclOperation[right.operation],
        AclPermissionType[right.permission],
    )


def _right(binding: Any) -> Right:
    """A right as the client gives it; its annotations allow what it never returns, such as numbers for names."""
    return Right(
        principal=str(binding.principal),
        resource=_RESOURCES[binding.restype],
        name=str(binding.name),
        operation=binding.operation.name,
        prefixed=binding.resource_pattern_type is ResourcePatternType.PREFIXED,
        host=str(binding.host),
        permission="DENY" if binding.permission_type is AclPermissionType.DENY else "ALLOW",
    )
