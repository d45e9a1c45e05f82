"""The two protocols of consumer groups: the classic one, and that of KIP-848, where the brokers assign partitions.

Under the newer one (`group.protocol=consumer`) some properties of the classic one are the brokers' to say, and
librdkafka refuses a consumer that has them. What defaults and contracts say for the classic protocol is left out then;
what somebody set beside the protocol is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eventpact.errors import SettingsError
from eventpact.numbers import CONSUMER

if TYPE_CHECKING:
    from collections.abc import Mapping

PROTOCOL: Final = "group.protocol"
NEW: Final = "consumer"

_CLASSIC_ONLY: Final[Mapping[str, str]] = {
    "group.protocol.type": "there is one type of group",
    "heartbeat.interval.ms": "the brokers say it (group.consumer.heartbeat.interval.ms)",
    "partition.assignment.strategy": "the brokers assign partitions (group.remote.assignor chooses how)",
    "session.timeout.ms": "the brokers say it (group.consumer.session.timeout.ms)",
}
"""Properties of the classic protocol to what stands in their place (librdkafka, INTRODUCTION.md)."""


def is_new(config: Mapping[str, Any]) -> bool:
    """Whether a member takes part in the newer protocol; then its assignments come and go partition by partition."""
    return str(config.get(PROTOCOL, "")).lower() == NEW


def for_group_protocol(
    config: Mapping[str, Any], own: Mapping[str, Any], *, session_timeout_ms: int | None
) -> dict[str, Any]:
    """A member's configuration as its group protocol allows it.

    Args:
        config: defaults, contracts and settings put together.
        own: the part of it that `Settings(consumer=…)` says.
        session_timeout_ms: what settings say of sessions.

    Raises:
        SettingsError: settings say something that only the brokers say under the newer protocol.
    """
    if not is_new(config):
        return dict(config)
    wrong = {f"{name} {CONSUMER}": _CLASSIC_ONLY[name] for name in own if name in _CLASSIC_ONLY}
    if session_timeout_ms is not None:
        wrong["KAFKA_SESSION_TIMEOUT_MS (session_timeout_ms)"] = _CLASSIC_ONLY["session.timeout.ms"]
    if wrong:
        raise SettingsError(
            *(f"{what} has no place beside {PROTOCOL}={NEW}: {instead}" for what, instead in wrong.items())
        )
    return {name: value for name, value in config.items() if name not in _CLASSIC_ONLY}
