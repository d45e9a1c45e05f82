"""Questions to a cluster's administration, each answered in bounded time or refused with what to do.

Topics, rights, groups and offsets are asked for through it; who needs several of them lets them share one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from confluent_kafka.admin import AdminClient

from eventpact.clients import Complaints, connect, set_log_level, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

    from confluent_kafka.admin import ClusterMetadata  # type: ignore[attr-defined]  # imported there, not re-exported

    from eventpact.settings import Settings


class Administrator:
    """One connection for such questions."""

    def __init__(self, settings: Settings, *, timeout: float | None = None) -> None:
        """Connect in the background; `timeout` seconds bound each answer, `Settings.timeout` by default."""
        set_log_level(settings)
        self.timeout = settings.timeout if timeout is None else timeout
        self.brokers = settings.brokers
        self.complaints = Complaints(settings.brokers)
        self.client = connect(AdminClient, settings.admin_config(), self.complaints)

    def metadata(self, topic: str | None = None, *, timeout: float | None = None) -> ClusterMetadata:
        """Brokers and topics, or one topic, within `timeout` seconds, this object's own by default.

        Raises:
            BrokerError: the cluster does not answer.
        """
        timeout = self.timeout if timeout is None else timeout
        with translated(self.complaints, "list topics"):
            try:
                if topic is None:
                    return self.client.list_topics(timeout=timeout)
                return self.client.list_topics(topic, timeout=timeout)
            finally:
                self.client.poll(0)  # lets the client say why it could not

    def answer(self, doing: str, call: Callable[[], Future[Any]]) -> Any:
        """The answer to one question; `doing` completes "cannot …".

        Raises:
            BrokerError: it was refused or not answered.
        """
        with translated(self.complaints, doing):
            try:
                return call().result()
            finally:
                self.client.poll(0)

    def answers(self, doing: str, call: Callable[[], Iterable[Future[Any]]]) -> list[Any]:
        """The answers to questions asked at once; raises as `answer`, for the first that was refused."""
        with translated(self.complaints, doing):
            try:
                return [future.result() for future in call()]
            finally:
                self.client.poll(0)
